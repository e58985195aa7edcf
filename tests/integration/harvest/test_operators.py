"""What operators and publishers see of harvests, and how they steer them."""

import csv

import pytest
from django.test import Client

from catalogue.enums import Visibility
from catalogue.models import Dataset
from harvest.enums import NotifyAbout, PublisherRule
from harvest.models import Record
from publishers.enums import NoticeKind, Role
from publishers.models import Notice, Publisher
from tests.factories.harvest import counts, record, run_now, serve, source
from tests.factories.publishers import PublisherFactory, officer
from tests.servers.faulty import FaultyServer
from tests.servers.replies import answer

pytestmark = pytest.mark.django_db


def text(address: str) -> str:
    response = Client().get(address)
    assert response.status_code == 200, address
    return b"".join(response).decode()


def of(body: str, identifier: str) -> dict:
    return record(identifier, publisher={"name": body})


def test_problems_of_unchanged_records_stay_outstanding_until_they_are_mended(portal: FaultyServer):
    bad_link = record("a") | {"landingPage": "not an address"}
    serve(portal, [bad_link, record("b"), record("c") | {"title": ""}])
    maps = source(portal.url("/data.json"), slug="maps")
    run_now(maps)
    second = run_now(maps)
    assert counts(second) == {"seen": 3, "unchanged": 2, "failed": 1, "problems": 1}

    page = text("/harvest/maps")
    assert 'href="?kind=bad-address#problems">Bad address</a>: 1 (warning)' in page
    assert 'href="?kind=missing-title#problems">Missing title</a>: 1 (error)' in page
    assert "Missing title" not in text("/harvest/maps?kind=bad-address").partition("Problems, record by record")[2]
    lines = list(csv.reader(text("/harvest/maps/problems.csv").splitlines()))
    assert lines[0] == ["record", "severity", "kind", "field", "what is wrong", "what the source says"]
    assert [line[:4] for line in lines[1:]] == [
        ["a", "warning", "bad-address", "landingPage"],
        ["c", "error", "missing-title", "title"],
    ]
    assert len(list(csv.reader(text(f"/harvest/maps/problems.csv?run={second.pk}").splitlines()))) == 2

    serve(portal, [record("a"), record("b"), record("c")])
    run_now(maps)
    assert len(text("/harvest/maps/problems.csv").splitlines()) == 1


def test_raw_record_and_what_became_of_it_are_public_while_the_entry_is(portal: FaultyServer):
    serve(portal, [record("a", "<script>alert(1)</script>")])
    maps = source(portal.url("/data.json"), slug="maps")
    run_now(maps)
    number = Record.objects.get().pk

    page = text(f"/harvest/maps/records/{number}")
    assert Dataset.objects.get().get_absolute_url() in page
    assert "<script>alert(1)" not in page
    raw = Client().get(f"/harvest/maps/records/{number}/raw")
    assert (raw.content, raw["Content-Type"]) == (
        text(f"/harvest/maps/records/{number}/raw").encode(),
        "text/plain; charset=utf-8",
    )
    assert raw["Content-Disposition"].startswith("attachment")
    assert b'"identifier": "a"' in raw.content

    Dataset.objects.update(visibility=Visibility.OFFICIALS)
    for address in (f"/harvest/maps/records/{number}", f"/harvest/maps/records/{number}/raw"):
        assert Client().get(address).status_code == 404


def test_cells_that_spreadsheets_would_run_are_made_harmless(portal: FaultyServer):
    serve(portal, [record("=HYPERLINK(1)") | {"title": ""}])
    run_now(source(portal.url("/data.json"), slug="maps"))

    assert text("/harvest/maps/problems.csv").splitlines()[1].startswith("'=HYPERLINK(1),error,missing-title")


def test_organisations_are_mapped_to_publishers_whatever_the_rule(portal: FaultyServer):
    ours = PublisherFactory(slug="ministry-of-maps", title="Ministry of Maps")
    serve(portal, [of("Dept 17", "a"), of("Another", "b")])
    maps = source(portal.url("/data.json"), publisher_map={"dept 17": "ministry-of-maps"})
    run_now(maps)

    assert dict(Dataset.objects.values_list("origin_id", "publisher__title")) == {
        "a": ours.title,
        "b": maps.publisher.title,
    }


def test_only_wanted_organisations_are_harvested_and_others_vanish(portal: FaultyServer):
    serve(portal, [of("Maps", "a"), of("Roads", "b"), of("Tides", "c")])
    maps = source(portal.url("/data.json"), publisher_rule=PublisherRule.FIXED, config={"only_organisations": ["maps"]})
    assert counts(run_now(maps)) == {"seen": 1, "created": 1}

    maps.config = {"not_organisations": ["Maps"], "name_prefix": "xx-"}
    maps.save()
    assert counts(run_now(maps, forced=True)) == {"seen": 2, "created": 2, "retired": 1}
    assert sorted(Dataset.objects.filter(state="published").values_list("name", flat=True)) == [
        "xx-dataset-b",
        "xx-dataset-c",
    ]


def test_organisations_that_nobody_wants_become_no_publishers(portal: FaultyServer):
    serve(portal, [of("Maps", "a"), of("Roads", "b"), of("Maps", "c")])
    config = {"only_organisations": ["maps"]}
    maps = source(portal.url("/data.json"), slug="all", publisher_rule=PublisherRule.CREATE, config=config)
    run_now(maps)

    made = Publisher.objects.exclude(pk=maps.publisher_id)
    assert list(made.values_list("title", "slug", "names__slug")) == [("Maps", "maps", "maps")]


def test_bodies_of_one_name_and_of_names_taken_become_publishers_of_their_own(portal: FaultyServer):
    PublisherFactory(slug="roads", title="Highways of old")
    serve(portal, [of("Roads!", "a"), of("Öffentliche", "b"), of("ROADS?", "c"), of("地図", "d"), of("道路", "e")])
    maps = source(portal.url("/data.json"), slug="all", publisher_rule=PublisherRule.CREATE)
    run_now(maps)

    assert dict(Dataset.objects.values_list("origin_id", "publisher__slug")) == {
        "a": "roads-2",
        "b": "offentliche",
        "c": "roads-3",
        "d": "publisher",
        "e": "publisher-2",
    }


def test_people_are_told_when_a_source_begins_to_fail_and_not_again(portal: FaultyServer):
    publisher = PublisherFactory()
    person = officer(publisher, Role.ADMINISTRATOR)
    serve(portal, [record("a")])
    maps = source(portal.url("/data.json"), publisher=publisher, title="Maps", slug="maps")
    run_now(maps)
    assert not Notice.objects.exists()

    portal.replies["/data.json"] = answer(b"", status=500)
    failed = run_now(maps)
    Notice.objects.update(sent_at=failed.finished_at)
    run_now(maps)

    notice = Notice.objects.get()
    assert (notice.user, notice.kind, notice.subject, notice.path) == (
        person,
        NoticeKind.HARVEST_PROBLEM,
        "Maps: the harvest failed",
        f"/harvest/maps?run={failed.pk}",
    )
    assert notice.text == failed.message
    serve(portal, [record("a"), record("b") | {"title": ""}])
    run_now(maps)
    assert Notice.objects.latest("id").subject == "Maps: 1 record can't be used"


def test_source_that_wants_silence_gets_it(portal: FaultyServer):
    publisher = PublisherFactory()
    officer(publisher, Role.ADMINISTRATOR)
    portal.replies["/data.json"] = answer(b"", status=500)
    run_now(source(portal.url("/data.json"), publisher=publisher, notify_about=NotifyAbout.NOTHING))

    assert not Notice.objects.exists()
