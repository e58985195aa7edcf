"""A dataset in words, for its page. Reads only what `queries.dataset_for_page` fetched."""

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language_info

from catalogue.enums import ResourceKind
from catalogue.models import Dataset, Resource

#: Extras that the machinery keeps and no reader wants.
_HIDDEN_EXTRAS = ("harvest_", "import_source", "email_notify", "_")


@dataclass(frozen=True, slots=True)
class Alternate:
    href: str
    type: str
    title: str


def data_links(resources: Iterable[Resource]) -> list[Resource]:
    """Files and services, newest first; those without a date keep the publisher's order, after the dated ones."""
    links = [resource for resource in resources if resource.kind != ResourceKind.DOCUMENT]
    return sorted(links, key=lambda resource: resource.modified or resource.issued or datetime.date.min, reverse=True)


def alternates(dataset: Dataset) -> list[Alternate]:
    """The same entry in other formats."""
    return [Alternate(f"/api/v1/datasets/{dataset.id}", "application/json", "JSON")]


def language_names(codes: Iterable[str]) -> list[str]:
    """English names of ISO 639-1 codes; a code we have no name for stands for itself."""

    def name(code: str) -> str:
        try:
            return str(get_language_info(code)["name"])
        except KeyError:
            return code

    return [name(code) for code in codes]


def additional_information(dataset: Dataset) -> list[tuple[str, str]]:
    """(label, value) for what the source said that has no field of ours."""
    return [
        (key.replace("_", " ").replace("-", " ").strip().capitalize(), _text(value))
        for key, value in dataset.extras.items()
        if value not in (None, "", [], {}) and not key.startswith(_HIDDEN_EXTRAS)
    ]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return ", ".join(str(item) for item in value)
    return json.dumps(value, ensure_ascii=False)


def citation(dataset: Dataset, site_url: str) -> str:
    """Publisher (year). Title. Address: the order of DataCite's recommended citation."""
    year = (dataset.issued or dataset.modified or dataset.published_at or dataset.created_at).year
    author = dataset.creator or dataset.publisher.title
    return f"{author} ({year}). {dataset.title}. {site_url}/dataset/{dataset.id}"
