"""When a dataset was made and what time and place it covers, from ISO metadata. Pure."""

import datetime
import re
from collections.abc import Iterable
from typing import Any

from catalogue.dates import PartialDate, parse_date
from catalogue.enums import Frequency
from catalogue.places import Box, box_from, box_from_sides
from catalogue.vocabularies.frequencies import frequency_from
from catalogue.vocabularies.languages import language_from
from harvest.findings import Finding, warning
from harvest.normalise.fields import is_nothing
from harvest.normalise.iso_words import Words
from harvest.sources.iso_tree import Element, at, code, codes, text, words_of

#: ISO's kinds of dates that tell when the data first came out, and when it was last changed; the surest first.
_ISSUED = (("publication", "released"), ("creation",))
_MODIFIED = (("revision", "lastRevision", "lastUpdate"),)

#: `indeterminatePosition` and words for an end that is still to come.
_OPEN = frozenset({"now", "after", "unknown", "before", "present", "ongoing", "current", "today"})

_MIDNIGHT = re.compile(r"T00:00:00(?:\.0+)?Z?$")

#: A description of the area up to this long is the name of a place.
_PLACE_LENGTH = 120
_MAX_PLACES = 100


def reference_dates(root: Element) -> list[tuple[str, str]]:
    """(kind, date as written) for every date of the data, in the order of the document."""
    found = []
    for date in at(root, "identificationInfo", "citation", "date"):
        written = text(date, "date")
        if written and not is_nothing(written):
            found.append((code(date, "dateType"), written))
    return found


def dates(root: Element, findings: list[Finding]) -> dict[str, Any]:
    """First released and last updated, as days and as written; and how often that happens."""
    written = reference_dates(root)
    issued, issued_text = _date(written, _ISSUED, findings, latest=False)
    modified, modified_text = _date(written, _MODIFIED, findings, latest=True)
    return {
        "issued": issued,
        "issued_text": issued_text,
        "modified": modified,
        "modified_text": modified_text,
        "frequency": _frequency(root, findings),
    }


def _date(
    written: list[tuple[str, str]], kinds: Iterable[tuple[str, ...]], findings: list[Finding], *, latest: bool
) -> tuple[datetime.date | None, str]:
    for names in kinds:
        texts = [date for kind, date in written if kind in names]
        known = [(found.start, date) for date in texts if (found := parse_date(date))]
        if known:
            return max(known) if latest else min(known)
        if texts:
            message = "This is no date that can be understood: write it as 2024-03-31."
            findings.append(warning("bad-date", message, field=names[0], value=texts[0]))
            return None, texts[0][:100]
    return None, ""


def _frequency(root: Element, findings: list[Finding]) -> Frequency:
    upkeep = at(root, "identificationInfo", "resourceMaintenance")
    texts = [value for one in upkeep for value in codes(one, "maintenanceAndUpdateFrequency")]
    texts += [
        (words_of(period) or "".join(period.itertext()).strip())
        for one in upkeep
        for period in at(one, "userDefinedMaintenanceFrequency")
    ]
    texts = [value for value in texts if value and not is_nothing(value)]
    for value in texts:
        if (found := frequency_from(value)) and found is not Frequency.UNKNOWN:
            return found
    if texts and all(frequency_from(value) is None for value in texts):
        message = "How often the data is updated was not understood: use a code of MD_MaintenanceFrequencyCode."
        findings.append(warning("unknown-frequency", message, field="maintenanceAndUpdateFrequency", value=texts[0]))
    return Frequency.UNKNOWN


def extents(root: Element) -> list[Element]:
    return at(root, "identificationInfo", "extent")


def period(root: Element, findings: list[Finding]) -> dict[str, Any]:
    """The time that the data is about: from the first beginning to the last end, unless one is open."""
    starts: list[PartialDate | None] = []
    ends: list[PartialDate | None] = []
    words: list[str] = []
    for extent in extents(root):
        for time in at(extent, "temporalElement", "extent"):
            first, last = _ends(time)
            if not first and not last:
                continue
            words.append(f"{first or '…'} – {last or '…'}" if first != last else first)
            starts.append(_end(first, findings))
            ends.append(_end(last, findings))
    start = min((one.start for one in starts if one), default=None) if all(starts) else None
    end = max((one.end for one in ends if one), default=None) if all(ends) else None
    if start and end and start > end:
        start, end = end, start
    return {"temporal_start": start, "temporal_end": end, "temporal_text": "; ".join(dict.fromkeys(words))[:300]}


