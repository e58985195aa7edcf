"""Actions about groups: our topics."""

from typing import Any

from django.db.models import Count

from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.errors import NotFound
from catalogue.api.ckan.listing import listed, shown
from catalogue.api.ckan.packages import MOST_PACKAGES, packages_of, public
from catalogue.models import Topic
from catalogue.serializers.ckan import Package
from catalogue.serializers.ckan_bodies import group


def group_list(arguments: Arguments) -> list[Any]:
    """Names of all groups, by title.

    Takes what organization_list takes; `groups` instead of `organizations`.
    """
    return listed(_groups(), arguments, named="groups")


def group_show(arguments: Arguments) -> dict[str, Any]:
    """One group.

    id: its UUID or its name. include_datasets: also its datasets, at most 1,000.
    """
    found = group_named(arguments)
    answer = shown(found, arguments, default=True)
    if arguments.flag("include_datasets"):
        answer["packages"] = _packages(found["name"], MOST_PACKAGES)
    return answer


def group_package_show(arguments: Arguments) -> list[Package]:
    """The datasets of a group, the most recently changed first.

    id: the group's UUID or name. limit: how many, at most 1,000.
    """
    limit = arguments.whole("limit", default=MOST_PACKAGES, highest=MOST_PACKAGES)
    return _packages(group_named(arguments)["name"], limit)


def group_autocomplete(arguments: Arguments) -> list[dict[str, str]]:
    """Groups whose name or title contains what was typed.

    q: what was typed. limit: how many, 20 unless told otherwise.
    """
    typed = arguments.required("q").casefold()
    limit = arguments.whole("limit", default=20, highest=MOST_PACKAGES)
    found = [one for one in _groups() if typed in one["name"] or typed in one["title"].casefold()]
    return [{name: one[name] for name in ("id", "name", "title")} for one in found[:limit]]


def _groups() -> list[dict[str, Any]]:
    counts = dict(public().order_by().values_list("topic").annotate(Count("id")))
    return [group(topic, package_count=counts.get(topic.slug, 0)) for topic in Topic.objects.order_by("title")]


def group_named(arguments: Arguments) -> dict[str, Any]:
    key = arguments.required("id")
    found = next((one for one in _groups() if key in (one["name"], one["id"])), None)
    if found is None:
        raise NotFound
    return found


def _packages(slug: str, limit: int) -> list[Package]:
    recent = public().filter(topic_id=slug).order_by("-modified_at", "-id")
    return packages_of(recent.values_list("id", flat=True)[:limit])
