"""Many entries at once: chosen in the list, shown, changed, undone."""

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.actions import datasets
from catalogue.actions.entry import By, Origin
from catalogue.enums import Route
from catalogue.models import Batch, Dataset
from tests.factories.catalogue import csv_file, dataset
from tests.factories.clients import signed_in
from tests.factories.publishers import MembershipFactory, PublisherFactory, UserFactory, officer

pytestmark = pytest.mark.django_db

LIST = "/admin/catalogue/dataset/"


@pytest.fixture
def agency():
    return PublisherFactory(title="Rivers Agency")


def press(client: Client, action: str, entries, button: str, **values):
    chosen = [str(entry.pk) for entry in entries]
    return client.post(LIST, {"action": action, "_selected_action": chosen, button: "1", **values})


def versions(response) -> str:
    return response.context["versions"]


def test_fields_and_tags_of_many_are_set_after_a_preview_and_set_back(agency):
    client = signed_in(officer(agency))
    entries = [dataset(agency, title=f"Eels {number}", tags=("eel", "Old")) for number in range(3)]
    theirs = dataset(title="Theirs")
    wanted = {"set_frequency": "on", "frequency": "monthly", "add_tags": "river", "remove_tags": "old"}
    shown = press(client, "edit_selected", entries, "_preview", **wanted)
    page = shown.content.decode()
    assert "3 of 3 would change" in page
    assert "<strong>Updated how often</strong>" in page or "<strong>Frequency</strong>: Not known" in page
    assert {entry.frequency for entry in Dataset.objects.all()} == {"unknown"}
    press(client, "edit_selected", [*entries, theirs], "_apply", versions=versions(shown), **wanted)
    batch = Batch.objects.get()
    assert batch.title == "Set frequency, tags of 3 entries"
    found = Dataset.objects.filter(publisher=agency)
    assert {(entry.frequency, tuple(entry.tags), entry.version) for entry in found} == {
        ("monthly", ("eel", "river"), 2)
    }

    # One is changed again by somebody: of that entry only what the batch left stays
    later = datasets.draft_of(entries[0]).with_changes(frequency="daily", tags=("eel", "river"))
    datasets.edit(entries[0].id, later, by=By(Route.FORM), now=timezone.now())
    answer = client.post(f"/admin/catalogue/batch/{batch.pk}/undo/", follow=True)
    assert "3 entries are as before. 1 had been changed since" in answer.content.decode()
    assert sorted(found.all().values_list("frequency", flat=True)) == ["daily", "unknown", "unknown"]
    assert {tuple(entry.tags) for entry in found.all()} == {("eel", "Old")}
    again = client.post(f"/admin/catalogue/batch/{batch.pk}/undo/", follow=True)
    assert "This was undone already." in again.content.decode()


def test_a_preview_that_is_no_longer_true_is_shown_again_rather_than_done(agency):
    client = signed_in(officer(agency))
    entry = dataset(agency, title="Eels")
    wanted = {"set_held_in": "on", "held_in": "Shed"}
    shown = press(client, "edit_selected", [entry], "_preview", **wanted)
    datasets.edit(
        entry.id, datasets.draft_of(entry).with_changes(title="Elvers"), by=By(Route.FORM), now=timezone.now()
    )
    again = press(client, "edit_selected", [entry], "_apply", versions=versions(shown), **wanted)
    assert "Somebody changed one of these entries meanwhile" in again.content.decode()
    assert not Batch.objects.exists()


def test_links_are_replaced_but_for_those_that_follow_a_source(agency):
    client = signed_in(officer(agency))
    old = "https://old.example/data/"
    ours = dataset(
        agency, resources=(csv_file(f"{old}a.csv"), csv_file("https://else.example/b.csv")), landing_page=old
    )
    harvested = dataset(
        agency, resources=(csv_file(f"{old}c.csv"),), landing_page=old, origin=Origin(id="g", url="https://x.example")
    )
    wanted = {"find": old, "put": "https://new.example/files/"}
    shown = press(client, "replace_selected", [ours, harvested], "_preview", **wanted)
    assert "Of 1 harvested entry, files and publisher stay as they are" in shown.content.decode()
    press(client, "replace_selected", [ours, harvested], "_apply", versions=versions(shown), **wanted)
    assert [file.url for file in ours.resources.all()] == [
        "https://new.example/files/a.csv",
        "https://else.example/b.csv",
    ]
    assert harvested.resources.get().url == f"{old}c.csv"
    assert set(Dataset.objects.values_list("landing_page", flat=True)) == {"https://new.example/files/"}


