"""What somebody typed, as queries to the engine.

The engine's own query parser is never used: nested brackets can kill the process.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from tantivy import Occur, Query, Schema, Searcher

from catalogue.gazetteer.lookup import postcode_area
from catalogue.search.analysis import WEAK_WORDS
from catalogue.search.analysis import stems as stems_of
from catalogue.search.corrections import beginnings, corrections, halves, is_long_enough_for_two_slips, respelt
from catalogue.search.facets import FACETS
from catalogue.search.operators import values_of
from catalogue.search.synonyms import LIKE, SAME, said_otherwise
from catalogue.search.tally import YEAR, Wanted
from catalogue.search.typed import LONGEST_QUERY, Typed, take_apart
from catalogue.search.weights import WEIGHTS
from catalogue.vocabularies.formats import declared_format

__all__ = ["LONGEST_QUERY", "Clauses", "TextQuery", "Typed", "take_apart", "to_query"]

Clauses = list[tuple[Occur, Query]]


@dataclass(frozen=True, slots=True)
class TextQuery:
    """Conditions that decide what matches, what orders it, and which words were really looked for.

    `every_word` is None where it would say the same as `any_word`. `terms` are single words with their weights: the
    engine finds the best by them without looking at all that match. `titles` and `ordering` lift an entry besides.
    `wanted` says the same as the conditions, in stems, where that can be said. `narrowed` is what operators ask for.
    """

    any_word: Clauses
    every_word: Clauses | None
    terms: Clauses
    titles: Clauses
    required: Clauses
    ordering: Clauses
    wanted: Wanted | None
    narrowed: dict[str, tuple[str, ...]]
    stems: frozenset[str]
    meanings: tuple[frozenset[str], ...]  # of the words that say something: any of one's stems says what was typed
    corrected: tuple[str, ...]  # words that no entry has, for which others were looked for
    unknown: tuple[str, ...]  # words that no entry has, and nothing like them
    respelt: dict[str, str]  # words that may be slips → what may have been meant
    spoken: str  # what a person means, for a model that reads whole sentences; empty if that is a single word

    @property
    def is_ranked(self) -> bool:
        """Whether one match can be better than another."""
        return bool(self.terms or self.stems)


@dataclass(frozen=True, slots=True)
class _Meaning:
    """One typed word: the stems that stand for it, those of like meaning, and how to find all in the searched text."""

    stems: tuple[str, ...]
    like: tuple[str, ...]
    query: Query
    is_corrected: bool
    is_simple: bool  # any of its stems will do
    year: str = ""
    phrases: tuple[tuple[str, ...], ...] = ()  # how publishers word what it is a part of

    @property
    def marked(self) -> frozenset[str]:
        """Stems of all that says it."""
        return frozenset((*self.stems, *self.like, *(stem for phrase in self.phrases for stem in phrase)))


def to_query(typed: Typed, searcher: Searcher, schema: Schema) -> TextQuery:
    """The query for what was typed, given the words that the index knows."""

    def frequency(stem: str) -> int:
        return int(searcher.doc_freq("text", stem))

    last = typed.words[-1][0] if typed.words else ""
    meant = _respelt(typed, frequency, lambda word: int(searcher.doc_freq("words", word)))
    otherwise = _otherwise(typed, frequency)
    meanings = {
        word: _meaning(
            *(word, stem, searcher, schema, frequency),
            is_last=word == last,
            meant=meant.get(word, ""),
            phrases=otherwise.get(stem, ()),
        )
        for word, stem in typed.words
    }
    known = {word: meaning for word, meaning in meanings.items() if meaning}
    strong = {word: meaning for word, meaning in known.items() if word not in WEAK_WORDS}
    weak = {word: meaning for word, meaning in known.items() if word not in strong}
    if not strong:
        strong, weak = weak, {}

    refused = values_of([each for each in typed.asked if each.is_excluded], searcher)
    required: Clauses = [(Occur.Must, _sequence(schema, phrase)) for phrase in typed.phrases]
    required += [(Occur.MustNot, _sequence(schema, sequence)) for sequence in typed.excluded]
    required += [
        (Occur.MustNot, Query.term_set_query(schema, FACETS[facet].field, list(values)))
        for facet, values in refused.items()
    ]
    if strong:
        one = Query.boolean_query([(Occur.Should, meaning.query) for meaning in strong.values()])
        any_word = [(Occur.Must, one), *required]
    elif typed.words:  # words were given, and no entry has any
        any_word = [(Occur.Must, Query.empty_query())]
    else:
        any_word = required if typed.phrases else [(Occur.Must, Query.all_query()), *required]
    all_of_them: Clauses = [(Occur.Must, meaning.query) for meaning in strong.values()]
    return TextQuery(
        any_word=any_word,
        every_word=[*all_of_them, *required] if len(strong) > 1 else None,
        terms=_terms(strong, schema),
        titles=_titles(strong, schema),
        required=required,
        ordering=_ordering(typed, strong, weak, all_of_them, schema, frequency),
        wanted=_wanted(typed, strong) if not refused else None,
        narrowed=values_of([each for each in typed.asked if not each.is_excluded], searcher),
        stems=frozenset(
            [stem for meaning in known.values() for stem in meaning.marked]
            + [stem for phrase in typed.phrases for stem in phrase]
        ),
        meanings=tuple(meaning.marked for meaning in strong.values()),
        corrected=tuple(word for word, meaning in known.items() if meaning.is_corrected),
        unknown=tuple(word for word, meaning in meanings.items() if not meaning),
        respelt=meant,
        spoken=typed.spoken if len(typed.words) + sum(map(len, typed.phrases)) > 1 else "",
    )


def _meaning(
    word: str,
    stem: str,
    searcher: Searcher,
    schema: Schema,
    frequency: Callable[[str], int],
    *,
    is_last: bool,
    meant: str,
    phrases: tuple[tuple[str, ...], ...],
) -> _Meaning | None:
    same = tuple(other for other in SAME.get(stem, ()) if frequency(other))
    stems = (stem, *same) if frequency(stem) else same
    year = word if len(word) == 4 and word.isdigit() and word.isascii() and word[:2] in ("19", "20") else ""
    likes = LIKE.get(stem, ())
    if stems and meant and not searcher.doc_freq("words", word):
        # "libary" stands in some description, as the same slip: what was meant is found beside it
        likes = (*likes, *stems_of(meant))
    like = tuple(other for other in likes if frequency(other))
    if not stems:  # nobody says "rubbish", but "refuse"
        stems, like = like, ()
    if stems or phrases:
        query = _one_of(schema, stems, like, year, phrases)
        is_simple = all(len(phrase) == 1 for phrase in phrases)
        if is_simple:
            like, phrases = (*like, *(stem for phrase in phrases for stem in phrase)), ()
        return _Meaning(stems, like, query, is_corrected=False, is_simple=is_simple, year=year, phrases=phrases)
    if year:
        return None
    if town := _town(word, frequency):
        return _Meaning(town, (), _sequence(schema, town), is_corrected=True, is_simple=len(town) == 1)
    if is_last and (longer := beginnings(word, searcher)):
        return _corrected(schema, longer)
    if near := corrections(word, frequency, lambda written: int(searcher.doc_freq("words", written))):
        return _corrected(schema, near)
    if pair := halves(word, frequency):
        return _Meaning(pair, (), _sequence(schema, pair), is_corrected=True, is_simple=False)
    if longer := beginnings(word, searcher):
        return _corrected(schema, longer)
    if is_long_enough_for_two_slips(word):
        query = Query.fuzzy_term_query(schema, "text", stem, distance=2)
        distant = Query.const_score_query(query, WEIGHTS["word two slips away"])
        if searcher.search(distant, 1).hits:
            return _Meaning((), (), distant, is_corrected=True, is_simple=False)
    return None


def _otherwise(typed: Typed, frequency: Callable[[str], int]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """By stem, the phrases that publishers have for what was said with it, as far as the index knows their words."""
    found = said_otherwise([stem for _, stem in typed.words])
    known = {
        stem: tuple(phrase for phrase in phrases if all(map(frequency, phrase))) for stem, phrases in found.items()
    }
    return {stem: phrases for stem, phrases in known.items() if phrases}


def _town(word: str, frequency: Callable[[str], int]) -> tuple[str, ...]:
    """The stems of the town whose postcode this is, whole or its first half, if entries have them."""
    area = postcode_area(word) if any(map(str.isdigit, word)) else None
    town = tuple(stems_of(area.name)) if area else ()
    return town if all(frequency(stem) for stem in town) else ()


def _respelt(
    typed: Typed, frequency: Callable[[str], int], frequency_as_written: Callable[[str], int]
) -> dict[str, str]:
    found = {
        word: respelt(word, frequency(stem), frequency_as_written)
        for word, stem in typed.words
        if stem not in SAME and stem not in LIKE  # no slips, though no entry may have them: "jail" is no "rail"
    }
    return {word: other for word, other in found.items() if other}


def _corrected(schema: Schema, stems: list[str]) -> _Meaning:
    return _Meaning(tuple(stems), (), _one_of(schema, tuple(stems)), is_corrected=True, is_simple=True)


def _wanted(typed: Typed, strong: dict[str, _Meaning]) -> Wanted | None:
    """What matches, in stems alone; None where more than single words decides."""
    if typed.phrases or any(len(sequence) > 1 for sequence in typed.excluded):
        return None
    if (typed.words and not strong) or not all(meaning.is_simple for meaning in strong.values()):
        return None
    groups = tuple(
        (*meaning.stems, *meaning.like, *([YEAR + meaning.year] if meaning.year else [])) for meaning in strong.values()
    )
    return Wanted(groups, tuple(sequence[0] for sequence in typed.excluded))


def _terms(strong: dict[str, _Meaning], schema: Schema) -> Clauses:
    """Single words alone: of a list of such the engine skips what can't be among the best."""
    terms: list[Query] = []
    for meaning in strong.values():
        if not meaning.stems:
            terms.append(meaning.query)
        for stem in meaning.stems:
            terms.append(_term(schema, "text", stem))
        for words in (*((stem,) for stem in meaning.like), *meaning.phrases):
            terms.append(_likened(schema, words))
    return [(Occur.Should, term) for term in terms]


