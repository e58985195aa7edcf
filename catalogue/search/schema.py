"""The fields of the index. Any change here gives another `SCHEMA_HASH`, hence another directory and a rebuild."""

import hashlib
from typing import Final

from tantivy import Index, Schema, SchemaBuilder

from catalogue.search.analysis import as_written, english
from catalogue.search.facets import FACETS
from catalogue.search.synonyms import ACRONYMS
from catalogue.search.title_order import LEVELS
from catalogue.search.weights import WEIGHTS

#: Raised by hand when what documents hold changes though the fields don't: weights, parts, analysis.
DOCUMENT_VERSION: Final = 6

ANALYSER: Final = "english"
PLAIN_ANALYSER: Final = "plain"

#: What each field is for. Text to search is in two; the rest filters, counts, orders or is shown.
_TEXT: Final = {
    "text": "position",  # all that can be found, repeated by weight: one field ranks better than many
    "title": "freq",  # the title alone, for the extra that a word in the title earns
}
_WRITTEN: Final = "words"  # words of titles, tags and publishers as they are written: for suggestions and corrections
_TERMS: Final = (
    "id",  # key of the document
    "exact_title",  # the stems of the whole title, for the entry that is called just what was typed
)
TITLE_ORDER: Final = "title_order"  # what titles are put in order by
TITLE_NUMBERS: Final = tuple(f"title_order_{number}" for number in range(1, LEVELS + 1))  # its first bytes as numbers
_NUMBERS: Final = (
    "standing",  # 0 to 100: quality, links and freshness
    "recency",  # orders by day of update, then by change of the entry; unique in practice, so that paging is stable
    "id_high",  # the id once more, as two halves: ids are wanted by the hundred thousand, and only numbers come so fast
    "id_low",
    "row",  # its number in the bitmaps: see `rows`
    "covers_from",  # days since 1970 of the period that the data covers; an open end is very far away
    "covers_to",
    "extent",  # class of the box's size
)
_DEGREES: Final = ("west", "south", "east", "north")
_CARD: Final = "card"  # JSON of what a result shows


def build_schema() -> Schema:
    builder = SchemaBuilder()
    for name, option in _TEXT.items():
        builder.add_text_field(name, tokenizer_name=ANALYSER, index_option=option)
    builder.add_text_field(_WRITTEN, tokenizer_name=PLAIN_ANALYSER, index_option="freq")
    for name in _TERMS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(TITLE_ORDER, tokenizer_name="raw", index_option="basic", fast=True)
    for facet in FACETS.values():
        for name in {facet.field: 1, facet.column: 1}:
            builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=name == facet.column)
    for name in (*_NUMBERS, *TITLE_NUMBERS):
        builder.add_integer_field(name, fast=True)
    for name in _DEGREES:
        builder.add_float_field(name, fast=True)
    builder.add_bytes_field(_CARD, stored=True, indexed=False, fast=False)
    return builder.build()


def _hash() -> str:
    facets = [(facet.field, facet.column) for facet in FACETS.values()]
    parts = [(name, weight) for name, weight in WEIGHTS.items() if name.startswith("part: ")]
    acronyms = sorted(ACRONYMS.items())
    fields = (_TEXT, _WRITTEN, _TERMS, TITLE_NUMBERS, _NUMBERS, _DEGREES, _CARD, facets)
    described = repr((DOCUMENT_VERSION, fields, parts, acronyms, "tantivy 0.27"))
    return hashlib.sha256(described.encode()).hexdigest()[:12]


SCHEMA: Final = build_schema()
SCHEMA_HASH: Final = _hash()


def register(index: Index) -> Index:
    """Give an index that was just made or opened its analyser, and leave reloading to us."""
    index.register_tokenizer(ANALYSER, english())
    index.register_tokenizer(PLAIN_ANALYSER, as_written())
    index.config_reader("manual")
    return index
