"""A dataset as DCAT-US 1.1 (Project Open Data), for `/data.json`. Source: https://resources.data.gov/resources/dcat-us/

What an entry doesn't say is left out, though the schema asks for it: `manage.py check_standards` lists such entries.
"""

import re
from typing import Any, Final

from catalogue.contacts import Contact, contact_of, foi_contact_of
from catalogue.enums import Access, Frequency, ResourceKind
from catalogue.models import Dataset
from catalogue.rdf.terms import iri
from catalogue.serializers.entries import Entry
from catalogue.serializers.resource_rows import ResourceRow
from catalogue.vocabularies.access import us_access_level
from catalogue.vocabularies.frequencies import iso8601
from publishers.models import Publisher

#: What stands before the datasets of a catalogue.
HEAD: Final = {
    "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
    "@type": "dcat:Catalog",
    "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
    "describedBy": "https://project-open-data.cio.gov/v1.1/schema/catalog.json",
}

_MAX_DESCRIPTION: Final = 10_000
_MAX_RIGHTS: Final = 255
_MEDIA_TYPE: Final = re.compile(r"[-\w]+/[-\w]+(\.[-\w]+)*([+][-\w]+)?", re.ASCII)
_EMAIL: Final = re.compile(r"[\w_~!$&'()*+,;=:.-]+@[\w.-]+\.[\w.-]+", re.ASCII)


def data_json(entry: Entry, site: str) -> dict[str, Any]:
    """One dataset of the catalogue."""
    dataset = entry.dataset
    documents = [one for one in entry.resources if one["kind"] == ResourceKind.DOCUMENT]
    files = [one for one in entry.resources if one["kind"] != ResourceKind.DOCUMENT]
    licence = dataset.licence.url if dataset.licence else ""
    found = {
        "@type": "dcat:Dataset",
        "identifier": f"{site}/dataset/{dataset.id}",
        "title": dataset.title,
        "description": shortened(dataset.description, _MAX_DESCRIPTION),
        "keyword": list(dataset.tags) or ([dataset.topic.title] if dataset.topic else []),
        "modified": (dataset.modified or dataset.modified_at.date()).isoformat(),
        "issued": dataset.issued.isoformat() if dataset.issued else "",
        "publisher": _organisation(dataset.publisher),
        "contactPoint": contact_point(dataset),
        "accessLevel": us_access_level(Access(dataset.access)),
        "rights": shortened(dataset.rights or dataset.access_reason, _MAX_RIGHTS),
        "license": iri(licence) if licence else "",
        "theme": [dataset.topic.title] if dataset.topic else [],
        "language": [code for code in dataset.languages if len(code) in (2, 3)],
        "landingPage": iri(dataset.landing_page) if dataset.landing_page else "",
        "accrualPeriodicity": iso8601(Frequency(dataset.frequency)),
        "temporal": period(dataset),
        "spatial": _place(dataset),
        "conformsTo": next((text for text in dataset.conforms_to if text.startswith("http")), ""),
        "references": list(
            dict.fromkeys(iri(url) for url in (*(one["url"] for one in documents), *dataset.related_links))
        ),
        "distribution": [_distribution(one) for one in files],
    }
    if entry.series:
        found["isPartOf"] = f"{site}/dataset/{entry.series.id}"
    return {name: value for name, value in found.items() if value not in ("", [], None)}


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _organisation(publisher: Publisher, depth: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = {"@type": "org:Organization", "name": publisher.title}
    if depth == 0 and publisher.parent_id and publisher.parent:
        found["subOrganizationOf"] = _organisation(publisher.parent, depth + 1)
    return found


def reachable_by_mail(dataset: Dataset) -> Contact | None:
    """The first of the entry's contacts that has an e-mail address: both versions of DCAT-US ask for one."""
    contacts = (contact_of(dataset), foi_contact_of(dataset))
    return next((one for one in contacts if one and _EMAIL.fullmatch(one.email)), None)


def contact_point(dataset: Dataset) -> dict[str, Any] | None:
    contact = reachable_by_mail(dataset)
    if contact is None:
        return None
    name = contact.name or dataset.publisher.title
    return {"@type": "vcard:Contact", "fn": name, "hasEmail": f"mailto:{contact.email}"}


def period(dataset: Dataset) -> str:
    """From day to day; DCAT-US has no form for a period that is open at one end."""
    if not (dataset.temporal_start and dataset.temporal_end):
        return ""
    return f"{dataset.temporal_start.isoformat()}/{dataset.temporal_end.isoformat()}"


def _place(dataset: Dataset) -> str:
    if box := dataset.box:
        return box.as_text()
    return "; ".join(dataset.places)


def _distribution(resource: ResourceRow) -> dict[str, Any]:
    address = "accessURL" if resource["kind"] == ResourceKind.API else "downloadURL"
    media_type = resource["media_type"] if _MEDIA_TYPE.fullmatch(resource["media_type"]) else ""
    if address == "downloadURL" and not media_type:
        address = "accessURL"  # a download must say its media type
    found = {
        "@type": "dcat:Distribution",
        "title": resource["title"],
        "description": resource["description"],
        address: iri(resource["url"]),
        "mediaType": media_type,
        "format": resource["format"] or resource["format_text"],
        "conformsTo": iri(resource["conforms_to"]) if resource["conforms_to"].startswith("http") else "",
    }
    return {name: value for name, value in found.items() if value}
