"""DCAT-US records → our drafts: 1.1 by the book, 1.0's and 3.0's differences, JSON-LD's prefixed names."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from catalogue.dates import parse_datetime, parse_period
from catalogue.drafts import DatasetDraft
from catalogue.enums import Access, DatasetKind, Frequency
from catalogue.places import box_from
from catalogue.plain import clean_tags, clean_text, email_from, phone
from catalogue.vocabularies.access import access_from
from catalogue.vocabularies.frequencies import frequency_from
from catalogue.vocabularies.languages import language_from
from catalogue.vocabularies.licences import licence_from
from catalogue.vocabularies.topics import topic_from
from catalogue.web_addresses import clean_url
from harvest.findings import Finding
from harvest.normalise.base import Normalised, Organisation
from harvest.normalise.data_json_resources import resources_of
from harvest.normalise.fields import LONG, Fields, address_text, as_list, is_nothing, term
from harvest.raw_record import plain_key

_KINDS = {"DatasetSeries": DatasetKind.SERIES, "DataService": DatasetKind.SERVICE}

#: Members that say nothing of the dataset: what it is called in JSON-LD, and what makes its identity.
_STRUCTURE = ("@type", "@context", "@id", "identifier")


class DataJsonNormaliser:
    version = 1

    def __call__(self, body: Mapping[str, Any], *, publisher_id: UUID) -> Normalised:
        findings: list[Finding] = []
        fields = Fields(body, findings)
        organisation = _organisation(fields.take("publisher"))
        creator = _organisation(fields.take("creator"))
        title = fields.line("title")
        tags = clean_tags(fields.take("keyword"))
        values: dict[str, Any] = {
            "title": title,
            "publisher_id": publisher_id,
            "kind": _kind(body),
            "description": fields.prose("description"),
            "tags": tags,
            "topic_id": _topic(fields, tags, title),
            "landing_page": fields.address("landingPage"),
            "creator": creator.title if creator else "",
            **_titles_in_welsh(body),
            **_contact(fields),
            **_licence(fields),
            **_access(fields),
            **_dates(fields),
            **_coverage(fields),
            **_languages(fields),
            "conforms_to": tuple(fields.terms("conformsTo")),
            "alternative_titles": tuple(fields.terms("alternative")),
            "version_label": fields.line("version", "hasVersion", "versionInfo"),
            "version_notes": fields.prose("versionNotes"),
            "provenance": fields.prose("provenance", "lineage"),
            "related_links": tuple(url for text in fields.terms("relation") if (url := clean_url(text))),
        }
        # What leads somewhere is a resource too: its link is checked.
        endpoints = as_list(body.get("endpointURL"))
        values["endpoint_url"] = next((url for item in endpoints if (url := clean_url(address_text(item)))), "")
        values["resources"] = resources_of(fields, findings)
        values["extras"] = fields.left_over(without=_STRUCTURE)
        return Normalised(
            DatasetDraft(**values),
            tuple(findings),
            organisation=organisation,
            uuid=_uuid(body),
            modified_at=parse_datetime(body.get("modified") or body.get("dct:modified")),
        )


def _kind(body: Mapping[str, Any]) -> DatasetKind:
    types = {plain_key(item) for item in as_list(body.get("@type")) if isinstance(item, str)}
    return next((kind for name, kind in _KINDS.items() if name in types), DatasetKind.DATASET)


def _uuid(body: Mapping[str, Any]) -> UUID | None:
    for key in ("identifier", "id", "@id"):
        try:
            return UUID(str(body.get(key)).rpartition("/")[2].strip())
        except ValueError:
            continue
    return None


def _organisation(value: Any, depth: int = 0) -> Organisation | None:
    if isinstance(value, list):
        value = next((item for item in value if item), None)
    if isinstance(value, dict):
        names = {plain_key(key): key for key in value}
        title = term(value[names["name"]]) if "name" in names else term(value)
        above = value.get(names.get("subOrganizationOf", ""))
        parent = _organisation(above, depth + 1) if above and depth < 6 else None
    else:
        title, parent = term(value), None
    if not title or is_nothing(title):
        return parent
    return Organisation(title[:300], parent=parent)


def _titles_in_welsh(body: Mapping[str, Any]) -> dict[str, Any]:
    """Welsh texts of language maps: `{"en": …, "cy": …}`."""
    welsh = {
        name: clean_text(body[name]["cy"], max_length=LONG, keep_lines=name == "description")
        for name in ("title", "description")
        if isinstance(body.get(name), dict) and body[name].get("cy")
    }
    return {"translations": {"cy": welsh}} if welsh else {}


def _topic(fields: Fields, tags: tuple[str, ...], title: str) -> str | None:
    themes = [*fields.terms("theme"), *fields.terms("superTheme")]
    named = topic_from(themes) if themes else None
    if themes and named is None:
        fields.keep("theme", "superTheme")
        fields.warn(
            "unknown-theme",
            "The theme is none of ours, so the topic was guessed from keywords and title: use one of the fourteen"
            " topics or the EU data themes.",
            field="theme",
            value=", ".join(themes),
        )
    return named or topic_from((), tags, title)


def _contact(fields: Fields) -> dict[str, Any]:
    value = next(iter(as_list(fields.take("contactPoint"))), None)
    mailbox = fields.take("mbox")
    if not isinstance(value, dict):
        name = clean_text(value, max_length=LONG)
        email = email_from(mailbox) or email_from(value)
        return {"contact_name": "" if is_nothing(name) or name == email else name, "contact_email": email or ""}
    inner = Fields(value, [])
    name = inner.line("fn", "name", "hasName", "organization-name")
    written = inner.take("hasEmail", "email", "mbox")
    email = email_from(address_text(written)) or email_from(mailbox)
    page = inner.address("hasURL", "url") or (not email and clean_url(address_text(written))) or ""
    if written and not email and not page and not is_nothing(address_text(written).removeprefix("mailto:")):
        fields.warn(
            "bad-email", "This is no e-mail address, so it was left out.", field="contactPoint.hasEmail", value=written
        )
    return {
        "contact_name": "" if is_nothing(name) else name,
        "contact_email": email or "",
        "contact_phone": phone(term(inner.take("hasTelephone", "telephone", "tel"))) or "",
        "contact_url": page,
    }


def _licence(fields: Fields) -> dict[str, Any]:
    value = fields.take("license", "licence")
    written = term(value) if isinstance(value, dict) else value
    text = clean_text(written, max_length=LONG, keep_lines=True)
    if not text or is_nothing(text):
        return {}
    address = value.get("@id", "") if isinstance(value, dict) else ""
    code = licence_from(text, url=address if isinstance(address, str) else "")
    if code is None:
        fields.warn(
            "unknown-licence",
            "The licence is not one we know, so its words were kept as they are: name a licence by its address.",
            field="license",
            value=text,
        )
        from_html = Fields({"license": text}, [])
        return {"licence_text": from_html.prose("license")}
    is_prose = " " in text and len(text) > 80
    return {"licence_id": code, "licence_text": Fields({"license": text}, []).prose("license") if is_prose else ""}


def _access(fields: Fields) -> dict[str, Any]:
    level = next(iter(fields.terms("accessLevel", "accessRights")), "")
    access = access_from(level)
    if level and access is None:
        fields.keep("accessLevel", "accessRights")
        fields.warn(
            "unknown-access",
            "The access level is none of “public”, “restricted public” and “non-public”; the entry counts as open.",
            field="accessLevel",
            value=level,
        )
    access = access or Access.OPEN
    rights = fields.prose("rights", "accessLevelComment")
    rights = "" if is_nothing(rights) or rights.casefold() in {"true", "false", "public"} else rights
    return {"access": access, "rights" if access == Access.OPEN else "access_reason": rights}


def _dates(fields: Fields) -> dict[str, Any]:
    issued, issued_text = fields.date("issued")
    modified_value = fields.take("modified")
    frequency_text = term(fields.take("accrualPeriodicity"))
    frequency = frequency_from(frequency_text) if frequency_text else None
    if frequency_text and frequency is None and not is_nothing(frequency_text):
        fields.keep("accrualPeriodicity")
        fields.warn(
            "unknown-frequency",
            "How often the data is updated was not understood: write it as R/P1M (monthly), R/P1Y (every year) and so"
            " on.",
            field="accrualPeriodicity",
            value=frequency_text,
        )
    if isinstance(modified_value, str) and modified_value.strip().upper().startswith("R/P"):
        # DCAT-US lets a dataset that is updated all the time say how often instead of when.
        modified, modified_text = None, modified_value.strip()
        frequency = frequency or frequency_from(modified_value)
    else:
        modified, modified_text = fields.date("modified")
    return {
        "issued": issued,
        "issued_text": issued_text,
        "modified": modified,
        "modified_text": modified_text,
        "frequency": frequency or Frequency.UNKNOWN,
    }


def _coverage(fields: Fields) -> dict[str, Any]:
    temporal = fields.take("temporal")
    if isinstance(temporal, list):
        temporal = next((item for item in temporal if item), None)
    start, end = parse_period(temporal)
    text = clean_text(temporal, max_length=300) if isinstance(temporal, str) else ""
    if temporal and start is None and end is None and not is_nothing(text):
        fields.warn(
            "bad-period",
            "The period that the data covers was not understood: write it as 2023-04-01/2024-03-31.",
            field="temporal",
            value=temporal,
        )
        if not text:
            fields.keep("temporal")
    values: dict[str, Any] = {"temporal_start": start, "temporal_end": end, "temporal_text": text}
    places: list[str] = []
    for item in as_list(fields.take("spatial"))[:100]:
        box = box_from(item)
        if box and "west" not in values:
            values |= box.sides
        name = term(item) if isinstance(item, dict) or box is None else ""
        if name and not name.startswith(("{", "[")):
            places.extend([] if is_nothing(name) else [name])
        elif box is None and item:
            fields.keep("spatial")
            fields.warn(
                "bad-place",
                "The area is neither a box (west,south,east,north) nor a place name; it was kept as it is.",
                field="spatial",
                value=item,
            )
    return values | {"places": tuple(places)}


def _languages(fields: Fields) -> dict[str, Any]:
    codes: dict[str, None] = {}
    for text in fields.terms("language"):
        code = language_from(text)
        if code:
            codes[code] = None
        else:
            fields.keep("language")
            fields.warn(
                "unknown-language", "The language was not understood: write en or cy.", field="language", value=text
            )
    return {"languages": tuple(codes)}
