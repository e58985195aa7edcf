"""The matrix again, by what happens when each person posts each form of the admin for each publisher."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from catalogue.actions import batches, datasets
from catalogue.actions.entry import By, Entry
from catalogue.enums import BatchKind, Route, State
from catalogue.models import Batch, Dataset
from catalogue.proposed import working_copy
from harvest.models import Source
from publishers.models import Membership, Publisher, User
from publishers.permissions import Permission
from tests.factories.catalogue import dataset, proposed
from tests.factories.clients import signed_in
from tests.factories.harvest import source
from tests.factories.publishers import UserFactory
from tests.permission_matrix import MATRIX, World

pytestmark = pytest.mark.django_db

PREFIX = "/admin/catalogue/dataset"
FORM = {
    "kind": "dataset",
    "access": "open",
    "classification": "not_applicable",
    "visibility": "public",
    "frequency": "daily",
    "resources-TOTAL_FORMS": "0",
    "resources-INITIAL_FORMS": "0",
}
NO_MEMBERS = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
SOURCE = {
    "kind": "data-json",
    "schedule": "daily",
    "notify_about": "problems",
    "retire_share": "0.1",
    "max_seconds": "3600",
    "max_bytes": "1000000",
    "config": "{}",
}


def view(client: Client, publisher: Publisher) -> bool:
    """On its own pages, and in the table that everybody may download of what is theirs."""
    draft = dataset(publisher, state=State.DRAFT, title="A draft of theirs")
    shown = "A draft of theirs" in client.get(f"{PREFIX}/{draft.id}/review/").content.decode()
    if publisher.slug in {"office", "another"}:  # the form takes long to draw: the nearest body and the farthest
        assert shown == ("A draft of theirs" in client.get(f"{PREFIX}/{draft.id}/change/").content.decode())
    table = b"".join(client.get(f"{PREFIX}/inventory.csv?publisher={publisher.id}")).decode()
    assert shown == ("A draft of theirs" in table)
    return shown


def create(client: Client, publisher: Publisher) -> bool:
    client.post(f"{PREFIX}/add/", FORM | {"title": "Made", "publisher": str(publisher.id), "read_version": "0"})
    made = Dataset.objects.filter(publisher=publisher, title="Made").exists()
    assert made == imported(client, publisher)
    return made


def imported(client: Client, publisher: Publisher) -> bool:
    """By a table, after its preview."""
    table = SimpleUploadedFile("table.csv", b"title\nFrom a table\n")
    answer = client.post(f"{PREFIX}/import/", {"file": table, "publisher": str(publisher.id)})
    if answer.status_code == 302 and "/import/" in answer["Location"] and "login" not in answer["Location"]:
        client.post(answer["Location"])
    return Dataset.objects.filter(publisher=publisher, title="From a table").exists()


def edit(client: Client, publisher: Publisher) -> bool:
    entry = dataset(publisher, state=State.DRAFT)
    client.post(
        f"{PREFIX}/{entry.id}/change/",
        FORM | {"title": "Changed", "publisher": str(publisher.id), "read_version": "1"},
    )
    entry.refresh_from_db()
    may_edit = entry.title == "Changed"
    assert other_edits(client, publisher) == ([may_edit] * 4)
    assert of_what_is_published(client, publisher) == ([may_edit] * 2)
    assert in_bulk(client, publisher) == ([may_edit] * 2)
    return may_edit


def of_what_is_published(client: Client, publisher: Publisher) -> list[bool]:
    """Whether a published entry is changed, at once or when it is approved, and whether such a change is taken back."""
    entry = dataset(publisher)
    values = FORM | {"title": "Changed", "publisher": str(publisher.id), "read_version": "1"}
    client.post(f"{PREFIX}/{entry.id}/change/", values)
    waiting = proposed(publisher)
    client.post(f"{PREFIX}/{waiting.id}/review/", {"_take_back": "1"})
    return [working_copy(Dataset.objects.get(pk=entry.pk)).draft.title == "Changed", is_open(waiting) is False]


def is_open(entry: Dataset) -> bool:
    return working_copy(Dataset.objects.get(pk=entry.pk)).proposal is not None


def in_bulk(client: Client, publisher: Publisher) -> list[bool]:
    """Whether a change of many entries is done, and whether it is undone."""
    entry = dataset(publisher, state=State.DRAFT)
    change = {"action": "edit_selected", "set_held_in": "on", "held_in": "Shed", "versions": "1:1", "_apply": "1"}
    client.post(f"{PREFIX}/", change | {"_selected_action": [str(entry.id)]})
    entry.refresh_from_db()
    done = entry.held_in == "Shed"
    batch = Batch.objects.filter(items__dataset=entry).first() or batch_of_another(publisher)
    client.post(f"/admin/catalogue/batch/{batch.pk}/undo/")
    batch.refresh_from_db()
    return [done, batch.undone_at is not None]


def batch_of_another(publisher: Publisher) -> Batch:
    draft = datasets.draft_of(dataset(publisher)).with_changes(title="Made by a batch", name="")
    by = By(Route.COMMAND, label="test")
    return batches.apply([Entry(draft)], kind=BatchKind.EDIT, title="Theirs", by=by, now=timezone.now())


def other_edits(client: Client, publisher: Publisher) -> list[bool]:
    """Every other way to change an entry: sending it for review, commenting, sending it back, restoring a version."""
    entry = dataset(publisher, state=State.DRAFT, title="First")
    draft = datasets.draft_of(entry).with_changes(title="Second")
    datasets.edit(entry.id, draft, by=By(Route.COMMAND), now=timezone.now())
    client.post(f"{PREFIX}/{entry.id}/restore/", {"number": "1"})
    entry.refresh_from_db()
    restored = entry.title == "First"
    client.post(f"{PREFIX}/{entry.id}/review/", {"_comment": "1", "comment": "Hm."})
    commented = entry.workflow_notes.filter(comment="Hm.").exists()
    client.post(f"{PREFIX}/{entry.id}/review/", {"_submit": "1"})
    entry.refresh_from_db()
    sent = entry.state == State.IN_REVIEW
    checked = client.post(f"{PREFIX}/check/", {"entry": str(entry.id), "title": "x"})
    own_title = checked.status_code == 200 and "quality" in checked.json()
    return [restored, commented, sent, own_title]


def publish(client: Client, publisher: Publisher) -> bool:
    """By the form's button and by the list's action: both or neither."""
    one, other = dataset(publisher, state=State.DRAFT), dataset(publisher, state=State.DRAFT)
    client.post(
        f"{PREFIX}/{one.id}/change/",
        FORM | {"title": "Out", "publisher": str(publisher.id), "read_version": "1", "_publish": "1"},
    )
    chosen = {"action": "publish_selected", "_selected_action": [str(other.id)], "_apply": "1", "versions": "1:1"}
    client.post(f"{PREFIX}/", chosen)
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.state == State.PUBLISHED) == (other.state == State.PUBLISHED)
    reviewed = dataset(publisher, state=State.IN_REVIEW)
    client.post(f"{PREFIX}/{reviewed.id}/review/", {"_publish": "1"})
    reviewed.refresh_from_db()
    assert (one.state == State.PUBLISHED) == (reviewed.state == State.PUBLISHED)
    waiting = proposed(publisher)
    client.post(f"{PREFIX}/{waiting.id}/review/", {"_approve": "1", "seen": str(working_copy(waiting).point)})
    waiting.refresh_from_db()
    assert (one.state == State.PUBLISHED) == (waiting.title == "Proposed")
    return one.state == State.PUBLISHED


def withdraw(client: Client, publisher: Publisher) -> bool:
    entry = dataset(publisher)
    client.post(f"{PREFIX}/{entry.id}/withdraw/", {"reason": "Because."})
    entry.refresh_from_db()
    return entry.state == State.WITHDRAWN


def edit_publisher(client: Client, publisher: Publisher) -> bool:
    values = {"title": publisher.title, "abbreviation": "NEW", "slug": publisher.slug, "kind": "other", **NO_MEMBERS}
    values["parent"] = str(publisher.parent_id or "")
    client.post(f"/admin/publishers/publisher/{publisher.id}/change/", values)
    publisher.refresh_from_db()
    return publisher.abbreviation == "NEW"


def manage_members(client: Client, publisher: Publisher) -> bool:
    newcomer = UserFactory()
    values = {
        "title": publisher.title,
        "slug": publisher.slug,
        "kind": "other",
        "parent": str(publisher.parent_id or ""),
    }
    values |= {
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        "memberships-0-user": str(newcomer.id),
        "memberships-0-publisher": str(publisher.id),
        "memberships-0-role": "editor",
    }
    client.post(f"/admin/publishers/publisher/{publisher.id}/change/", values)
    return Membership.objects.filter(user=newcomer, publisher=publisher).exists()


def manage_sources(client: Client, publisher: Publisher) -> bool:
    address = f"https://{publisher.slug}.example/data.json"
    own = {"title": "Theirs", "url": address, "publisher": str(publisher.id), "publisher_rule": "fixed"}
    client.post("/admin/harvest/source/add/", SOURCE | own)
    return Source.objects.filter(publisher=publisher, url=address).exists()


def add_publisher(client: Client, publisher: Publisher) -> bool:
    """A new body that is part of this one."""
    slug = f"part-of-{publisher.slug}"
    values = {"title": "A new body", "slug": slug, "kind": "other", "parent": str(publisher.id), **NO_MEMBERS}
    client.post("/admin/publishers/publisher/add/", values)
    return Publisher.objects.filter(slug=slug, parent=publisher).exists()


ATTEMPTS: dict[Permission, Callable[[Client, Publisher], bool]] = {
    Permission.VIEW_UNPUBLISHED: view,
    Permission.CREATE_DATASET: create,
    Permission.EDIT_DATASET: edit,
    Permission.PUBLISH_DATASET: publish,
    Permission.WITHDRAW_DATASET: withdraw,
    Permission.EDIT_PUBLISHER: edit_publisher,
    Permission.MANAGE_MEMBERS: manage_members,
    Permission.MANAGE_SOURCES: manage_sources,
    Permission.ADD_PUBLISHER: add_publisher,
}


def test_every_verb_is_attempted():
    assert set(ATTEMPTS) == set(Permission)


@pytest.mark.parametrize("who", MATRIX)
def test_what_a_person_manages_to_do_is_what_the_matrix_says(who):
    world = World()
    client = signed_in(world.person(who))
    managed = {
        verb: "".join(letter for letter, publisher in world.publishers.items() if attempt(client, publisher))
        for verb, attempt in ATTEMPTS.items()
    }
    assert managed == MATRIX[who]


@pytest.mark.parametrize("who", [who for who in MATRIX if who not in {"operator", "editor of another"}])
def test_an_entry_cannot_be_moved_to_a_publisher_that_is_not_ones_own(who):
    world = World()
    client = signed_in(world.person(who))
    entry = dataset(world.publishers["o"])
    for letter in "dx":
        client.post(
            f"{PREFIX}/{entry.id}/change/",
            FORM | {"title": "Moved", "publisher": str(world.publishers[letter].id), "read_version": "1"},
        )
    entry.refresh_from_db()
    assert entry.publisher == world.publishers["o"]


def test_an_administrator_does_not_make_anybody_an_operator_or_change_their_password(client):
    world = World()
    client.force_login(world.person("administrator"))
    other = UserFactory(email="other@example.gov.uk")
    values = {"email": "other@example.gov.uk", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    client.post(f"/admin/publishers/user/{other.id}/change/", values)
    client.post(
        f"/admin/publishers/user/{other.id}/password/", {"password1": "new pass word 1", "password2": "new pass word 1"}
    )
    client.post("/admin/publishers/user/add/", {"email": "new@example.gov.uk", "password1": "new pass word 1"})
    before = other.password
    other.refresh_from_db()
    assert (other.is_superuser, other.password) == (False, before)
    assert not User.objects.filter(email="new@example.gov.uk").exists()


def test_an_administrator_does_not_move_their_publisher_in_the_tree(client):
    world = World()
    client.force_login(world.person("administrator"))
    office = world.publishers["o"]
    values = {
        "title": "Office",
        "slug": "renamed",
        "kind": "ndpb",
        "parent": str(world.publishers["x"].id),
        **NO_MEMBERS,
    }
    client.post(f"/admin/publishers/publisher/{office.id}/change/", values)
    office.refresh_from_db()
    assert (office.slug, office.kind, office.parent) == ("office", "other", world.publishers["a"])


def test_an_administrators_source_makes_entries_for_nobody_else(client):
    """Whose records a source's become, and whose UUIDs they may take, is for operators to say."""
    world = World()
    client.force_login(world.person("administrator"))
    values = SOURCE | {
        "title": "Ours",
        "url": "https://agency.example/data.json",
        "publisher": str(world.publishers["a"].id),
        "publisher_rule": "create",
        "keeps_uuids": "on",
    }
    client.post("/admin/harvest/source/add/", values)
    made = Source.objects.get()
    assert (made.publisher_rule, made.keeps_uuids) == ("fixed", False)
    client.post(f"/admin/harvest/source/{made.id}/change/", values)
    made.refresh_from_db()
    assert (made.publisher_rule, made.keeps_uuids) == ("fixed", False)


