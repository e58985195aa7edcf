"""The chain of hashes by which a frozen quarter can be shown not to have been altered. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

#: What of a row is sealed.
SEALED: Final = ("number", "quarter", "scope", "key", "title", "day", "rules_version", "figures", "previous")


def seal(row: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, of a row's content and of the digest of the row before it.

    What is hashed is JSON with sorted keys and without blanks, so that anybody can do it again from the API's answer.
    """
    content = {name: str(row[name]) if name == "day" else row[name] for name in SEALED}
    document = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(document.encode()).hexdigest()


def first_broken(rows: Iterable[Mapping[str, Any]]) -> int | None:
    """The number of the first row that isn't what was sealed, or doesn't follow the one before it; None if all are."""
    previous, expected = "", 1
    for row in rows:
        if row["number"] != expected or row["previous"] != previous or row["digest"] != seal(row):
            return expected
        previous, expected = row["digest"], expected + 1
    return None
