"""File formats and service protocols: what people write → one code, and the facts the catalogue needs of each code.

A code is CKAN's short name of the format ('CSV', 'GeoJSON', 'Esri REST'): CKAN's clients find what they ask for.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from catalogue.vocabularies.format_urls import format_hints
from catalogue.vocabularies.tables import EU_AUTHORITY, load_table, term_key

#: data.gov.uk's filter groups, in its order. A format with no group of its own is in `Other`.
BUCKETS = (
    "CSV", "ESRI REST", "GEOJSON", "HTML", "JSON", "KML", "PDF", "SHP", "WFS", "WMS", "XLS", "XML", "ZIP", "Other",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Format:
    """One format. `stars`: five-star points of the format alone, as if its licence were open and its link worked."""

    code: str
    title: str
    media_type: str  # IANA's where registered, else the one in common use; "" where there is none
    eu_uri: str  # EU file-type authority table; "" where it has no term
    bucket: str  # one of BUCKETS
    is_open: bool  # published specification that anyone may implement
    is_machine_readable: bool  # structured, so that a program can pick out single values
    stars: int


_ROWS = load_table("formats")

#: Every format we know, by code.
FORMATS: dict[str, Format] = {
    row["code"]: Format(
        code=row["code"],
        title=row["title"],
        media_type=row["media_type"],
        eu_uri=f"{EU_AUTHORITY}file-type/{row['eu']}" if row["eu"] else "",
        bucket=row["bucket"],
        is_open=row["open"],
        is_machine_readable=row["machine"],
        stars=row["stars"],
    )
    for row in _ROWS
}

#: A media type without parameters.
MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)

#: Formats of what is asked or read at its address rather than downloaded from it: services, and web pages.
NOT_DOWNLOADED = frozenset(
    {"WMS", "WFS", "WCS", "WMTS", "CSW", "SOS", "OGC API", "Tiles", "Esri REST", "ArcGIS Map Service"}
    | {"ArcGIS Map Preview", "ArcGIS Online Map", "SPARQL", "API", "HTML"}
)


def implied_media_type(code: str) -> str:
    """The media type of a file of this format whose entry gives none; empty where there is none, or no such format."""
    known = FORMATS.get(code)
    return known.media_type if known else ""


def media_type_of(given: str, code: str) -> str:
    """The media type of a file: the one that its entry gives, where it is one, else that of its format."""
    return given if MEDIA_TYPE.fullmatch(given) else implied_media_type(code)


_EU_LISTS = load_table("eu_format_lists")
#: EU file-type terms that data.europa.eu counts as non-proprietary, and as machine-readable, in its quality score.
EU_NON_PROPRIETARY = frozenset(f"{EU_AUTHORITY}file-type/{code}" for code in _EU_LISTS["non_proprietary"])
EU_MACHINE_READABLE = frozenset(f"{EU_AUTHORITY}file-type/{code}" for code in _EU_LISTS["machine_readable"])

_SPELLINGS: dict[str, str] = {}
for _row in _ROWS:
    for _name in (_row["code"], _row["eu"], _row["media_type"], *_row["extensions"], *_row["names"], _row["title"]):
        if _name:
            _SPELLINGS.setdefault(term_key(_name), _row["code"])
        if "/" in _name and ("+" in _name or "/vnd." in _name):  # 'rdf+xml', 'vnd.ms-excel': the type left out
            _SPELLINGS.setdefault(term_key(_name.split("/", 1)[1]), _row["code"])

_EXTENSIONS: dict[str, str] = {extension: row["code"] for row in _ROWS for extension in row["extensions"]}

#: Packaging: says how a file travels, not what is in it. Loses against any content named beside it.
_PACKAGING = frozenset({"ZIP", "GZ", "TAR", "7Z", "RAR", "BZ2"})

#: A declared format that leaves room, and what the media type or the address may narrow it to.
_NARROWER: dict[str, frozenset[str]] = {
    "XML": frozenset(code for code, known in FORMATS.items() if known.bucket in ("XML", "WMS", "WFS", "KML"))
    - {"XML", "XSLT"}
    | {"WCS", "WMTS", "RDF"},
    "JSON": frozenset({"GeoJSON", "JSON-LD", "TopoJSON", "NDJSON", "CityJSON", "JSON:API"}),
    "TXT": frozenset({"CSV", "TSV", "PSV", "ASCII Grid"}),
    "XLS": frozenset({"XLSX", "XLSM", "XLSB", "ODS"}),
    "TIFF": frozenset({"GeoTIFF"}),
    "RDF": frozenset({"TTL", "N3", "N-Triples", "N-Quads", "TriG", "JSON-LD"}),
    "ODF": frozenset({"ODS", "ODT", "ODP", "ODG"}),
    "MapInfo": frozenset({"MIF/MID"}),
    "DOC": frozenset({"DOCX"}),
    "PPT": frozenset({"PPTX"}),
    "API": frozenset(FORMATS) - _PACKAGING - {"HTML", "API"},
    **{code: frozenset(FORMATS) - _PACKAGING - {"HTML", "API"} for code in _PACKAGING},
}

#: Words that are a format only when they stand alone: inside a longer text they are ordinary English or noise.
_NOT_IN_PROSE = {
    "access", "ai", "binary", "calendar", "coverage", "cs", "css", "dat", "dot", "email", "feed", "flash", "grid",
    "las", "max", "md", "mid", "notebook", "online", "opendocument", "pl", "ps", "r", "rest", "text", "tool", "view",
    "img", "viewer", "word", "world",
}  # fmt: skip

#: Media types that only say "a file".
_EMPTY_MEDIA_TYPES = frozenset(
    {"application/octet-stream", "application/unknown", "binary/octet-stream", "application/http"}
)

_SEGMENTS = re.compile(r"\s*(?:[/,;|()\[\]&+\n]|\band\b|\bor\b)\s*")
_WORDS = re.compile(r"[^a-z0-9]+")


def format_from(raw: str, *, media_type: str = "", url: str = "") -> str:
    """The code of a format from what was declared, else from the media type, else from the address; '' when none tells.

    A declared format that leaves room (XML, ZIP, API …) is narrowed by the media type or the address: 'XML' at an
    address that asks for `service=WMS` is WMS, 'ZIP' at `…/roads.csv.zip` is CSV.
    """
    declared = declared_format(raw) if raw else ""
    if declared and declared not in _NARROWER:
        return declared
    typed = media_type_format(media_type) if media_type else ""
    known = declared or typed
    narrower = _NARROWER.get(known, frozenset())
    if typed and (typed in narrower or (not declared and not narrower)):
        return typed
    addressed = _format_of_address(url) if url else ""
    return addressed if addressed in narrower or not known else known


@lru_cache(maxsize=16_384)
def declared_format(raw: str) -> str:
    """The code meant by a format field: exact spellings first, then the parts of a list, then single words."""
    key = term_key(raw)
    if not key:
        return ""
    exact = _spelling(key)
    if exact:
        return exact
    if "://" in key:
        return media_type_format("/".join(key.rstrip("/").split("/")[-2:])) or _spelling(
            key.rstrip("/").rsplit("/", 1)[-1]
        )
    if ";" in key or "/" in key:
        typed = media_type_format(key)
        if typed:
            return typed
    parts = [_SPELLINGS.get(term_key(part), "") for part in _SEGMENTS.split(key)]
    found = [code for code in parts if code]
    if not found:
        words = [word for word in _WORDS.split(key) if len(word) > 1 and word not in _NOT_IN_PROSE]
        found = [code for code in map(_SPELLINGS.get, words) if code]
    return _best(found)


def _spelling(key: str) -> str:
    """The code of one known spelling, hyphens and underscores being as good as blanks."""
    return _SPELLINGS.get(key) or _SPELLINGS.get(key.replace("_", " ").replace("-", " ")) or ""


@lru_cache(maxsize=4_096)
def media_type_format(media_type: str) -> str:
    """The code of a media type, its parameters left aside ('text/csv; charset=utf-8', also as IANA's URI)."""
    key = term_key(media_type.split(";", 1)[0])
    if "iana.org/assignments/media-types/" in key:
        key = key.split("iana.org/assignments/media-types/", 1)[1]
    if "/" not in key or key in _EMPTY_MEDIA_TYPES:
        return ""
    return _SPELLINGS.get(key, "")


def _format_of_address(url: str) -> str:
    """The code that an address gives away: a service request, else `format=…`, else the file name."""
    for hint in format_hints(url):
        code = _EXTENSIONS.get(hint) or (_SPELLINGS.get(hint, "") if len(hint) > 1 else "")
        if code:
            return code
    return ""


def _best(codes: Iterable[str]) -> str:
    """Of several formats offered in one field, the one most useful to a reuser; the first of equals."""
    found = list(dict.fromkeys(codes))
    content = [code for code in found if code not in _PACKAGING] or found
    for code in content:
        if any(other in _NARROWER.get(code, ()) for other in content):
            content = [other for other in content if other != code]
    return max(content, key=lambda code: (FORMATS[code].stars, FORMATS[code].bucket != "Other"), default="")
