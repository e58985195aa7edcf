"""What one family of similar datasets is made of: its words, its columns, and who publishes how many of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from harvest.demo.publishers import ARIAN, ASHBY, LANTERBRIDGE, NORTHMARSH


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
    """A family of datasets.

    Text may hold `{place} {publisher} {town} {other_town} {ward} {river} {area} {period} {year} {last_year}
    {count} {few} {share}`. A description is one of `openings` and some of `details`.
    `columns` is `Name=kind:argument; …`, as `harvest.demo.columns` reads it.
    `held_by` is publisher slug → number of entries; the number above one runs back in time, or over areas.
    `parts` splits an entry's first format into that many quarterly files.
    """

    key: str
    topic: str
    titles: tuple[str, ...]
    openings: tuple[str, ...]
    details: tuple[str, ...]
    keywords: tuple[str, ...]
    columns: str
    held_by: Mapping[str, int]
    series: Series = Series.SINGLE
    subjects: tuple[str, ...] = ()
    newest_year: int = 2026
    frequency: str = "R/P1Y"
    formats: tuple[str, ...] = ("csv",)
    parts: int = 1
    welsh_title: str = ""
    welsh_sentence: str = ""
    closed: bool = False


def in_councils(entries: int = 1) -> dict[str, int]:
    """Every council."""
    return dict.fromkeys((NORTHMARSH, ASHBY, LANTERBRIDGE, ARIAN), entries)


def in_districts(entries: int = 1) -> dict[str, int]:
    """The councils with a district's duties: planning, bins, licensing."""
    return dict.fromkeys((ASHBY, LANTERBRIDGE, ARIAN), entries)


def in_counties(entries: int = 1) -> dict[str, int]:
    """The councils with a county's duties: roads, schools, libraries."""
    return dict.fromkeys((NORTHMARSH, LANTERBRIDGE, ARIAN), entries)
