"""Arguments of `package_search` → what is asked for. Pure but for the clock that it is given."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.errors import Invalid, SearchQueryInvalid
from catalogue.api.ckan.query.nodes import And, Everything, Node, Not, Or, Words, all_of, typed
from catalogue.api.ckan.query.syntax import SyntaxInvalid, parse
from catalogue.places import Box

MOST_ROWS: Final = 1_000
DEFAULT_SORT: Final = "score desc, metadata_modified desc"

#: What CKAN takes. Some only tune its own engine: they are let be, since leaving them out changes nothing but order.
_KNOWN: Final = frozenset(
    {
        *("q", "fq", "fq_list", "sort", "rows", "start", "fl", "facet", "facet.field", "facet.limit", "facet.mincount"),
        *("include_private", "include_drafts", "include_deleted", "use_default_schema", "extras"),
        *("qf", "bf", "boost", "tie", "defType", "mm", "wt", "df"),
    }
)

#: Names to sort by. `score` is how well the words match; nobody counts views here, so they order nothing.
SORTS: Final = {
    "score": "",
    "rank": "",
    "relevance": "",
    "views_recent": "",
    "views_total": "",
    "id": "id",
    "name": "name",
    "title": "title",
    "title_string": "title",
    "organization": "publisher__slug",
    "license_id": "licence_id",
    "metadata_modified": "modified_at",
    "metadata_created": "created_at",
    "num_resources": "resource_count",
    "num_tags": "tag_count",
}
_BY_MATCH: Final = ("score", "rank", "relevance")

_OPERATORS = re.compile(r'[:()*?\[\]{}\\]|(?:^|\s)(?:AND|OR|NOT|&&|\|\||!|\+)(?=[\s("\w])')
_WORD_FIELDS: Final = ("title", "title_ngram", "notes", "text")


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What is asked for.

    `words` is what was typed to be found anywhere, `node` what must hold besides, `ranked_by` the words by which
    matches are ordered where `sort` begins with the score.
    """

    words: str
    node: Node
    ranked_by: str
    sort: tuple[tuple[str, bool], ...]  # (field of ours, whether falling)
    is_by_match: bool
    sort_text: str
    start: int
    rows: int
    fields: tuple[str, ...]
    facets: tuple[str, ...]
    facet_limit: int | None
    facet_least: int
    box: Box | None

    @classmethod
    def read(cls, arguments: Arguments) -> "SearchRequest":
        """Raises `SearchQueryInvalid` or `Invalid`."""
        unknown = sorted(name for name in arguments.names() - _KNOWN if not name.startswith("ext_"))
        if unknown:
            raise SearchQueryInvalid(f"Invalid search parameters: {unknown}")
        words, node, ranked_by = _read_q(arguments.text("q"))
        filters = [_parsed(text) for name in ("fq", "fq_list") for text in _read_filters(arguments, name)]
        sort_text = arguments.text("sort").strip() or DEFAULT_SORT
        sort = _read_sort(sort_text)
        return cls(
            words=words,
            node=all_of([node, *filters]),
            ranked_by=words or ranked_by,
            sort=tuple((SORTS[name], is_falling) for name, is_falling in sort if SORTS[name]),
            is_by_match=bool(sort) and sort[0][0] in _BY_MATCH,
            sort_text=sort_text,
            start=arguments.whole("start", default=0),
            rows=arguments.whole("rows", default=10, highest=MOST_ROWS),
            fields=_read_fields(arguments),
            facets=_read_facets(arguments),
            facet_limit=_read_facet_limit(arguments),
            facet_least=arguments.whole("facet.mincount", default=1),
            box=_read_box(arguments.text("ext_bbox")),
        )


def _read_q(text: str) -> tuple[str, Node, str]:
    """Words to be found anywhere, the rest as a tree, and the words in it that say what matters most."""
    text = text.strip()
    if text in ("", '""', "''", "*:*", "*"):
        return "", Everything(), ""
    if not _OPERATORS.search(text):
        return text, Everything(), ""
    try:
        node = _parsed(text)
    except SearchQueryInvalid:
        if ":" in text or text.startswith("{!"):
            raise
        return text, Everything(), ""  # somebody's own words, in which a bracket is a bracket
    parts = list(node.nodes) if isinstance(node, And) else [node]
    free = [part for part in parts if isinstance(part, Words) and part.field is None]
    rest = all_of([part for part in parts if part not in free])
    return typed(free), rest, typed(list(_telling(rest)))


def _read_filters(arguments: Arguments, name: str) -> list[str]:
    """Every one must hold. `fq_list` may be a list as JSON."""
    texts = arguments.texts(name)
    listed = _json(texts[0]) if len(texts) == 1 and texts[0].lstrip().startswith("[") else None
    return [str(text) for text in listed] if isinstance(listed, list) else texts


def _telling(node: Node) -> list[Words]:
    """Words that results must or may have in their texts, as against fields to filter by."""
    match node:
        case And(nodes) | Or(nodes):
            return [words for inner in nodes for words in _telling(inner)]
        case Not():
            return []
        case Words(field=field) if field is None or field in _WORD_FIELDS:
            return [node]
        case _:
            return []


def _parsed(text: str) -> Node:
    try:
        return parse(text)
    except SyntaxInvalid as error:
        raise SearchQueryInvalid(str(error)) from None


def _read_sort(text: str) -> list[tuple[str, bool]]:
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, direction = part.partition(" ")
        if name not in SORTS or direction.strip().lower() not in ("asc", "desc"):
            raise SearchQueryInvalid(
                f'Invalid "sort" parameter: “{part[:60]}” should be one of {", ".join(SORTS)}, then asc or desc'
            )
        found.append((name, direction.strip().lower() == "desc"))
    return found


def _read_fields(arguments: Arguments) -> tuple[str, ...]:
    names = [
        name
        for text in arguments.texts("fl")
        for name in re.split(r"[\s,]+", text.strip("[] ").replace('"', ""))
        if name
    ]
    return () if "*" in names else tuple(dict.fromkeys(names))


def _read_facets(arguments: Arguments) -> tuple[str, ...]:
    """A repeated parameter or a list as JSON. CKAN refuses a bare word, and clients rely on knowing."""
    if not arguments.flag("facet", default=True) or not arguments.has("facet.field"):
        return ()
    texts = arguments.texts("facet.field")
    if len(texts) == 1:
        found = _json(texts[0]) if texts[0].startswith("[") else texts if arguments.is_list("facet.field") else None
        if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
            raise Invalid.argument("facet.field", 'Must be a list: write it as ["organization", "tags"]')
        texts = found
    return tuple(dict.fromkeys(texts))[:50]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _read_facet_limit(arguments: Arguments) -> int | None:
    limit = arguments.whole("facet.limit", default=50, lowest=-1)
    return None if limit < 0 else limit


def _read_box(text: str) -> Box | None:
    """`minx,miny,maxx,maxy`, as ckanext-spatial has it."""
    if not text.strip():
        return None
    try:
        west, south, east, north = (float(side) for side in text.split(","))
        return Box(west, south, east, north)
    except ValueError:
        raise SearchQueryInvalid("ext_bbox should be minx,miny,maxx,maxy in degrees") from None
