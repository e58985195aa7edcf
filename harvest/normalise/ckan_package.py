"""A CKAN package laid flat: its own fields and its extras under one spelling of each name, values decoded. Pure."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from catalogue.plain import clean_text
from harvest.findings import Finding
from harvest.normalise.fields import LONG, Fields, as_list, is_nothing, plain_key, term

#: CKAN's own bookkeeping, and what its extensions count and check: nothing that the publisher says of the data.
BOOKKEEPING = frozenset(
    {
        *("archiver", "ckan_url", "creator_user_id", "harvest", "harvest_job_id", "harvest_object_id"),
        *("harvest_source_id", "id", "import_source", "isopen", "metadata_created", "metadata_modified", "name"),
        *("notes_rendered", "num_followers", "num_resources", "num_tags", "owner_org", "private", "qa"),
        *("ratings_average", "ratings_count", "relationships", "relationships_as_object", "relationships_as_subject"),
        *("extras", "revision_id", "revision_timestamp", "state", "total_views", "tracking_summary", "type"),
        *("email_notify_author", "email_notify_maintainer", "views_recent", "_path", "source_hash"),
        *("source_schema_version", "source_datajson_identifier", "catalog_conformsto", "catalog_describedby"),
        *("catalog_@context", "catalog_@id", "catalog_@type", "no_real_name"),
    }
)
#: The same of a resource.
RESOURCE_BOOKKEEPING = BOOKKEEPING - {"id", "name", "type"} | {
    *("cache_filepath", "cache_last_updated", "cache_url", "ckan_recommended_wms_preview", "csvlint_json"),
    *("datastore_active", "datastore_json", "lazyboy_json", "package_id", "position", "resource_group_id"),
    *("url_type", "verified", "verified_date", "webstore_last_updated", "webstore_url"),
}

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


class Package(Fields):
    """The members of a package, or of one of its resources, without CKAN's bookkeeping.

    Take them by their name in lower case with underscores: `temporal_coverage_from` finds `temporal_coverage-from`,
    and `update_frequency` finds `Update Frequency`.
    """

    def __init__(
        self,
        body: Mapping[str, Any],
        extras: Mapping[str, Any],
        findings: list[Finding],
        *,
        where: str = "",
        bookkeeping: frozenset[str] = BOOKKEEPING,
    ) -> None:
        self._spelled: dict[str, str] = {}
        self._shadowed: dict[str, Any] = {}
        flat: dict[str, Any] = {}
        for source in (body, extras):
            for key, value in source.items():
                name = plain_name(key)
                if value is None or name in bookkeeping:
                    continue
                decoded = decode(value)
                if not decoded and decoded in _EMPTY:
                    continue
                if name not in flat:
                    flat[name] = decoded
                    self._spelled[name] = key
                elif source is extras and flat[name] != decoded:
                    self._shadowed[key] = decoded
        super().__init__(flat, findings, where=where, has_plain_keys=True)

    def has(self, *names: str) -> bool:
        return not self._spelled.keys().isdisjoint(names)

    def take(self, *names: str) -> Any:
        # Most of the members that are asked for are in no package: asking must be cheap.
        found = None
        if self._spelled.keys().isdisjoint(names):
            return found
        for name in names:
            if name in self._spelled:
                self._taken.add(name)
                found = self._body[name] if found is None else found
        return found

    def line(self, *names: str) -> str:
        return super().line(*names) if self.has(*names) else ""

    def prose(self, *names: str) -> str:
        return super().prose(*names) if self.has(*names) else ""

    def first_text(self, *names: str) -> str:
        """The first of these members that says something, as one line."""
        for name in names:
            if (
                name in self._spelled
                and (text := clean_text(self.take(name), max_length=LONG))
                and not is_nothing(text)
            ):
                return text
        return ""

    def texts(self, *names: str) -> list[str]:
        """What every one of these members says: each item of their lists, once."""
        found: dict[str, None] = {}
        for name in names:
            if name in self._spelled:
                for item in as_list(self.take(name)):
                    if (text := term(item)) and not is_nothing(text):
                        found[text] = None
        return list(found)

    def is_true(self, *names: str) -> bool:
        return self.has(*names) and str(self.take(*names)).strip().casefold() in _TRUE

    def left_over_as_spelled(self) -> dict[str, Any]:
        """What nobody took, under the source's own names."""
        return {self._spelled[name]: value for name, value in self.left_over().items()} | self._shadowed


_EMPTY: tuple[Any, ...] = (None, "", [], {})
_TRUE = frozenset({"true", "yes", "1", "on"})
_decoder = json.JSONDecoder(strict=False)


@lru_cache(maxsize=8_192)
def plain_name(key: str) -> str:
    return plain_key(key.strip()).casefold().replace("-", "_").replace(" ", "_")


def decode(value: Any) -> Any:
    """What a value says: JSON inside of text is taken out, blanks around and empty items inside are dropped."""
    if isinstance(value, str):
        text = value.strip()
        if text and text[0] in '[{"' and text[-1] in ']}"' and len(text) > 1:
            try:
                return _without_nothing(_decoder.decode(text))
            except (ValueError, RecursionError):
                pass
        return _unescaped(text) if "\\u" in text else text
    return _without_nothing(value) if isinstance(value, list) else value


def _without_nothing(value: Any) -> Any:
    if isinstance(value, list):
        return [item for item in map(_without_nothing, value) if item not in _EMPTY]
    if isinstance(value, str):
        return (_unescaped(value) if "\\u" in value else value).strip()
    return value


def _unescaped(text: str) -> str:
    """Without escapes that an encoder left in the text."""
    return _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)


def names_of(values: Any) -> list[str]:
    """Names of CKAN's lists of objects or of texts: groups, tags. What is deleted is left out."""
    found: Iterable[Any] = (
        (item.get("display_name") or item.get("title") or item.get("name"))
        if isinstance(item, dict) and item.get("state", "active") == "active"
        else item
        for item in as_list(values)
    )
    return [text for value in found if isinstance(value, str) and (text := clean_text(value, max_length=300))]
