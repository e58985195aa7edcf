"""The columns of an inventory's table: which field each is, how a value is written in a cell, and read from it. Pure.

`docs/inventory-tables.md` tells people what goes into each. Names are those of `docs/csv-inventory.md` where there is
one, so that a table that was downloaded here can be harvested too.
"""

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from catalogue.dates import parse_date
from catalogue.enums import (
    Access,
    Classification,
    DatasetKind,
    Frequency,
    PersonalData,
    ResourceKind,
    ServiceStatus,
    ServiceType,
)
from catalogue.vocabularies.formats import format_from
from catalogue.vocabularies.licences import licence_from
from catalogue.vocabularies.topics import TOPICS, topic_from
from catalogue.web_addresses import clean_url

#: A spreadsheet's cell holds 32,767 characters; longer texts are not carried.
LONGEST: Final = 32_000

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class BadCell(ValueError):
    """`str(error)` says what would be right."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    """The header."""
    field: str
    """Of `DatasetDraft`, or of `ResourceDraft` for the columns of files."""
    read: Callable[[str], Any]
    """The value that a cell means, which is never empty. Raises BadCell."""
    empty: Any = ""
    """The value of an empty cell."""
    is_number: bool = False


def written(value: Any) -> str:
    """A value as its cell shows it. What a cell can't hold is named instead, and read back as no change."""
    match value:
        case None:
            return ""
        case tuple() | list():
            text = "; ".join(map(str, value))
        case datetime.date():
            text = value.isoformat()
        case float():
            text = repr(value).removesuffix(".0")
        case _:
            text = str(value)
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return f"[{len(text):,} characters, too long for a cell: left as it is]" if len(text) > LONGEST else text


def _text(limit: int) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if len(cell) > limit:
            raise BadCell(f"this is {len(cell):,} characters long: at most {limit:,} fit.")
        return cell

    return read


def _list(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in re.split(r"[;\n]", cell) if part.strip()))


def _tags(cell: str) -> tuple[str, ...]:
    parts = _list(cell if ";" in cell else cell.replace(",", ";"))
    if any(len(part) > 100 for part in parts):
        raise BadCell("a tag has at most 100 characters: put a semicolon between tags.")
    return parts


def _day(cell: str) -> datetime.date:
    found = parse_date(cell)
    day = found.start if found else None
    if day is None:
        raise BadCell("this is no day that we can read: write it as 2026-03-31.")
    return day


def _degrees(limit: int) -> Callable[[str], float]:
    def read(cell: str) -> float:
        try:
            degrees = float(cell)
        except ValueError:
            raise BadCell("give degrees as a number: -1.55.") from None
        if not -limit <= degrees <= limit:
            raise BadCell(f"give degrees from -{limit} to {limit}.")
        return degrees

    return read


def _choice(choices: Any) -> Callable[[str], str]:
    known = {key(value): value for value, label in choices.choices for key in (str, str.casefold)}
    known |= {str(label).casefold(): value for value, label in choices.choices}

    def read(cell: str) -> str:
        plain = cell.casefold()
        found = known.get(plain) or known.get(plain.replace(" ", "_").replace("-", "_"))
        if found is None:
            raise BadCell(f"this is none of {', '.join(str(value) for value in choices.values)}.")
        return str(found)

    return read


def _licence(cell: str) -> str:
    code = licence_from(cell)
    if code is None:
        raise BadCell("this is no licence that we know: write its code or its address, such as uk-ogl.")
    return code


def _topic(cell: str) -> str:
    slug = topic_from([cell])
    if slug is None:
        raise BadCell(f"this is none of {', '.join(topic.slug for topic in TOPICS)}.")
    return slug


def _address(cell: str) -> str:
    url = clean_url(cell)
    if not url:
        raise BadCell("this is no web address: begin with https://.")
    return url


def _size(cell: str) -> int:
    if not cell.replace(",", "").isdigit() or len(cell) > 18:
        raise BadCell("give the size in bytes: 12345.")
    return int(cell.replace(",", ""))


def _format(cell: str) -> str:
    return format_from(cell) or cell[:40]


