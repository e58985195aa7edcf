"""What ISO metadata says that has no field of ours, under the names that data.gov.uk gives it. Pure."""

import json
from typing import Any

from catalogue.dates import parse_date
from harvest.normalise.iso_coverage import box_sides, extents, reference_dates
from harvest.normalise.iso_parties import Parties
from harvest.normalise.iso_resources import graphic
from harvest.normalise.iso_words import Words
from harvest.sources.iso_record import identifier
from harvest.sources.iso_tree import Element, at, code, codes, first, link_of, objects, text, texts, words_of

_BOX = ("bbox-west-long", "bbox-south-lat", "bbox-east-long", "bbox-north-lat")
#: Levels that are a kind of entry of ours.
_LEVELS = frozenset({"dataset", "series", "service", "nongeographicdataset"})


def extras_of(root: Element, words: Words, parties: Parties, *, has_box: bool, is_uk: bool) -> dict[str, Any]:
    info = first(root, "identificationInfo")
    level = code(root, "hierarchyLevel") or code(root, "metadataScope", "resourceScope")
    reference = [{"type": kind, "value": written} for kind, written in reference_dates(root)]
    found: dict[str, Any] = {
        "UKLP": "True" if is_uk else "",
        "guid": identifier(root),
        "parent-identifier": text(root, "parentIdentifier") or text(root, "parentMetadata", "identifier", "code"),
        "metadata-date": metadata_date(root),
        "metadata-language": code(root, "language") or code(root, "defaultLocale", "language"),
        "metadata-standard": _standard(root, words),
        "resource-type": "" if level.casefold() in _LEVELS else level,
        "dataset-reference-date": json.dumps(reference, ensure_ascii=False) if reference else "",
        "responsible-party": parties.as_text(),
        "progress": ", ".join(codes(info, "status")),
        "topic-category": codes(info, "topicCategory"),
        "spatial-reference-system": ", ".join(_reference_systems(root)),
        "spatial-representation-type": ", ".join(codes(info, "spatialRepresentationType")),
        "spatial-resolution": ", ".join(_resolutions(info)),
        "spatial-data-service-type": text(info, "serviceType"),
        "service-type-version": ", ".join(texts(info, "serviceTypeVersion")),
        "coupled-resource": _coupled(root),
        "purpose": words.prose(info, "purpose"),
        "credit": words.prose(info, "credit"),
        "supplemental-information": words.prose(info, "supplementalInformation"),
        "other-citation-details": words.prose(info, "citation", "otherCitationDetails"),
        "not-conforming-to": [title for title, passed in conformity(root, words) if passed is False],
        "security-classification": ", ".join(codes(info, "resourceConstraints", "classification")),
        **graphic(root, words),
    }
    if not has_box:
        areas = (one for extent in extents(root) for one in at(extent, "geographicElement"))
        sides = next((sides for one in areas if any(sides := box_sides(one))), None)
        found |= dict(zip(_BOX, sides, strict=True)) if sides else {}
    return {name: value for name, value in found.items() if value}


def metadata_date(root: Element) -> str:
    """When the metadata itself was last changed, as written."""
    if stamp := text(root, "dateStamp"):
        return stamp
    dates = [(code(one, "dateType"), text(one, "date")) for one in at(root, "dateInfo")]
    revised = [date for kind, date in dates if kind in ("revision", "lastUpdate", "lastRevision") and parse_date(date)]
    return max(revised, default="") or next((date for _, date in dates if date), "")


def conformity(root: Element, words: Words) -> list[tuple[str, bool | None]]:
    """(specification, whether the data conforms to it) for what the record says was tested."""
    found = []
    for quality in at(root, "dataQualityInfo", "report"):
        for result in at(quality, "result"):
            title = words.line(result, "specification", "title")
            if title:
                passed = text(result, "pass").casefold()
                found.append((title, True if passed in ("true", "1") else False if passed in ("false", "0") else None))
    return found


def _standard(root: Element, words: Words) -> str:
    paths = (("metadataStandardName",), ("metadataStandardVersion",))
    newer = (("metadataStandard", "title"), ("metadataStandard", "edition"))
    return " ".join(name for path in (*paths, *newer) if (name := words.line(root, *path)))


def _reference_systems(root: Element) -> list[str]:
    """Codes as they are shown: an anchor's words, else the code; where it is a number, with its code space."""
    found: dict[str, None] = {}
    for one in at(root, "referenceSystemInfo", "referenceSystemIdentifier"):
        for name in at(one, "code"):
            words = " ".join(words_of(name).split()) or link_of(name)
            space = text(one, "codeSpace")
            if words.isdecimal():
                words = f"{space or 'EPSG'}:{words}"
            if words:
                found[words] = None
    return list(found)


def _resolutions(info: Element | None) -> list[str]:
    """'1:50,000' for a scale, '10 m' for a distance."""
    found: dict[str, None] = {}
    for one in at(info, "spatialResolution"):
        for scale in texts(one, "equivalentScale", "denominator"):
            found[f"1:{int(scale):,}" if scale.isdecimal() and len(scale) < 12 else scale] = None
        for distance in at(one, "distance"):
            unit = next((child.get("uom", "") for child in distance), "").rpartition("#")[2].rpartition("/")[2]
            if value := words_of(distance):
                found[f"{value} {unit}".strip()] = None
    return list(found)


def _coupled(root: Element) -> str:
    """The datasets that a service serves, as data.gov.uk keeps them."""
    found = []
    for one in at(root, "identificationInfo", "operatesOn"):
        inner = objects(one)
        titles = [title for each in inner for title in texts(each, "citation", "title")] + [one.get("title", "")]
        link = {
            "href": [link for link in [one.get("href", "")] if link],
            "uuid": [uuid for uuid in [one.get("uuidref", "")] if uuid],
            "title": [title for title in titles if title],
        }
        if any(link.values()):
            found.append(link)
    return json.dumps(found, ensure_ascii=False) if found else ""
