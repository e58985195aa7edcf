"""schema.org datasets, as pages describe them for search engines → our drafts. Source: schema.org/Dataset, and what
Google's Dataset Search asks of it. Pure."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from catalogue.dates import parse_datetime, parse_period
from catalogue.drafts import DatasetDraft
from catalogue.enums import Access
from catalogue.places import Box, box_from, box_from_sides
from catalogue.plain import clean_tags, clean_text, email_from, phone
from catalogue.vocabularies.languages import language_from
from catalogue.vocabularies.licences import licence_from
from catalogue.vocabularies.topics import topic_from
from catalogue.web_addresses import clean_url
from harvest.findings import Finding
from harvest.normalise.base import Normalised, Organisation
from harvest.normalise.fields import LONG, Fields, address_text, as_list, is_nothing, term
from harvest.normalise.schema_org_files import resources_of

#: What says nothing of the data: structure, and where the page hangs in its site.
_STRUCTURE = ("@context", "@type", "@id", "_page", "includedInDataCatalog", "mainEntityOfPage", "subjectOf")


class SchemaOrgNormaliser:
    version = 1

    def __call__(self, body: Mapping[str, Any], *, publisher_id: UUID) -> Normalised:
        findings: list[Finding] = []
        fields = Fields(body, findings)
        page = clean_url(body.get("_page")) or ""
        creator = _organisation(fields.take("creator", "author"))
        publisher = fields.take("publisher", "provider", "sourceOrganization")
        organisation = _organisation(publisher) or creator
        title = fields.line("name", "headline")
        tags = _tags(fields)
        values: dict[str, Any] = {
            "title": title,
            "publisher_id": publisher_id,
            "description": fields.prose("description", "abstract"),
            "alternative_titles": tuple(fields.terms("alternateName")),
            "identifiers": _identifiers(fields),
            "version_label": fields.line("version"),
            "creator": creator.title if creator else "",
            **_contact(fields, publisher),
            "tags": tags,
            "topic_id": topic_from(fields.terms("about"), tags, title),
            "landing_page": fields.address("url") or page,
            "languages": _languages(fields),
            "related_links": _related(fields),
            **_licence(fields),
            **_access(fields),
            **_dates(fields),
            **_coverage(fields),
            "resources": resources_of(fields, findings),
        }
        fields.keep("about")
        values["extras"] = fields.left_over(without=_STRUCTURE)
        return Normalised(
            DatasetDraft(**values),
            tuple(findings),
            organisation=organisation,
            uuid=_uuid(body),
            created_at=parse_datetime(body.get("dateCreated")),
            modified_at=parse_datetime(body.get("dateModified")),
        )


def _uuid(body: Mapping[str, Any]) -> UUID | None:
    for key in ("@id", "identifier"):
        for value in as_list(body.get(key)):
            try:
                return UUID(str(value).rstrip("/").rpartition("/")[2])
            except ValueError:
                continue
    return None


def _organisation(value: Any, depth: int = 0) -> Organisation | None:
    value = next((item for item in as_list(value) if item), None)
    title = term(value)
    if not title or is_nothing(title):
        return None
    parent = value.get("parentOrganization") if isinstance(value, dict) and depth < 6 else None
    return Organisation(title[:300], parent=_organisation(parent, depth + 1))


def _tags(fields: Fields) -> tuple[str, ...]:
    """Keywords: a list, a text with commas, or defined terms."""
    found = [term(item) if isinstance(item, dict) else item for item in as_list(fields.take("keywords"))]
    return clean_tags(found)


def _identifiers(fields: Fields) -> tuple[str, ...]:
    """Identifiers and addresses that mean the same dataset: a DOI, a number, `{"propertyID": …, "value": …}`."""
    found = []
    for item in [*as_list(fields.take("identifier")), *as_list(fields.take("sameAs"))]:
        value = (item.get("value") or item.get("url") or item.get("@id")) if isinstance(item, dict) else item
        if text := clean_text(value, max_length=LONG):
            found.append(text)
    return tuple(dict.fromkeys(found))


def _contact(fields: Fields, publisher: Any) -> dict[str, str]:
    """The dataset's own contact point, else its publisher's."""
    body = next((item for item in as_list(publisher) if isinstance(item, dict)), {})
    value = next(
        (item for item in [*as_list(fields.take("contactPoint")), *as_list(body.get("contactPoint"))] if item), None
    )
    if not isinstance(value, dict):
        return {}
    inner = Fields(value, [])
    return {
        "contact_name": inner.line("name", "contactType"),
        "contact_email": email_from(address_text(inner.take("email"))) or "",
        "contact_phone": phone(term(inner.take("telephone"))) or "",
        "contact_url": inner.address("url"),
    }


def _languages(fields: Fields) -> tuple[str, ...]:
    codes: dict[str, None] = {}
    for item in as_list(fields.take("inLanguage")):
        written = item.get("alternateName") or item.get("name") if isinstance(item, dict) else item
        if code := language_from(written):
            codes[code] = None
        elif written:
            fields.keep("inLanguage")
            message = "The language was not understood: write en or cy."
            fields.warn("unknown-language", message, field="inLanguage", value=written)
    return tuple(codes)


def _related(fields: Fields) -> tuple[str, ...]:
    names = ("isBasedOn", "citation", "isPartOf")
    found = [clean_url(address_text(item)) for name in names for item in as_list(fields.take(name))]
    if None in found:
        fields.keep(*names)  # a title and not an address
    return tuple(dict.fromkeys(url for url in found if url))


def _licence(fields: Fields) -> dict[str, Any]:
    value = next((item for item in as_list(fields.take("license")) if item), None)
    if value is None:
        return {}
    address = address_text(value)
    name = term(value) if isinstance(value, dict) else ""
    code = licence_from(address, url=clean_url(address) or "") or (licence_from(name) if name else None)
    words = name or address
    if code is None and words and not is_nothing(words):
        message = "The licence is not one we know, so its words were kept as they are: name a licence by its address."
        fields.warn("unknown-licence", message, field="license", value=words)
        return {"licence_text": Fields({"license": words}, []).prose("license")}
    return {"licence_id": code}


def _access(fields: Fields) -> dict[str, Any]:
    """`isAccessibleForFree` speaks of money; only where it is denied and conditions are given is access restricted."""
    conditions = fields.prose("conditionsOfAccess", "usageInfo")
    is_free = str(fields.take("isAccessibleForFree")).strip().casefold() not in (
        "false",
        "no",
        "http://schema.org/false",
    )
    if conditions and not is_free:
        return {"access": Access.RESTRICTED, "access_reason": conditions}
    return {"access": Access.OPEN, "rights": conditions}


def _dates(fields: Fields) -> dict[str, Any]:
    issued, issued_text = fields.date("datePublished", "dateCreated")
    modified, modified_text = fields.date("dateModified")
    return {
        "issued": issued,
        "issued_text": issued_text,
        "modified": modified,
        "modified_text": modified_text,
    }


def _coverage(fields: Fields) -> dict[str, Any]:
    temporal = next((item for item in as_list(fields.take("temporalCoverage", "temporal")) if item), None)
    start, end = parse_period(temporal)
    text = clean_text(temporal, max_length=300) if isinstance(temporal, str) else ""
    if temporal and start is None and end is None and not is_nothing(text):
        message = "The period that the data covers was not understood: write it as 2023-04-01/2024-03-31."
        fields.warn("bad-period", message, field="temporalCoverage", value=temporal)
    values: dict[str, Any] = {"temporal_start": start, "temporal_end": end, "temporal_text": text}
    places = []
    for item in as_list(fields.take("spatialCoverage", "spatial"))[:100]:
        box = _box(item)
        if box and "west" not in values:
            values |= box.sides
        name = term(item) if isinstance(item, dict) or box is None else ""
        if name and not is_nothing(name):
            places.append(name)
        elif box is None and item:
            fields.keep("spatialCoverage", "spatial")
            message = "The area is neither a box nor a place name; it was kept as it is."
            fields.warn("bad-place", message, field="spatialCoverage", value=item)
    return values | {"places": tuple(dict.fromkeys(places))}


def _box(item: Any) -> Box | None:
    """A GeoShape's box is latitude and longitude of two corners: south, west, north, east."""
    geo = item.get("geo") if isinstance(item, dict) else None
    geo = next((shape for shape in as_list(geo) if isinstance(shape, dict)), None)
    if geo is None:
        return box_from(item) if isinstance(item, str) else None
    if isinstance(box := geo.get("box"), str):
        sides = box.replace(",", " ").split()
        return box_from_sides(sides[1], sides[0], sides[3], sides[2]) if len(sides) == 4 else None
    if "latitude" in geo and "longitude" in geo:
        return box_from(f"POINT({geo['longitude']} {geo['latitude']})")
    if isinstance(points := geo.get("polygon") or geo.get("line"), str):
        numbers = points.replace(",", " ").split()
        try:
            latitudes, longitudes = [float(n) for n in numbers[::2]], [float(n) for n in numbers[1::2]]
        except ValueError:
            return None
        if latitudes and len(latitudes) == len(longitudes):
            return box_from_sides(min(longitudes), min(latitudes), max(longitudes), max(latitudes))
    return None
