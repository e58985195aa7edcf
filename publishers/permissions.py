"""Who may do what. The only place that answers it, for forms, API and CKAN API alike.

A role holds permissions for a publisher and for every body below it in the tree.
An operator (`is_superuser`) holds all of them everywhere. Whoever acts through an API token holds no more than its
scope, for no more than its publisher.
"""

import uuid
from enum import StrEnum

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from publishers.enums import Role, TokenScope
from publishers.models import ApiToken, Membership, Publisher, User
from publishers.models.publisher import ids_under, parent_map


class Permission(StrEnum):
    VIEW_UNPUBLISHED = "view_unpublished"
    CREATE_DATASET = "create_dataset"
    EDIT_DATASET = "edit_dataset"
    PUBLISH_DATASET = "publish_dataset"
    WITHDRAW_DATASET = "withdraw_dataset"
    EDIT_PUBLISHER = "edit_publisher"
    MANAGE_MEMBERS = "manage_members"
    MANAGE_SOURCES = "manage_sources"
    ADD_PUBLISHER = "add_publisher"  # held by operators alone

    @property
    def words(self) -> str:
        """As a sentence goes on: “the right to edit dataset”."""
        return self.value.replace("_", " ")


_VIEWER = frozenset({Permission.VIEW_UNPUBLISHED})
_EDITOR = _VIEWER | {
    Permission.CREATE_DATASET,
    Permission.EDIT_DATASET,
    Permission.PUBLISH_DATASET,
    Permission.WITHDRAW_DATASET,
}
_ADMINISTRATOR = _EDITOR | {Permission.EDIT_PUBLISHER, Permission.MANAGE_MEMBERS, Permission.MANAGE_SOURCES}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.EDITOR: _EDITOR,
    Role.APPROVER: _EDITOR,
    Role.ADMINISTRATOR: _ADMINISTRATOR,
}

#: Those who publish also where a publisher's entries need approval; an editor sends them for review there.
APPROVING_ROLES = frozenset({Role.APPROVER, Role.ADMINISTRATOR})

#: What a token of each scope lets through of what its owner may do.
SCOPE_PERMISSIONS: dict[TokenScope, frozenset[Permission]] = {
    TokenScope.READ: _VIEWER,
    TokenScope.WRITE: frozenset(Permission)
    - {
        Permission.EDIT_PUBLISHER,
        Permission.MANAGE_MEMBERS,
        Permission.MANAGE_SOURCES,
        Permission.ADD_PUBLISHER,
    },
    TokenScope.ADMIN: frozenset(Permission),
}


def publisher_ids_with(user: User | AnonymousUser, permission: Permission) -> set[uuid.UUID] | None:
    """The publishers for which `user` holds `permission`; None means every publisher there is.

    Remembered on the user object, which lives as long as one request.
    """
    if not isinstance(user, User) or not user.is_active:
        return set()
    token = token_of(user)
    if token and permission not in SCOPE_PERMISSIONS[TokenScope(token.scope)]:
        return set()
    own = _own_publisher_ids(user, permission)
    if token is None or token.publisher_id is None:
        return own
    if not hasattr(user, "_token_publisher_ids"):
        user._token_publisher_ids = ids_under([token.publisher_id])  # type: ignore[attr-defined]
    within: set[uuid.UUID] = user._token_publisher_ids  # type: ignore[attr-defined]
    return within if own is None else own & within


def acting_through(user: User, token: ApiToken) -> User:
    """The same person, who from now on may do only what the token allows."""
    user._api_token = token  # type: ignore[attr-defined]
    return user


def token_of(user: User | AnonymousUser) -> ApiToken | None:
    """The API token through which this person acts; None for one who signed in."""
    return getattr(user, "_api_token", None)


def _own_publisher_ids(user: User, permission: Permission) -> set[uuid.UUID] | None:
    if user.is_superuser:
        return None
    if not hasattr(user, "_publisher_ids"):
        user._publisher_ids = _publisher_ids(user)  # type: ignore[attr-defined]
    return user._publisher_ids[permission]  # type: ignore[attr-defined]


def _publisher_ids(user: User) -> dict[Permission, set[uuid.UUID]]:
    """For each permission the publishers for which a membership gives it, and all below them. Two queries."""
    roles = list(Membership.objects.filter(user_id=user.pk).values_list("role", "publisher_id"))
    rows = list(Publisher.objects.values_list("id", "parent_id", "requires_approval")) if roles else []
    parents = {publisher_id: parent_id for publisher_id, parent_id, _ in rows}
    approving = {publisher_id for publisher_id, _, requires_approval in rows if requires_approval}
    under = {publisher_id: ids_under([publisher_id], parents) for _, publisher_id in roles}
    held: dict[Permission, set[uuid.UUID]] = {permission: set() for permission in Permission}
    for role, publisher_id in roles:
        for permission in ROLE_PERMISSIONS[Role(role)]:
            needs_approval = permission == Permission.PUBLISH_DATASET and role not in APPROVING_ROLES
            held[permission] |= under[publisher_id] - (approving if needs_approval else set())
    return held


def has_permission(user: User | AnonymousUser, permission: Permission, publisher: Publisher | uuid.UUID) -> bool:
    """Whether `user` may do this for this publisher."""
    allowed = publisher_ids_with(user, permission)
    return allowed is None or (publisher if isinstance(publisher, uuid.UUID) else publisher.pk) in allowed


def works_for_any(user: User) -> bool:
    """Whether somebody with an open account has a role at any publisher, or is an operator."""
    return user.is_active and _own_publisher_ids(user, Permission.VIEW_UNPUBLISHED) != set()  # every role gives this


#: Who must have a second step to sign in, by the setting SECOND_STEP_FOR: these roles anywhere, and operators always.
SECOND_STEP_ROLES: dict[str, frozenset[Role]] = {
    "operators": frozenset(),
    "administrators": frozenset({Role.ADMINISTRATOR}),
    "approvers": APPROVING_ROLES,
}


def must_have_second_step(user: User) -> bool:
    """Whether somebody may sign in only with a second step."""
    wanted = settings.SECOND_STEP_FOR
    if not wanted or wanted == "everybody" or user.is_superuser:
        return bool(wanted)
    return Membership.objects.filter(user=user, role__in=SECOND_STEP_ROLES[wanted]).exists()


def may_reset_second_step(user: User | AnonymousUser, person: User) -> bool:
    """Operators for everybody; administrators for those who work for nobody but publishers of theirs."""
    own = publisher_ids_with(user, Permission.MANAGE_MEMBERS)
    if own is None:
        return True
    theirs = set(Membership.objects.filter(user=person).values_list("publisher_id", flat=True))
    return bool(theirs) and theirs <= own and not person.is_superuser


def approvers_of(publisher: Publisher) -> list[User]:
    """Active people who may publish what a publisher's editors send for review: its own and those of bodies above."""
    above, current = {publisher.pk}, publisher.parent_id
    parents = parent_map()
    while current and current not in above:
        above.add(current)
        current = parents.get(current)
    roles = Membership.objects.filter(publisher_id__in=above, role__in=APPROVING_ROLES)
    return list(User.objects.filter(id__in=roles.values("user_id"), is_active=True))
