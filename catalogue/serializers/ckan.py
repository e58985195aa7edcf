"""A dataset as CKAN's package dictionary, with the fields that data.gov.uk adds. Nothing else knows these names.

Reads of the database only the publisher, topic and licence, which should be fetched beforehand.
`harvest/normalise/ckan*.py` reads the same names back: what is served here and harvested by our own CKAN adapter is the
same dataset again.
"""

import datetime
import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from catalogue.enums import Access, DatasetKind, ResourceKind, State, Visibility
from catalogue.models import Dataset
from catalogue.serializers.ckan_bodies import group_summary, id_of, moment, organization_summary

Package = dict[str, Any]

#: Extras that data.gov.uk lifts to the top of a package.
_AT_TOP: Final = frozenset(
    {
        *("theme-secondary", "codelist", "schema-vocabulary", "core-dataset", "mandate", "date_update_future"),
        *("geographic_granularity", "temporal_granularity", "precision", "national_statistic", "taxonomy_url"),
    }
)
#: Names of people that data.gov.uk leaves out of its API.
_PERSONAL: Final = frozenset({"author", "author_email", "maintainer", "maintainer_email"})

_RESOURCE_TYPES: Final[dict[str, str]] = {ResourceKind.DOCUMENT: "documentation", ResourceKind.API: "api"}
#: Others are "active".
_STATES: Final[dict[str, str]] = {State.DRAFT: "draft", State.IN_REVIEW: "draft", State.WITHDRAWN: "deleted"}
_KINDS: Final[dict[str, str]] = {DatasetKind.SERIES: "series", DatasetKind.SERVICE: "service"}
#: One encoder for all: `json.dumps` with arguments makes a new one each time.
_as_json: Final = json.JSONEncoder(ensure_ascii=False).encode

_DIGEST = re.compile(r"(?:md5|sha-?1|sha-?256|sha-?512):([0-9a-f]+)", re.IGNORECASE)


def package(
    dataset: Dataset, resources: Iterable[Mapping[str, Any]], in_datastore: Container[UUID] = frozenset()
) -> Package:
    """The whole dictionary of a dataset and its resources, in order. `in_datastore`: as for `resource_dict`."""
    listed = [resource_dict(resource, place, in_datastore) for place, resource in enumerate(resources)]
    found: Package = {
        "id": str(dataset.id),
        "name": dataset.name,
        "title": dataset.title,
        "notes": dataset.description,
        "url": dataset.landing_page or None,
        "version": dataset.version_label or None,
        "type": "dataset",
        "state": _STATES.get(dataset.state, "active"),
        "private": dataset.visibility != Visibility.PUBLIC,
        "creator_user_id": None,
        "metadata_created": moment(dataset.created_at),
        "metadata_modified": moment(dataset.modified_at),
        **_licence(dataset),
        "owner_org": str(dataset.publisher_id),
        "organization": organization_summary(dataset.publisher),
        "groups": [group_summary(dataset.topic)] if dataset.topic else [],
        "tags": [tag_dict(tag) for tag in dataset.tags],
        "num_tags": len(dataset.tags),
        "resources": listed,
        "num_resources": len(listed),
        "relationships_as_subject": [],
        "relationships_as_object": [],
        **_of_data_gov_uk(dataset),
    }
    extras = dict(_extras(dataset))
    for key, value in dataset.extras.items():
        if key in _AT_TOP:
            found.setdefault(key, value)
        elif key not in found and key not in _PERSONAL and value not in (None, ""):
            extras.setdefault(key, value if isinstance(value, str) else _as_json(value))
    found["extras"] = [{"key": key, "value": value} for key, value in sorted(extras.items())]
    if dataset.origin_id:
        harvest = {
            "harvest_source_title": dataset.origin_title,
            "harvest_source_url": dataset.origin_url,
            "harvest_source_reference": dataset.origin_id,
        }
        found["harvest"] = [{"key": key, "value": value} for key, value in harvest.items() if value]
    return found


def _licence(dataset: Dataset) -> Package:
    licence = dataset.licence
    if licence is None:
        return {"license_id": "", "license_title": "", "isopen": False}
    address = {"license_url": licence.url} if licence.url else {}
    return {"license_id": licence.code, "license_title": licence.title, "isopen": licence.is_open, **address}


def _of_data_gov_uk(dataset: Dataset) -> Package:
    """What data.gov.uk's packages have beyond CKAN's own. Only what is known is there."""
    is_not_released = dataset.access == Access.NOT_RELEASED
    found = {
        "contact-name": dataset.contact_name,
        "contact-email": dataset.contact_email,
        "contact-phone": dataset.contact_phone,
        "contact-web": dataset.contact_url,
        "foi-name": dataset.foi_name,
        "foi-email": dataset.foi_email,
        "foi-phone": dataset.foi_phone,
        "foi-web": dataset.foi_url,
        "theme-primary": dataset.topic_id or "",
        "licence-custom": dataset.licence_text,
        "unpublished": "true" if is_not_released else "",
        "release-notes": dataset.access_reason,
        "publish-date": dataset.planned_release,
        "update_frequency": "" if dataset.frequency == "unknown" else str(dataset.frequency),
        "date_released": dataset.issued_text or _day(dataset.issued),
        "date_updated": dataset.modified_text or _day(dataset.modified),
        "geographic_coverage": list(dataset.places),
        **_period(dataset),
        **_translated(dataset),
    }
    return {name: value for name, value in found.items() if value}


