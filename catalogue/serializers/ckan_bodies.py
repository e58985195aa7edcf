"""Publishers, topics and licences as CKAN's organisations, groups and licences; its times and its ids."""

import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID, uuid5

from catalogue.models import Licence, Topic
from publishers.models import Publisher

#: CKAN gives everything a UUID; ours for what has none are made of its name, and so stay the same for ever.
_IDS: Final = UUID("6d9f8a57-4c0e-5b1b-9c55-2f1f0d6f3f11")


def moment(value: datetime.datetime) -> str:
    """UTC with microseconds and without its zone. CKAN's harvester compares these as text."""
    return value.astimezone(datetime.UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


@lru_cache(maxsize=65_536)
def id_of(kind: str, name: str) -> str:
    """The UUID of a tag or a topic."""
    return str(uuid5(_IDS, f"{kind}:{name}"))


def organization_summary(publisher: Publisher) -> dict[str, Any]:
    """A publisher as a package holds it."""
    return {
        "id": str(publisher.id),
        "name": publisher.slug,
        "title": publisher.title,
        "type": "organization",
        "description": publisher.description,
        "image_url": "",
        "created": moment(publisher.created_at),
        "is_organization": True,
        "approval_status": "approved",
        "state": "active",
    }


def group_summary(topic: Topic) -> dict[str, Any]:
    """A topic as a package holds it: CKAN's group."""
    return {
        "id": id_of("group", topic.slug),
        "name": topic.slug,
        "title": topic.title,
        "display_name": topic.title,
        "description": topic.description,
        "image_display_url": "",
    }


def organization(publisher: Publisher, *, package_count: int | None) -> dict[str, Any]:
    """A publisher by itself, as data.gov.uk gives it. Its parent stands under "groups", as ckanext-hierarchy has it."""
    extras = {"abbreviation": publisher.abbreviation, "closed": "true" if publisher.closed_on else "false"}
    return {
        **organization_summary(publisher),
        "display_name": publisher.title,
        "image_display_url": "",
        "num_followers": 0,
        **({} if package_count is None else {"package_count": package_count}),
        "category": publisher.kind,
        "contact-name": publisher.contact_name,
        "contact-email": publisher.contact_email,
        "contact-phone": publisher.contact_phone,
        "foi-name": publisher.foi_name,
        "foi-email": publisher.foi_email,
        "foi-phone": publisher.foi_phone,
        "foi-web": publisher.foi_url,
        "extras": [{"key": key, "value": value} for key, value in extras.items()],
        "groups": [{"name": publisher.parent.slug, "capacity": "public"}] if publisher.parent else [],
        "tags": [],
        "users": [],
    }


def group(topic: Topic, *, package_count: int | None) -> dict[str, Any]:
    """A topic by itself."""
    return {
        **group_summary(topic),
        "type": "group",
        "image_url": "",
        "is_organization": False,
        "approval_status": "approved",
        "state": "active",
        "num_followers": 0,
        **({} if package_count is None else {"package_count": package_count}),
        "extras": [],
        "groups": [],
        "tags": [],
        "users": [],
    }


def licence_dict(licence: Licence, *, family: str, od_conformance: str) -> dict[str, Any]:
    return {
        "id": licence.code,
        "title": licence.title,
        "url": licence.url,
        "family": family,
        "status": "active",
        "maintainer": "",
        "od_conformance": od_conformance or "not reviewed",
        "osd_conformance": "not reviewed",
        "domain_content": False,
        "domain_data": False,
        "domain_software": False,
        "is_generic": licence.code.startswith("other-"),
    }
