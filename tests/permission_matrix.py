"""Who may do what to whose: the whole table, written out by hand. Tests hold the code and the admin to it.

The person works for an agency, which is part of a department and has an office below it. Targets:
`a` the agency itself, `o` its office, `r` its registry, where entries need approval, `d` its department, `x` a body
that has nothing to do with it; `-` none of them.
"""

from typing import Any

from django.contrib.auth.models import AnonymousUser

from publishers.enums import Role
from publishers.models import Publisher, User
from publishers.permissions import Permission
from tests.factories.publishers import MembershipFactory, PublisherFactory, UserFactory, officer

VERBS = (
    Permission.VIEW_UNPUBLISHED,
    Permission.CREATE_DATASET,
    Permission.EDIT_DATASET,
    Permission.PUBLISH_DATASET,
    Permission.WITHDRAW_DATASET,
    Permission.EDIT_PUBLISHER,
    Permission.MANAGE_MEMBERS,
    Permission.MANAGE_SOURCES,
    Permission.ADD_PUBLISHER,
)

#                            view   create edit   publish withdraw publisher members sources add-publisher
_TABLE = """
    anonymous                -      -      -      -       -        -         -       -       -
    nobody's member          -      -      -      -       -        -         -       -       -
    viewer                   aor    -      -      -       -        -         -       -       -
    editor                   aor    aor    aor    ao      aor      -         -       -       -
    approver                 aor    aor    aor    aor     aor      -         -       -       -
    administrator            aor    aor    aor    aor     aor      aor       aor     aor     -
    editor of another        x      x      x      x       x        -         -       -       -
    viewer and editor below  aor    o      o      o       o        -         -       -       -
    operator                 aordx  aordx  aordx  aordx   aordx    aordx     aordx   aordx   aordx
    inactive administrator   -      -      -      -       -        -         -       -       -
    inactive operator        -      -      -      -       -        -         -       -       -
"""

#: Person → verb → targets.
MATRIX: dict[str, dict[Permission, str]] = {}
for _line in _TABLE.strip().splitlines():
    _cells = _line.split()
    _who, _allowed = " ".join(_cells[: -len(VERBS)]), _cells[-len(VERBS) :]
    MATRIX[_who] = {verb: cell.replace("-", "") for verb, cell in zip(VERBS, _allowed, strict=True)}


class World:
    """The five publishers, by their letter."""

    def __init__(self) -> None:
        department = PublisherFactory(title="Department", slug="department")
        agency = PublisherFactory(title="Agency", slug="agency", parent=department)
        office = PublisherFactory(title="Office", slug="office", parent=agency)
        self.publishers: dict[str, Publisher] = {
            "a": agency,
            "o": office,
            "r": PublisherFactory(title="Registry", slug="registry", parent=agency, requires_approval=True),
            "d": department,
            "x": PublisherFactory(title="Another", slug="another"),
        }

    def person(self, who: str) -> Any:
        """The person of one line of the table."""
        agency = self.publishers["a"]
        match who:
            case "anonymous":
                return AnonymousUser()
            case "nobody's member":
                return UserFactory()
            case "viewer" | "editor" | "approver" | "administrator":
                return officer(agency, Role(who))
            case "editor of another":
                return officer(self.publishers["x"], Role.EDITOR)
            case "viewer and editor below":
                user = officer(agency, Role.VIEWER)
                MembershipFactory(user=user, publisher=self.publishers["o"], role=Role.EDITOR)
                return user
            case "operator":
                return UserFactory(is_superuser=True)
            case "inactive administrator":
                return _switched_off(officer(agency, Role.ADMINISTRATOR))
            case "inactive operator":
                return _switched_off(UserFactory(is_superuser=True))
        raise ValueError(who)


def _switched_off(user: User) -> User:
    user.is_active = False
    user.save()
    return user