def test_sources_and_runs_of_others_are_not_listed_opened_or_started(client):
    world = World()
    client.force_login(world.person("administrator"))
    theirs = source("https://another.example/data.json", publisher=world.publishers["x"], title="Theirs alone")
    assert "Theirs alone" not in client.get("/admin/harvest/source/").content.decode()
    assert client.get(f"/admin/harvest/source/{theirs.id}/change/").status_code == 302
    client.post("/admin/harvest/source/", {"action": "harvest_now", "_selected_action": [str(theirs.id)]})
    assert theirs.runs.count() == 0


@pytest.mark.parametrize("model", ["catalogue/licence", "catalogue/topic", "publishers/user", "publishers/publisher"])
def test_reference_tables_people_and_publishers_are_added_by_operators_alone(client, model):
    world = World()
    client.force_login(world.person("administrator"))
    assert client.get(f"/admin/{model}/add/").status_code == 403
    client.force_login(world.person("operator"))
    assert client.get(f"/admin/{model}/add/").status_code == 200


def test_nothing_is_deleted_through_the_admin(client):
    world = World()
    client.force_login(world.person("operator"))
    entry = dataset(world.publishers["a"])
    catalogue = source("https://agency.example/data.json", publisher=world.publishers["a"])
    for address in (
        f"{PREFIX}/{entry.id}/delete/",
        f"/admin/publishers/publisher/{world.publishers['x'].id}/delete/",
        f"/admin/harvest/source/{catalogue.id}/delete/",
    ):
        assert client.post(address, {"post": "yes"}).status_code == 403
    client.post(f"{PREFIX}/", {"action": "delete_selected", "_selected_action": [str(entry.id)], "post": "yes"})
    assert Dataset.objects.filter(id=entry.id).exists()
    assert datasets.draft_of(entry).title == entry.title
