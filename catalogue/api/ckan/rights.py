"""Who may do what through CKAN's API: `publishers.permissions` answers, and these say it in CKAN's words."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from catalogue.actions.entry import By
from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.errors import AccessDenied, Invalid
from catalogue.api.ckan.packages import id_of
from catalogue.enums import Route
from catalogue.models import Dataset
from publishers.actions.audit import Who
from publishers.models import Publisher, User
from publishers.permissions import Permission, has_permission
from publishers.queries import publisher_named


def person(arguments: Arguments, to_do: str) -> User:
    """Whoever the token speaks for. Raises `AccessDenied` for anybody."""
    if isinstance(arguments.user, User):
        return arguments.user
    raise AccessDenied(f"Send an API token to {to_do}: you make one in the workplace, under “API tokens”")


def may(arguments: Arguments, permission: Permission, publisher_id: UUID, to_do: str) -> User:
    """Raises `AccessDenied` for one who may not, or whose token may not."""
    user = person(arguments, to_do)
    if not has_permission(user, permission, publisher_id):
        raise AccessDenied(f"User {user.email} not authorized to {to_do}")
    return user


def by(arguments: Arguments, comment: str = "") -> By:
    user = arguments.user
    return By(Route.CKAN_API, user=user if isinstance(user, User) else None, comment=comment)


def who(arguments: Arguments) -> Who:
    return Who(arguments.user, address=arguments.address)


def now() -> Any:
    return timezone.now()


def dataset_to_change(arguments: Arguments, key: str, permission: Permission, to_do: str) -> Dataset:
    """The entry of this id or name, if the caller may do this to it. Raises `NotFound`, `AccessDenied`."""
    person(arguments, to_do)
    dataset = Dataset.objects.select_related("publisher").get(id=id_of(key, arguments.user))
    may(arguments, permission, dataset.publisher_id, f"{to_do} {dataset.name}")
    return dataset


def owner(values: Mapping[str, Any]) -> Publisher | None:
    """The organisation that `owner_org` names, by id or name; None where it is not given."""
    key = values.get("owner_org")
    if key in (None, ""):
        return None
    found = organisation(key) if isinstance(key, str) else None
    if found is None:
        raise Invalid(owner_org="Organization does not exist")
    return found


def organisation(key: str) -> Publisher | None:
    try:
        return Publisher.objects.filter(id=UUID(key)).first()
    except ValueError:
        return publisher_named(key[:200])
