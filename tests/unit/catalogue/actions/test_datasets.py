"""Writing datasets: what is stored, what is remembered, and what is refused."""

import uuid

import pytest
from django.utils import timezone

from catalogue.actions import datasets
from catalogue.actions.amending import EditConflict, amend
from catalogue.actions.entry import By, Entry, Origin, Result
from catalogue.actions.store import upsert_many
from catalogue.edit_point import EditPoint
from catalogue.enums import ChangeKind, LinkState, Route, State
from catalogue.models import Change, Dataset, DatasetName, LinkCheck, Resource, Revision
from tests.factories.catalogue import csv_file, dataset, draft
from tests.factories.publishers import PublisherFactory, UserFactory

pytestmark = pytest.mark.django_db

BY = By(Route.FORM)


def test_create_stores_dataset_with_revision_change_link_check_and_quality():
    publisher = PublisherFactory()
    user = UserFactory(name="Ada Reader")
    now = timezone.now()

    stored = datasets.create(
        draft(publisher, title="Bus stops in Leeds", resources=(csv_file(),)), by=By(Route.FORM, user=user), now=now
    )

    found = Dataset.objects.get(id=stored.dataset_id)
    assert (found.title, found.name, found.state, found.version) == (
        "Bus stops in Leeds",
        "bus-stops-in-leeds",
        "draft",
        1,
    )
    resource = found.resources.get()
    assert (resource.url, resource.format, resource.position) == ("https://data.example.gov.uk/file.csv", "CSV", 0)
    assert (resource.link.state, resource.link.host, resource.link.next_check_at) == (
        LinkState.UNCHECKED,
        "data.example.gov.uk",
        now,
    )
    revision = Revision.objects.get(dataset=found)
    assert (revision.number, revision.actor, revision.actor_label, revision.route) == (1, user, "Ada Reader", "form")
    assert revision.snapshot["title"] == "Bus stops in Leeds"
    assert list(Change.objects.values_list("dataset_id", "kind")) == [(found.id, ChangeKind.CREATED)]
    assert 0 <= found.quality.score <= 100


def test_the_same_draft_again_changes_nothing():
    found = dataset(title="Tides", resources=(csv_file(),))
    before = found.modified_at

    again = datasets.edit(found.id, datasets.draft_of(found), by=BY, now=timezone.now())

    assert again.result is Result.UNCHANGED
    found.refresh_from_db()
    assert (found.version, found.modified_at) == (1, before)
    assert Revision.objects.count() == Change.objects.count() == 1


def test_edit_with_a_stale_version_is_refused_and_stores_nothing():
    found = dataset(title="Tides")
    datasets.edit(found.id, datasets.draft_of(found).with_changes(title="Tides today"), by=BY, now=timezone.now())

    with pytest.raises(EditConflict) as conflict:
        amend(found.id, lambda said: said.with_changes(title="Mine"), by=BY, now=timezone.now(), expected=EditPoint(1))

    assert (conflict.value.expected, conflict.value.current) == (EditPoint(1), EditPoint(2))
    found.refresh_from_db()
    assert found.title == "Tides today"


def test_two_datasets_of_one_title_get_different_names_for_ever():
    first, second = dataset(title="Spending"), dataset(title="Spending")
    assert (first.name, second.name) == ("spending", "spending-2")

    datasets.edit(first.id, datasets.draft_of(first).with_changes(name="spend-2024"), by=BY, now=timezone.now())
    third = dataset(title="Spending")

    assert third.name == "spending-3"
    assert DatasetName.objects.get(name="spending").dataset_id == first.id


def test_a_name_given_back_to_its_own_dataset_is_its_own_again():
    found = dataset(title="Spending")
    datasets.edit(found.id, datasets.draft_of(found).with_changes(name="other"), by=BY, now=timezone.now())
    found.refresh_from_db()
    datasets.edit(found.id, datasets.draft_of(found).with_changes(name="spending"), by=BY, now=timezone.now())
    found.refresh_from_db()
    assert found.name == "spending"
    assert set(found.names.values_list("name", flat=True)) == {"spending", "other"}


def test_names_are_never_shaped_like_uuids():
    found = dataset(title=str(uuid.uuid4()))
    assert found.name.startswith("dataset-")


