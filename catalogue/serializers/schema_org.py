"""A dataset as schema.org JSON-LD, for search engines that read pages. Source: schema.org/Dataset."""

from collections.abc import Iterable
from typing import Any

from catalogue.contacts import contact_of
from catalogue.enums import Access, ResourceKind
from catalogue.models import Dataset, Resource
from catalogue.text import plain_text, safe_href

#: Google's Dataset Search refuses shorter and longer descriptions.
_SHORTEST_DESCRIPTION, _LONGEST_DESCRIPTION = 50, 5000


def structured_data(dataset: Dataset, resources: Iterable[Resource], site_url: str) -> dict[str, Any]:
    """The dataset and its files; properties without a value are left out."""
    address = site_url + dataset.get_absolute_url()
    contact = contact_of(dataset)
    properties = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": f"{site_url}/dataset/{dataset.id}",
        "name": dataset.title,
        "description": _description(dataset),
        "url": address,
        "alternateName": dataset.alternative_titles,
        "version": dataset.version_label,
        "sameAs": safe_href(dataset.landing_page),
        "conditionsOfAccess": dataset.access_reason,
        "subjectOf": {
            "@type": "DataDownload",
            "name": "This entry in DCAT-AP",
            "contentUrl": f"{site_url}/dataset/{dataset.id}.jsonld",
            "encodingFormat": "application/ld+json",
        },
        "identifier": [str(dataset.id), *dataset.identifiers],
        "keywords": dataset.tags,
        "license": safe_href(dataset.licence.url) if dataset.licence else "",
        "isAccessibleForFree": dataset.access == Access.OPEN,
        "datePublished": _iso(dataset.issued),
        "dateModified": _iso(dataset.modified),
        "temporalCoverage": _period(dataset),
        "spatialCoverage": _place(dataset),
        "inLanguage": dataset.languages,
        "creator": {"@type": "Organization", "name": dataset.creator or dataset.publisher.title},
        "publisher": {
            "@type": "Organization",
            "name": dataset.publisher.title,
            "url": site_url + dataset.publisher.get_absolute_url(),
            "contactPoint": contact
            and {"@type": "ContactPoint", "name": contact.name, "email": contact.email, "telephone": contact.phone},
        },
        "includedInDataCatalog": {"@type": "DataCatalog", "name": "Domesday", "url": site_url},
        "distribution": [_distribution(resource) for resource in resources if resource.kind != ResourceKind.DOCUMENT],
    }
    return _without_empty(properties)


def _description(dataset: Dataset) -> str:
    """The entry's own words; where they are too few for Google, after them what else is known for certain."""
    own = plain_text(dataset.description)
    if len(own) >= _SHORTEST_DESCRIPTION:
        return own[:_LONGEST_DESCRIPTION]
    known = f"{dataset.title}: data held by {dataset.publisher.title}, in Domesday, the government's data catalogue."
    return f"{own} {known}".strip()


def _distribution(resource: Resource) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "name": resource.title,
        "description": plain_text(resource.description)[:_LONGEST_DESCRIPTION],
        "contentUrl": safe_href(resource.url),
        "encodingFormat": resource.media_type or resource.format,
        "contentSize": f"{resource.size_bytes} B" if resource.size_bytes else "",
        "dateModified": _iso(resource.modified),
    }


def _iso(day: Any) -> str:
    return day.isoformat() if day else ""


def _period(dataset: Dataset) -> str:
    if not (dataset.temporal_start or dataset.temporal_end):
        return dataset.temporal_text
    return f"{_iso(dataset.temporal_start) or '..'}/{_iso(dataset.temporal_end) or '..'}"


def _place(dataset: Dataset) -> list[dict[str, Any]]:
    places: list[dict[str, Any]] = [{"@type": "Place", "name": place} for place in dataset.places]
    if box := dataset.box:
        corners = f"{box.south} {box.west} {box.north} {box.east}"
        places.append({"@type": "Place", "geo": {"@type": "GeoShape", "box": corners}})
    return places


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        cleaned = {key: _without_empty(item) for key, item in value.items()}
        return {key: item for key, item in cleaned.items() if item not in (None, "", [], {})}
    return [_without_empty(item) for item in value] if isinstance(value, list) else value
