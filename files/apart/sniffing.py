"""What a file is, by its content. Its name and the server's word break ties between kinds that look alike, no more."""

import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: What we call each kind, for people. The codes are those of `catalogue.vocabularies.formats` where it has one.
TITLES: Final[dict[str, str]] = {
    "CSV": "delimited text",
    "TXT": "plain text",
    "XLSX": "Excel workbook",
    "XLS": "Excel workbook (97 to 2003)",
    "ODS": "OpenDocument spreadsheet",
    "JSON": "JSON",
    "JSONL": "JSON, one object a line",
    "GEOJSON": "GeoJSON",
    "XML": "XML",
    "KML": "KML",
    "KMZ": "zipped KML",
    "GML": "GML",
    "GPKG": "GeoPackage",
    "SHP": "shapefile",
    "PARQUET": "Parquet",
    "HTML": "web page",
    "PDF": "PDF",
    "ZIP": "zip archive",
    "GZ": "gzip archive",
    "BZ2": "bzip2 archive",
    "XZ": "xz archive",
    "TAR": "tar archive",
    "7Z": "7-Zip archive",
    "RAR": "RAR archive",
    "ARROW": "Arrow table",
    "SAV": "SPSS file",
    "STATA": "Stata file",
    "NETCDF": "NetCDF or HDF5 file",
    "RSS": "RSS feed",
    "ATOM": "Atom feed",
    "RDF": "RDF/XML",
    "TTL": "Turtle",
    "NT": "N-Triples",
    "WMS": "description of a map service",
    "WMTS": "description of a map tile service",
    "WFS": "description of a feature service",
    "IATI": "IATI activities",
    "ICS": "calendar",
    "DOC": "Word document",
    "DOCX": "Word document",
    "ODT": "OpenDocument text",
    "PPT": "PowerPoint presentation",
    "PPTX": "PowerPoint presentation",
    "ODP": "OpenDocument presentation",
    "RTF": "rich text",
    "SQLITE": "SQLite database",
    "MDB": "Access database",
    "IMAGE": "image",
    "ENCRYPTED": "file under a password",
    "OLE": "Office document of an unknown kind",
    "DBF": "dBase table",
    "BINARY": "file of an unknown kind",
    "EMPTY": "empty file",
}

_START = 65_536

_MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF-", "PDF"),
    (b"PAR1", "PARQUET"),
    (b"\x1f\x8b", "GZ"),
    (b"BZh", "BZ2"),
    (b"\xfd7zXZ\x00", "XZ"),
    (b"7z\xbc\xaf\x27\x1c", "7Z"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"ARROW1", "ARROW"),
    (b"$FL2", "SAV"),
    (b"$FL3", "SAV"),
    (b"<stata_dta>", "STATA"),
    (b"\x89HDF\r\n", "NETCDF"),
    (b"CDF\x01", "NETCDF"),
    (b"CDF\x02", "NETCDF"),
    (b"\x00\x00\x27\x0a", "SHP"),
    (b"\x89PNG", "IMAGE"),
    (b"\xff\xd8\xff", "IMAGE"),
    (b"GIF8", "IMAGE"),
    (b"II*\x00", "IMAGE"),
    (b"MM\x00*", "IMAGE"),
    (b"{\\rtf", "RTF"),
    (b"\x00\x01\x00\x00Standard Jet", "MDB"),
    (b"\x00\x01\x00\x00Standard ACE", "MDB"),
    # BIFF without the envelope that came later
    (b"\x09\x08\x10\x00\x00\x06", "XLS"),
    (b"\x09\x08\x08\x00\x00\x05", "XLS"),
    (b"\x09\x04\x06\x00", "XLS"),
    (b"\x09\x02\x06\x00", "XLS"),
    (b"\x09\x00\x04\x00", "XLS"),
)
_OPEN_DOCUMENT = {"spreadsheet": "ODS", "text": "ODT", "presentation": "ODP"}
_DECLARATION = re.compile(
    r"\s*(?:<\?[^>]*\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>|\s+)", re.DOTALL | re.IGNORECASE
)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)([^>]*)")
_ROOTS = {
    "kml": "KML",
    "rss": "RSS",
    "feed": "ATOM",
    "rdf": "RDF",
    "iati-activities": "IATI",
    "wms_capabilities": "WMS",
    "wmt_ms_capabilities": "WMS",
    "wfs_capabilities": "WFS",
    "html": "HTML",
}
_HTML = re.compile(r"<!doctype html|<html[\s>]|<table[\s>]|<body[\s>]|<head[\s>]", re.IGNORECASE)
_TURTLE = re.compile(r"^\s*@?(?:prefix|base)\s+\S*\s*<", re.IGNORECASE | re.MULTILINE)
_IRI = re.compile(r"<(?:https?|urn|file|mailto|tag):[^\s<>]*>")
_JSONP = re.compile(r"[A-Za-z_$][\w.$]{0,60}\(\s*[\[{]\s*[\"\[{]")
_TRIPLE = re.compile(r"^(?:<[^>\s]+>|_:\S+) <[^>\s]+> .+ \.\s*$")


