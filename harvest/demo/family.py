"""What one family of similar datasets is made of, and the families themselves, read from `families/*.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

FAMILIES_FOLDER = Path(__file__).parent / "families"


class Series(StrEnum):
    """What sets the entries of one family at one publisher apart."""

    SINGLE = "single"
    YEARS = "years"
    FISCAL_YEARS = "fiscal-years"
    QUARTERS = "quarters"
    MONTHS = "months"
    REGIONS = "regions"
    RIVERS = "rivers"
    TOWNS = "towns"
    SUBJECTS = "subjects"


@dataclass(frozen=True, kw_only=True)
class Family:
    """A family of datasets: its words, its columns, and who publishes how many of it."""

    #: Begins the names of the family's files.
    key: str
    #: One of data.gov.uk's 14 topics.
    topic: str
    #: Text may hold `{place} {publisher} {town} {other_town} {ward} {street} {river} {supplier} {area} {period}
    #: {year} {last_year} {n} {count} {few} {share}`. A publisher uses one of the titles throughout.
    titles: tuple[str, ...]
    #: A description is one opening and some of the details.
    openings: tuple[str, ...]
    details: tuple[str, ...]
    keywords: tuple[str, ...]
    series: Series = Series.SINGLE
    #: The areas of `Series.SUBJECTS`.
    subjects: tuple[str, ...] = ()
    newest_year: int = 2026
    #: ISO 8601 repeating interval, or "irregular".
    frequency: str
    formats: tuple[str, ...]
    #: The first format is split into this many files, one for each stretch of the period.
    parts: int = 1
    #: DCAT-US accessLevel, and why the data is not open. A family that is not "public" has no files.
    access: str = "public"
    restriction: str = ""
    welsh_title: str = ""
    welsh_sentence: str = ""
    #: Publisher slug → number of entries. More than one run back in time, or over areas.
    held_by: Mapping[str, int]
    #: Column name → how to draw a value, as `harvest.demo.columns` reads it.
    columns: Mapping[str, str]

    @property
    def has_points(self) -> bool:
        """Whether each row has a position, as GeoJSON and KML need."""
        return "latitude" in self.columns


@cache
def all_families() -> tuple[Family, ...]:
    """Return every family, in the order of the files' names and of their contents."""
    return tuple(
        _family(table)
        for path in sorted(FAMILIES_FOLDER.glob("*.toml"))
        for table in tomllib.loads(path.read_text(encoding="utf-8"))["family"]
    )


def _family(table: dict[str, Any]) -> Family:
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    return Family(**values | {"series": Series(table.get("series", Series.SINGLE))})
