"""Departments are merged and renamed: nothing is lost, and old names and addresses go on finding what they found."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from catalogue import mergers
from catalogue.actions import changes
from catalogue.actions.entry import Origin
from catalogue.enums import ChangeKind, State
from catalogue.models import Change, Dataset, Revision
from harvest.normalise.base import Organisation
from harvest.pipeline.publisher_rule import PublisherChooser
from publishers import actions
from publishers.enums import Role
from publishers.models import AuditEntry, Membership, Merger, Publisher
from tests.factories.catalogue import dataset, draft
from tests.factories.clients import signed_in
from tests.factories.harvest import source
from tests.factories.publishers import MembershipFactory, PublisherFactory, UserFactory, officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def old() -> Publisher:
    return PublisherFactory(title="Department of Energy", slug="energy")


@pytest.fixture
def new() -> Publisher:
    return PublisherFactory(title="Department for Business", slug="business")


@pytest.fixture
def operator() -> Client:
    return signed_in(UserFactory(is_staff=True, is_superuser=True, name="Olwen Operator"))


def page(old: Publisher) -> str:
    return f"/admin/catalogue/dataset/merge-publisher/{old.pk}/"


def test_a_merger_is_shown_and_then_done(old: Publisher, new: Publisher, operator: Client, client: Client) -> None:
    published = dataset(old, title="Gas prices", name="gas-prices")
    dataset(old, title="A draft", state=State.DRAFT)
    harvested = dataset(old, title="Wind farms", origin=Origin(id="wind-1", url="https://energy.example/data.json"))
    agency = PublisherFactory(title="Coal Agency", parent=old)
    catalogue = source("https://energy.example/data.json", publisher=old)
    both = officer(old, Role.ADMINISTRATOR)
    MembershipFactory(user=both, publisher=new, role=Role.VIEWER)
    only = officer(old)

    form = {"into": str(new.pk), "people_move": "on"}
    shown = operator.post(page(old), form | {"_preview": "1"}).content.decode()
    assert "1 draft, 2 published" in shown
    assert "1 of them harvested" in shown
    assert all(words in shown for words in ("Coal Agency", "1 source<", "(administrator)", "energy: their addresses"))
    assert Publisher.objects.filter(merged_into=None).count() == 3

    done = operator.post(page(old), form | {"_merge": "1"}, follow=True).content.decode()
    assert "3 entries are now of Department for Business" in done
    assert "Department of Energy (energy)" in done  # among its earlier names
    assert set(Dataset.objects.values_list("publisher", flat=True)) == {new.pk}
    agency.refresh_from_db()
    catalogue.refresh_from_db()
    assert (agency.parent, catalogue.publisher) == (new, new)
    assert set(Membership.objects.values_list("user", "publisher", "role")) == {
        (both.pk, new.pk, Role.ADMINISTRATOR),
        (only.pk, new.pk, Role.EDITOR),
    }
    assert Revision.objects.get(dataset=published, number=2).comment == (
        "Department of Energy was merged into Department for Business"
    )
    assert Change.objects.filter(dataset_id=harvested.id).count() == 2
    moved = client.get("/publisher/energy")
    assert (moved.status_code, moved.url) == (302, "/publisher/business")
    assert client.get(f"/publisher/{old.pk}").url == "/publisher/business"
    assert client.get("/api/3/action/organization_show?id=energy").json()["result"]["name"] == "business"
    assert "Department of Energy" not in client.get("/publishers").content.decode()
    assert client.get("/publishers?q=energy").content.decode().count('href="/publisher/business"') == 1
    assert client.get("/dataset/gas-prices", follow=True).status_code == 200
    lines = AuditEntry.objects.filter(action="publisher_merged").order_by("publisher_label")
    assert [(line.publisher_id, line.object_label, line.detail["entries"]) for line in lines] == [
        (new.pk, "Department of Energy into Department for Business", 3),
        (old.pk, "Department of Energy into Department for Business", 3),
    ]
    assert not AuditEntry.objects.filter(action="dataset_changed").exists()  # one line says it all


def test_a_harvest_that_names_the_old_body_finds_the_new_one_through_any_number_of_mergers(
    old: Publisher, new: Publisher
) -> None:
    newest = PublisherFactory(title="Department for Trade", slug="trade")
    catalogue = source("https://energy.example/data.json", publisher=newest, publisher_rule="match")
    call_command("merge_publishers", "energy", "business")
    call_command("merge_publishers", "business", "trade")
    assert [one.merged_into for one in Publisher.objects.filter(slug__in=["business", "energy"])] == [newest, newest]
    for name in ("energy", "Department of Energy", "Department for Business"):
        found, finding = PublisherChooser(catalogue).apply(draft(old), Organisation(title=name))
        assert (found.publisher_id, finding) == (newest.pk, None)


def test_what_cannot_be_merged_says_why(old: Publisher, new: Publisher, operator: Client) -> None:
    below = PublisherFactory(title="Coal Agency", parent=old)
    source("https://same.example/data.json", publisher=old)
    source("https://same.example/data.json", publisher=new)
    refused = operator.post(page(old), {"into": str(below.pk), "_merge": "1"}).content.decode()
    assert "Coal Agency is Department of Energy or part of it" in refused
    refused = operator.post(page(old), {"into": str(new.pk), "_merge": "1"}).content.decode()
    assert "Both harvest from https://same.example/data.json" in refused
    with pytest.raises(CommandError, match="Both harvest from"):
        call_command("merge_publishers", "energy", "business")
    assert not Publisher.objects.exclude(merged_into=None).exists()


def test_without_its_people_a_merged_body_leaves_no_roles(old: Publisher, new: Publisher) -> None:
    officer(old)
    call_command("merge_publishers", "energy", "business", "--people-stay")
    assert not Membership.objects.exists()


def undo_page(old: Publisher) -> str:
    return f"/admin/catalogue/dataset/unmerge-publisher/{old.pk}/"


def test_undone_what_came_goes_back_and_what_was_made_since_stays(
    old: Publisher, new: Publisher, operator: Client, client: Client
) -> None:
    third = PublisherFactory(title="A third body", slug="third")
    came, given_away = dataset(old, title="Gas prices", name="gas-prices"), dataset(old, title="Coal")
    own = dataset(new, title="Their own")
    agency = PublisherFactory(title="Coal Agency", parent=old)
    catalogue = source("https://energy.example/data.json", publisher=old)
    both, only, raised = officer(old, Role.ADMINISTRATOR), officer(old), officer(old)
    MembershipFactory(user=both, publisher=new, role=Role.VIEWER)
    operator.post(page(old), {"into": str(new.pk), "people_move": "on", "_merge": "1"})
    since = dataset(new, title="Made since")
    Membership.objects.filter(user=raised, publisher=new).update(role=Role.APPROVER)
    Dataset.objects.filter(pk=given_away.pk).update(publisher=third)

    link = operator.get(f"/admin/publishers/publisher/{old.pk}/change/").content.decode()
    assert f'href="{undo_page(old)}">Undo its merger' in link
    shown = operator.get(undo_page(old)).content.decode()
    assert "1 go back" in shown
    assert "1 came with the merger and belong to another body by now" in shown
    assert all(words in shown for words in ("Coal Agency", "1 source", "energy: their addresses lead to"))
    done = operator.post(undo_page(old), follow=True).content.decode()
    assert "Department of Energy is separate from Department for Business again: 1 entry is its own." in done
    owners = dict(Dataset.objects.values_list("pk", "publisher"))
    assert owners == {came.pk: old.pk, given_away.pk: third.pk, own.pk: new.pk, since.pk: new.pk}
    old.refresh_from_db()
    agency.refresh_from_db()
    catalogue.refresh_from_db()
    assert (old.merged_into, old.closed_on, agency.parent, catalogue.publisher) == (None, None, old, old)
    assert set(Membership.objects.values_list("user", "publisher", "role")) == {
        (both.pk, old.pk, Role.ADMINISTRATOR),
        (both.pk, new.pk, Role.VIEWER),
        (only.pk, old.pk, Role.EDITOR),
        (raised.pk, old.pk, Role.EDITOR),
        (raised.pk, new.pk, Role.APPROVER),
    }
    assert Revision.objects.get(dataset=came, number=3).comment == (
        "Department of Energy is separate from Department for Business again"
    )
    assert client.get("/publisher/energy").status_code == 200
    assert AuditEntry.objects.filter(action="publisher_unmerged").count() == 2
    assert operator.get(undo_page(old), follow=True).status_code == 404


def test_of_mergers_in_a_row_the_last_is_undone_first(old: Publisher, new: Publisher) -> None:
    PublisherFactory(title="Department for Trade", slug="trade")
    entry = dataset(old)
    call_command("merge_publishers", "energy", "business")
    call_command("merge_publishers", "business", "trade")
    with pytest.raises(CommandError, match="was itself merged into Department for Trade: undo that merger first"):
        call_command("merge_publishers", "energy", "business", "--undo")
    call_command("merge_publishers", "business", "trade", "--undo")
    old.refresh_from_db()
    assert (old.merged_into, Dataset.objects.get().publisher) == (new, new)
    call_command("merge_publishers", "energy", "business", "--undo")
    entry.refresh_from_db()
    assert entry.publisher == old
    with pytest.raises(CommandError, match="or that was undone already"):
        call_command("merge_publishers", "energy", "business", "--undo")


def test_the_page_of_a_closed_body_says_where_it_went_and_whether_that_can_be_undone(
    old: Publisher, new: Publisher, operator: Client
) -> None:
    operator.post(page(old), {"into": new.pk, "_merge": "1"})
    closed = f"/admin/publishers/publisher/{old.pk}/change/"
    shown = operator.get(closed).content.decode()
    assert f'it was merged into <a href="/admin/publishers/publisher/{new.pk}/change/">{new}</a>' in shown
    assert ("Undo its merger" in shown, "from before mergers could be undone" in shown) == (True, False)
    Merger.objects.all().delete()  # as of a merger that an earlier version made
    shown = operator.get(closed).content.decode()
    assert ("Undo its merger" in shown, "from before mergers could be undone" in shown) == (False, True)
    assert "choose them in" in shown


@pytest.mark.parametrize("role", Role.values)
def test_only_operators_merge(role: str, old: Publisher, new: Publisher) -> None:
    person = officer(old, Role(role))
    MembershipFactory(user=person, publisher=new, role=role)
    assert signed_in(person).post(page(old), {"into": str(new.pk), "_merge": "1"}).status_code == 403
    assert signed_in(person).post(undo_page(old)).status_code == 403
    assert not Publisher.objects.exclude(merged_into=None).exists()


def test_whatever_belongs_to_a_publisher_is_moved_or_left_on_purpose() -> None:
    """A new table that points at publishers has to say which."""
    pointing = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model is Publisher
    }
    assert pointing == {*mergers.MOVED, *mergers.MOVED_BY_RULE, *mergers.LEFT}


def test_a_new_name_is_news_of_every_entry_of_the_body_and_of_those_below(
    old: Publisher, operator: Client, client: Client
) -> None:
    actions.note_name(old)
    below = PublisherFactory(parent=old)
    own, theirs = dataset(old), dataset(below)
    dataset()
    changes.assign_positions()
    Change.objects.all().delete()
    values = {"slug": "power", "title": "Department of Power", "kind": "other"}
    values |= {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    operator.post(f"/admin/publishers/publisher/{old.pk}/change/", values)
    changes.assign_positions()
    told = Change.objects.filter(kind=ChangeKind.UPDATED, position__isnull=False)
    assert sorted(told.values_list("dataset_id", flat=True)) == sorted([own.pk, theirs.pk])
    assert changes.assign_positions() == 0
    assert client.get("/publisher/energy").url == "/publisher/power"
    assert client.get("/publisher/department-of-energy").url == "/publisher/power"