@dataclass(frozen=True, slots=True)
class Kind:
    code: str
    note: str = ""
    """Why it cannot be looked into, where that is so, or what it is more precisely."""


def kind_of(path: Path, *, name: str = "") -> Kind:
    """`name`: what the file is called where it comes from."""
    with path.open("rb") as file:
        start = file.read(_START)
    if not start.strip(b"\x00 \t\r\n"):
        return Kind("EMPTY", "The file is empty.")
    for magic, code in _MAGIC:
        if start.startswith(magic):
            return Kind(code)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(path)
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole(path)
    if start.startswith(b"SQLite format 3\x00"):
        is_geo = start[68:72] in (b"GPKG", b"GP10", b"GP11") or b"gpkg_contents" in start
        return Kind("GPKG" if is_geo else "SQLITE")
    if start[257:262] == b"ustar":
        return Kind("TAR")
    text = _as_text(start)
    if text is None:
        if name.lower().endswith(".dbf") and start[0] in (0x03, 0x30, 0x31, 0x43, 0x83, 0x8B, 0xF5):
            return Kind("DBF")
        return Kind("BINARY", "It is no kind of file that we know.")
    return _text_kind(path, text, name.lower())


def _zipped(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()[:5_000]
            if "mimetype" in names:
                said = archive.open("mimetype").read(200).decode("ascii", "replace")
                for word, code in _OPEN_DOCUMENT.items():
                    if said.startswith("application/vnd.oasis.opendocument." + word):
                        return Kind(code)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, ValueError):
        return Kind("ZIP", "The archive is damaged.")
    if "[Content_Types].xml" in names or any(name.startswith("xl/") for name in names):
        for folder, code in (("xl/", "XLSX"), ("word/", "DOCX"), ("ppt/", "PPTX")):
            if any(name.replace("\\", "/").lower().startswith(folder) for name in names):
                return Kind(code)
    lowered = [name.lower() for name in names]
    if any(name.endswith(".shp") for name in lowered):
        return Kind("SHP", "zipped")
    if "doc.kml" in lowered or (len(lowered) < 50 and sum(name.endswith(".kml") for name in lowered) == 1):
        return Kind("KMZ")
    return Kind("ZIP")


def _ole(path: Path) -> Kind:
    """By the names of the streams, which stand in the file as UTF-16."""
    content = path.read_bytes() if path.stat().st_size < 64 * 1024**2 else b""

    def has(name: str) -> bool:
        return name.encode("utf-16-le") in content

    if has("EncryptedPackage"):
        return Kind("ENCRYPTED", "It is protected by a password.")
    streams = {"WordDocument": "DOC", "PowerPoint Document": "PPT", "Workbook": "XLS", "Book\x00": "XLS"}
    for name, code in streams.items():
        if has(name):
            return Kind(code)
    return Kind("OLE", "It is an Office document of a kind that we cannot read.")