def _titles(strong: dict[str, _Meaning], schema: Schema) -> Clauses:
    return [
        (
            Occur.Should,
            Query.boost_query(_term(schema, "title", meaning.stems[0]), WEIGHTS["word in the title"]),
        )
        for meaning in strong.values()
        if meaning.stems and not meaning.is_corrected
    ]


def _ordering(
    typed: Typed,
    strong: dict[str, _Meaning],
    weak: dict[str, _Meaning],
    all_of_them: Clauses,
    schema: Schema,
    frequency: Callable[[str], int],
) -> Clauses:
    """What lifts a document among those that match."""
    extras: list[Query] = []
    for meaning in strong.values():
        if meaning.year:
            extras.append(_constant(Query.term_query(schema, "year", meaning.year), "year covered"))
    for word, meaning in weak.items():
        extras.append(Query.boost_query(meaning.query, WEIGHTS["word that says little (data, file)"]))
        if code := declared_format(word):
            extras.append(_constant(Query.term_query(schema, "format", code), "format named"))
    stems = [stem for _, stem in typed.words]
    for pair in itertools.pairwise(stems):
        if all(frequency(stem) for stem in pair):
            together = Query.phrase_query(schema, "text", list(pair), slop=1)
            extras.append(Query.boost_query(together, WEIGHTS["two words side by side"]))
    if len(all_of_them) > 1:
        extras.append(_constant(Query.boolean_query(all_of_them), "every word"))
    if typed.exact_title:
        extras.append(_constant(_term(schema, "exact_title", typed.exact_title), "whole title"))
    return [(Occur.Should, extra) for extra in extras]


