"""A dataset in words, for its page. Reads only what `queries.dataset_for_page` fetched."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language_info

from catalogue.drafts import INTERNAL_FIELDS
from catalogue.enums import ResourceKind
from catalogue.models import Dataset, Resource
from catalogue.serializers.forms import DATASET_FORMS
from catalogue.serializers.revisions import label_of

#: Extras that the machinery keeps and no reader wants.
_HIDDEN_EXTRAS = (
    *(
        "harvest_",
        "import_source",
        "email_notify",
        "_",
        "metadata_provenance",
        "odi-certificate",
        "dataset-reference-date",
    ),
    *("core-dataset", "author", "maintainer", "ckan_url", "revision_id", "relationships"),
)

#: Names that are not simply their key with blanks in it.
_LABELS = {
    "UKLP": "UK Location Programme",
    "guid": "GUID",
    "foi-web": "Freedom of information page",
    "theme-secondary": "Other themes",
    "sla": "Service level agreement",
}


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
    return [
        Alternate(f"/api/v1/datasets/{dataset.id}", "application/json", "JSON"),
        *forms_of(dataset, "data"),
        Alternate(f"/feeds/dataset/{dataset.id}.atom", "application/atom+xml", "Atom feed of its changes"),
    ]


def forms_of(dataset: Dataset, group: str) -> list[Alternate]:
    """The forms of one group: "data" or "citation"."""
    return [
        Alternate(f"/dataset/{dataset.id}.{ending}", form.media_type, form.title)
        for ending, form in DATASET_FORMS.items()
        if form.group == group
    ]


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
        (_LABELS.get(key) or key.replace("_", " ").replace("-", " ").strip().capitalize(), text)
        for key, value in dataset.extras.items()
        if not key.startswith(_HIDDEN_EXTRAS) and (text := _text(value))
    ]


def internal_information(dataset: Dataset) -> list[tuple[str, str]]:
    """(label, value) for what only signed-in officials may read."""
    return [(label_of(field), value) for field in INTERNAL_FIELDS if (value := getattr(dataset, field))]


def _text(value: Any) -> str:
    """A value as people read it: lists with commas, objects as “name: value”; empty for what says nothing."""
    match value:
        case None:
            return ""
        case bool():
            return "Yes" if value else "No"
        case str():
            return {"True": "Yes", "False": "No", "true": "Yes", "false": "No"}.get(value, value)
        case list():
            return "; ".join(filter(None, map(_text, value))) if _has_objects(value) else ", ".join(map(_text, value))
        case dict():
            return ", ".join(f"{key}: {text}" for key, item in value.items() if (text := _text(item)))
        case _:
            return str(value)


def _has_objects(values: list[Any]) -> bool:
    return any(isinstance(value, dict | list) for value in values)


def citation(dataset: Dataset, site_url: str) -> str:
    """Publisher (year). Title. Address: the order of DataCite's recommended citation."""
    year = (dataset.issued or dataset.modified or dataset.source_created_at or dataset.created_at).year
    author = dataset.creator or dataset.publisher.title
    return f"{author} ({year}). {dataset.title}. {site_url}/dataset/{dataset.id}"
