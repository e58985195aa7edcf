"""JSON text without blanks, made fast: a harvest writes each record's several times."""

import datetime
import json
from typing import Any
from uuid import UUID

import orjson


def dumps(value: Any, *, sort_keys: bool = False) -> str:
    """The value as JSON. Dates and UUIDs become text, bytes become PostgreSQL's hexadecimal `\\x…`.

    Raises TypeError for anything else that JSON has no form for.
    """
    try:
        return orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS if sort_keys else None).decode()
    except TypeError:
        # Whole numbers beyond 64 bits, lone surrogates, keys that are not text: rare, and slower
        return json.dumps(value, default=_plain, sort_keys=sort_keys, separators=(",", ":"), ensure_ascii=False)


def _plain(value: Any) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"{type(value).__name__} has no form in JSON: {value!r}")
