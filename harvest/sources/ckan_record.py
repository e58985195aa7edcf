"""One CKAN package as a record: whether it is a public dataset, who it is, and what of it counts as said. Pure."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from harvest.findings import Finding, warning
from harvest.raw_record import RawRecord, content_hash, tidy_guid

#: What a portal counts, checks and renders by itself: it changes without the dataset having changed.
VOLATILE = frozenset(
    {
        *("archiver", "ckan_url", "harvest", "isopen", "notes_rendered", "num_followers", "num_resources", "num_tags"),
        *("qa", "rating", "ratings_average", "ratings_count", "revision_id", "revision_timestamp", "total_views"),
        *("tracking_summary", "views", "views_recent", "views_total", "indexed_ts", "index_id", "data_dict"),
    }
)
_VOLATILE_IN_RESOURCES = VOLATILE | {
    *("cache_filepath", "cache_last_updated", "cache_url", "csvlint_json", "datastore_active", "datastore_json"),
    *("last_checked", "lazyboy_json", "resource_group_id", "verified", "verified_date", "webstore_last_updated"),
    *("webstore_url", "metadata_modified"),
}
_VOLATILE_IN_ORGANISATIONS = VOLATILE | {"package_count", "packages", "users", "image_display_url"}
_VOLATILE_EXTRAS = frozenset({"harvest_object_id", "harvest_job_id", "harvested_metadata_modified"})

#: A package has at least one of these; an organisation, a topic or a user has none.
_PACKAGE_KEYS = frozenset(
    {
        *("extras", "license_id", "metadata_created", "metadata_modified", "notes", "notes_translated"),
        *("num_resources", "owner_org", "resources"),
    }
)
_NOT_PUBLIC_STATES = frozenset({"deleted", "draft", "draft-complete", "inactive", "pending"})
_OTHER_TYPES = frozenset({"application", "harvest", "harvest_source", "page", "showcase"})


def why_no_dataset(value: Any) -> str:
    """A plain sentence where an element of a list is no package; "" where it is one."""
    if isinstance(value, str):
        return "It only names a dataset and doesn't describe it."
    if not isinstance(value, dict):
        return "It is not an object that describes a dataset."
    if value.get("is_organization") or value.get("type") in ("organization", "group"):
        return "It is an organisation or a group, not a dataset."
    if not _PACKAGE_KEYS & value.keys():
        return "It has none of a CKAN dataset's fields, such as “notes” and “resources”."
    if not any(value.get(key) for key in ("title", "title_translated", "name")):
        return "It has neither a title nor a name, so it only points to a dataset."
    return ""


def is_public(body: Mapping[str, Any]) -> bool:
    """Whether anybody may see it at its portal, as a dataset. A deleted or private one counts as not being there."""
    if str(body.get("private", "")).casefold() == "true" or body.get("state") in _NOT_PUBLIC_STATES:
        return False
    return body.get("type") not in _OTHER_TYPES


def unwrapped(value: Any) -> Any:
    """The package inside a document of the portal's search index; anything else as it is."""
    if isinstance(value, dict):
        for key in ("validated_data_dict", "data_dict"):
            if isinstance(value.get(key), str) and value[key].startswith("{"):
                try:
                    return json.loads(value[key], strict=False)
                except (ValueError, RecursionError):
                    continue
    return value


def record_of(body: Mapping[str, Any], raw: bytes) -> RawRecord:
    digest = content_hash(_said(body))
    guid, findings = _identity(body, digest)
    return RawRecord(guid, body, raw, digest, findings)


def organisation_names(body: Mapping[str, Any]) -> frozenset[str]:
    """What its organisation is called: name and id."""
    organisation = body.get("organization")
    found = [body.get("owner_org")]
    found += [organisation.get("name"), organisation.get("id")] if isinstance(organisation, dict) else [organisation]
    return frozenset(name for name in found if isinstance(name, str) and name)


def group_names(body: Mapping[str, Any]) -> frozenset[str]:
    groups = body.get("groups")
    found = [g.get("name") if isinstance(g, dict) else g for g in groups] if isinstance(groups, list) else []
    return frozenset(name for name in found if isinstance(name, str))


def extras_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Extras in one form, whether the portal's age gives them as an object or as a list of keys and values."""
    extras = body.get("extras")
    if isinstance(extras, Mapping):
        return dict(extras)
    if not isinstance(extras, list):
        return {}
    return {
        item["key"]: item.get("value")
        for item in extras
        if isinstance(item, dict) and isinstance(item.get("key"), str) and item.get("state", "active") == "active"
    }


def _said(body: Mapping[str, Any]) -> dict[str, Any]:
    """The package without what changes by itself, and in one form whatever the age of the portal's software."""
    kept = {key: value for key, value in body.items() if key not in VOLATILE}
    if isinstance(resources := kept.get("resources"), list):
        kept["resources"] = [_without(item, _VOLATILE_IN_RESOURCES) for item in resources]
    if isinstance(tags := kept.get("tags"), list):
        kept["tags"] = [_tag(tag) for tag in tags]
    if "organization" in kept:
        kept["organization"] = _without(kept["organization"], _VOLATILE_IN_ORGANISATIONS)
    if isinstance(groups := kept.get("groups"), list):
        kept["groups"] = [_without(item, _VOLATILE_IN_ORGANISATIONS) for item in groups]
    if "extras" in kept:
        kept["extras"] = _without(extras_of(body), _VOLATILE_EXTRAS)
    return kept


def _without(value: Any, volatile: frozenset[str]) -> Any:
    return {key: item for key, item in value.items() if key not in volatile} if isinstance(value, dict) else value


def _tag(tag: Any) -> Any:
    return tag.get("name", tag) if isinstance(tag, dict) and tag.get("state", "active") == "active" else tag


def _identity(body: Mapping[str, Any], digest: str) -> tuple[str, tuple[Finding, ...]]:
    """What tells a package from others at its source, and a warning where that isn't its id."""
    if own := _text(body.get("id")):
        return own, ()
    title = _text(body.get("title"))
    for key in ("name", "identifier", "dataset_id"):
        if stand_in := _text(body.get(key)):
            guid, words = stand_in, key
            break
    else:
        owner = min(organisation_names(body), default="")
        guid = f"title:{hashlib.sha256(f'{owner} {title}'.casefold().encode()).hexdigest()}"
        words = "title and organisation"
        if not title:
            guid, words = f"sha256:{digest}", "content"
    message = (
        f"The record has no id, so it is known by its {words}: if that changes, it becomes another entry."
        " Give it an “id” that stays."
    )
    return guid, (warning("missing-identifier", message, field="id"),)


def _text(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return tidy_guid(value) if isinstance(value, str) else ""