def _day(value: datetime.date | None) -> str:
    return value.isoformat() if value else ""


def _period(dataset: Dataset) -> Package:
    if not (dataset.temporal_start or dataset.temporal_end):
        return {}
    start, end = _day(dataset.temporal_start), _day(dataset.temporal_end)
    written = dataset.temporal_text.split(" – ")
    if len(written) == 2 and start and end:
        start, end = written
    return {"temporal_coverage-from": [start] if start else [], "temporal_coverage-to": [end] if end else []}


def _translated(dataset: Dataset) -> Package:
    """Texts in other languages beside English, as ckanext-fluent has them."""
    found: Package = {}
    for name, own, english in (
        ("title_translated", "title", dataset.title),
        ("notes_translated", "description", dataset.description),
    ):
        others = {
            language: texts[own]
            for language, texts in dataset.translations.items()
            if isinstance(texts, dict) and texts.get(own)
        }
        if others:
            found[name] = {"en": english, **others}
    return found


def _extras(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """What has a field of ours and none in CKAN, under the names that CKAN's extensions have for it."""
    lists = {
        "identifier": dataset.identifiers,
        "language": dataset.languages,
        "conforms_to": dataset.conforms_to,
        "alternative_title": dataset.alternative_titles,
        "related_resource": dataset.related_links,
    }
    texts = {
        "creator": dataset.creator,
        "access_constraints": dataset.rights,
        "access_level": "" if dataset.access in (Access.OPEN, Access.NOT_RELEASED) else str(dataset.access),
        "resource-type": _KINDS.get(dataset.kind, ""),
        "security_classification": "" if dataset.classification == "not_applicable" else str(dataset.classification),
        "version_notes": dataset.version_notes,
        "provenance": dataset.provenance,
        "service_status": dataset.service_status,
        "service_type": dataset.service_type,
        "endpoint_url": dataset.endpoint_url,
        "endpoint_description": dataset.endpoint_description,
        "temporal_coverage": "" if dataset.temporal_start or dataset.temporal_end else dataset.temporal_text,
    }
    yield from ((key, _as_json(list(values))) for key, values in lists.items() if values)
    yield from ((key, value) for key, value in texts.items() if value)
    if box := dataset.box:
        names = ("bbox-west-long", "bbox-south-lat", "bbox-east-long", "bbox-north-lat")
        yield from ((name, repr(side)) for name, side in zip(names, box.sides.values(), strict=True))
        yield "spatial", _as_json(box.as_geojson())


def resource_dict(
    resource: Mapping[str, Any], position: int | None = None, in_datastore: Container[UUID] = frozenset()
) -> Package:
    """One resource, as `serializers.resource_rows` reads it.

    `position`: its place among its dataset's resources, where that is known to differ from what is stored.
    `in_datastore`: the resources whose rows can be asked for.
    """
    digest = _DIGEST.fullmatch(resource["checksum"])
    found: Package = {
        "id": str(resource["id"]),
        "package_id": str(resource["dataset_id"]),
        "position": resource["position"] if position is None else position,
        "name": resource["title"],
        "description": resource["description"],
        "url": resource["url"],
        "url_type": None,
        "format": resource["format"] or resource["format_text"],
        "mimetype": resource["media_type"] or None,
        "mimetype_inner": None,
        "resource_type": _RESOURCE_TYPES.get(resource["kind"]),
        "size": resource["size_bytes"],
        "hash": digest[1].lower() if digest else resource["checksum"],
        "state": "active",
        "created": resource["created"],
        "last_modified": f"{_day(resource['modified'])}T00:00:00" if resource["modified"] else None,
        "cache_url": None,
        "cache_last_updated": None,
        "datastore_active": resource["id"] in in_datastore,
    }
    if resource["kind"] == ResourceKind.DOCUMENT:
        found["resource-type"] = "supporting-document"
    of_data_gov_uk = {
        "publish-date": _day(resource["issued"]),
        "datafile-date": resource["period_text"],
        "schema-url": resource["conforms_to"],
    }
    found |= {name: value for name, value in of_data_gov_uk.items() if value}
    return {**{key: value for key, value in resource["extras"].items() if key not in _PERSONAL}, **found}


def tag_dict(name: str) -> Package:
    return {
        "id": id_of("tag", name),
        "name": name,
        "display_name": name,
        "state": "active",
        "vocabulary_id": None,
    }


def index_row(found: Package) -> Package:
    """A package as CKAN's search index gives it where single fields are asked for: names stand for what has a name."""
    organisation: Mapping[str, Any] = found["organization"]
    resources: list[Package] = found["resources"]
    return {
        **found,
        "organization": organisation["name"],
        "groups": [group["name"] for group in found["groups"]],
        "tags": [tag["name"] for tag in found["tags"]],
        "dataset_type": found["type"],
        "capacity": "private" if found["private"] else "public",
        "res_name": [resource["name"] for resource in resources],
        "res_description": [resource["description"] for resource in resources],
        "res_format": [resource["format"] for resource in resources],
        "res_url": [resource["url"] for resource in resources],
        **{f"extras_{extra['key']}": extra["value"] for extra in found["extras"]},
    }
