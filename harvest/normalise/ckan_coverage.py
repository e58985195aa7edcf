"""When a CKAN dataset was made and what time and place it covers. Pure."""

import datetime
import re
from collections.abc import Iterable
from typing import Any

from catalogue.dates import PartialDate, parse_date, parse_period
from catalogue.enums import Frequency
from catalogue.places import box_from, box_from_sides
from catalogue.plain import clean_text
from catalogue.vocabularies.frequencies import frequency_from
from catalogue.vocabularies.languages import language_from
from harvest.normalise.ckan_package import Package
from harvest.normalise.fields import as_list, is_nothing, term

_ISSUED = ("date_released", "data_issued", "issued", "release_date", "date_published", "dcat_issued")
_MODIFIED = ("date_updated", "data_modified", "modified", "date_modified", "dcat_modified", "last_major_modification")
_MADE = ("date_created", "created", "dp_created")
_CHANGED_AT_SOURCE = ("last_updated", "dp_modified")

_FREQUENCIES = (
    *("update_frequency", "update_frequency_other", "frequency_of_update", "frequency", "updatefrequency"),
    *("update_frequency_text", "frequency_update_period", "accrualperiodicity", "accrual_periodicity"),
    "maintenance_frequency",
)

_FROM = (
    *("temporal_coverage_from", "coverage_start_date", "temporal_start", "temporal_extent_begin"),
    *("time_period_coverage_start", "valid_from"),
)
_TO = (
    *("temporal_coverage_to", "coverage_end_date", "temporal_end", "temporal_extent_end"),
    *("time_period_coverage_end", "valid_to"),
)
#: Ends of periods that are none: still going on, or not known.
_OPEN_END = re.compile(r"now|present|ongoing|current|to date|date|missing|99|-?(?:0000|0001|9999)\b.*", re.IGNORECASE)

#: data.gov.uk's six yes-or-no digits for places.
_NATIONS = ("England", "Scotland", "Wales", "Northern Ireland", "Overseas", "Global")
_MASK = re.compile(r"([01]{6})\s*:?")


def dates(fields: Package) -> dict[str, Any]:
    """First released and last updated, as days and as written."""
    reference = _reference_dates(fields.take("dataset_reference_date"))
    fields.keep("dataset_reference_date")
    first = (*reference.get("publication", ()), *reference.get("creation", ()))
    issued, issued_text = _date(fields, _ISSUED, _MADE, first)
    modified, modified_text = _date(fields, _MODIFIED, _CHANGED_AT_SOURCE, reference.get("revision", ()))
    return {
        "issued": issued,
        "issued_text": issued_text,
        "modified": modified,
        "modified_text": modified_text,
        "frequency": _frequency(fields),
    }


def _date(
    fields: Package, names: Iterable[str], last: Iterable[str], others: Iterable[str]
) -> tuple[datetime.date | None, str]:
    """The first that is a date: of the members named, of `others`, and where those fail of the members in `last`.

    DCAT-US lets 'R/P1D' stand for a date: a frequency, which `_frequency` reads.
    """
    written = [(name, text) for name in names if (text := _first(fields.take(name)))]
    written += [("dataset-reference-date", text) for text in others]
    written += [(name, text) for name in last if (text := _first(fields.take(name)))]
    written = [(name, text) for name, text in written if not text.startswith("R/P")]
    for _, text in written:
        if found := parse_date(text):
            return found.start, text[:100]
    for name, text in written[:1]:
        message = "This is no date that can be understood: write it as 2024-03-31."
        fields.warn("bad-date", message, field=name, value=text)
        return None, text[:100]
    return None, ""


def _reference_dates(value: Any) -> dict[str, list[str]]:
    """ISO's dates of a dataset by what happened then; the latest first."""
    found: dict[str, list[str]] = {}
    for item in as_list(value):
        if isinstance(item, dict) and (text := _first(item.get("value"))):
            found.setdefault(str(item.get("type", "")).casefold(), []).append(text)
    return {kind: sorted(texts, reverse=True) for kind, texts in found.items()}


def _frequency(fields: Package) -> Frequency:
    texts = [*fields.texts(*_FREQUENCIES), *(text for text in fields.texts("modified") if text.startswith("R/P"))]
    for text in texts:
        if (found := frequency_from(text)) and found is not Frequency.UNKNOWN:
            return found
    not_understood = [text for text in texts if frequency_from(text) is None]
    if not_understood:
        fields.keep(*_FREQUENCIES)
        fields.warn(
            "unknown-frequency",
            "How often the data is updated was not understood: write monthly, quarterly, annual and so on.",
            field="update_frequency",
            value=not_understood[0],
        )
    return Frequency.UNKNOWN


