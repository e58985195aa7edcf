"""What a web address says of the format behind it."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote

#: Query parameters whose value names a format.
_FORMAT_PARAMETERS = frozenset(
    {"_format", "ext", "extension", "f", "file_type", "filetype", "fmt", "format", "output", "outputformat", "type"}
)
_SERVICES = frozenset({"wms", "wfs", "wcs", "wmts", "csw", "sos"})
#: Extensions of packages inside which a second extension tells the content: `roads.csv.zip`.
_PACKAGES = frozenset({"zip", "gz", "bz2", "7z", "rar", "tgz", "tar"})
#: Extensions of programs that may answer with anything.
_PROGRAMS = frozenset(
    {"action", "ashx", "asp", "aspx", "axd", "cfm", "cgi", "dll", "do", "js", "jsp", "php", "pl", "py"}
)

_ESRI_SERVICE = re.compile(r"/(?:arcgis|rest)/.*?/(?:mapserver|featureserver|imageserver|geocodeserver|gpserver)\b")
_ESRI_OGC = re.compile(r"/(wms|wfs|wcs)server\b")
_PATH_SERVICE = re.compile(r"/(?:(?:geoserver|cgi-bin|services?|ows)/(?:.*/)?)?(wms|wfs|wcs|wmts|csw|sparql)/?$")


def format_hints(url: str) -> Iterator[str]:
    """Lower-case spellings of the format, surest first; none when the address is silent. Never fails."""
    address, _, query = url.strip().partition("#")[0].partition("?")
    path = address.lower()
    if query:
        pairs = _pairs(query)
        for name, value in pairs:
            if name == "service" and value in _SERVICES:
                yield value
        for name, value in pairs:
            if name in _FORMAT_PARAMETERS and value and len(value) <= 60:
                yield value.removeprefix(".")
    if "server" in path:
        found = _ESRI_OGC.search(path)
        if found:
            yield found[1]
        elif _ESRI_SERVICE.search(path):
            yield "esri rest"
    name = path.rsplit("/", 1)[-1] if path.count("/") > 2 else ""
    if "." in name:
        yield from _extensions(unquote(name) if "%" in name else name)
    found = _PATH_SERVICE.search(path)
    if found:
        yield found[1]


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return [(name.lower(), value.lower().strip()) for name, value in parse_qsl(query, max_num_fields=50)]
    except ValueError:  # more fields than any honest address has
        return []


def _extensions(name: str) -> Iterator[str]:
    """'roads.csv.zip' → 'csv', then 'zip'."""
    stem, _, last = name.strip().rpartition(".")
    if not last.isalnum() or len(last) > 10 or last in _PROGRAMS:
        return
    if last in _PACKAGES and "." in stem:
        inner = stem.rpartition(".")[2]
        if inner.isalnum() and not inner.isdigit() and len(inner) <= 8:
            yield inner
    yield last
