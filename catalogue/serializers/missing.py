"""What an entry lacks to be whole in each standard: the facts that a standard asks for and nobody has given."""

from typing import Final

from catalogue.enums import DatasetKind, Frequency
from catalogue.serializers.data_json import reachable_by_mail
from catalogue.serializers.entries import Entry

DCAT_AP: Final = "DCAT-AP 3.0.1"
DCAT_US_1: Final = "DCAT-US 1.1"
DCAT_US_3: Final = "DCAT-US 3.0"
UK: Final = "UK metadata exchange model"

STANDARDS: Final = (DCAT_AP, DCAT_US_1, DCAT_US_3, UK)


def missing(entry: Entry) -> dict[str, list[str]]:
    """Standard → facts, as the fields of ours that would give them; a standard that is kept to is left out."""
    dataset = entry.dataset
    is_service = dataset.kind == DatasetKind.SERVICE
    lacks = {
        "description": not dataset.description,
        "tags": not (dataset.tags or dataset.topic_id),
        "contact_email": reachable_by_mail(dataset) is None,
        "licence": not (dataset.licence and dataset.licence.url),
        "frequency": not is_service and dataset.frequency in (Frequency.UNKNOWN, Frequency.NEVER),
        "endpoint_url": is_service and not dataset.endpoint_url,
        "endpoint_description": is_service and not dataset.endpoint_description,
        "service_status": is_service and not dataset.service_status,
        "service_type": is_service and not dataset.service_type,
    }
    wanted = {
        DCAT_AP: ("endpoint_url",) if is_service else ("description",),
        DCAT_US_1: ("description", "tags", "contact_email"),
        DCAT_US_3: ("description", "contact_email"),
        UK: (
            *("description", "contact_email", "licence", "frequency"),
            *("endpoint_description", "service_status", "service_type"),
        ),
    }
    found = {standard: [name for name in names if lacks[name]] for standard, names in wanted.items()}
    return {standard: names for standard, names in found.items() if names}