def _constant(query: Query, weight: str) -> Query:
    return Query.const_score_query(query, WEIGHTS[weight])


def _term(schema: Schema, field: str, stem: str) -> Query:
    return Query.term_query(schema, field, stem)


def _likened(schema: Schema, words: tuple[str, ...]) -> Query:
    """A word, or several side by side, of like meaning. A phrase scores as much as all its words together."""
    return Query.boost_query(_sequence(schema, words), WEIGHTS["word of like meaning"] / len(words))


def _one_of(
    schema: Schema,
    stems: tuple[str, ...],
    like: tuple[str, ...] = (),
    year: str = "",
    phrases: tuple[tuple[str, ...], ...] = (),
) -> Query:
    alternatives = [_term(schema, "text", stem) for stem in stems]
    alternatives += [_likened(schema, words) for words in (*((stem,) for stem in like), *phrases)]
    if year:
        alternatives.append(_constant(Query.term_query(schema, "year", year), "year covered"))
    return alternatives[0] if len(alternatives) == 1 else Query.disjunction_max_query(alternatives)


def _sequence(schema: Schema, stems: tuple[str, ...]) -> Query:
    # The engine panics at a phrase of one word
    return _term(schema, "text", stems[0]) if len(stems) == 1 else Query.phrase_query(schema, "text", list(stems))
