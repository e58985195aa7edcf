"""Entries as the search engine sees them, without a database."""

import datetime
import uuid
from typing import Any

from catalogue.search.document import Searchable

DAY = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)


def entry(**fields: Any) -> Searchable:
    """A plain entry, but for what `fields` say."""
    values: dict[str, Any] = {
        "id": uuid.UUID(int=1),
        "name": "an-entry",
        "title": "An entry",
        "description": "",
        "tags": (),
        "publisher_path": (("body", "A body"),),
        "publisher_abbreviation": "",
        "topic": "",
        "topic_title": "",
        "licence_code": "",
        "access": "open",
        "kind": "dataset",
        "formats": (),
        "files": (),
        "places": (),
        "identifiers": (),
        "translations": (),
        "quality_score": None,
        "quality_band": "",
        "origin_id": "",
        "updated_at": DAY.date(),
        "changed_at": DAY,
    }
    return Searchable(**(values | fields))
