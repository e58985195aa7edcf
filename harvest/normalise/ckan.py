"""CKAN packages → our drafts: of every age from 2010's groups to today's schemas, with data.gov.uk's own fields.

What has no field of ours stays in the extras under the name that its portal gave it.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from catalogue.dates import parse_datetime
from catalogue.drafts import DatasetDraft
from catalogue.enums import Classification, DatasetKind, ServiceStatus, ServiceType
from catalogue.plain import clean_tags, clean_text
from catalogue.vocabularies.topics import TOPICS, topic_from
from catalogue.web_addresses import clean_url
from harvest.findings import Finding
from harvest.normalise.base import Normalised
from harvest.normalise.ckan_contacts import contact, creator_of, foi_contact
from harvest.normalise.ckan_coverage import dates, languages, period, places
from harvest.normalise.ckan_organisation import organisation_of, uuid_from
from harvest.normalise.ckan_package import Package, names_of
from harvest.normalise.ckan_resources import documents_apart, resources_of
from harvest.normalise.ckan_terms import access, licence_and_rights
from harvest.normalise.fields import LONG, as_list
from harvest.sources.ckan_record import extras_of

_SERVICE_TYPES = frozenset({"service", "services", "data-service", "data_service", "dataservice"})
_SERIES_TYPES = frozenset({"series", "dataset-series", "dataset_series", "collection"})

# Django makes a list of a choice's values anew each time that it is asked.
_SERVICE_TERMS = {"service_status": frozenset(ServiceStatus.values), "service_type": frozenset(ServiceType.values)}
_CLASSIFICATIONS = frozenset(Classification.values)

#: Members that name themes, the publisher's own choice first.
_THEMES = ("theme_secondary", "theme", "themes", "topic_category", "categories", "category", "dcat_subject", "subject")


class CkanNormaliser:
    version = 2

    def __call__(self, body: Mapping[str, Any], *, publisher_id: UUID) -> Normalised:
        findings: list[Finding] = []
        fields = Package(body, extras_of(body), findings)
        organisation = organisation_of(fields, body)
        title = _title(fields, body)
        tags = clean_tags(_tags(fields))
        terms = licence_and_rights(fields)
        values: dict[str, Any] = {
            "title": title,
            "name": clean_text(body.get("name"), max_length=100),
            "publisher_id": publisher_id,
            "kind": _kind(fields, body),
            "description": fields.prose("notes_translated", "notes", "description"),
            "translations": _in_welsh(body),
            "identifiers": _identifiers(fields, body),
            "creator": creator_of(fields, organisation),
            **contact(fields),
            **foi_contact(fields),
            "tags": tags,
            "topic_id": _topic(fields, tags, title),
            "landing_page": _landing_page(fields),
            **terms,
            **access(fields, terms["rights"]),
            **dates(fields),
            **period(fields),
            **places(fields),
            "languages": languages(fields),
            "conforms_to": tuple(fields.texts("conforms_to", "conformsto")),
            "alternative_titles": tuple(fields.texts("alternative_title", "alternate_title")),
            "version_label": fields.line("version"),
            "version_notes": fields.prose("version_notes"),
            "related_links": _related(fields),
            "provenance": fields.prose("provenance", "lineage"),
            **_service(fields),
            "classification": _classification(fields),
            "resources": resources_of(fields, findings),
        }
        values["resources"] = documents_apart(values["resources"], values["access"])
        values["extras"] = _extras(fields, values["topic_id"])
        return Normalised(
            DatasetDraft(**values),
            tuple(findings),
            organisation=organisation,
            uuid=uuid_from(body.get("id")),
            created_at=parse_datetime(body.get("metadata_created")),
            modified_at=parse_datetime(body.get("metadata_modified")),
        )


def _title(fields: Package, body: Mapping[str, Any]) -> str:
    """CKAN's own rule for a package without a title: its name stands for it."""
    title = fields.line("title_translated") or fields.line("title")
    fields.take("title")
    if title:
        return title
    name = clean_text(body.get("name"), max_length=LONG).replace("-", " ").replace("_", " ").strip().capitalize()
    if name:
        fields.warn("missing-title", "The record has no title, so its name stands for it: give it one.", field="title")
    return name


