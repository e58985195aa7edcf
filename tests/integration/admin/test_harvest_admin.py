"""Sources and runs in the admin: who sees them, and what a person's word does."""

import pytest
from django.utils import timezone

from catalogue.models import Dataset
from harvest.enums import RunState
from harvest.models import Problem, Run, Source
from publishers.enums import Role
from publishers.models import Publisher
from tests.factories.harvest import data_json, record, run_now, serve
from tests.factories.harvest import source as source_at
from tests.factories.publishers import PublisherFactory, UserFactory, officer
from tests.servers.replies import answer

pytestmark = pytest.mark.django_db

SOURCE = {
    "title": "Our data.json",
    "kind": "data-json",
    "url": "https://agency.example/data.json",
    "publisher_rule": "fixed",
    "publisher_map": "{}",
    "config": "{}",
    "notify_about": "problems",
    "schedule": "daily",
    "max_seconds": "3600",
    "max_bytes": "1000000",
    "retire_share": "0.1",
}


@pytest.fixture
def publisher():
    return PublisherFactory()


def test_an_administrator_registers_a_source_that_is_due_at_once(client, publisher):
    client.force_login(officer(publisher, Role.ADMINISTRATOR))
    response = client.post("/admin/harvest/source/add/", SOURCE | {"publisher": str(publisher.pk)})
    source = Source.objects.get()
    assert (response.status_code, source.title, source.publisher) == (302, "Our data.json", publisher)
    assert source.next_run_at <= timezone.now()


def test_an_editor_manages_no_sources_and_an_administrator_only_their_own(client, publisher):
    client.force_login(officer(publisher, Role.EDITOR))
    assert client.get("/admin/harvest/source/add/").status_code == 403
    client.force_login(officer(PublisherFactory(), Role.ADMINISTRATOR))
    response = client.post("/admin/harvest/source/add/", SOURCE | {"publisher": str(publisher.pk)})
    assert (response.status_code, Source.objects.count()) == (200, 0)


def test_a_path_on_the_server_is_refused(client, publisher):
    client.force_login(UserFactory(is_superuser=True))
    response = client.post(
        "/admin/harvest/source/add/", SOURCE | {"publisher": str(publisher.pk), "url": "/etc/passwd"}
    )
    assert "The address must begin with https:// or http://." in response.content.decode()


@pytest.fixture
def source(publisher):
    return Source.objects.create(
        slug="ours", title="Ours", kind="data-json", url="https://agency.example/data.json", publisher=publisher
    )


def test_harvest_now_queues_one_run_however_often_it_is_asked(client, source, publisher):
    client.force_login(officer(publisher, Role.ADMINISTRATOR))
    for _ in range(2):
        client.post("/admin/harvest/source/", {"action": "harvest_now", "_selected_action": [source.pk]})
    assert list(Run.objects.values_list("source", "state")) == [(source.pk, RunState.QUEUED)]


@pytest.mark.parametrize("count", [1, 3])
def test_sources_say_how_they_do_in_as_many_queries_for_one_as_for_three(
    client, publisher, count, django_assert_num_queries
):
    now = timezone.now()
    for number in range(count):
        made = Source.objects.create(
            slug=f"s{number}", title=f"S{number}", kind="ckan", url=f"https://{number}.example", publisher=publisher
        )
        Run.objects.create(source=made, created_at=now, started_at=now, state=RunState.FAILED)
        Run.objects.create(source=made, created_at=now, state=RunState.QUEUED)
    client.force_login(UserFactory(is_superuser=True))
    client.get("/admin/harvest/source/")
    with django_assert_num_queries(6):
        page = client.get("/admin/harvest/source/")
    assert page.content.decode().count('<td class="field-health">Failing</td>') == count


def test_a_run_shows_its_first_problems_and_where_all_are(client, source, publisher):
    run = Run.objects.create(source=source, created_at=timezone.now(), state=RunState.COMPLETED, problems=250)
    Problem.objects.bulk_create(
        Problem(run=run, guid=f"g{n}", severity="error", kind="missing-title", message=f"Problem {n}.")
        for n in range(250)
    )
    client.force_login(officer(publisher, Role.ADMINISTRATOR))
    page = client.get(f"/admin/harvest/run/{run.pk}/change/").content.decode()
    assert [number for number in range(250) if f"Problem {number}." in page] == list(range(20))
    assert f"/harvest/ours/problems.csv?run={run.pk}" in page


