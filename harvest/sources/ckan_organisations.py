"""What a portal's organisations say of themselves, asked for once each: packages only carry their names."""

from dataclasses import replace
from typing import Any

from harvest.raw_record import RawRecord
from harvest.sources.ckan_documents import Element
from harvest.sources.ckan_portal import CallFailed, Portal

#: A portal that doesn't answer so often isn't asked again in this gather.
_MAX_FAILURES = 5


class OrganisationDetails:
    """Adds to records what `organization_show` tells: contacts, category, abbreviation. No part of what counts as said:
    it is used where a publisher is made of an organisation.
    """

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._known: dict[str, dict[str, Any]] = {}
        self._failures = 0

    def added_to(self, record: RawRecord) -> RawRecord:
        organisation = record.body.get("organization")
        name = organisation.get("name") if isinstance(organisation, dict) else None
        if not isinstance(name, str) or not name:
            return record
        if name not in self._known:
            self._known[name] = self._ask(name) if self._failures < _MAX_FAILURES else {}
        return replace(record, body={**record.body, "organization": {**self._known[name], **dict(organisation or {})}})

    def _ask(self, name: str) -> dict[str, Any]:
        parameters = {"id": name, "include_datasets": False, "include_users": False, "include_followers": False}
        try:
            events = list(self._portal.call("organization_show", **parameters))
        except CallFailed:
            self._failures += 1
            return {}
        found = (event.value for event in events if isinstance(event, Element))
        return next((value for value in found if isinstance(value, dict)), {})
