"""Actions about people. Who works here is not public: everybody is told of themselves, operators of everybody."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Count, Q

from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.errors import AccessDenied, NotFound
from catalogue.api.ckan.groups import group_named
from catalogue.api.ckan.listing import shown
from catalogue.api.ckan.organisations import dataset_counts, publisher_of
from catalogue.api.ckan.packages import id_of, page, public
from catalogue.api.ckan.rights import person
from catalogue.models import Revision
from catalogue.serializers.ckan_bodies import moment, organization
from publishers.enums import Role
from publishers.models import Membership, Publisher, User
from publishers.permissions import Permission, has_permission, publisher_ids_with

#: Our roles as CKAN's capacities.
_CAPACITIES: dict[str, str] = {
    Role.VIEWER: "member",
    Role.EDITOR: "editor",
    Role.APPROVER: "editor",
    Role.ADMINISTRATOR: "admin",
}
#: CKAN's permissions, as clients name them, and ours.
_PERMISSIONS = {
    "read": Permission.VIEW_UNPUBLISHED,
    "create_dataset": Permission.CREATE_DATASET,
    "update_dataset": Permission.EDIT_DATASET,
    "delete_dataset": Permission.WITHDRAW_DATASET,
    "update": Permission.EDIT_PUBLISHER,
    "manage_group": Permission.EDIT_PUBLISHER,
    "member_create": Permission.MANAGE_MEMBERS,
    "admin": Permission.MANAGE_MEMBERS,
}


def user_show(arguments: Arguments) -> dict[str, Any]:
    """A person: yourself, or for operators anybody.

    id: e-mail address or id; without it, yourself.
    """
    asking = person(arguments, "see a user")
    key = arguments.text("id").strip()
    found = asking if not key or key in (str(asking.pk), asking.email) else _somebody(key, asking)
    return _user(found, _packages_created([found]))


def _somebody(key: str, asking: User) -> User:
    if not asking.is_superuser:
        raise AccessDenied(f"User {asking.email} not authorized to see others")
    by_number = Q(pk=int(key)) if key.isascii() and key.isdigit() and len(key) < 18 else Q()
    found = User.objects.filter(by_number or Q(email__iexact=key)).first()
    if found is None:
        raise NotFound
    return found


def user_list(arguments: Arguments) -> list[Any]:
    """People: yourself, or for operators everybody.

    q: only those with this in their name or e-mail address. all_fields: false for names alone.
    """
    asking = person(arguments, "list users")
    people = User.objects.all() if asking.is_superuser else User.objects.filter(pk=asking.pk)
    if typed := arguments.text("q"):
        people = people.filter(Q(name__icontains=typed) | Q(email__icontains=typed))
    shown_people = list(page(people.order_by("email"), arguments, most=1_000))
    created = _packages_created(shown_people)
    found = [_user(one, created) for one in shown_people]
    return found if arguments.flag("all_fields", default=True) else [one["name"] for one in found]


def _packages_created(people: Collection[User]) -> dict[int, int]:
    """How many public datasets each of these people has created, by their id."""
    first = Revision.objects.filter(number=1, actor__in=people, dataset__in=public()).order_by()
    return dict(first.values_list("actor_id").annotate(count=Count("dataset")))


def _user(user: User, created: Mapping[int, int]) -> dict[str, Any]:
    return {
        "id": str(user.pk),
        "name": user.email,
        "fullname": user.name,
        "display_name": user.name or user.email,
        "email": user.email,
        "created": moment(user.date_joined),
        "state": "active" if user.is_active else "deleted",
        "sysadmin": user.is_superuser,
        "about": None,
        "number_created_packages": created.get(user.pk, 0),
    }


def organization_list_for_user(arguments: Arguments) -> list[dict[str, Any]]:
    """Organisations for which you may do something, by title; for anybody none.

    permission: what: create_dataset, update_dataset, delete_dataset, read, admin; else anything. id: yourself.
    include_dataset_count: also how many datasets each has.
    """
    user = arguments.user
    if not isinstance(user, User):
        return []
    key = arguments.text("id").strip()
    if key and key not in (str(user.pk), user.email):
        raise AccessDenied(f"User {user.email} not authorized to see others")
    permission = _PERMISSIONS.get(arguments.text("permission"), Permission.VIEW_UNPUBLISHED)
    ids = publisher_ids_with(user, permission)
    own = Publisher.objects.select_related("parent").order_by("title", "id")
    own = own if ids is None else own.filter(id__in=ids)
    capacities = {
        publisher_id: _CAPACITIES.get(role, "member")
        for publisher_id, role in Membership.objects.filter(user=user).values_list("publisher_id", "role")
    }
    counts = dataset_counts()
    return [
        {
            **shown(organization(one, package_count=counts.get(one.id, 0)), arguments, default=False),
            # A role for a body holds for those below it, without a membership of its own
            "capacity": capacities.get(one.id, "admin" if user.is_superuser else "member"),
        }
        for one in own[:1_000]
    ]


def member_list(arguments: Arguments) -> list[list[str]]:
    """What belongs to an organisation or a group, as lists of id, type and capacity.

    id: its UUID or name. object_type: package or user; people are told to those who manage them. capacity: only these.
    """
    key, kind, wanted = arguments.required("id"), arguments.text("object_type"), arguments.text("capacity")
    members: list[list[str]] = []
    try:
        publisher = publisher_of(key)
        datasets = public().filter(publisher=publisher)
        if kind in ("", "user") and has_permission(arguments.user, Permission.MANAGE_MEMBERS, publisher):
            people = publisher.memberships.order_by("user_id").values_list("user_id", "role")
            members += [[str(user_id), "user", _CAPACITIES.get(role, "member")] for user_id, role in people]
    except NotFound:
        datasets = public().filter(topic_id=group_named(arguments)["name"])
    if kind in ("", "package"):
        ids = datasets.order_by("id").values_list("id", flat=True)
        members += [[str(dataset_id), "package", "public"] for dataset_id in ids]
    return [member for member in members if not wanted or member[2] == wanted]


def dataset_follower_count(arguments: Arguments) -> int:
    """How many people follow a dataset: nobody does here, there are feeds and webhooks.

    id: its UUID or name.
    """
    id_of(arguments.required("id"), arguments.user)
    return 0


def organization_follower_count(arguments: Arguments) -> int:
    """How many people follow an organisation: see dataset_follower_count.

    id: its UUID or name.
    """
    publisher_of(arguments.required("id"))
    return 0


def group_follower_count(arguments: Arguments) -> int:
    """How many people follow a group: see dataset_follower_count.

    id: its UUID or name.
    """
    group_named(arguments)
    return 0


def user_follower_count(arguments: Arguments) -> int:
    """How many people follow a person: see dataset_follower_count.

    id: as for user_show.
    """
    user_show(arguments)
    return 0


def member_roles_list(arguments: Arguments) -> list[dict[str, str]]:
    """The roles that people can have in an organisation."""
    del arguments
    return [{"text": role.title(), "value": role} for role in ("admin", "editor", "member")]
