"""Which time and places a dataset in RDF covers. Pure."""

import datetime
from typing import Any

from catalogue.dates import parse_date, parse_period
from catalogue.places import Box, box_from, box_from_sides
from catalogue.plain import clean_text
from harvest.normalise.dcat_node import Node, literal, plain_value
from harvest.normalise.fields import is_nothing

_STARTS = ("dcat:startDate", "schema:startDate", "schema:validFrom", "time:hasBeginning")
_ENDS = ("dcat:endDate", "schema:endDate", "schema:validThrough", "time:hasEnd")
_INSTANTS = (
    "time:inXSDDate",
    "time:inXSDDateTimeStamp",
    "time:inXSDDateTime",
    "time:inXSDgYearMonth",
    "time:inXSDgYear",
)
_SPATIAL = ("dct:spatial", "dcat-us:geographicBoundingBox", "schema:spatialCoverage", "dcat:spatial")
_GEOMETRIES = (
    "dcat:bbox", "locn:geometry", "gsp:asWKT", "gsp:asGeoJSON", "gsp:hasGeometry", "dcat:centroid", "schema:box",
    "schema:geo",
)  # fmt: skip
_PLACE_NAMES = (
    "skos:prefLabel", "rdfs:label", "locn:geographicName", "dct:title", "foaf:name", "schema:name", "dct:identifier",
)  # fmt: skip
_US_SIDES = tuple(f"dcat-us:{side}BoundingL{axis}" for side, axis in
                  (("west", "ongitude"), ("south", "atitude"), ("east", "ongitude"), ("north", "atitude")))  # fmt: skip
#: Places beyond these are a gazetteer.
_MAX_PLACES = 500


def coverage_of(node: Node) -> dict[str, Any]:
    return _time(node) | _space(node)


def _time(node: Node) -> dict[str, Any]:
    starts: list[datetime.date | None] = []
    ends: list[datetime.date | None] = []
    texts: list[str] = []
    for period in node.nodes("dct:temporal", "schema:temporalCoverage"):
        start, end, text = _period(period)
        if start or end:
            starts.append(start)
            ends.append(end)
        elif text and not is_nothing(text):
            texts.append(text)
    if texts:
        node.warn(
            "bad-period",
            "The period that the data covers was not understood: give a dcat:startDate and a dcat:endDate.",
            field="dct:temporal",
            value=texts[0],
        )
    return {
        # Of several periods, from the first day of any to the last: open where one of them is.
        "temporal_start": min((day for day in starts if day), default=None) if all(starts) else None,
        "temporal_end": max((day for day in ends if day), default=None) if all(ends) else None,
        "temporal_text": clean_text(", ".join(texts), max_length=300),
    }


def _period(period: Node) -> tuple[datetime.date | None, datetime.date | None, str]:
    first, last = _instant(period, _STARTS), _instant(period, _ENDS)
    if first or last:
        start, end = parse_date(first), parse_date(last)
        text = "/".join((first, last)) if (first and not start) or (last and not end) else ""
        return start.start if start else None, end.end if end else None, text
    text = " ".join(period.label().split()) or period.address
    start_day, end_day = parse_period(text)
    return start_day, end_day, text


def _instant(period: Node, names: tuple[str, ...]) -> str:
    """The first day or moment that one of these predicates gives, as written."""
    for one in period.nodes(*names):
        text = one.line(*_INSTANTS) or one.label()
        if text and not is_nothing(text):
            return text
    return ""


def _space(node: Node) -> dict[str, Any]:
    boxes: list[Box] = []
    places: dict[str, None] = {}
    for place in node.nodes(*_SPATIAL):
        box, geometries = _box(place)
        names = _names(place, geometries)
        if box:
            boxes.append(box)
        places |= dict.fromkeys(names)
        if box is None and (geometries or not names):
            node.keep(*_SPATIAL)
            if geometries:
                node.warn(
                    "bad-place",
                    "The area is no shape on Earth that can be understood; it was kept as it is. Write it as WKT or"
                    " GeoJSON, in degrees, longitude first.",
                    field="dct:spatial",
                    value=geometries[0],
                )
    box = next((one for one in boxes if not one.is_point), boxes[0] if boxes else None)
    sides = box.sides if box else {}
    if len(boxes) > 1:
        node.keep(*_SPATIAL)
    return {**sides, "places": tuple(places)[:_MAX_PLACES]}


def _box(place: Node) -> tuple[Box | None, list[str]]:
    """The box, and the geometries that were looked at."""
    sides = [literal(next(iter(place.take(name)), "")) for name in _US_SIDES]
    if all(sides):
        return box_from_sides(*sides), [", ".join(sides)]
    written: list[str] = []
    for value in place.take(*_GEOMETRIES):
        inner = plain_value(value)
        written += [text for text in _texts(inner) if _looks_like_shape(text)]
    own = place.line("rdfs:label")
    if not written and _looks_like_shape(own):
        written = [own]
    latitude, longitude = place.line("geo:lat", "schema:latitude"), place.line("geo:long", "schema:longitude")
    if not written and latitude and longitude:
        written = [f"POINT({longitude} {latitude})"]
    return next((box for text in written if (box := box_from(text.strip()))), None), written


def _texts(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [text for inner in value.values() for text in _texts(inner)]
        case list():
            return [text for inner in value[:20] for text in _texts(inner)]
        case _:
            return []


def _looks_like_shape(text: str) -> bool:
    start = text.lstrip()[:60].casefold()
    words = ("polygon", "multipolygon", "point", "envelope", "multipoint", "linestring", "bbox", "geometrycollection")
    return start.startswith((*words, "{", "<http", "<gml", "srid", "[")) or (
        sum(character.isdigit() for character in start) > 3 and "," in start
    )


def _names(place: Node, geometries: list[str]) -> list[str]:
    """What the place is called; a place without a name goes by its address."""
    if name := place.line(*_PLACE_NAMES):
        return [name] if not _looks_like_shape(name) and not is_nothing(name) else []
    return [place.address] if place.address and not geometries else []
