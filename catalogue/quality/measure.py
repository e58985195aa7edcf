"""Taking the facts of quality from rows already fetched. Asks the database nothing: it reads `DATASET_COLUMNS` only."""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import unquote
from uuid import UUID

from catalogue.enums import LinkState
from catalogue.models import Dataset, Licence, LinkCheck, Resource
from catalogue.quality.days import day_of
from catalogue.quality.facts import WORKING, Contact, DatasetFacts, ResourceFacts
from catalogue.vocabularies.formats import media_type_format
from publishers.models import Publisher

#: Columns of each table that are read here: what a query has to fetch.
DATASET_COLUMNS: Final = (
    *("kind", "title", "description", "publisher_id", "contact_name", "contact_email", "contact_phone", "contact_url"),
    *("topic_id", "tags", "licence_id", "licence_text", "access", "access_reason", "frequency", "issued", "modified"),
    *("temporal_start", "temporal_end", "temporal_text", "west", "places", "rights", "translations", "endpoint_url"),
)
RESOURCE_COLUMNS: Final = (
    *("dataset_id", "kind", "title", "description", "url", "format", "format_text", "media_type", "size_bytes"),
    *("issued", "modified"),
)
LINK_COLUMNS: Final = ("resource_id", "state", "checked_at", "media_type")

#: Characters of a description that are counted: beyond this no rule asks for more.
COUNTED_LENGTH: Final = 1_000

#: Mark-up takes room too, and a description may be a hundred times longer than what is counted of it.
_READ_LENGTH: Final = 4 * COUNTED_LENGTH

_LABEL_LENGTH: Final = 80
_TAG = re.compile(r"<[^<>]*>")


def facts_of(
    dataset: Dataset,
    resources: Sequence[Resource],
    links: Mapping[UUID, LinkCheck],
    publisher: Publisher,
    licence: Licence | None,
) -> DatasetFacts:
    """The facts of a dataset. `links` is by resource id; a resource without one counts as not checked."""
    title = dataset.title
    description = _plain(dataset.description)
    if description.rstrip(".").casefold() == title.strip().rstrip(".").casefold():
        description = ""
    return DatasetFacts(
        kind=dataset.kind,
        access=dataset.access,
        has_access_reason=_says_something(dataset.access_reason),
        title_length=len(title),
        title_words=len(title.split()),
        title_in_capitals=_in_capitals(title),
        description_length=min(len(description), COUNTED_LENGTH),
        description_in_capitals=_in_capitals(description),
        has_description=bool(dataset.description) or _has_translated_description(dataset),
        has_endpoint=bool(dataset.endpoint_url),
        licence=dataset.licence_id or "",
        licence_title=licence.title if licence else "",
        licence_is_open=licence.is_open if licence else False,
        has_licence_text=_says_something(dataset.licence_text),
        has_rights=bool(dataset.rights),
        contact=_contact(dataset, publisher),
        has_contact_point=_has_contact_point(dataset, publisher),
        has_topic=dataset.topic_id is not None,
        tag_count=len(dataset.tags),
        frequency=dataset.frequency,
        issued=dataset.issued,
        modified=dataset.modified,
        has_period=dataset.temporal_start is not None or dataset.temporal_end is not None,
        has_period_text=_says_something(dataset.temporal_text),
        has_area=dataset.west is not None or bool(dataset.places),
        resources=tuple(_resource(resource, links.get(resource.id)) for resource in resources),
    )


def _resource(resource: Resource, link: LinkCheck | None) -> ResourceFacts:
    return ResourceFacts(
        id=str(resource.id),
        label=_label(resource),
        kind=resource.kind,
        format=resource.format,
        media_type=resource.media_type,
        has_size=resource.size_bytes is not None,
        is_described=len(resource.title.split()) > 1 or len(resource.description.split(maxsplit=2)) > 1,
        issued=resource.issued,
        modified=resource.modified,
        updated=max((day for day in (resource.modified, resource.issued) if day), default=None),
        link=link.state if link else LinkState.UNCHECKED,
        checked=day_of(link.checked_at) if link and link.checked_at else None,
        served=media_type_format(link.media_type) if link and link.state in WORKING and link.media_type else "",
    )


def _label(resource: Resource) -> str:
    label = resource.title.strip() or unquote(resource.url.rstrip("/").rpartition("/")[2]) or resource.url
    return label if len(label) <= _LABEL_LENGTH else f"{label[: _LABEL_LENGTH - 1]}…"


def _plain(text: str) -> str:
    """The beginning of a text, without tags and on one line. For counting, not for showing: nothing is made safe."""
    start = text[:_READ_LENGTH]
    if "<" in start:
        start = _TAG.sub(" ", start)
    return " ".join(start.split())


def _in_capitals(text: str) -> bool:
    """Whether a text shouts. Abbreviations alone ("UK GDP") don't: one word must be longer than most of those."""
    return text.isupper() and any(len(word) > 4 for word in text.split())


def _says_something(text: str) -> bool:
    """Whether there is a word in it: sources fill fields with "-" and "."."""
    return any(character.isalnum() for character in text)


def _contact(dataset: Dataset, publisher: Publisher) -> Contact:
    if _reaches(dataset):
        return Contact.OWN
    if _reaches(publisher):
        return Contact.PUBLISHER
    return Contact.NAME_ONLY if _says_something(dataset.contact_name) else Contact.NONE


def _has_contact_point(dataset: Dataset, publisher: Publisher) -> bool:
    own = (dataset.contact_name, dataset.contact_email, dataset.contact_phone, dataset.contact_url)
    return any(own) or any((publisher.contact_email, publisher.contact_phone, publisher.contact_url))


def _has_translated_description(dataset: Dataset) -> bool:
    return any(isinstance(texts, dict) and texts.get("description") for texts in dataset.translations.values())


def _reaches(of: Dataset | Publisher) -> bool:
    return "@" in of.contact_email or "://" in of.contact_url or sum(map(str.isdigit, of.contact_phone)) > 4
