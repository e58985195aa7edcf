"""`publisher:leeds`, `format:excel`: what was written after the colon, as values of a facet."""

from collections.abc import Callable, Iterable
from typing import Final

from tantivy import Searcher

from catalogue.gazetteer.lookup import find
from catalogue.search.analysis import stems
from catalogue.search.synonyms import ACRONYMS
from catalogue.search.typed import Asked
from catalogue.vocabularies.formats import format_from

#: Values of one facet that are looked through.
_MOST: Final = 20_000

_SPELT_OUT: Final = {letters.lower(): words for letters, words in ACRONYMS.items()}


def values_of(asked: Iterable[Asked], searcher: Searcher) -> dict[str, tuple[str, ...]]:
    """Values of each facet that what was asked can mean. One that nothing can be stands as it was written: it finds
    nothing, which is the truth."""
    found: dict[str, dict[str, None]] = {}
    for each in asked:
        meant = _MEANINGS.get(each.facet, _by_words)(each, searcher) or [each.text]
        found.setdefault(each.facet, {}).update(dict.fromkeys(meant))
    return {facet: tuple(values) for facet, values in found.items()}


def _format(each: Asked, searcher: Searcher) -> list[str]:
    return [code] if (code := format_from(each.text)) else []


def _tag(each: Asked, searcher: Searcher) -> list[str]:
    """As tags are held: in lower case. Hyphens may stand for blanks, which can't be typed without quotes."""
    tag = " ".join(each.text.lower().split())
    return list(dict.fromkeys([tag, tag.replace("-", " "), tag.replace("_", " "), tag.replace(" ", "-")]))


def _place(each: Asked, searcher: Searcher) -> list[str]:
    return [place.code for place in find(each.text)[:1]]


def _by_words(each: Asked, searcher: Searcher) -> list[str]:
    """The value itself, else those that have every word of it: "leeds" is leeds-city-council."""
    values = [value for value, _ in searcher.terms_with_prefix(each.facet, "", limit=_MOST)]
    if each.text in values or (slug := "-".join(each.text.lower().split())) in values:
        return [each.text if each.text in values else slug]
    wanted = set(stems(_SPELT_OUT.get(each.text.lower(), each.text)))
    return [value for value in values if wanted and wanted <= set(stems(value))][:50]


_MEANINGS: Final[dict[str, Callable[[Asked, Searcher], list[str]]]] = {
    "format": _format,
    "tag": _tag,
    "place": _place,
    "year": lambda each, searcher: [each.text],
}