def _ends(time: Element) -> tuple[str, str]:
    """Beginning and end of a GML period or instant, as written; 'now' and the like where that is said instead."""
    instant = _position(time, "timePosition")
    begin = _position(time, "beginPosition") or _position(time, "begin", "timePosition") or instant
    end = _position(time, "endPosition") or _position(time, "end", "timePosition") or instant
    return begin, end


def _position(time: Element, *names: str) -> str:
    for one in at(time, *names):
        written = words_of(one)
        if written and not is_nothing(written):
            return _MIDNIGHT.sub("", written)[:120]
        if (said := one.get("indeterminatePosition", "")) and not is_nothing(said):
            return said
    return ""


def _end(written: str, findings: list[Finding]) -> PartialDate | None:
    if not written or written.casefold() in _OPEN:
        return None
    found = parse_date(written)
    if found is None:
        message = "An end of the period that the data covers was not understood: write it as 2024-03-31."
        findings.append(warning("bad-period", message, field="temporalElement", value=written))
    return found


def places(root: Element, words: Words, keywords: Iterable[str], findings: list[Finding]) -> dict[str, Any]:
    """The box around everything that the data covers, and the places named."""
    names: dict[str, None] = {}
    boxes: list[Box] = []
    for extent in extents(root):
        if not at(extent, "temporalElement"):  # beside a time, the description is of that
            names.update((line, None) for line in words.lines(extent, "description") if len(line) <= _PLACE_LENGTH)
        for geographic in at(extent, "geographicElement"):
            names.update(dict.fromkeys(_identifiers(geographic, words)))
            sides = box_sides(geographic)
            if not any(sides):
                continue
            if box := _box(sides):
                boxes.append(box)
            else:
                findings.append(
                    warning(
                        "bad-place",
                        "The area is not a box on Earth in degrees (west, south, east, north), so it was left out.",
                        field="EX_GeographicBoundingBox",
                        value=", ".join(sides),
                    )
                )
    names.update(dict.fromkeys(keywords))
    found = _around(boxes)
    return {"places": tuple(names)[:_MAX_PLACES], **(found.sides if found else {})}


def box_sides(geographic: Element) -> tuple[str, str, str, str]:
    """West, south, east and north as written."""
    west, south, east, north = (
        text(geographic, name).replace(",", ".")
        for name in ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
    )
    return west, south, east, north


def _box(sides: tuple[str, str, str, str]) -> Box | None:
    """A box; a point where the corners coincide, as a station's do."""
    west, south, east, north = sides
    if west == east and south == north:
        return box_from(f"POINT ({west} {south})")
    return box_from_sides(*sides)


def _identifiers(geographic: Element, words: Words) -> list[str]:
    named = words.lines(geographic, "geographicIdentifier", "code")
    return [name for name in named if not name.casefold().startswith(("http://", "https://"))]


def _around(boxes: list[Box]) -> Box | None:
    if not boxes:
        return None
    if len(boxes) == 1 or any(box.crosses_antimeridian for box in boxes):
        return boxes[0]
    return Box(
        min(box.west for box in boxes),
        min(box.south for box in boxes),
        max(box.east for box in boxes),
        max(box.north for box in boxes),
    )


def languages(root: Element, words: Words, findings: list[Finding]) -> tuple[str, ...]:
    """Of the data; of the metadata where the data's are not told."""
    paths = (("language",), ("defaultLocale", "language"), ("otherLocale", "language"))
    said = (language for one in at(root, "identificationInfo") for path in paths for language in codes(one, *path))
    named = [language for language in said if not is_nothing(language)]
    found = dict.fromkeys(known for language in named if (known := language_from(language)))
    if found:
        return tuple(found)
    if named and not any(language.casefold() in ("zxx", "und", "mis", "mul") for language in named):
        message = "The language was not understood: write eng or cym."
        findings.append(warning("unknown-language", message, field="language", value=named[0]))
    return (words.language,) if words.language else ()