def _kind(fields: Package, body: Mapping[str, Any]) -> DatasetKind:
    types = {text.casefold() for text in [*fields.texts("resource_type", "dcat_type"), str(body.get("type"))]}
    if types & _SERVICE_TYPES:
        return DatasetKind.SERVICE
    if types & _SERIES_TYPES or fields.is_true("collection_metadata"):
        return DatasetKind.SERIES
    return DatasetKind.DATASET


def _in_welsh(body: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Texts of ckanext-fluent: `title_translated: {"en": …, "cy": …}`."""
    welsh = {}
    for name, source in (("title", "title_translated"), ("description", "notes_translated")):
        texts = body.get(source)
        if isinstance(texts, dict) and texts.get("cy"):
            welsh[name] = clean_text(texts["cy"], max_length=LONG, keep_lines=name == "description")
    return {"cy": welsh} if welsh else {}


def _identifiers(fields: Package, body: Mapping[str, Any]) -> tuple[str, ...]:
    """What else the dataset is known by: its ISO file identifier, DOI, the publisher's number."""
    found = fields.texts("guid", "identifier", "doi", "inventory_identifier", "unique_id")
    fields.keep("guid")  # data.gov.uk shows it as what it is
    return tuple(text for text in found if text != body.get("id"))


def _tags(fields: Package) -> list[Any]:
    tags = names_of(fields.take("tags"))
    for name in ("tag_string", "keywords", "keyword"):
        value = fields.take(name)
        if isinstance(value, dict):
            value = value.get("en") or next(iter(value.values()), None)
        tags.extend(value if isinstance(value, list) else [value] if isinstance(value, str) else [])
    return tags


def _topic(fields: Package, tags: tuple[str, ...], title: str) -> str | None:
    """The publisher's primary theme; else what its other themes, groups, tags and title agree on."""
    primary = fields.texts("theme_primary")
    if primary and (named := topic_from(primary)):
        return named
    if primary:
        fields.keep("theme_primary")
        fields.warn(
            "unknown-theme",
            "The primary theme is none of ours, so the topic was guessed: use one of the fourteen topics.",
            field="theme-primary",
            value=", ".join(primary),
        )
    themes = fields.texts(*_THEMES)
    fields.keep(*_THEMES)  # a dataset has one topic; the themes may say more
    return topic_from([*themes, *_groups(fields)], tags, title)


def _groups(fields: Package) -> list[str]:
    """Cross-cutting groups, which are themes. In old portals they are publishers instead, given by their bare names."""
    value = fields.take("groups")
    return names_of(value) if any(isinstance(group, dict) for group in as_list(value)) else []


def _extras(fields: Package, topic: str | None) -> dict[str, Any]:
    """What has no field of ours. A group that is called as the topic says no more."""
    title = next((known.title for known in TOPICS if known.slug == topic), "")
    groups = [group for group in _groups(fields) if group != title]
    extras = fields.left_over_as_spelled()
    if extras.get("harvest_source_reference") == extras.get("guid"):
        extras.pop("harvest_source_reference", None)
    return extras | ({"groups": groups} if groups else {})


def _related(fields: Package) -> tuple[str, ...]:
    """Addresses of related pages, under ckanext-dcat's name. If one of them is none, all are left over as well."""
    texts = fields.texts("related_resource")
    addresses = [clean_url(text) for text in texts]
    if None in addresses:
        fields.keep("related_resource")
    return tuple(dict.fromkeys(filter(None, addresses)))


def _service(fields: Package) -> dict[str, Any]:
    """What a data service says of itself, as ckanext-dcat names it; its terms only where they are ours."""
    found = {
        "endpoint_url": fields.address("endpoint_url"),
        "endpoint_description": fields.address("endpoint_description"),
    }
    for name, terms in _SERVICE_TERMS.items():
        written = fields.line(name)
        if written and written not in terms:
            fields.keep(name)
        found[name] = written if written in terms else ""
    return found


def _classification(fields: Package) -> Classification:
    written = fields.line("security_classification")
    if written in _CLASSIFICATIONS:
        return Classification(written)
    fields.keep("security_classification")
    return Classification.NOT_APPLICABLE


def _landing_page(fields: Package) -> str:
    page = fields.address("url")
    return page or fields.address("landingpage", "landing_page", "original_dataset_link")
