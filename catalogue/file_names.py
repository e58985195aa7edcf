"""Names and types of uploaded files, such as may stand in addresses and headers. Pure."""

import re
import unicodedata
from typing import Final

#: By ending: the media type that is given with a file. Everything else goes out as bytes that no browser interprets.
MEDIA_TYPES: Final = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "json": "application/json",
    "geojson": "application/geo+json",
    "jsonl": "application/jsonl",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "gz": "application/gzip",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "parquet": "application/vnd.apache.parquet",
    "gpkg": "application/geopackage+sqlite3",
    "kml": "application/vnd.google-earth.kml+xml",
    "gml": "application/gml+xml",
    "ttl": "text/turtle",
    "nt": "application/n-triples",
}
UNKNOWN: Final = "application/octet-stream"


def safe_file_name(name: str) -> str:
    """Letters, digits, hyphen, underscore and full stop, at most 120; the ending is kept."""
    last = name.replace("\\", "/").rpartition("/")[2]
    folded = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode()
    stem, dot, ending = folded.rpartition(".")
    if not dot:
        stem, ending = folded, ""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-.")[:100] or "file"
    ending = re.sub(r"[^A-Za-z0-9]+", "", ending)[:16].lower()
    return f"{stem}.{ending}" if ending else stem


def media_type_of(file_name: str) -> str:
    return MEDIA_TYPES.get(file_name.rpartition(".")[2].lower(), UNKNOWN)
