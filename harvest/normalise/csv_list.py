"""Rows of an inventory (CSV or spreadsheet) → our drafts. `docs/csv-inventory.md` tells what its columns mean. Pure."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from catalogue.dates import parse_datetime
from catalogue.drafts import INTERNAL_FIELDS, DatasetDraft
from catalogue.enums import Access, Classification, DatasetKind, PersonalData, ServiceStatus, ServiceType
from catalogue.plain import clean_tags, clean_text, email_from, phone
from catalogue.vocabularies.access import access_from
from catalogue.vocabularies.languages import language_from
from catalogue.vocabularies.licences import licence_from
from catalogue.vocabularies.topics import topic_from
from catalogue.web_addresses import clean_url
from harvest.findings import Finding
from harvest.normalise.base import Normalised, Organisation
from harvest.normalise.csv_list_cells import Cells
from harvest.normalise.csv_list_coverage import area_of, dates_of, period_of
from harvest.normalise.csv_list_resources import resources_by_row, with_extras

_KINDS = {
    "dataset": DatasetKind.DATASET, "data set": DatasetKind.DATASET, "datasets": DatasetKind.DATASET,
    "dataservice": DatasetKind.SERVICE, "data service": DatasetKind.SERVICE, "service": DatasetKind.SERVICE,
    "api": DatasetKind.SERVICE, "dataservices": DatasetKind.SERVICE, "data services": DatasetKind.SERVICE,
    "series": DatasetKind.SERIES, "dataset series": DatasetKind.SERIES, "datasetseries": DatasetKind.SERIES,
}  # fmt: skip

_PERSONAL = {
    "no": PersonalData.NONE, "no personal data": PersonalData.NONE, "false": PersonalData.NONE,
    "yes": PersonalData.PERSONAL, "true": PersonalData.PERSONAL, "personal": PersonalData.PERSONAL,
    "personal data": PersonalData.PERSONAL, "special": PersonalData.SPECIAL_CATEGORY,
    "special category": PersonalData.SPECIAL_CATEGORY, "sensitive": PersonalData.SPECIAL_CATEGORY,
    "special category personal data": PersonalData.SPECIAL_CATEGORY,
}  # fmt: skip


class CsvNormaliser:
    version = 2

    def __call__(self, body: Mapping[str, Any], *, publisher_id: UUID) -> Normalised:
        findings: list[Finding] = []
        cells = Cells(body, findings)
        title = cells.line("title")
        others = cells.parts("alternative_title", at=";|")
        if not title and others:
            title, *others = others
        tags = clean_tags([cells.words(cell) for cell in cells.take("tags")])
        publisher = cells.line("publisher")
        values: dict[str, Any] = {
            "title": title,
            "publisher_id": publisher_id,
            "alternative_titles": tuple(others),
            "description": cells.prose("description"),
            "translations": _welsh(cells),
            "tags": tags,
            "topic_id": _topic(cells, tags, title),
            "creator": cells.line("creator"),
            **_contacts(cells),
            "landing_page": cells.address("landing_page"),
            "languages": tuple(_languages(cells)),
            "conforms_to": tuple(cells.parts("conforms_to", at=";|")),
            "related_links": tuple(_links(cells, "related")),
            "provenance": cells.prose("provenance"),
            "version_label": cells.line("version"),
            "version_notes": cells.prose("version_notes"),
            **_licence(cells),
            **_access(cells),
            **_inventory(cells),
            **dates_of(cells),
            **period_of(cells),
            **area_of(cells),
            **_service(cells),
        }
        values["kind"] = _kind(cells, values["endpoint_url"])
        dates = {cell.text for name in ("issued", "modified") for cell in cells.take(name)}
        by_row = resources_by_row(cells, has_own_dates=len(cells.rows) > 1 and len(dates) > 2)
        extras, own = cells.left_over()
        values["resources"] = with_extras(by_row, own)
        if not values["resources"] and any(own):
            extras["rows"] = own
        values["extras"] = extras
        return Normalised(
            DatasetDraft(**values),
            tuple(findings),
            organisation=_organisation(publisher),
            uuid=_uuid(body),
            modified_at=parse_datetime(values["modified_text"]) if values["modified_text"] else None,
        )


def _organisation(text: str) -> Organisation | None:
    """By its title, or by the short name that it has in addresses: `government-digital-service`."""
    if not text:
        return None
    if text == text.lower() and " " not in text and text.replace("-", "").isalnum():
        return Organisation(text.replace("-", " ").capitalize()[:300], name=text[:200])
    return Organisation(text[:300])


def _welsh(cells: Cells) -> dict[str, dict[str, str]]:
    texts = {"title": cells.line("title_cy"), "description": cells.prose("description_cy")}
    welsh = {name: text for name, text in texts.items() if text}
    return {"cy": welsh} if welsh else {}


def _kind(cells: Cells, endpoint: str) -> DatasetKind:
    cell = cells.one("kind")
    said = _KINDS.get(" ".join(cell.text.casefold().replace("_", " ").split())) if cell else None
    if cell and said is None:
        cells.keep(cell)
    sheet = _KINDS.get(cells.sheet.casefold())
    return said or sheet or (DatasetKind.SERVICE if endpoint and not cells.take("url") else DatasetKind.DATASET)


def _topic(cells: Cells, tags: tuple[str, ...], title: str) -> str | None:
    found = cells.take("topic")
    themes = cells.parts("topic", at=";|")
    named = topic_from([*themes, *cells.parts("topic", at=",;|")]) if themes else None
    if found and named is None:
        cells.keep(found[0])
        cells.warn(
            "unknown-theme",
            "This topic is none of ours, so it was guessed from keywords and title: use one of the fourteen topics.",
            found[0],
        )
    return named or topic_from((), tags, title)


def _contacts(cells: Cells) -> dict[str, str]:
    found: dict[str, str] = {}
    for point in ("contact", "foi"):
        name, written = cells.line(f"{point}_name"), cells.one(f"{point}_email")
        email = (email_from(written.text) if written else None) or email_from(name) or ""
        page = cells.address(f"{point}_url")
        if written and not email:
            if not page and (page := clean_url(written.text) or ""):
                pass
            elif not name:
                name = clean_text(written.text, max_length=300)
            else:
                cells.warn("bad-email", "This is no e-mail address, so it was left out.", written)
        number = cells.one(f"{point}_phone")
        found |= {
            f"{point}_name": "" if name == email else name,
            f"{point}_email": email,
            f"{point}_phone": phone(number.text) or "" if number else "",
            f"{point}_url": page,
        }
    return found


def _languages(cells: Cells) -> list[str]:
    codes: dict[str, None] = {}
    for cell in cells.take("languages"):
        for part in cell.text.replace(";", ",").replace("|", ",").split(","):
            if code := language_from(part.strip()):
                codes[code] = None
            elif part.strip():
                cells.keep(cell)
                cells.warn("unknown-language", "This is no language that we know: write en or cy.", cell)
    return list(codes)


def _links(cells: Cells, name: str) -> list[str]:
    found: dict[str, None] = {}
    for cell in cells.take(name):
        urls = [clean_url(text) for text in cells.addresses(cell)]
        found |= dict.fromkeys(url for url in urls if url)
        if not all(urls):
            cells.keep(cell)
    return list(found)


def _licence(cells: Cells) -> dict[str, Any]:
    cell = cells.one("licence")
    if cell is None:
        return {}
    text = cells.prose("licence")
    code = licence_from(text)
    if code is None:
        message = "This is no licence that we know, so its words were kept as they are: name a licence by its address."
        cells.warn("unknown-licence", message, cell)
        return {"licence_text": text}
    return {"licence_id": code, "licence_text": text if len(text) > 80 and " " in text else ""}


def _access(cells: Cells) -> dict[str, Any]:
    cell = cells.one("access")
    reason, rights = cells.prose("access_reason"), cells.prose("rights")
    planned = cells.line("planned_release")
    access = access_from(cell.text) if cell else None
    if cell and access is None:
        text = clean_text(cell.text, max_length=4_000, keep_lines=True)
        if " " in text or clean_url(text):  # a sentence or a page about the terms
            rights = "\n\n".join(part for part in (rights, text) if part)
        else:
            cells.keep(cell)
            cells.warn(
                "unknown-access",
                "This is none of open, restricted, internal and not released; the entry counts as open.",
                cell,
            )
    access = access or (Access.NOT_RELEASED if planned and not cells.take("url") else Access.OPEN)
    if access != Access.OPEN:
        reason, rights = reason or rights, rights if reason else ""
    secret = cells.one("classification")
    marking = secret.text.strip().casefold().replace("-", "_").replace(" ", "_").replace("__", "_") if secret else ""
    if secret and marking not in Classification.values:
        cells.keep(secret)
    return {
        "access": access,
        "access_reason": reason,
        "rights": rights,
        "planned_release": planned,
        "classification": marking if marking in Classification.values else Classification.NOT_APPLICABLE,
    }


def _inventory(cells: Cells) -> dict[str, str]:
    """Who holds it: what only officials will read, and whether it is about people."""
    values = {field: cells.line(field)[:300] for field in INTERNAL_FIELDS}
    cell = cells.one("personal_data")
    said = " ".join(cell.text.casefold().replace("_", " ").split()) if cell else ""
    values["personal_data"] = _PERSONAL.get(said, "")
    if cell and not values["personal_data"]:
        cells.keep(cell)
    return values


def _service(cells: Cells) -> dict[str, Any]:
    values: dict[str, Any] = {"endpoint_url": cells.address("endpoint_url")}
    values["endpoint_description"] = cells.address("endpoint_description")
    for name, choices in (("service_type", ServiceType), ("service_status", ServiceStatus)):
        cell = cells.one(name)
        word = cell.text.strip().casefold().replace(" ", "_").replace("-", "_") if cell else ""
        values[name] = word if word in choices.values else ""
        if cell and not values[name]:
            cells.keep(cell)
    for cell in cells.take("serves"):
        cells.keep(cell)
    return values


def _uuid(body: Mapping[str, Any]) -> UUID | None:
    for cell in Cells(body, []).take("identifier"):
        try:
            return UUID(cell.text.rstrip("/").rpartition("/")[2].strip())
        except ValueError:
            continue
    return None
