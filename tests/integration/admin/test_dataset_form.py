"""The data officer's form, as a browser posts it."""

import pytest
from django.urls import reverse

from catalogue.actions.entry import Origin
from catalogue.enums import State
from catalogue.models import Dataset, Revision
from publishers.enums import Role
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory, UserFactory, officer

pytestmark = pytest.mark.django_db

ADD = "/admin/catalogue/dataset/add/"
NO_FILES = {"resources-TOTAL_FORMS": "0", "resources-INITIAL_FORMS": "0"}


def change_url(entry: Dataset) -> str:
    return reverse("admin:catalogue_dataset_change", args=[entry.pk])


def values(publisher, **fields):
    """A form filled in as far as it must be."""
    needed = {
        "title": "River levels",
        "publisher": str(publisher.pk),
        "kind": "dataset",
        "access": "open",
        "classification": "not_applicable",
        "visibility": "public",
        "frequency": "daily",
        "read_version": "0",
        **NO_FILES,
    }
    return needed | fields


@pytest.fixture
def publisher():
    return PublisherFactory(title="Rivers Agency")


def test_an_officer_registers_and_publishes_an_entry_with_a_file(client, publisher):
    user = officer(publisher)
    client.force_login(user)
    response = client.post(
        ADD,
        values(
            publisher,
            description="Levels every 15 minutes.",
            tags="water, Flood,  water",
            languages=["en"],
            licence="uk-ogl",
            _publish="1",
            **{
                "resources-TOTAL_FORMS": "1",
                "resources-0-title": "Levels",
                "resources-0-url": "https://rivers.example/levels.csv",
                "resources-0-kind": "data",
            },
        ),
    )
    entry = Dataset.objects.get()
    assert (response.status_code, response.url) == (302, change_url(entry))
    assert (entry.title, entry.name, entry.state, entry.tags) == (
        "River levels",
        "river-levels",
        "published",
        ["water", "Flood"],
    )
    resource = entry.resources.get()
    assert (resource.url, resource.format) == ("https://rivers.example/levels.csv", "CSV")
    revision = Revision.objects.get()
    assert (revision.actor, revision.route, revision.snapshot["description"]) == (
        user,
        "form",
        "Levels every 15 minutes.",
    )


def test_saving_without_publish_keeps_a_draft(client, publisher):
    client.force_login(officer(publisher))
    client.post(ADD, values(publisher))
    assert Dataset.objects.get().state == State.DRAFT


def test_an_entry_is_mended_and_keeps_what_the_form_does_not_show(client, publisher):
    entry = dataset(publisher, title="Rivr levels", extras={"kept": "yes"}, resources=(csv_file(),))
    file = entry.resources.get()
    client.force_login(officer(publisher))
    response = client.post(
        change_url(entry),
        values(
            publisher,
            read_version="1",
            name=entry.name,
            **{
                "resources-TOTAL_FORMS": "1",
                "resources-INITIAL_FORMS": "1",
                "resources-0-id": str(file.pk),
                "resources-0-dataset": str(entry.pk),
                "resources-0-title": "The file, renamed",
                "resources-0-url": file.url,
                "resources-0-kind": "data",
                "resources-0-format": "CSV",
            },
        ),
    )
    assert response.status_code == 302
    entry.refresh_from_db()
    assert (entry.title, entry.extras, entry.version, entry.name) == ("River levels", {"kept": "yes"}, 2, "rivr-levels")
    assert entry.resources.get().title == "The file, renamed"
    assert entry.resources.get().pk == file.pk


def test_a_file_marked_for_deletion_goes(client, publisher):
    entry = dataset(publisher, resources=(csv_file(),))
    file = entry.resources.get()
    client.force_login(officer(publisher))
    client.post(
        change_url(entry),
        values(
            publisher,
            title=entry.title,
            read_version="1",
            **{
                "resources-TOTAL_FORMS": "1",
                "resources-INITIAL_FORMS": "1",
                "resources-0-id": str(file.pk),
                "resources-0-dataset": str(entry.pk),
                "resources-0-url": file.url,
                "resources-0-kind": "data",
                "resources-0-DELETE": "on",
            },
        ),
    )
    assert entry.resources.count() == 0


def test_the_second_of_two_who_edit_at_once_is_told_and_nothing_is_lost(client, publisher):
    entry = dataset(publisher, title="First")
    client.force_login(officer(publisher))
    client.post(change_url(entry), values(publisher, title="Hers", read_version="1"))
    response = client.post(change_url(entry), values(publisher, title="His", read_version="1"))
    assert response.status_code == 200
    page = response.content.decode()
    assert "changed this entry while you were editing. Nothing is lost" in page
    assert 'value="His"' in page
    entry.refresh_from_db()
    assert entry.title == "Hers"


