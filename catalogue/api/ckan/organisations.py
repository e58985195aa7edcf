"""Actions about organisations: our publishers."""

from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.errors import NotFound
from catalogue.api.ckan.listing import listed, shown
from catalogue.api.ckan.packages import MOST_PACKAGES, packages_of, public
from catalogue.serializers.ckan_bodies import organization
from publishers.models import Publisher
from publishers.queries import publisher_named


def organization_list(arguments: Arguments) -> list[Any]:
    """Names of all organisations, by title.

    sort: name, title or package_count, asc or desc. limit, offset: which part. organizations: only these names.
    q: only those with this in their name or title. all_fields: dictionaries instead of names; then include_extras,
    include_groups, include_tags, include_users and include_dataset_count say what is in them.
    """
    counts = dataset_counts()
    publishers = Publisher.objects.select_related("parent")
    dicts = [organization(publisher, package_count=counts.get(publisher.id, 0)) for publisher in publishers]
    return listed(dicts, arguments, named="organizations")


def dataset_counts() -> dict[UUID, int]:
    """How many public datasets each publisher has that has any."""
    return dict(public().order_by().values_list("publisher").annotate(Count("id")))


def organization_show(arguments: Arguments) -> dict[str, Any]:
    """One organisation.

    id: its UUID or its name; one that it had before does too. include_datasets: also its datasets, at most 1,000.
    include_extras, include_groups, include_tags, include_users, include_followers, include_dataset_count: true unless
    told otherwise.
    """
    publisher = publisher_of(arguments.required("id"))
    own = public().filter(publisher=publisher)
    found = shown(organization(publisher, package_count=own.count()), arguments, default=True)
    if arguments.flag("include_datasets"):
        ids = own.order_by("-modified_at", "-id").values_list("id", flat=True)[:MOST_PACKAGES]
        found["packages"] = packages_of(ids)
    return found


def publisher_of(key: str) -> Publisher:
    """By UUID, name or past name. Raises `NotFound`."""
    try:
        found = Publisher.objects.select_related("parent").filter(id=UUID(key)).first()
    except ValueError:
        found = publisher_named(key)
    if found is None:
        raise NotFound
    return found


def organization_autocomplete(arguments: Arguments) -> list[dict[str, str]]:
    """Organisations whose name or title contains what was typed.

    q: what was typed. limit: how many, 20 unless told otherwise.
    """
    typed = arguments.required("q")
    limit = arguments.whole("limit", default=20, highest=MOST_PACKAGES)
    found = Publisher.objects.filter(Q(slug__icontains=typed) | Q(title__icontains=typed)).order_by("title", "id")
    return [
        {"id": str(publisher_id), "name": slug, "title": title}
        for publisher_id, slug, title in found.values_list("id", "slug", "title")[:limit]
    ]
