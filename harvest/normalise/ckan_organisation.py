"""The organisation of a CKAN package, with what data.gov.uk's organisations tell of themselves. Pure."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from catalogue.html_text import html_to_text
from catalogue.plain import clean_text, email_from, phone
from catalogue.web_addresses import clean_url
from harvest.findings import Finding
from harvest.normalise.base import Organisation
from harvest.normalise.ckan_package import Package
from harvest.normalise.fields import is_nothing
from harvest.sources.ckan_record import extras_of
from publishers.enums import PublisherKind
from services.compact_json import dumps

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

#: data.gov.uk's categories of organisations.
_KINDS: Mapping[str, PublisherKind] = {
    "ministerial-department": PublisherKind.MINISTERIAL_DEPARTMENT,
    "executive-office": PublisherKind.MINISTERIAL_DEPARTMENT,
    "non-ministerial-department": PublisherKind.NON_MINISTERIAL_DEPARTMENT,
    "executive-agency": PublisherKind.EXECUTIVE_AGENCY,
    "executive-ndpb": PublisherKind.NDPB,
    "advisory-ndpb": PublisherKind.NDPB,
    "tribunal-ndpb": PublisherKind.NDPB,
    "local-council": PublisherKind.LOCAL_AUTHORITY,
    "devolved": PublisherKind.DEVOLVED_GOVERNMENT,
    "gov-corporation": PublisherKind.PUBLIC_CORPORATION,
    "nhs": PublisherKind.NHS_BODY,
}


def organisation_of(fields: Package, body: Mapping[str, Any]) -> Organisation | None:
    """Whose entry it is: CKAN's organisation; in older portals the only group; elsewhere a name among the extras."""
    value = fields.take("organization", "organisation")
    if isinstance(value, dict):
        return _organisation(value)
    if isinstance(value, str) and not is_nothing(value):
        return _named(value)
    owner, groups = body.get("owner_org"), body.get("groups")
    if isinstance(groups, list) and len(groups) == 1 and isinstance(groups[0], str):
        # Before organisations, a dataset's publisher was its group.
        return _named(groups[0])
    if title := fields.first_text("publisher", "publisher_name", "dcat_publisher_name", "provider"):
        return Organisation(title[:300])
    return _named(owner) if isinstance(owner, str) else None


def _organisation(value: Mapping[str, Any]) -> Organisation | None:
    name = clean_text(value.get("name"), max_length=200)
    title = clean_text(value.get("title") or value.get("display_name"), max_length=300) or _title_of(name)
    if not title:
        return None
    return Organisation(title, name=name, uuid=uuid_from(value.get("id")), details=_details(value))


def _details(value: Mapping[str, Any]) -> dict[str, str]:
    """What it says of itself, as a publisher's fields. A portal's thousands of packages repeat a few organisations."""
    return _details_once(dumps(value, sort_keys=True))


@lru_cache(maxsize=2_048)
def _details_once(text: str) -> dict[str, str]:
    value = json.loads(text)
    findings: list[Finding] = []
    fields = Package(value, extras_of(value), findings)
    description = fields.take("description")
    details = {
        "description": clean_text(html_to_text(description), max_length=20_000, keep_lines=True),
        "abbreviation": clean_text(fields.first_text("abbreviation"), max_length=40),
        "kind": str(_KINDS.get(fields.first_text("category"), "")),
        "homepage": _address(fields.first_text("homepage", "website", "url")),
    }
    for point in ("contact", "foi"):
        details |= {
            f"{point}_name": clean_text(fields.first_text(f"{point}_name"), max_length=300),
            f"{point}_email": email_from(fields.first_text(f"{point}_email")) or "",
            f"{point}_phone": (phone(fields.first_text(f"{point}_phone")) or "")[:60],
            f"{point}_url": _address(fields.first_text(f"{point}_web", f"{point}_url")),
        }
    return {name: text for name, text in details.items() if text}


def _address(text: str) -> str:
    url = clean_url(text) or ""
    return url if len(url) <= 500 else ""


def _named(text: str) -> Organisation | None:
    """An organisation of which only one word is known: its name in addresses, or what it is called."""
    text = clean_text(text, max_length=300)
    if not text or _UUID.fullmatch(text):
        return None
    if text == text.lower() and " " not in text:
        return Organisation(_title_of(text), name=text)
    return Organisation(text)


def _title_of(name: str) -> str:
    """'nhs-solihull-ccg' → 'Nhs solihull ccg': what can be made of a name where no title is given."""
    return name.replace("-", " ").replace("_", " ").strip().capitalize()


def uuid_from(value: Any) -> UUID | None:
    try:
        return UUID(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None
