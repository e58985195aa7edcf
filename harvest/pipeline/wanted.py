"""An operator's choice among a source's records, for every kind of source, and what their addresses begin with.

`Source.config` may hold:
- `only_organisations`, `not_organisations`: lists of names or titles of bodies as the source writes them; records of
  other bodies, or of these, are passed over as if the source didn't have them;
- `name_prefix`: what the names of new entries begin with, such as `nhs-`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from harvest.pipeline.reading import Reading
from publishers.actions import slug_from


def wanted(readings: Iterable[Reading], config: Mapping[str, Any]) -> list[Reading]:
    """The readings that the operator wants, under the names that the operator wants."""
    only, never = _names(config, "only_organisations"), _names(config, "not_organisations")
    prefix = str(config.get("name_prefix") or "")
    chosen = [reading for reading in readings if _is_wanted(reading, only, never)]
    return [_prefixed(reading, prefix) for reading in chosen] if prefix else chosen


def _is_wanted(reading: Reading, only: frozenset[str], never: frozenset[str]) -> bool:
    if reading.normalised is None or not (only or never):
        return True
    body = reading.normalised.organisation
    theirs = {name.casefold() for name in (body.name, body.title) if name} if body else set()
    return not (only and not only & theirs) and not never & theirs


def _prefixed(reading: Reading, prefix: str) -> Reading:
    draft, known = reading.draft, reading.compared.known
    if draft is None or (not draft.name and known and known.dataset_id):
        return reading
    name = slug_from(f"{prefix}{draft.name or draft.title}")
    return replace(reading, draft=draft.with_changes(name=name))


def _names(config: Mapping[str, Any], key: str) -> frozenset[str]:
    value = config.get(key)
    return frozenset(str(name).strip().casefold() for name in value) if isinstance(value, list) else frozenset()
