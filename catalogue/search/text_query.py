"""What somebody typed, as a query. Nothing typed is syntax but quotes and a leading minus, and nothing typed can raise.

The engine's own query parser is never used: nested brackets can kill the process.
"""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tantivy import Occur, Query, Schema, Searcher

from catalogue.search.analysis import STOP_WORDS, WEAK_WORDS, words
from catalogue.search.corrections import beginnings, corrections, halves, is_long_enough_for_two_slips
from catalogue.search.document import exact_title

#: Characters of what was typed that are read.
LONGEST_QUERY: Final = 500

_MOST_WORDS: Final = 24
_MOST_PHRASES: Final = 8

# How much each extra adds to a document's score, beside about 5 to 20 that one word earns. Set by bench/relevance.py.
_IN_TITLE: Final = 0.3  # times the score of the word in the title
_TOGETHER: Final = 0.2  # times the score of two words side by side
_ALL_WORDS: Final = 5.0
_WHOLE_TITLE: Final = 20.0
_WEAK: Final = 0.6  # times the score of a weak word
_DISTANT: Final = 5.0  # for a word two slips away, of whose commonness nothing is known

_pieces = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"|(?P<plain>[^\s"]+))')
_quotes = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\x00": " "})

Clauses = list[tuple[Occur, Query]]


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed, taken apart. Words are (as written, stem), each once; a phrase is a tuple of stems."""

    words: tuple[tuple[str, str], ...]
    phrases: tuple[tuple[str, ...], ...]
    excluded: tuple[tuple[str, ...], ...]
    exact_title: str

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.phrases or self.excluded)


def take_apart(text: str) -> Typed:
    """Words, "quoted phrases" and -excluded words or -"phrases". A quote that isn't closed counts for nothing."""
    text = text.translate(_quotes)
    found: dict[str, str] = {}
    phrases: list[tuple[str, ...]] = []
    excluded: list[tuple[str, ...]] = []
    for piece in _pieces.finditer(text):
        inside = words(piece["phrase"] if piece["phrase"] is not None else piece["plain"])
        sequence = tuple(stem for _, stem in inside)
        if not sequence:
            continue
        if piece["minus"]:
            excluded.append(sequence)
        elif piece["phrase"] is not None:
            phrases.append(sequence)
        else:
            for word, stem in inside:
                found.setdefault(stem, word)
    telling = {stem: word for stem, word in found.items() if word not in STOP_WORDS}
    kept = telling or ({} if phrases else found)
    return Typed(
        words=tuple((word, stem) for stem, word in kept.items())[:_MOST_WORDS],
        phrases=tuple(dict.fromkeys(phrases))[:_MOST_PHRASES],
        excluded=tuple(dict.fromkeys(excluded))[:_MOST_PHRASES],
        exact_title="" if excluded else exact_title(text),
    )


@dataclass(frozen=True, slots=True)
class TextQuery:
    """Conditions that decide what matches, what orders it, and which words were really looked for.

    `every_word` is None where it would say the same as `any_word`.
    """

    any_word: Clauses
    every_word: Clauses | None
    ordering: Clauses
    stems: frozenset[str]
    corrected: tuple[str, ...]  # words that no entry has, for which others were looked for
    unknown: tuple[str, ...]  # words that no entry has, and nothing like them


@dataclass(frozen=True, slots=True)
class _Meaning:
    """One typed word: the stems that stand for it, and how to find them in the searched text."""

    stems: tuple[str, ...]
    query: Query
    is_corrected: bool


def to_query(typed: Typed, searcher: Searcher, schema: Schema) -> TextQuery:
    """The query for what was typed, given the words that the index knows."""

    def frequency(stem: str) -> int:
        return int(searcher.doc_freq("text", stem))

    last = typed.words[-1][0] if typed.words else ""
    meanings = {
        word: _meaning(word, stem, searcher, schema, frequency, is_last=word == last) for word, stem in typed.words
    }
    known = {word: meaning for word, meaning in meanings.items() if meaning}
    strong = {word: meaning for word, meaning in known.items() if word not in WEAK_WORDS}
    weak = {word: meaning for word, meaning in known.items() if word not in strong}
    if not strong:
        strong, weak = weak, {}

    required: Clauses = [(Occur.Must, _sequence(schema, phrase)) for phrase in typed.phrases]
    required += [(Occur.MustNot, _sequence(schema, sequence)) for sequence in typed.excluded]
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
        ordering=_ordering(typed, strong, weak, all_of_them, schema, frequency),
        stems=frozenset(
            [stem for meaning in known.values() for stem in meaning.stems]
            + [stem for phrase in typed.phrases for stem in phrase]
        ),
        corrected=tuple(word for word, meaning in known.items() if meaning.is_corrected),
        unknown=tuple(word for word, meaning in meanings.items() if not meaning),
    )


def _meaning(
    word: str, stem: str, searcher: Searcher, schema: Schema, frequency: Callable[[str], int], *, is_last: bool
) -> _Meaning | None:
    if frequency(stem):
        return _Meaning((stem,), _term(schema, "text", stem), is_corrected=False)
    if is_last and (longer := beginnings(word, searcher)):
        return _Meaning(tuple(longer), _one_of(schema, longer), is_corrected=True)
    if near := corrections(word, frequency):
        return _Meaning(tuple(near), _one_of(schema, near), is_corrected=True)
    if pair := halves(word, frequency):
        return _Meaning(pair, _sequence(schema, pair), is_corrected=True)
    if is_long_enough_for_two_slips(word):
        distant = Query.const_score_query(Query.fuzzy_term_query(schema, "text", stem, distance=2), _DISTANT)
        if searcher.search(distant, 1).hits:
            return _Meaning((), distant, is_corrected=True)
    return None


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
        if not meaning.is_corrected:
            extras.append(Query.boost_query(_term(schema, "title", meaning.stems[0]), _IN_TITLE))
    for meaning in weak.values():
        extras.append(Query.boost_query(meaning.query, _WEAK))
    stems = [stem for _, stem in typed.words]
    for pair in itertools.pairwise(stems):
        if all(frequency(stem) for stem in pair):
            extras.append(Query.boost_query(Query.phrase_query(schema, "text", list(pair), slop=1), _TOGETHER))
    if len(all_of_them) > 1:
        extras.append(Query.const_score_query(Query.boolean_query(all_of_them), _ALL_WORDS))
    if typed.exact_title:
        extras.append(Query.const_score_query(_term(schema, "exact_title", typed.exact_title), _WHOLE_TITLE))
    return [(Occur.Should, extra) for extra in extras]


def _term(schema: Schema, field: str, stem: str) -> Query:
    return Query.term_query(schema, field, stem)


def _one_of(schema: Schema, stems: list[str]) -> Query:
    return Query.disjunction_max_query([_term(schema, "text", stem) for stem in stems])


def _sequence(schema: Schema, stems: tuple[str, ...]) -> Query:
    # The engine panics at a phrase of one word
    return _term(schema, "text", stems[0]) if len(stems) == 1 else Query.phrase_query(schema, "text", list(stems))