def test_a_batch_with_one_title_twice_gets_two_names():
    publisher = PublisherFactory()
    entries = [Entry(draft(publisher, title="Roads")) for _ in range(3)]
    stored = upsert_many(entries, by=BY, now=timezone.now())
    names = [Dataset.objects.get(id=s.dataset_id).name for s in stored]
    assert names == ["roads", "roads-2", "roads-3"]


def test_resources_keep_their_identity_by_address_when_order_changes():
    found = dataset(resources=(csv_file("https://a.example/1.csv"), csv_file("https://a.example/2.csv")))
    one, two = found.resources.all()
    LinkCheck.objects.filter(resource=two).update(state=LinkState.OK)

    swapped = datasets.draft_of(found).with_changes(
        resources=(csv_file("https://a.example/2.csv"), csv_file("https://a.example/1.csv"))
    )
    datasets.edit(found.id, swapped, by=BY, now=timezone.now())

    assert [(r.id, r.url) for r in found.resources.all()] == [(two.id, two.url), (one.id, one.url)]
    assert LinkCheck.objects.get(resource=two).state == LinkState.OK


def test_a_changed_address_starts_its_link_history_anew():
    found = dataset(resources=(csv_file("https://a.example/1.csv"),))
    resource = found.resources.get()
    LinkCheck.objects.filter(resource=resource).update(state=LinkState.OK)

    changed = datasets.draft_of(found).with_changes(resources=(csv_file("https://b.example/1.csv", id=resource.id),))
    datasets.edit(found.id, changed, by=BY, now=timezone.now())

    link = LinkCheck.objects.get(resource=resource)
    assert (link.state, link.host) == (LinkState.UNCHECKED, "b.example")


def test_a_resource_id_of_another_dataset_is_not_taken_over():
    theirs = dataset(resources=(csv_file(),)).resources.get()
    mine = dataset(resources=(csv_file("https://c.example/x.csv", id=theirs.id),))
    assert mine.resources.get().id != theirs.id
    assert Resource.objects.get(id=theirs.id).dataset_id != mine.id


def test_withdrawing_leaves_a_tombstone_and_publishing_brings_it_back():
    found = dataset(title="Old lists")
    now = timezone.now()
    datasets.withdraw(found, reason="Merged into New lists.", by=BY, now=now)
    found.refresh_from_db()
    assert (found.state, found.withdrawn_reason, found.withdrawn_at) == (State.WITHDRAWN, "Merged into New lists.", now)
    assert list(Dataset.objects.tombstones()) == [found]

    datasets.publish(found, by=BY, now=now)
    found.refresh_from_db()
    assert (found.state, found.withdrawn_reason, found.withdrawn_at) == (State.PUBLISHED, "", None)


def test_restore_makes_an_entry_say_again_what_it_said():
    found = dataset(title="First", description="One", resources=(csv_file(),))
    file_id = found.resources.get().id
    datasets.edit(
        found.id,
        datasets.draft_of(found).with_changes(title="Second", description="Two", resources=()),
        by=BY,
        now=timezone.now(),
    )
    datasets.restore(found, number=1, by=BY, now=timezone.now())
    found.refresh_from_db()
    assert (found.title, found.description, found.version) == ("First", "One", 3)
    assert found.resources.get().id == file_id


def test_corrections_of_a_harvested_entry_survive_the_next_harvest_until_given_up():
    origin = Origin(id="abc", url="https://source.example/data.json")
    found = dataset(title="Teh tides", description="As is", origin=origin)
    datasets.edit(found.id, datasets.draft_of(found).with_changes(title="The tides"), by=BY, now=timezone.now())

    harvested = draft(found.publisher, title="Teh tides", description="Longer now")
    upsert_many([Entry(harvested, found.id, origin=origin)], by=By(Route.HARVEST), now=timezone.now())
    found.refresh_from_db()
    assert (found.title, found.description) == ("The tides", "Longer now")
    assert found.overlay == {"title": {"ours": "The tides", "theirs": "Teh tides"}}

    datasets.edit(found.id, datasets.draft_of(found).with_changes(title="Teh tides"), by=BY, now=timezone.now())
    found.refresh_from_db()
    assert (found.title, found.overlay) == ("Teh tides", {})