#: Columns of a dataset, in their order. `title` is the only one that a new entry needs.
DATASET_COLUMNS: Final = (
    Column("title", "title", _text(500)),
    Column("description", "description", _text(LONGEST)),
    Column("kind", "kind", _choice(DatasetKind), DatasetKind.DATASET.value),
    Column("topic", "topic_id", _topic, None),
    Column("tags", "tags", _tags, ()),
    Column("alternative_title", "alternative_titles", _list, ()),
    Column("identifier", "identifiers", _list, ()),
    Column("creator", "creator", _text(300)),
    Column("contact_name", "contact_name", _text(300)),
    Column("contact_email", "contact_email", _text(254)),
    Column("contact_phone", "contact_phone", _text(60)),
    Column("contact_url", "contact_url", _address),
    Column("foi_name", "foi_name", _text(300)),
    Column("foi_email", "foi_email", _text(254)),
    Column("foi_phone", "foi_phone", _text(60)),
    Column("foi_url", "foi_url", _address),
    Column("licence", "licence_id", _licence, None),
    Column("licence_text", "licence_text", _text(LONGEST)),
    Column("access", "access", _choice(Access), Access.OPEN.value),
    Column("access_reason", "access_reason", _text(LONGEST)),
    Column("planned_release", "planned_release", _text(100)),
    Column("rights", "rights", _text(LONGEST)),
    Column("classification", "classification", _choice(Classification), Classification.NOT_APPLICABLE.value),
    Column("personal_data", "personal_data", _choice(PersonalData)),
    Column("held_in", "held_in", _text(300)),
    Column("information_asset_owner", "information_asset_owner", _text(300)),
    Column("data_steward", "data_steward", _text(300)),
    Column("data_custodian", "data_custodian", _text(300)),
    Column("retention", "retention", _text(300)),
    Column("frequency", "frequency", _choice(Frequency), Frequency.UNKNOWN.value),
    Column("issued", "issued", _day, None),
    Column("modified", "modified", _day, None),
    Column("period_start", "temporal_start", _day, None),
    Column("period_end", "temporal_end", _day, None),
    Column("places", "places", _list, ()),
    Column("west", "west", _degrees(180), None, is_number=True),
    Column("south", "south", _degrees(90), None, is_number=True),
    Column("east", "east", _degrees(180), None, is_number=True),
    Column("north", "north", _degrees(90), None, is_number=True),
    Column("languages", "languages", _list, ()),
    Column("landing_page", "landing_page", _address),
    Column("conforms_to", "conforms_to", _list, ()),
    Column("related", "related_links", _list, ()),
    Column("provenance", "provenance", _text(LONGEST)),
    Column("version_label", "version_label", _text(100)),
    Column("version_notes", "version_notes", _text(LONGEST)),
    Column("service_type", "service_type", _choice(ServiceType)),
    Column("service_status", "service_status", _choice(ServiceStatus)),
    Column("endpoint_url", "endpoint_url", _address),
    Column("endpoint_description", "endpoint_description", _address),
)

#: Columns of a file. A dataset with several files has a row for each.
FILE_COLUMNS: Final = (
    Column("url", "url", _address),
    Column("resource_title", "title", _text(500)),
    Column("resource_kind", "kind", _choice(ResourceKind), ResourceKind.DATA.value),
    Column("resource_format", "format", _format),
    Column("resource_size", "size_bytes", _size, None, is_number=True),
    Column("resource_modified", "modified", _day, None),
    Column("resource_description", "description", _text(LONGEST)),
    Column("resource_period", "period_text", _text(100)),
)

#: Columns that a table has which was given back with what its rows would do. They are not read.
OUTCOME_COLUMNS: Final = ("what_would_happen", "what_is_wrong", "what_would_change")

#: Columns that say which entry a row is about; what they say of it is not taken in.
KEY_COLUMNS: Final = ("id", "version", "state", "address", "publisher", "resource_id")

#: `visibility` is no field of a draft, but is read and written like one.
VISIBILITY: Final = "visibility"

HEADERS: Final = (
    *("id", "version", "state", "address", "publisher", VISIBILITY),
    *(column.name for column in DATASET_COLUMNS),
    "resource_id",
    *(column.name for column in FILE_COLUMNS),
)

NUMBERS: Final = frozenset(column.name for column in (*DATASET_COLUMNS, *FILE_COLUMNS) if column.is_number)


def header_key(header: str) -> str:
    """`Title *`, `TITLE` and `title` are one; blanks and hyphens are underscores."""
    plain = re.sub(r"\(.*?\)|\*", "", header).strip().casefold()
    return re.sub(r"[\s\-]+", "_", plain)


def same_text(cell: str) -> str:
    """A cell as `written` would have it, so that what a spreadsheet does to line ends and blanks is no change."""
    return _CONTROL.sub("", cell.replace("\r\n", "\n").replace("\r", "\n")).strip()


def places_of(headers: list[str]) -> tuple[Mapping[str, int], list[str]]:
    """Where each known column stands, and the headers that are not known."""
    places: dict[str, int] = {}
    unknown = []
    for place, header in enumerate(headers):
        key = header_key(header)
        if key in HEADERS and key not in places:
            places[key] = place
        elif key and key not in OUTCOME_COLUMNS:
            unknown.append(header.strip())
    return places, unknown