def test_a_run_under_way_is_cancelled_on_its_page(client, source, publisher):
    run = Run.objects.create(source=source, created_at=timezone.now())
    client.force_login(officer(publisher, Role.ADMINISTRATOR))
    address = f"/admin/harvest/run/{run.pk}/cancel/"
    assert f'formaction="{address}"' in client.get(f"/admin/harvest/run/{run.pk}/change/").content.decode()

    assert client.post(address).status_code == 302

    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert address not in client.get(f"/admin/harvest/run/{run.pk}/change/").content.decode()
    client.force_login(officer(PublisherFactory(), Role.ADMINISTRATOR))
    assert client.post(address).status_code == 404


def test_a_source_is_previewed_as_its_form_has_it_and_nothing_is_stored(client, publisher, portal):
    levels = record("levels", "Levels of rivers", publisher={"name": "River Board"})
    serve(portal, [levels, record("nameless") | {"title": ""}])
    client.force_login(UserFactory(is_superuser=True))
    counts = [model.objects.count() for model in (Source, Run, Publisher, Dataset)]

    new = SOURCE | {"publisher": str(publisher.pk), "url": portal.url("/data.json"), "publisher_rule": "create"}
    page = client.post("/admin/harvest/source/preview/", new).content.decode()

    assert "2 records read." in page
    assert "1 new, 0 changed, 0 as before, 1 that can’t be used" in page
    assert "<strong>Levels of rivers</strong> – new entry" in page
    assert "River Board (will be registered)" in page
    assert "The record has no title: give it one." in page
    assert 'name="title" value="Our data.json"' in page  # still as it was filled in
    assert [model.objects.count() for model in (Source, Run, Publisher, Dataset)] == counts


def test_a_preview_says_why_a_source_cannot_be_read_and_belongs_to_whom_the_source_does(client, publisher, portal):
    portal.replies["/data.json"] = answer(b"", status=500)
    ours = source_at(portal.url("/data.json"), publisher=publisher, slug="ours")
    person = officer(publisher, Role.ADMINISTRATOR)
    client.force_login(person)
    address = f"/admin/harvest/source/{ours.pk}/preview/"
    settings = SOURCE | {"publisher": str(publisher.pk), "url": ours.url}

    page = client.post(address, settings).content.decode()
    wrong = client.post(address, settings | {"url": "file:///etc/passwd"}).content.decode()

    assert "The source gave no records but answered with status 500: it met a fault of its own." in page
    assert "The address must begin with https:// or http://." in wrong
    assert "What a harvest would make of it" not in wrong
    assert Source.objects.get().title == ours.title != SOURCE["title"]
    client.force_login(officer(PublisherFactory(), Role.ADMINISTRATOR))
    assert client.post(address, settings).status_code == 404


def test_keeping_what_a_run_missed_ends_its_quarantine(client, source, publisher):
    run = Run.objects.create(
        source=source, created_at=timezone.now(), state=RunState.QUARANTINED, message="20 of 30 vanished."
    )
    client.force_login(officer(publisher, Role.ADMINISTRATOR))
    page = client.get(f"/admin/harvest/run/{run.pk}/change/").content.decode()
    assert "20 of 30 vanished." in page
    assert "Withdraw them" in page
    assert client.post(f"/admin/harvest/run/{run.pk}/vanished/", {"keep": "1"}).status_code == 302
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED


def test_what_a_run_asks_about_is_listed_and_can_be_downloaded(client, publisher, tmp_path):
    catalogue = tmp_path / "data.json"
    records = [record(f"r{number}", f"River {number:02}") for number in range(30)]
    catalogue.write_bytes(data_json(records))
    rivers = source_at(str(catalogue), publisher=publisher)
    run_now(rivers)
    catalogue.write_bytes(data_json(records[20:]))
    run = run_now(rivers)
    assert run.state == RunState.QUARANTINED
    client.force_login(officer(publisher, Role.ADMINISTRATOR))

    page = client.get(f"/admin/harvest/run/{run.pk}/change/").content.decode()
    lines = b"".join(client.get(f"/admin/harvest/run/{run.pk}/vanished.csv")).decode().splitlines()

    assert [number for number in range(30) if f">River {number:02}</a>" in page] == list(range(20))
    assert [line.split(",")[:2] for line in lines[1:]] == [[f"r{number}", f"River {number:02}"] for number in range(20)]
    client.force_login(officer(PublisherFactory(), Role.ADMINISTRATOR))
    assert client.get(f"/admin/harvest/run/{run.pk}/vanished.csv").status_code == 404


def test_someone_elses_run_cannot_be_decided(client, source):
    run = Run.objects.create(source=source, created_at=timezone.now(), state=RunState.QUARANTINED)
    client.force_login(officer(PublisherFactory(), Role.ADMINISTRATOR))
    assert client.post(f"/admin/harvest/run/{run.pk}/vanished/", {"keep": "1"}).status_code == 404
