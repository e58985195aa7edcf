"""The whole demo as data: each publisher's catalogue, and what lies behind every address in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from harvest.demo.entries import DemoEntry, entries_of
from harvest.demo.flaws import flawed_records
from harvest.demo.links import Answer, DemoFile, files_of
from harvest.demo.metadata import record_of
from harvest.demo.profiles import PROFILES
from harvest.demo.publishers import demo_publishers

EDITIONS = (1, 2)


@dataclass(frozen=True, kw_only=True)
class DemoCatalogue:
    """One edition of the demo. Addresses in records begin with `BASE_PLACEHOLDER`."""

    #: Publisher slug → the records of its data.json, flawed ones among them.
    records: Mapping[str, tuple[Any, ...]]
    #: (publisher slug, entry name) → entry.
    entries: Mapping[tuple[str, str], DemoEntry]
    #: Every link that entries offer, in order.
    files: tuple[DemoFile, ...]
    #: Path → file, for the links that lead to the demo server.
    files_by_path: Mapping[str, DemoFile]


@cache
def demo_catalogue(edition: int = 1) -> DemoCatalogue:
    """Generate an edition: 1, or 2 for the same publishers a fortnight later. The same each time."""
    if edition not in EDITIONS:
        raise ValueError(f"There is no edition {edition} of the demo; choose 1 or 2.")
    records: dict[str, tuple[Any, ...]] = {}
    entries: dict[tuple[str, str], DemoEntry] = {}
    files: list[DemoFile] = []
    for publisher in demo_publishers():
        profile = PROFILES[publisher.slug]
        sound = []
        for entry in entries_of(publisher, edition=edition):
            entry_files = files_of(entry, profile)
            entries[publisher.slug, entry.name] = entry
            files.extend(entry_files)
            sound.append(record_of(entry, entry_files, profile))
        records[publisher.slug] = _scatter(flawed_records(publisher.slug), among=sound)
    return DemoCatalogue(
        records=records,
        entries=entries,
        files=tuple(files),
        files_by_path={file.path: file for file in files if file.answer is not Answer.UNKNOWN_HOST},
    )


def _scatter(flawed: tuple[Any, ...], *, among: list[Any]) -> tuple[Any, ...]:
    """Put flawed records at even distances among sound ones, so that a reader who stops at one loses the rest."""
    scattered = list(among)
    gap = len(among) // (len(flawed) + 1)
    for number, record in enumerate(flawed, start=1):
        scattered.insert(gap * number + number - 1, record)
    return tuple(scattered)
