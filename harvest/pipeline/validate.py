"""Makes a draft fit to store: what is too long is cut, what is no address is dropped, and each is told. Pure but for
the limits, which are the models' own."""

import datetime
import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Field

from catalogue.drafts import DATASET_FIELDS, RESOURCE_FIELDS, DatasetDraft, ResourceDraft
from catalogue.models import Dataset, Resource
from harvest.findings import Finding, error, warning

#: Characters of text without a limit of its own.
MAX_TEXT = 100_000
#: Items of a list: tags, identifiers, places.
MAX_ITEMS = 500
#: Real datasets have up to 8,000 files; more is a list that belongs in a file of its own.
MAX_RESOURCES = 10_000
#: Characters of the JSON of what we have no field for.
MAX_EXTRAS = 200_000
#: Characters that one becomes in JSON at most: an escaped pair of surrogates.
_PER_CHARACTER = 12

# What PostgreSQL's text and jsonb refuse, and what no text needs: NUL, other control characters, lone surrogates.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_ADDRESSES = ("landing_page", "contact_url", "foi_url")
_SCHEMES = ("http", "https", "ftp")
#: The usual address, told fast.
_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[^\s<>\"]*)?")


def _limits(model: type[Dataset] | type[Resource], names: tuple[str, ...]) -> dict[str, int]:
    limits = {}
    for name in names:
        field: Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]
        base = field.base_field if isinstance(field, ArrayField) else field
        limits[name] = base.max_length if isinstance(base, CharField) and base.max_length else MAX_TEXT
    return limits


_DATASET_LIMITS = _limits(Dataset, DATASET_FIELDS)
_RESOURCE_LIMITS = _limits(Resource, RESOURCE_FIELDS)


def validate(draft: DatasetDraft) -> tuple[DatasetDraft | None, list[Finding]]:
    """The draft as it can be stored, None where it can't, and what had to be done or can't be."""
    findings: list[Finding] = []
    changes = _tidy(draft, DATASET_FIELDS, _DATASET_LIMITS, findings)
    title = " ".join(changes.get("title", draft.title).split())
    if not title:
        findings.append(error("missing-title", "The record has no title: give it one.", field="title"))
        return None, findings
    if title != draft.title:
        changes["title"] = title
    for name in _ADDRESSES:
        url = changes.get(name, getattr(draft, name))
        if url and not is_address(url):
            changes[name] = ""
            findings.append(
                warning("bad-address", "This is no web address, so it was left out.", field=name, value=url)
            )
    start, end = draft.temporal_start, draft.temporal_end
    if start and end and start > end:
        changes |= {"temporal_start": end, "temporal_end": start}
        findings.append(
            warning("period-backwards", "The period ended before it began: its ends were swapped.", field="temporal")
        )
    changes |= _box(draft, findings)
    resources = _resources(draft.resources, findings)
    if resources != draft.resources:
        changes["resources"] = resources
    return replace(draft, **changes) if changes else draft, findings


def is_address(url: str) -> bool:
    """Whether the text is a whole address that a link may lead to."""
    if _PLAIN_ADDRESS.fullmatch(url):
        return True
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in _SCHEMES and bool(parts.hostname) and not re.search(r"[\s<>\"]", url)


def storable(text: str) -> str:
    """The text without the characters that the database refuses."""
    return _UNSTORABLE.sub("", text) if _UNSTORABLE.search(text) else text


def _resources(resources: tuple[ResourceDraft, ...], findings: list[Finding]) -> tuple[ResourceDraft, ...]:
    kept = []
    for resource in resources[:MAX_RESOURCES]:
        changes = _tidy(resource, RESOURCE_FIELDS, _RESOURCE_LIMITS, findings)
        url = changes.get("url", resource.url)
        scheme, colon, rest = url.partition(":")
        url = f"{scheme.lower()}{colon}{rest}"
        if len(resource.url) > _RESOURCE_LIMITS["url"] or not is_address(url):
            findings.append(_no_address(resource))
            continue
        if resource.size_bytes is not None and not 0 <= resource.size_bytes < 2**63:
            changes["size_bytes"] = None
        if url != resource.url:
            changes["url"] = url
        kept.append(replace(resource, **changes) if changes else resource)
    if len(resources) > MAX_RESOURCES:
        findings.append(
            warning(
                "too-many-resources",
                f"The record has {len(resources):,} files and links; the first {MAX_RESOURCES:,} were kept.",
                field="resources",
            )
        )
    return tuple(kept)


