"""Actions about tags. All are free: there are no vocabularies."""

from typing import Any

from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.errors import NotFound
from catalogue.api.ckan.facets import EVERYTHING_PUBLIC, public_counts
from catalogue.api.ckan.packages import MOST_PACKAGES, packages_of, public
from catalogue.serializers.ckan import tag_dict
from catalogue.serializers.ckan_bodies import id_of


def _tags(containing: str = "") -> list[str]:
    """Every tag of a public dataset, in order: as of the last count, at most some minutes ago."""
    wanted = containing.casefold()
    found = public_counts(public(), "tags", EVERYTHING_PUBLIC, limit=None, least=1)
    return sorted(tag for tag in found if wanted in tag.casefold())


def tag_list(arguments: Arguments) -> list[Any]:
    """Names of all tags in use, in order.

    query: only those that contain this. all_fields: dictionaries instead of names. limit, offset: which part.
    """
    if arguments.text("vocabulary_id"):
        raise NotFound("could not find vocabulary")
    found = _part(_tags(arguments.text("query") or arguments.text("q")), arguments)
    return [tag_dict(name) for name in found] if arguments.flag("all_fields") else found


def tag_show(arguments: Arguments) -> dict[str, Any]:
    """One tag.

    id: its name or its UUID. include_datasets: also the datasets that have it, at most 1,000.
    """
    key = arguments.required("id")
    if public().filter(tags__contains=[key]).exists():
        name = key
    else:
        named = next((tag for tag in _tags() if id_of("tag", tag) == key), None)
        if named is None:
            raise NotFound
        name = named
    found = tag_dict(name)
    if arguments.flag("include_datasets"):
        recent = public().filter(tags__contains=[name]).order_by("-modified_at", "-id")
        found["packages"] = packages_of(recent.values_list("id", flat=True)[:MOST_PACKAGES])
    return found


def tag_search(arguments: Arguments) -> dict[str, Any]:
    """Tags that contain a text.

    query: the text. limit, offset: which part of them.
    """
    found = _tags(arguments.text("query")) if arguments.text("query").strip() else []
    return {"count": len(found), "results": [tag_dict(name) for name in _part(found, arguments)]}


def tag_autocomplete(arguments: Arguments) -> list[str]:
    """Names of tags that contain what was typed.

    query, or q: what was typed. limit, offset: which part of them.
    """
    typed = arguments.text("query") or arguments.text("q")
    return _part(_tags(typed), arguments) if typed.strip() else []


def vocabulary_list(arguments: Arguments) -> list[Any]:
    """Vocabularies of tags. There are none."""
    return []


def vocabulary_show(arguments: Arguments) -> dict[str, Any]:
    """One vocabulary of tags. There are none.

    id: its UUID or name.
    """
    raise NotFound(f"Could not find vocabulary “{arguments.required('id')[:100]}”")


def _part(names: list[str], arguments: Arguments) -> list[str]:
    offset = arguments.whole("offset", default=0)
    limit = arguments.whole("limit", default=len(names))
    return names[offset : offset + limit]
