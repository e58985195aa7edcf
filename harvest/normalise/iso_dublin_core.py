"""Dublin Core records of a catalogue service (`csw:Record`) → our drafts, where it gives nothing better. Pure."""

from typing import Any
from uuid import UUID

from catalogue.dates import parse_datetime
from catalogue.drafts import DatasetDraft, ResourceDraft
from catalogue.enums import DatasetKind, ResourceKind
from catalogue.places import Box, box_from_sides
from catalogue.plain import clean_tags, email_from
from catalogue.vocabularies.formats import format_from
from catalogue.vocabularies.languages import language_from
from catalogue.vocabularies.licences import licence_from
from catalogue.vocabularies.topics import topic_from
from catalogue.web_addresses import clean_url, url_key
from harvest.findings import Finding
from harvest.normalise.base import Normalised, Organisation
from harvest.normalise.data_json_resources import API_FORMATS
from harvest.normalise.fields import Fields
from harvest.normalise.iso_words import prose, says
from harvest.sources.iso_tree import Element

_KINDS = {"service": DatasetKind.SERVICE, "series": DatasetKind.SERIES}

#: Elements that hold links, and those that were read into fields.
_LINKS = ("URI", "references")
_READ = frozenset(
    {
        *("identifier", "title", "alternative", "abstract", "description", "subject", "type", "creator", "publisher"),
        *("contributor", "rights", "accessRights", "license", "modified", "issued", "created", "date", "language"),
        *("provenance", "BoundingBox", "WGS84BoundingBox", *_LINKS),
    }
)


def from_dublin_core(root: Element, *, publisher_id: UUID) -> Normalised:
    findings: list[Finding] = []
    members: dict[str, list[str]] = {}
    for child in root:
        if child.text and says(words := child.text.strip()):
            members.setdefault(child.tag, []).append(words)
    fields = Fields({name: values[0] for name, values in members.items()}, findings)
    tags = clean_tags(members.get("subject", []))
    title = fields.line("title")
    rights = [*members.get("license", []), *members.get("rights", []), *members.get("accessRights", [])]
    publisher = next(iter(members.get("publisher", [])), "")
    contact = next((email for name in ("publisher", "creator", "contributor") for text in members.get(name, [])
                    if (email := email_from(text))), "")  # fmt: skip
    issued, issued_text = fields.date("issued", "created")
    modified, modified_text = fields.date("modified", "date")
    box = _box(root)
    identifiers = members.get("identifier", [])
    values: dict[str, Any] = {
        "title": title,
        "publisher_id": publisher_id,
        "kind": _KINDS.get(next(iter(members.get("type", [])), "").casefold(), DatasetKind.DATASET),
        "alternative_titles": tuple(members.get("alternative", [])),
        "description": prose([*members.get("abstract", []), *members.get("description", [])]),
        "identifiers": tuple(identifiers[1:]),
        "creator": "; ".join(name for name in members.get("creator", []) if name != publisher)[:300],
        "contact_email": contact,
        "tags": tags,
        "topic_id": topic_from(members.get("subject", []), tags, title),
        "languages": tuple(code for text in members.get("language", []) if (code := language_from(text))),
        "provenance": prose(members.get("provenance", [])),
        "licence_id": next((code for text in rights if (code := licence_from(text))), None),
        "licence_text": prose(rights),
        "issued": issued,
        "issued_text": issued_text,
        "modified": modified,
        "modified_text": modified_text,
        "resources": _resources(root),
        "extras": {
            "guid": identifiers[0] if identifiers else "",
            **{name: values if len(values) > 1 else values[0] for name, values in members.items() if name not in _READ},
        },
    }
    values["extras"] = {name: value for name, value in values["extras"].items() if value}
    if box:
        values |= box.sides
    return Normalised(
        DatasetDraft(**values),
        tuple(findings),
        organisation=Organisation(publisher[:300]) if publisher else None,
        uuid=_uuid(identifiers[0]) if identifiers else None,
        modified_at=parse_datetime(next(iter(members.get("modified", [])), "")),
    )


def _resources(root: Element) -> tuple[ResourceDraft, ...]:
    found: dict[str, ResourceDraft] = {}
    for child in root:
        if child.tag not in _LINKS or not child.text or not (url := clean_url(child.text.strip())):
            continue
        protocol = child.get("protocol") or child.get("scheme") or ""
        is_plain = protocol.upper().startswith(("WWW:", "HTTP")) or not protocol
        code = format_from("" if is_plain else protocol, url=url)
        found.setdefault(
            url_key(url),
            ResourceDraft(
                url=url,
                kind=ResourceKind.API if code in API_FORMATS else ResourceKind.DATA,
                title=child.get("description") or child.get("name") or "",
                format=code,
                format_text="" if is_plain else protocol[:200],
                extras={"resource_locator_protocol": protocol} if protocol else {},
            ),
        )
    return tuple(found.values())


def _box(root: Element) -> Box | None:
    """Corners in degrees; named by its URN, EPSG:4326 has the latitude first, and so do the catalogue services."""
    for one in root.iter():
        if one.tag not in ("BoundingBox", "WGS84BoundingBox"):
            continue
        corners = {child.tag: (child.text or "").split() for child in one}
        lower, upper = corners.get("LowerCorner", []), corners.get("UpperCorner", [])
        system = one.get("crs", "")
        if len(lower) != 2 or len(upper) != 2 or (system and not system.endswith((":4326", "CRS84"))):
            continue
        is_latitude_first = one.tag == "BoundingBox" and system.casefold().startswith("urn:") and "4326" in system
        sides = (lower[1], lower[0], upper[1], upper[0]) if is_latitude_first else (*lower, *upper)
        if box := box_from_sides(*sides):
            return box
    return None


def _uuid(written: str) -> UUID | None:
    try:
        return UUID(written.removeprefix("urn:uuid:").strip())
    except ValueError:
        return None