def _no_address(resource: ResourceDraft) -> Finding:
    what = f"The file or link “{resource.title[:100]}”" if resource.title else "A file or link"
    if not resource.url.strip():
        message = f"{what} has no address, so it was left out."
    elif len(resource.url) > _RESOURCE_LIMITS["url"]:
        message = f"{what} has an address longer than {_RESOURCE_LIMITS['url']:,} characters, so it was left out."
    else:
        message = f"{what} has no usable web address, so it was left out: begin it with https://."
    return warning("bad-link", message, field="resources", value=resource.url)


def _tidy(
    draft: DatasetDraft | ResourceDraft, names: tuple[str, ...], limits: dict[str, int], findings: list[Finding]
) -> dict[str, Any]:
    """Fields that must change to be stored."""
    changes: dict[str, Any] = {}
    for name in names:
        value = getattr(draft, name)
        if not value:
            continue
        match value:
            case str():
                tidied: Any = _text(storable(value), name, limits[name], findings)
            case tuple():
                tidied = _items(value, name, limits[name], findings)
            case dict():
                tidied = _extras(value, name, findings)
            case datetime.date() if value.year < 1:
                tidied = None
            case _:
                continue
        if tidied != value:
            changes[name] = tidied
    return changes


def _text(text: str, name: str, limit: int, findings: list[Finding]) -> str:
    if len(text) <= limit:
        return text
    if name == "url":
        return text
    findings.append(
        warning(
            "too-long",
            f"This is {len(text):,} characters long; only the first {limit:,} were kept.",
            field=name,
            value=text,
        )
    )
    return text[: limit - 1].rstrip() + "…"


def _items(items: tuple[str, ...], name: str, limit: int, findings: list[Finding]) -> tuple[str, ...]:
    if len(items) > MAX_ITEMS:
        findings.append(
            warning("too-many", f"There are {len(items):,} of these; the first {MAX_ITEMS} were kept.", field=name)
        )
    tidied = (_text(storable(item), name, limit, findings) for item in items[:MAX_ITEMS])
    return tuple(dict.fromkeys(item for item in tidied if item))


def _extras(value: dict[str, Any], name: str, findings: list[Finding]) -> dict[str, Any]:
    if _room(value) <= MAX_EXTRAS:
        return value
    text = json.dumps(value)
    if "\\u0000" in text or "\\ud" in text or "NaN" in text or "Infinity" in text:
        value = _storable_json(value)
        text = json.dumps(value)
    if len(text) <= MAX_EXTRAS:
        return value
    findings.append(
        warning(
            "too-long", "The fields that we have no place for are too long to keep: some were left out.", field=name
        )
    )
    kept: dict[str, Any] = {}
    room = MAX_EXTRAS
    for key, item in sorted(value.items(), key=lambda pair: len(json.dumps(pair[1]))):
        room -= len(json.dumps(item)) + len(key) + 6
        if room < 0:
            break
        kept[key] = item
    return kept


def _room(value: Any, depth: int = 0) -> int:
    """How long its JSON is at most, told fast; more than there may be, where it may hold what can't be stored."""
    if depth > 20:
        return MAX_EXTRAS + 1
    match value:
        case str():
            return MAX_EXTRAS + 1 if _UNSTORABLE.search(value) else _PER_CHARACTER * len(value) + 4
        case dict():
            return 2 + sum(_room(key) + _room(item, depth + 1) for key, item in value.items())
        case list() | tuple():
            return 2 + sum(_room(item, depth + 1) + 2 for item in value)
        case int():  # bool as well
            return 10 + value.bit_length()
        case None:
            return 6
        case _:
            return MAX_EXTRAS + 1


def _storable_json(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case dict():
            return {storable(str(key)): _storable_json(item) for key, item in value.items()}
        case list() | tuple():
            return [_storable_json(item) for item in value]
        case float() if value != value or value in (float("inf"), float("-inf")):
            return str(value)
        case _:
            return value


def _box(draft: DatasetDraft, findings: list[Finding]) -> dict[str, Any]:
    west, south, east, north = draft.west, draft.south, draft.east, draft.north
    if west is None and south is None and east is None and north is None:
        return {}
    if (
        west is not None
        and south is not None
        and east is not None
        and north is not None
        and -180 <= west <= 180
        and -180 <= east <= 180
        and -90 <= south <= north <= 90
    ):
        return {}
    findings.append(
        warning(
            "bad-box",
            "The area is not a box on Earth in degrees (west, south, east, north), so it was left out.",
            field="spatial",
            value=f"{west},{south},{east},{north}",
        )
    )
    return {"west": None, "south": None, "east": None, "north": None}