def _as_text(start: bytes) -> str | None:
    """The first characters, or None for what is no text."""
    if start.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return start.decode("utf-32", "replace")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return start.decode("utf-16", "replace")
    start = start.rstrip(b"\x00") or start  # some machinery fills its files up
    nulls = start.count(0)
    if nulls:
        even, odd = start[0::2].count(0), start[1::2].count(0)
        if nulls > len(start) * 0.3 and min(even, odd) < nulls * 0.1:
            return start.decode("utf-16-le" if odd > even else "utf-16-be", "replace")
        if nulls > len(start) * 0.02 and not _is_plain_text(start.replace(b"\x00", b"")):
            return None
    controls = sum(start.count(byte) for byte in range(1, 32) if byte not in (9, 10, 11, 12, 13, 26, 27))
    if controls > len(start) * 0.02 + 2:
        return None
    return start.decode("utf-8-sig", "replace")


def _is_plain_text(start: bytes) -> bool:
    """Whether nothing but lines of printable characters stands there."""
    printable = sum(byte >= 32 or byte in (9, 10, 13) for byte in start)
    return printable == len(start) and start.isascii() and b"\n" in start


def _text_kind(path: Path, text: str, name: str) -> Kind:
    stripped = text.lstrip("\ufeff \t\r\n\x00")
    if stripped[:1] in ("{", "["):
        if (found := _json_kind(path, stripped)) is not None:
            return found
    elif _JSONP.match(stripped):
        return Kind("JSON")
    elif stripped[:1] == "<" and not _IRI.match(stripped):
        return _markup_kind(stripped)
    if stripped.startswith("BEGIN:VCALENDAR"):
        return Kind("ICS")
    if _TURTLE.search(stripped[:4_000]) or (_IRI.match(stripped) and not _TRIPLE.match(stripped.partition("\n")[0])):
        return Kind("TTL")
    lines = [line for line in stripped.splitlines()[:6] if line and not line.startswith("#")]
    if lines and all(_TRIPLE.match(line) for line in lines[:5]):
        return Kind("NT")
    if name.endswith((".ttl", ".n3")) and "<http" in stripped:
        return Kind("TTL")
    return Kind("CSV")


def _json_kind(path: Path, text: str) -> Kind | None:
    """None for what only begins like JSON."""
    first, _, rest = text.partition("\n")
    if first.rstrip().endswith("}") and rest.lstrip().startswith("{"):
        try:
            if isinstance(json.loads(first), dict):
                return Kind("JSONL")
        except ValueError:
            pass
    if not re.match(r"[\[{]\s*(?:[\"{}\[\]\-\d]|true|false|null|$)", text):
        return None
    head = text[:8_000]
    if re.search(r'"type"\s*:\s*"(?:FeatureCollection|Feature)"', head) or (
        '"coordinates"' in head
        and re.search(r'"(?:geometry|features)"|"type"\s*:\s*"(?:Multi)?(?:Point|LineString|Polygon)"', head)
    ):
        return Kind("GEOJSON")
    if re.match(r'\[\s*\{\s*"', text):
        return Kind("JSON")  # though it may break off
    if path.stat().st_size <= len(text.encode()) and text[0] == "[" and not _parses(text) and "]" not in text[-20:]:
        return None
    return Kind("JSON")


def _parses(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _markup_kind(text: str) -> Kind:
    is_html = _HTML.search(text[:3_000])
    rest = text
    while (found := _DECLARATION.match(rest)) and found.end():
        if "doctype html" in found.group().lower():
            return Kind("HTML")
        rest = rest[found.end() :]
    root = _ROOT.match(rest)
    if root is None:
        return Kind("HTML") if is_html else Kind("XML")
    name, attributes = root.group(1).lower(), root.group(2)
    if name in ("workbook",) and "schemas-microsoft-com:office:spreadsheet" in attributes:
        return Kind("XML", "spreadsheetml")
    if name == "capabilities" and "wmts" in attributes:
        return Kind("WMTS")
    if name == "featurecollection" and "gml" in attributes:
        return Kind("GML")
    if name in _ROOTS:
        return Kind(_ROOTS[name])
    return Kind("HTML") if is_html and "xmlns" not in attributes else Kind("XML")
