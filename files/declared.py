"""Schemas that an entry says its files follow: fetched, and told apart by content."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from files import fetching
from files.enums import ReportKind
from services.http import HttpError

_MAX_SCHEMA: Final = 4 * 1024 * 1024
#: Formats whose tables a Table Schema is for.
_TABULAR: Final = frozenset({"CSV", "XLSX", "XLS", "ODS", "PARQUET"})
_XML: Final = frozenset({"XML", "KML", "GML", "IATI", "RSS", "ATOM", "RDF"})
_JSON: Final = frozenset({"JSON", "GEOJSON"})


def addresses(*said: str | Sequence[str]) -> list[str]:
    """Web addresses among what an entry says it conforms to."""
    found: list[str] = []
    for one in said:
        found += [one] if isinstance(one, str) else list(one)
    return [url for url in dict.fromkeys(found) if url.startswith(("http://", "https://"))][:3]


def fetch(url: str, target: Path) -> bool:
    """Bring a schema here; False where there is none to be had."""
    policy = fetching.policy(max_bytes=_MAX_SCHEMA, total_timeout=30)
    try:
        fetching.fetch(url, target, policy=policy, redis_url=settings.REDIS_URL)
    except HttpError:
        return False
    return True


def kind_of(schema: Path, *, format: str) -> ReportKind | None:
    """Which kind of schema this is, None where it is none for files of this format: many standards are web pages."""
    content = schema.read_bytes()
    start = content[:20_000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        is_schema = b"http://www.w3.org/2001/XMLSchema" in start
        return ReportKind.XSD if is_schema and format in _XML else None
    try:
        document: Any = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    if isinstance(document.get("fields"), list) or isinstance(document.get("resources"), list):
        return ReportKind.TABLE_SCHEMA if format in _TABULAR else None
    if format in _JSON and {"$schema", "properties", "type", "items", "$ref", "allOf"} & set(document):
        return ReportKind.JSON_SCHEMA
    return None


def is_ocds(path: Path) -> bool:
    """Whether a JSON file gives contracting processes of the Open Contracting Data Standard."""
    with path.open("rb") as file:
        start = file.read(200_000)
    return b'"ocid"' in start and (b'"releases"' in start or b'"records"' in start or b'"tag"' in start)
