"""How text becomes words, for documents and for what people type alike. Pure."""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

#: Longer "words" are base64, hashes and addresses: nobody types them, and they would swell the index.
_LONGEST_WORD = 60

#: Words that say how somebody asks, not what they look for. They are indexed, so that phrases such as
#: "house of commons" work, and left out of what is searched while another word is left.
STOP_WORDS: Final = frozenset(
    re.findall(
        r"\w+",
        "a about am an and any are as at be by can could do does for from get give has have how i if in into is it its "
        "m me my of on or over please s show t that the their there this to under up using was we were what when where "
        "which who will with would you your",
    )
)

#: Words that nearly every entry could carry. They count a little where they occur, but no entry is found for them
#: alone, or left out for want of them, while another word is there.
WEAK_WORDS: Final = frozenset(
    re.findall(
        r"\w+",
        "available data dataset datasets find information looking publicly "
        "csv excel file files geojson json kml pdf shapefile shapefiles shp spreadsheet spreadsheets xls xlsx xml",
    )
)


class Place(NamedTuple):
    """A word in a text: its stem, and where it begins and ends, in characters."""

    stem: str
    start: int
    end: int


def _folding() -> TextAnalyzerBuilder:
    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(_LONGEST_WORD))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
    )


def english() -> TextAnalyzer:
    """Words in lower case without accents, cut to their English stems: "Flooding" and "floods" are one."""
    return _folding().filter(Filter.stemmer("english")).build()


def as_written() -> TextAnalyzer:
    """Words in lower case without accents, whole."""
    return _folding().build()


_english: Final = english()
_plain: Final = as_written()


def stems(text: str) -> list[str]:
    """The words of a text as the index holds them."""
    return _english.analyze(text)


def written(text: str) -> list[str]:
    """The words of a text as written, in lower case and without accents."""
    return _plain.analyze(text)


def words(text: str) -> list[tuple[str, str]]:
    """The words of a text, each as written (in lower case, without accents) and as the index holds it."""
    return list(zip(_plain.analyze(text), _english.analyze(text), strict=True))


def places(text: str, wanted: frozenset[str]) -> list[Place]:
    """Where the words of a text stand whose stems are wanted."""
    if not wanted:
        return []
    if text.isascii():
        # Taking every word of a text apart costs ten times more than looking at those that begin alike
        likely = list(_likely_words(wanted).finditer(text))
        found = stems(" ".join(word[0] for word in likely))
        if len(found) == len(likely):
            pairs = zip(found, likely, strict=True)
            return [Place(stem, word.start(), word.end()) for stem, word in pairs if stem in wanted]
    tokens = _english.pre_tokenize(text).tokens
    return [Place(token.text, token.char_offset_from, token.char_offset_to) for token in tokens if token.text in wanted]


@lru_cache(maxsize=256)
def _likely_words(wanted: frozenset[str]) -> re.Pattern[str]:
    """Words that begin as the wanted stems do. A stem's last letters may differ from the word's: "polici", "policy"."""
    beginnings = sorted({stem[: max(1, min(4, len(stem) - 2))] for stem in wanted})
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, beginnings))})[^\W_]*", re.IGNORECASE)
