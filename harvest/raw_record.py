"""One record as a source gave it. Pure."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from harvest.findings import Finding
from services.compact_json import dumps

#: Longest identity that a record may have, in UTF-8; of a longer one the end is replaced by its digest.
GUID_BYTES = 1_000


@dataclass(frozen=True, slots=True)
class RawRecord:
    """`guid` is its identity at the source, `raw` the bytes received, `body` what they say.

    `content_hash` is equal for two records that say the same, volatile fields and the order of keys apart.
    `findings` tells what the adapter noticed on the way.
    """

    guid: str
    body: Mapping[str, Any]
    raw: bytes
    content_hash: str
    findings: tuple[Finding, ...] = ()


def content_hash(body: Mapping[str, Any], *, volatile: Collection[str] = ()) -> str:
    """SHA-256, in hexadecimal, of what a JSON record says.

    `volatile` names top-level fields that change without the record having changed: they are left out.
    """
    kept = {key: value for key, value in body.items() if key not in volatile} if volatile else body
    return hashlib.sha256(dumps(kept, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def tidy_guid(text: str) -> str:
    """An identity as the database can hold and index it: no NUL, no lone surrogates, no blanks around, not too long."""
    encoded = text.replace("\x00", "").strip().encode("utf-8", "replace")
    if len(encoded) <= GUID_BYTES:
        return encoded.decode()
    digest = hashlib.sha256(encoded).hexdigest()
    return f"{encoded[: GUID_BYTES - len(digest) - 1].decode('utf-8', 'ignore')}#{digest}"


def plain_key(key: str) -> str:
    """A member's name without its vocabulary: `dct:title` → `title`, `http://…/dcat#dataset` → `dataset`."""
    if ":" not in key and "#" not in key:
        return key
    return key.rstrip("/").rpartition("#")[2].rpartition("/")[2].rpartition(":")[2]
