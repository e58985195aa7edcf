"""A dataset as DCAT-US 3.0, by the schema that data.gov harvests by: https://resources.data.gov/dcat-us/3.0.0/"""

from typing import Any, Final

from catalogue.enums import DatasetKind, Frequency, ResourceKind
from catalogue.models import Dataset
from catalogue.rdf.terms import iri
from catalogue.serializers.data_json import reachable_by_mail
from catalogue.serializers.dcat.quality import score_metric_address
from catalogue.serializers.entries import Entry, Series
from catalogue.serializers.resource_rows import ResourceRow
from catalogue.vocabularies.formats import MEDIA_TYPE
from catalogue.vocabularies.frequencies import iso8601
from publishers.models import Publisher

#: What stands before the datasets of a catalogue.
HEAD: Final = {
    "@type": "Catalog",
    "title": "Domesday",
    "description": "What data government holds, where it is, how good it is and how to get it.",
    "conformsTo": {
        "@type": "Standard",
        "title": "DCAT-US 3.0",
        "identifier": "https://resources.data.gov/dcat-us/3.0.0/",
    },
}
#: ISO 19115's codes for what ISO 8601 has no interval for.
_CODES: Final = {Frequency.IRREGULAR: "irregular", Frequency.AS_NEEDED: "asNeeded", Frequency.NEVER: "notPlanned"}


def dcat_us(entry: Entry, site: str) -> dict[str, Any]:
    """One dataset of the catalogue; a data service is told as a dataset with the service behind it."""
    dataset = entry.dataset
    address = f"{site}/dataset/{dataset.id}"
    contact = reachable_by_mail(dataset)
    frequency = Frequency(dataset.frequency)
    documents = [one for one in entry.resources if one["kind"] == ResourceKind.DOCUMENT]
    found: dict[str, Any] = {
        "@id": address,
        "@type": "Dataset",
        "identifier": address,
        "otherIdentifier": list(dataset.identifiers),
        "title": dataset.title,
        "description": dataset.description,
        "publisher": _organisation(dataset.publisher, site),
        "creator": {"@type": "Agent", "name": dataset.creator} if dataset.creator else None,
        "contactPoint": contact
        and {
            "@type": "Kind",
            "fn": contact.name or dataset.publisher.title,
            "hasEmail": f"mailto:{contact.email}",
            **({"tel": contact.phone} if contact.phone else {}),
        },
        "keyword": list(dataset.tags),
        "theme": [{"@type": "Concept", "prefLabel": dataset.topic.title}] if dataset.topic else [],
        "language": [code for code in dataset.languages if len(code) == 2],
        "issued": dataset.issued and dataset.issued.isoformat(),
        "modified": (dataset.modified or dataset.modified_at.date()).isoformat(),
        "created": dataset.created_at.date().isoformat(),
        "version": dataset.version_label,
        "versionNotes": dataset.version_notes,
        "accessRights": dataset.get_access_display(),
        "rights": [text for text in (dataset.rights, dataset.access_reason) if text],
        "accrualPeriodicity": _CODES.get(frequency) or iso8601(frequency) or "",
        "temporal": _period(dataset),
        "spatial": _places(dataset),
        # A series must have a description there
        "inSeries": [_series(entry.series, site)] if entry.series and entry.series.description else [],
        "conformsTo": [{"@type": "Standard", "title": text} for text in dataset.conforms_to],
        "provenance": [dataset.provenance] if dataset.provenance else [],
        "relation": [iri(url) for url in dataset.related_links],
        "landingPage": _document(dataset.landing_page, f"Page of “{dataset.title}”") if dataset.landing_page else None,
        "page": [_document(one["url"], one["title"] or "Supporting document") for one in documents],
        "distribution": [_distribution(one, dataset, address) for one in entry.resources if one not in documents],
    }
    if dataset.kind == DatasetKind.SERVICE and dataset.endpoint_url:
        found["distribution"].append({"@type": "Distribution", "accessURL": iri(dataset.endpoint_url)})
    if entry.score is not None:
        metric = {
            "@id": score_metric_address("own", site),
            "@type": "Metric",
            "expectedDataType": "xsd:integer",
            "inDimension": f"{site}/quality/method",
            "definition": "Quality score out of 100",
        }
        found["hasQualityMeasurement"] = [
            {"@type": "QualityMeasurement", "isMeasurementOf": metric, "value": str(entry.score)}
        ]
    return {name: value for name, value in found.items() if value not in ("", [], None)}


def _series(series: Series, site: str) -> dict[str, Any]:
    address = f"{site}/dataset/{series.id}"
    return {"@id": address, "@type": "DatasetSeries", "title": series.title, "description": series.description}


def _organisation(publisher: Publisher, site: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@id": f"{site}/publisher/{publisher.id}",
        "@type": "Organization",
        "name": publisher.title,
        "prefLabel": publisher.title,
    }
    if publisher.abbreviation:
        found["altLabel"] = publisher.abbreviation
    if publisher.parent_id and publisher.parent:
        found["subOrganizationOf"] = [{"@type": "Organization", "name": publisher.parent.title}]
    return found


def _document(url: str, title: str) -> dict[str, Any]:
    return {"@type": "Document", "title": title, "accessURL": iri(url)}


def _period(dataset: Dataset) -> list[dict[str, Any]]:
    ends = {"startDate": dataset.temporal_start, "endDate": dataset.temporal_end}
    period = {name: day.isoformat() for name, day in ends.items() if day}
    return [{"@type": "PeriodOfTime", **period}] if period else []


def _places(dataset: Dataset) -> list[dict[str, Any]]:
    places: list[dict[str, Any]] = [{"@type": "Location", "prefLabel": place} for place in dataset.places]
    if box := dataset.box:
        places.append({"@type": "Location", "bbox": box.as_wkt()})
    return places


def _distribution(resource: ResourceRow, dataset: Dataset, address: str) -> dict[str, Any]:
    licence = dataset.licence and (dataset.licence.url or dataset.licence.title)
    algorithm, _, digest = resource["checksum"].partition(":")
    found = {
        "@id": f"{address}/resource/{resource['id']}",
        "@type": "Distribution",
        "identifier": str(resource["id"]),
        "title": resource["title"],
        "description": resource["description"],
        "accessURL": iri(resource["url"]),
        "downloadURL": iri(resource["url"]) if resource["kind"] == ResourceKind.DATA else "",
        "mediaType": resource["media_type"] if MEDIA_TYPE.fullmatch(resource["media_type"]) else "",
        "format": resource["format"] or resource["format_text"],
        "byteSize": str(resource["size_bytes"]) if resource["size_bytes"] is not None else "",
        "issued": resource["issued"] and resource["issued"].isoformat(),
        "modified": resource["modified"] and resource["modified"].isoformat(),
        "license": licence,
        "conformsTo": [{"@type": "Standard", "title": resource["conforms_to"]}] if resource["conforms_to"] else [],
        "checksum": {"@type": "Checksum", "algorithm": algorithm, "checksumValue": digest} if digest else None,
    }
    return {name: value for name, value in found.items() if value not in ("", [], None)}
