"""A server that was asked before: how to ask it only for what is new, and what to remember of its answer. Pure."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from services.http import HttpStream


def conditions(url: str, memory: Mapping[str, Any]) -> dict[str, str]:
    """Headers that let the server answer 304 where nothing changed; none where `memory` is of another address."""
    if memory.get("url") != url:
        return {}
    asked = {"If-None-Match": memory.get("etag"), "If-Modified-Since": memory.get("last_modified")}
    return {name: value for name, value in asked.items() if value}


def remembered(url: str, answer: HttpStream) -> dict[str, str]:
    """What `conditions` wants to be told next time."""
    changed = answer.headers.get("Last-Modified", "")
    return {"url": url, "etag": answer.headers.get("ETag", ""), "last_modified": changed if _is_date(changed) else ""}


def _is_date(text: str) -> bool:
    try:
        parsedate_to_datetime(text)
    except ValueError:
        return False
    return True
