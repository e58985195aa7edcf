"""The matrix again, by what each person manages to do through /api/v1 and through CKAN's API."""

from collections.abc import Callable

import pytest
from django.test import Client

from catalogue.enums import State
from catalogue.models import Dataset
from publishers.enums import TokenScope
from publishers.models import Membership, Publisher, User
from publishers.permissions import Permission
from tests.factories.catalogue import dataset, proposed
from tests.factories.publishers import UserFactory
from tests.integration.write.conftest import Caller
from tests.permission_matrix import MATRIX, World

pytestmark = pytest.mark.django_db

Attempt = Callable[[Caller, Publisher], bool]


def view(caller: Caller, publisher: Publisher) -> bool:
    draft = dataset(publisher, state=State.DRAFT)
    native = caller.get(f"/api/v1/datasets/{draft.id}").status_code == 200
    ckan = caller.get(f"/api/3/action/package_show?id={draft.id}").status_code == 200
    assert native == ckan
    return native


def native_create(caller: Caller, publisher: Publisher) -> bool:
    return caller.post("/api/v1/datasets", {"title": "X", "publisher": publisher.slug}).status_code == 201


def native_edit(caller: Caller, publisher: Publisher) -> bool:
    entry = dataset(publisher)
    patched = caller.patch(f"/api/v1/datasets/{entry.id}", {"title": "New"}, If_Match="*").status_code
    added = caller.post(f"/api/v1/datasets/{entry.id}/resources", {"url": "https://x.example/"}).status_code
    assert (patched, added) in {(200, 201), (202, 202), (patched, patched)}
    entry.refresh_from_db()
    assert (entry.title == "New") == (patched == 200)  # what waits for approval is edited, and not published
    return patched in {200, 202}


def native_publish(caller: Caller, publisher: Publisher) -> bool:
    entry = dataset(publisher, state=State.DRAFT)
    caller.post(f"/api/v1/datasets/{entry.id}/publish")
    return Dataset.objects.get(id=entry.id).state == State.PUBLISHED


def native_approve(caller: Caller, publisher: Publisher) -> bool:
    """What an editor of the publisher proposes, where it wants approval."""
    entry = proposed(publisher)
    caller.post(f"/api/v1/datasets/{entry.id}/proposal/approve", {}, If_Match="*")
    return Dataset.objects.get(id=entry.id).title == "Proposed"


def native_withdraw(caller: Caller, publisher: Publisher) -> bool:
    entry, other = dataset(publisher), dataset(publisher)
    caller.delete(f"/api/v1/datasets/{entry.id}", If_Match="*")
    caller.post(f"/api/v1/datasets/{other.id}/withdraw", {"reason": "x"}, If_Match="*")
    states = {Dataset.objects.get(id=each.id).state for each in (entry, other)}
    assert len(states) == 1
    return states == {State.WITHDRAWN}


def ckan(caller: Caller, action: str, **values: object) -> bool:
    answer = caller.post(f"/api/3/action/{action}", values)
    assert answer.status_code in {200, 403, 404}
    return answer.status_code == 200


def ckan_create(caller: Caller, publisher: Publisher) -> bool:
    return ckan(caller, "package_create", name=f"made-for-{publisher.slug}", owner_org=publisher.slug)


def ckan_edit(caller: Caller, publisher: Publisher) -> bool:
    entry = dataset(publisher)
    return ckan(caller, "package_patch", id=str(entry.id), title="New")


def ckan_publish(caller: Caller, publisher: Publisher) -> bool:
    entry = dataset(publisher, state=State.DRAFT)
    return ckan(caller, "package_patch", id=str(entry.id), state="active")


def ckan_withdraw(caller: Caller, publisher: Publisher) -> bool:
    return ckan(caller, "package_delete", id=str(dataset(publisher).id))


def ckan_edit_publisher(caller: Caller, publisher: Publisher) -> bool:
    return ckan(caller, "organization_patch", id=publisher.slug, description="New")


def ckan_manage_members(caller: Caller, publisher: Publisher) -> bool:
    newcomer = UserFactory()
    ckan(caller, "organization_member_create", id=publisher.slug, username=newcomer.email, role="editor")
    return Membership.objects.filter(user=newcomer, publisher=publisher).exists()


def ckan_add_publisher(caller: Caller, publisher: Publisher) -> bool:
    groups = [{"name": publisher.slug}]
    return ckan(caller, "organization_create", name=f"below-{publisher.slug}", title="Below", groups=groups)


#: Sources are no business of either API: the workplace has them.
ATTEMPTS: dict[Permission, list[Attempt]] = {
    Permission.VIEW_UNPUBLISHED: [view],
    Permission.CREATE_DATASET: [native_create, ckan_create],
    Permission.EDIT_DATASET: [native_edit, ckan_edit],
    Permission.PUBLISH_DATASET: [native_publish, native_approve, ckan_publish],
    Permission.WITHDRAW_DATASET: [native_withdraw, ckan_withdraw],
    Permission.EDIT_PUBLISHER: [ckan_edit_publisher],
    Permission.MANAGE_MEMBERS: [ckan_manage_members],
    Permission.ADD_PUBLISHER: [ckan_add_publisher],
}


class Anybody(Caller):
    """One who has no token."""

    def __init__(self) -> None:
        self.text = "none"
        self._client = Client()

    def __getattr__(self, method: str) -> Callable[..., object]:
        send = getattr(self._client, method)
        if method == "get":
            return lambda path: send(path)
        return lambda path, body=None, **headers: send(path, data=body or {}, content_type="application/json")


def managed(caller: Caller, world: World) -> dict[Permission, list[str]]:
    return {
        verb: [
            "".join(letter for letter, of in world.publishers.items() if attempt(caller, of)) for attempt in attempts
        ]
        for verb, attempts in ATTEMPTS.items()
    }


def test_every_verb_but_that_of_sources_is_attempted():
    assert set(Permission) - set(ATTEMPTS) == {Permission.MANAGE_SOURCES}


@pytest.mark.parametrize("who", MATRIX)
def test_what_a_person_manages_by_api_is_what_the_matrix_says(who):
    world = World()
    person = world.person(who)
    caller = Caller(person, scope=TokenScope.ADMIN) if isinstance(person, User) else Anybody()
    assert managed(caller, world) == {verb: [MATRIX[who][verb]] * len(tries) for verb, tries in ATTEMPTS.items()}


@pytest.mark.parametrize("scope", TokenScope)
def test_what_a_scope_lets_through_of_it(scope):
    world = World()
    caller = Caller(world.person("administrator"), scope=scope)
    allowed = {
        TokenScope.READ: {Permission.VIEW_UNPUBLISHED},
        TokenScope.WRITE: set(Permission)
        - {Permission.EDIT_PUBLISHER, Permission.MANAGE_MEMBERS, Permission.MANAGE_SOURCES, Permission.ADD_PUBLISHER},
        TokenScope.ADMIN: set(Permission),
    }[scope]
    assert managed(caller, world) == {
        verb: [MATRIX["administrator"][verb] if verb in allowed else ""] * len(tries)
        for verb, tries in ATTEMPTS.items()
    }