def period(fields: Package) -> dict[str, Any]:
    """The time that the data is about."""
    starts, ends = _texts(fields, _FROM), _texts(fields, _TO)
    if not starts and not ends:
        return _period_in_one(fields)
    first = [found for text in starts if (found := parse_date(text))]
    last = [found for text in ends if (found := parse_date(text))]
    for name, texts, dates_found in ((_FROM[0], starts, first), (_TO[0], ends, last)):
        if texts and not dates_found and not _OPEN_END.fullmatch(texts[0]):
            message = "An end of the period that the data covers was not understood: write it as 2024-03-31."
            fields.warn("bad-period", message, field=name, value=texts[0])
    text = f"{', '.join(starts)} – {', '.join(ends)}" if starts and ends else f"{', '.join([*starts, *ends])}"
    return _ordered(first, last) | {"temporal_text": clean_text(text, max_length=300)}


def _ordered(first: list[PartialDate], last: list[PartialDate]) -> dict[str, Any]:
    start = min((found.start for found in first), default=None)
    end = max((found.end for found in last), default=None)
    if start and end and start > end:
        start, end = min(found.start for found in last), max(found.end for found in first)
    return {"temporal_start": start, "temporal_end": end}


def _period_in_one(fields: Package) -> dict[str, Any]:
    value = fields.take("temporal", "temporal_coverage", "time_period", "temporal_extent")
    value = next(iter(value), None) if isinstance(value, list) else value
    start, end = parse_period(value)
    text = clean_text(value, max_length=300) if isinstance(value, str) else ""
    if start is None and end is None and text and not is_nothing(text):
        fields.warn(
            "bad-period",
            "The period that the data covers was not understood: write it as 2023-04-01/2024-03-31.",
            field="temporal",
            value=text,
        )
    return {"temporal_start": start, "temporal_end": end, "temporal_text": text}


def places(fields: Package) -> dict[str, Any]:
    """Box and named places: data.gov.uk's mask of nations, ISO's four sides, GeoJSON, or words."""
    found: dict[str, None] = {}
    for text in fields.texts("geographic_coverage", "spatial_coverage", "geographic_region"):
        found |= dict.fromkeys(_nations(text))
    sides = [fields.take(name) for name in ("bbox_west_long", "bbox_south_lat", "bbox_east_long", "bbox_north_lat")]
    box = box_from_sides(*sides)
    for value in (fields.take("spatial"), fields.take("spatial_text"), fields.take("extent", "bbox")):
        box = box or box_from(value)
        if value is None or box_from(value):
            continue
        text = term(value) if isinstance(value, dict) else clean_text(value, max_length=300)
        if _is_name(text):
            found[clean_text(text, max_length=300)] = None
        elif box is None and not is_nothing(text or str(value)):
            fields.keep("spatial", "spatial_text", "extent", "bbox")
            _bad_place(fields, value)
    if box is None and any(sides):
        fields.keep("bbox_west_long", "bbox_south_lat", "bbox_east_long", "bbox_north_lat", "spatial")
        _bad_place(fields, ", ".join(map(str, sides)))
    values: dict[str, Any] = {"places": tuple(found)}
    return values | (box.sides if box else {})


def _nations(text: str) -> list[str]:
    mask = _MASK.match(text)
    if not mask:
        return [text] if not is_nothing(text) else []
    bits = mask[1]
    names = [name for bit, name in zip(bits, _NATIONS, strict=True) if bit == "1"]
    if bits.startswith("1111"):
        return ["United Kingdom", *names[4:]]
    return ["Great Britain", *names[3:]] if bits.startswith("111") else names


def _is_name(text: str) -> bool:
    return not is_nothing(text) and not text.startswith(("{", "[", "<", "POLYGON")) and any(map(str.isalpha, text))


def _bad_place(fields: Package, value: object) -> None:
    fields.warn(
        "bad-place",
        "The area is neither a box on Earth (west, south, east, north) nor a place name; it was kept as it is.",
        field="spatial",
        value=value,
    )


def languages(fields: Package) -> tuple[str, ...]:
    """Of the data; of the metadata where the data's are not told."""
    for name in ("language", "metadata_language"):
        texts = fields.texts(name)
        codes = dict.fromkeys(code for text in texts if (code := language_from(text)))
        if codes:
            return tuple(codes)
        if texts:
            fields.keep(name)
    return ()


def _texts(fields: Package, names: Iterable[str]) -> list[str]:
    for name in names:
        texts = [text for item in as_list(fields.take(name)) if (text := _first(item)) and text.casefold() != "none"]
        if texts:
            return texts
    return []


def _first(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        value = next((item for item in value if item), None)
    text = clean_text(value, max_length=300)
    return "" if is_nothing(text) else text