def test_an_officer_cannot_open_change_or_withdraw_another_publishers_entry(client, publisher):
    entry = dataset(PublisherFactory(), title="Theirs")
    client.force_login(officer(publisher))
    changed = client.post(change_url(entry), values(publisher, title="Mine", read_version="1"))
    withdrawn = client.post(reverse("admin:catalogue_dataset_withdraw", args=[entry.pk]), {"reason": "x"})
    assert (changed.status_code, changed.url) == (302, "/admin/")  # the admin's answer to “no such entry for you”
    assert withdrawn.status_code == 404
    entry.refresh_from_db()
    assert (entry.title, entry.state) == ("Theirs", State.PUBLISHED)


def test_an_officer_cannot_register_for_another_publisher(client, publisher):
    client.force_login(officer(publisher))
    response = client.post(ADD, values(PublisherFactory()))
    assert response.status_code == 200
    assert Dataset.objects.count() == 0


def test_a_viewer_reads_and_cannot_save(client, publisher):
    entry = dataset(publisher, title="Kept")
    client.force_login(officer(publisher, Role.VIEWER))
    assert client.get(change_url(entry)).status_code == 200
    assert client.post(change_url(entry), values(publisher, title="Changed", read_version="1")).status_code == 403
    assert client.post(ADD, values(publisher)).status_code == 403
    entry.refresh_from_db()
    assert entry.title == "Kept"


def test_withdrawing_asks_for_a_reason_and_leaves_a_tombstone(client, publisher):
    entry = dataset(publisher, title="Old list")
    client.force_login(officer(publisher))
    address = reverse("admin:catalogue_dataset_withdraw", args=[entry.pk])
    assert client.post(address, {"reason": ""}).status_code == 200
    assert client.post(address, {"reason": "Merged into the new list."}).status_code == 302
    entry.refresh_from_db()
    assert (entry.state, entry.withdrawn_reason) == (State.WITHDRAWN, "Merged into the new list.")


def test_a_harvested_entry_keeps_its_files_and_publisher_and_takes_corrections(client, publisher):
    entry = dataset(publisher, title="Teh levels", resources=(csv_file(),), origin=Origin(id="guid-1"))
    client.force_login(officer(publisher))
    page = client.get(change_url(entry)).content.decode()
    assert "What you change here stays through later harvests" in page
    response = client.post(change_url(entry), values(PublisherFactory(), title="The levels", read_version="1"))
    assert response.status_code == 302
    entry.refresh_from_db()
    assert (entry.title, entry.publisher, entry.resources.count()) == ("The levels", publisher, 1)
    assert entry.overlay["title"] == {"ours": "The levels", "theirs": "Teh levels"}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", " ", "This field is required."),
        ("access", "restricted", "Say why the data is not open: the public page gives the reason."),
        ("west", "200", "Give degrees from −180 to 180."),
        ("temporal_end", "2019-01-01", "The period ends before it starts."),
        ("name", "Not A Name", "Use 2 to 100 lower-case letters, digits, hyphens and underscores."),
    ],
)
def test_what_cannot_be_stored_is_said_beside_its_field(client, publisher, field, value, message):
    client.force_login(officer(publisher))
    response = client.post(ADD, values(publisher, temporal_start="2020-01-01", **{field: value}))
    assert response.status_code == 200
    assert message in response.content.decode()
    assert Dataset.objects.count() == 0


@pytest.mark.parametrize("url", ["javascript:alert(1)", "not available", "//x/y", "https://a b/c"])
def test_a_link_that_is_no_web_address_is_refused(client, publisher, url):
    client.force_login(officer(publisher))
    files = {"resources-TOTAL_FORMS": "1", "resources-0-url": url, "resources-0-kind": "data"}
    response = client.post(ADD, values(publisher, **files))
    assert "Give the whole web address, beginning with https://, without spaces." in response.content.decode()


def test_the_list_shows_own_entries_and_asks_the_same_number_of_queries_for_one_and_three(
    client, publisher, django_assert_max_num_queries
):
    client.force_login(officer(publisher))
    dataset(PublisherFactory(), title="Not mine")
    dataset(publisher, title="Mine 1")
    with django_assert_max_num_queries(12) as few:
        client.get("/admin/catalogue/dataset/")
    dataset(publisher, title="Mine 2")
    dataset(publisher, title="Mine 3")
    with django_assert_max_num_queries(12) as many:
        page = client.get("/admin/catalogue/dataset/").content.decode()
    assert len(few) == len(many)
    assert [title in page for title in ("Mine 1", "Mine 2", "Mine 3", "Not mine")] == [True, True, True, False]


def test_an_operator_may_edit_every_publishers_entries(client, publisher):
    entry = dataset(publisher, title="Theirs")
    client.force_login(UserFactory(is_superuser=True))
    client.post(change_url(entry), values(publisher, title="Mended", read_version="1"))
    entry.refresh_from_db()
    assert entry.title == "Mended"


def test_whoever_works_for_one_body_finds_it_filled_in_even_with_others_below_it(client, publisher):
    PublisherFactory(parent=publisher)
    client.force_login(officer(publisher))
    for address in (ADD, "/admin/catalogue/dataset/import/"):
        assert f'<option value="{publisher.pk}" selected>Rivers Agency</option>' in client.get(address).content.decode()