def test_entries_move_between_ones_own_publishers_only(agency):
    other, foreign = PublisherFactory(title="Lakes Agency"), PublisherFactory()
    person = officer(agency)
    MembershipFactory(user=person, publisher=other)
    client = signed_in(person)
    entry = dataset(agency, title="Eels")
    refused = press(client, "move_selected", [entry], "_preview", publisher=str(foreign.pk))
    assert "Select a valid choice" in refused.content.decode()
    shown = press(client, "move_selected", [entry], "_preview", publisher=str(other.pk))
    assert "Rivers Agency" in shown.content.decode()
    press(client, "move_selected", [entry], "_apply", publisher=str(other.pk), versions=versions(shown))
    entry.refresh_from_db()
    assert (entry.publisher, Batch.objects.get().title) == (other, "Moved 1 entry to Lakes Agency")
    client.post(f"/admin/catalogue/batch/{Batch.objects.get().pk}/undo/")
    entry.refresh_from_db()
    assert entry.publisher == agency


def test_all_that_the_list_found_can_be_chosen_without_naming_each(agency):
    client = signed_in(officer(agency))
    for number in range(60):
        dataset(agency, title=f"Eels {number}")
    wanted = {"select_across": "1", "set_held_in": "on", "held_in": "Shed"}
    shown = press(client, "edit_selected", Dataset.objects.all()[:1], "_preview", **wanted)
    press(client, "edit_selected", Dataset.objects.all()[:1], "_apply", versions=versions(shown), **wanted)
    assert Dataset.objects.filter(held_in="Shed").count() == 60


def test_a_batch_is_seen_and_undone_by_its_maker_or_an_operator_alone(agency):
    client, other = signed_in(officer(agency)), signed_in(officer(agency))
    entry = dataset(agency)
    wanted = {"set_held_in": "on", "held_in": "Shed"}
    shown = press(client, "edit_selected", [entry], "_preview", **wanted)
    press(client, "edit_selected", [entry], "_apply", versions=versions(shown), **wanted)
    address = f"/admin/catalogue/batch/{Batch.objects.get().pk}/undo/"
    assert other.post(address).status_code == 404
    assert signed_in(UserFactory(is_superuser=True)).post(address).status_code == 302
    entry.refresh_from_db()
    assert entry.held_in == ""


def test_an_earlier_name_of_a_publisher_goes_on_finding_it(agency):
    """By address and by the list of publishers, whether its slug was changed or only its title."""
    operator = signed_in(UserFactory(is_superuser=True))
    values = {"slug": agency.slug, "kind": "other", "shows_holdings": "on"}
    none = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    address = f"/admin/publishers/publisher/{agency.pk}/change/"
    operator.post(address, values | none | {"title": "Waterways Agency"})
    operator.post(address, values | none | {"title": "Waters Agency", "slug": "waters"})
    agency.refresh_from_db()
    assert (agency.title, agency.slug) == ("Waters Agency", "waters")
    for earlier in ("rivers-agency", "waterways-agency", values["slug"]):
        answer = Client().get(f"/publisher/{earlier}")
        assert (answer.status_code, answer.url) == (302, "/publisher/waters"), earlier
    for words in ("rivers", "waterways", "waters"):
        assert "Waters Agency" in Client().get(f"/publishers?q={words}").content.decode(), words


def test_the_list_is_narrowed_to_one_of_ones_publishers(agency):
    other = PublisherFactory(title="Lakes Agency")
    person = officer(agency)
    MembershipFactory(user=person, publisher=other)
    dataset(agency, title="Eels")
    dataset(other, title="Trout")
    page = signed_in(person).get(f"{LIST}?publisher={other.slug}").content.decode()
    assert ">Trout</a>" in page
    assert ">Eels</a>" not in page
