"""An entry as the UK cross-government metadata exchange model has it: a Dataset or a DataService.

Source: https://co-cddo.github.io/ukgov-metadata-exchange-model/. What an entry does not say is left out, though the
model asks for it: `manage.py check_standards` lists such entries.
"""

import re
from typing import Any, Final

from catalogue.contacts import contact_of, foi_contact_of
from catalogue.enums import Access, Classification, DatasetKind, Frequency
from catalogue.models import Dataset
from catalogue.rdf.terms import iri
from catalogue.serializers.entries import Entry
from catalogue.text import plain_text
from catalogue.vocabularies.access import uk_access_rights

_LONGEST_SUMMARY: Final = 250
_EMAIL: Final = re.compile(r"\S+@\S+")
#: The model's frequencies, Dublin Core's. A step that it lacks becomes the next rarer one, at last “irregular”.
_FREQUENCIES: Final[dict[str, str]] = {
    Frequency.CONTINUOUS: "continuous", Frequency.HOURLY: "daily", Frequency.DAILY: "daily",
    Frequency.TWICE_WEEKLY: "semiweekly", Frequency.WEEKLY: "weekly", Frequency.FORTNIGHTLY: "biweekly",
    Frequency.TWICE_MONTHLY: "semimonthly", Frequency.MONTHLY: "monthly", Frequency.BIMONTHLY: "bimonthly",
    Frequency.QUARTERLY: "quarterly", Frequency.THREE_TIMES_YEAR: "threeTimesAYear",
    Frequency.TWICE_YEARLY: "semiannual", Frequency.ANNUAL: "annual", Frequency.BIENNIAL: "biennial",
    Frequency.TRIENNIAL: "triennial",
}  # fmt: skip
_NOT_TOLD: Final = (Frequency.NEVER, Frequency.UNKNOWN)
#: The model has no word for OFFICIAL with a handling caveat.
_CLASSIFICATIONS: Final = {Classification.OFFICIAL_SENSITIVE: "OFFICIAL"}


def uk_exchange(entry: Entry, site: str) -> dict[str, Any]:
    dataset = entry.dataset
    is_service = dataset.kind == DatasetKind.SERVICE
    classification = Classification(dataset.classification)
    day = dataset.modified or dataset.modified_at.date()
    licence = dataset.licence.url if dataset.licence else ""
    found: dict[str, Any] = {
        "identifier": f"{site}/dataset/{dataset.id}",
        "type": "dcat:DataService" if is_service else "dcat:Dataset",
        "title": dataset.title,
        "alternativeTitle": list(dataset.alternative_titles),
        "summary": _summary(dataset),
        "description": dataset.description,
        "keyword": list(dataset.tags),
        "theme": [f"{site}/topics#{dataset.topic_id}"] if dataset.topic_id else [],
        "publisher": dataset.publisher.slug,
        "creator": [dataset.publisher.slug],
        "contactPoint": _contact(dataset),
        "accessRights": uk_access_rights(Access(dataset.access)),
        "securityClassification": _CLASSIFICATIONS.get(classification, classification.value.upper()),
        "licence": iri(licence) if licence else "",
        "created": dataset.created_at.date().isoformat(),
        "issued": dataset.issued.isoformat() if dataset.issued else "",
        "modified": day.isoformat(),
        "version": dataset.version_label or day.isoformat(),
        "relatedResource": [iri(url) for url in dataset.related_links],
    }
    if is_service:
        found |= {
            "endpointURL": iri(dataset.endpoint_url) if dataset.endpoint_url else "",
            "endpointDescription": iri(dataset.endpoint_description) if dataset.endpoint_description else "",
            "serviceStatus": dataset.service_status.upper(),
            "serviceType": dataset.service_type.upper(),
        }
    else:
        frequency = "" if dataset.frequency in _NOT_TOLD else _FREQUENCIES.get(dataset.frequency, "irregular")
        found |= {
            "updateFrequency": f"freq:{frequency}" if frequency else "",
            "distribution": [f"{site}/dataset/{dataset.id}/resource/{one['id']}" for one in entry.resources],
        }
    return {name: value for name, value in found.items() if value not in ("", [], None)}


def _summary(dataset: Dataset) -> str:
    text = plain_text(dataset.description)
    return text if len(text) <= _LONGEST_SUMMARY else f"{text[: _LONGEST_SUMMARY - 1].rstrip()}…"


def _contact(dataset: Dataset) -> dict[str, str] | None:
    """The first of the entry's contacts that has an e-mail address: the model asks for name and address."""
    contacts = (contact_of(dataset), foi_contact_of(dataset))
    contact = next((one for one in contacts if one and _EMAIL.fullmatch(one.email)), None)
    if contact is None:
        return None
    found = {"contactName": contact.name or dataset.publisher.title, "email": contact.email}
    return found | ({"telephone": contact.phone} if contact.phone else {})
