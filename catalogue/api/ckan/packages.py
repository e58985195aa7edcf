"""Actions about datasets, but for searching them."""

from collections.abc import Collection, Iterable
from importlib import import_module
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.errors import AccessDenied, NotFound
from catalogue.models import Dataset
from catalogue.serializers.ckan import Package, package
from catalogue.serializers.dataset_rows import PublicRows, read_datasets
from catalogue.serializers.resource_rows import rows_by_dataset
from publishers.models import User

MOST_PACKAGES: Final = 1_000


Reader = User | AnonymousUser


def public() -> QuerySet[Dataset]:
    """What lists and searches give to everybody, whoever asks: what anybody may see."""
    return Dataset.objects.visible_to(AnonymousUser())


#: Columns that no package shows. Reading a time costs more than reading a text.
_NOT_SHOWN: Final = (
    *("overlay", "source_created_at", "source_modified_at", "last_seen_at", "release_at", "published_at"),
    *("withdrawn_at", "withdrawn_reason", "in_series", "replaced_by", "version"),
)

#: And those of publishers and topics that one shows.
_public_rows: Final = PublicRows(
    without=_NOT_SHOWN, publisher=("slug", "title", "description", "created_at"), topic=("title", "description")
)


def packages_of(ids: Iterable[UUID], user: Reader | None = None) -> list[Package]:
    """The packages of these datasets, in this order, in three queries however many, in six for a user.

    What `user` may not see is left out; without one, what isn't public is.
    """
    wanted = list(ids)
    if not wanted:
        return []
    if user is None or not user.is_authenticated:
        read: Iterable[Dataset] = _public_rows.read(wanted)
    else:
        read = read_datasets(Dataset.objects.visible_to(user).filter(id__in=wanted), without=_NOT_SHOWN)
    found = {one.id: one for one in read}
    resources = rows_by_dataset(list(found))
    active = in_datastore(list(found))
    return [package(found[each], resources.get(each, []), active) for each in wanted if each in found]


def in_datastore(dataset_ids: Collection[UUID]) -> set[UUID]:
    """Those of these datasets' resources whose rows can be asked for: who knows is named by setting CKAN_DATASTORE."""
    found: set[UUID] = import_module(settings.CKAN_DATASTORE).with_tables(dataset_ids)
    return found


def package_list(arguments: Arguments) -> list[str]:
    """Names of all datasets, in order.

    limit, offset: which part of them.
    """
    names = public().order_by("name").values_list("name", flat=True)
    return list(page(names, arguments))


def page(rows: QuerySet[Any, Any], arguments: Arguments, *, most: int | None = None) -> QuerySet[Any, Any]:
    """The part of a list that `limit` and `offset` ask for; at most so many rows, if that is given."""
    offset = arguments.whole("offset", default=0)
    limit = arguments.whole("limit", default=-1) if arguments.text("limit") else -1
    if most is not None:
        limit = min(limit, most) if limit >= 0 else most
    return rows[offset : offset + limit] if limit >= 0 else rows[offset:]


def package_show(arguments: Arguments) -> Package:
    """One dataset, whole.

    id: its UUID or its name; a name that it had before does too.
    """
    key = arguments.text("id") or arguments.text("name_or_id")
    if not key.strip():
        arguments.required("id", called="name_or_id")
    return packages_of([id_of(key.strip(), arguments.user)], arguments.user)[0]


def id_of(key: str, user: Reader) -> UUID:
    """The id of the dataset of this id or name that `user` may see.

    Raises `AccessDenied` for one that was public once, else `NotFound`.
    """
    try:
        condition = Q(id=UUID(key))
    except ValueError:
        condition = Q(names__name=key)  # every name it ever had
    found = Dataset.objects.visible_to(user).filter(condition).values_list("id", flat=True).first()
    if found is None:
        if Dataset.objects.tombstones().filter(condition).exists():
            raise AccessDenied
        raise NotFound
    return found


def current_package_list_with_resources(arguments: Arguments) -> list[Package]:
    """Datasets whole, the most recently changed first.

    limit: how many, at most 1,000. offset: how many to leave out before them; or page: which page of `limit`, from 1.
    """
    limit = arguments.whole("limit", default=MOST_PACKAGES, highest=MOST_PACKAGES)
    offset = arguments.whole("offset", default=0)
    if arguments.text("page"):
        offset = (arguments.whole("page", default=1, lowest=1) - 1) * limit
    ids = public().order_by("-modified_at", "-id").values_list("id", flat=True)[offset : offset + limit]
    return packages_of(ids)


def package_autocomplete(arguments: Arguments) -> list[dict[str, Any]]:
    """Datasets whose name or title contains what was typed.

    q: what was typed. limit: how many, 10 unless told otherwise.
    """
    typed = arguments.required("q")
    limit = arguments.whole("limit", default=10, highest=MOST_PACKAGES)
    begins = Case(
        When(Q(title__istartswith=typed) | Q(name__istartswith=typed), then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    found = public().filter(Q(name__icontains=typed) | Q(title__icontains=typed)).order_by(begins, "title", "id")
    matches = []
    for name, title in found.values_list("name", "title")[:limit]:
        is_title = typed.casefold() in title.casefold()
        matched = {"match_field": "title" if is_title else "name", "match_displayed": title if is_title else name}
        matches.append({"name": name, "title": title, **matched})
    return matches


def package_relationships_list(arguments: Arguments) -> list[dict[str, Any]]:
    """Relationships to other datasets, of which there are none: series are told by `in_series` in /api/v1.

    id: a dataset's UUID or name.
    """
    package_show(arguments)
    return []
