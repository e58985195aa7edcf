"""CKAN portals into the catalogue: identity, publishers, increments, and what a broken portal must not do."""

import datetime
import gzip
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from catalogue.enums import State
from catalogue.models import Dataset, Resource
from harvest.enums import PublisherRule, RunState, SourceKind
from harvest.models import Problem, Source
from publishers.models import Publisher
from tests.factories.harvest import counts, run_now, source
from tests.factories.publishers import PublisherFactory
from tests.servers import fake_ckan
from tests.servers.fake_ckan import FakeCkan, package
from tests.servers.faulty import FaultyServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def ckan(portal: FaultyServer) -> FakeCkan:
    return FakeCkan(portal, [package(number) for number in range(30)])


def ckan_source(ckan: FakeCkan, **fields: Any) -> Source:
    return source(ckan.url, kind=SourceKind.CKAN, config={"rows": 10} | fields.pop("config", {}), **fields)


def titles(state: State = State.PUBLISHED) -> list[str]:
    return sorted(Dataset.objects.filter(state=state).values_list("title", flat=True))


def test_portal_becomes_entries_with_names_stamps_and_provenance(ckan: FakeCkan):
    run = run_now(ckan_source(ckan))

    assert (run.state, run.expected, counts(run)) == (RunState.COMPLETED, 30, {"seen": 30, "created": 30})
    dataset = Dataset.objects.get(name="package-7")
    assert (dataset.title, dataset.origin_id) == ("Package 7", package(7)["id"])
    assert dataset.source_created_at == datetime.datetime(2020, 1, 1, 0, 0, 0, 1, tzinfo=datetime.UTC)
    assert dataset.source_modified_at == datetime.datetime(2020, 2, 2, 10, 0, 0, 123456, tzinfo=datetime.UTC)
    assert dataset.id != UUID(package(7)["id"])


def test_moving_portal_keeps_the_uuids_of_datasets_files_and_organisations(ckan: FakeCkan):
    run_now(ckan_source(ckan, keeps_uuids=True, publisher_rule=PublisherRule.CREATE))

    dataset = Dataset.objects.get(id=package(7)["id"])
    assert [str(resource.id) for resource in dataset.resources.all()] == [package(7)["resources"][0]["id"]]
    assert dataset.publisher_id == UUID(package(7)["organization"]["id"])
    assert (dataset.publisher.slug, dataset.publisher.title) == ("ministry-of-maps", "Ministry of Maps")


def test_uuid_that_another_entry_has_is_not_taken_from_it(ckan: FakeCkan):
    run_now(ckan_source(ckan, keeps_uuids=True))
    twin = FakeCkan(ckan.server, [package(3)], prefix="/twin")

    run = run_now(source(twin.url, kind=SourceKind.CKAN, keeps_uuids=True))

    assert counts(run) == {"seen": 1, "created": 1}
    assert Dataset.objects.filter(origin_id=package(3)["id"]).count() == 2
    assert Resource.objects.filter(source_id=package(3)["resources"][0]["id"]).count() == 2


def test_publisher_is_made_once_with_what_the_organisation_says_of_itself(ckan: FakeCkan):
    for number, one in enumerate(ckan.packages):
        one["organization"] = one["organization"] | {"description": "Draws maps.", "contact-email": "ask@maps.gov.uk"}
        one["notes"] = f"Number {number}"

    run_now(ckan_source(ckan, publisher_rule=PublisherRule.CREATE))

    made = Publisher.objects.get(slug="ministry-of-maps")
    assert (made.description, made.contact_email, made.datasets.count()) == ("Draws maps.", "ask@maps.gov.uk", 30)


def test_known_publisher_is_matched_by_its_name_and_others_are_told(ckan: FakeCkan):
    known = PublisherFactory(slug="ministry-of-maps", title="The Maps Ministry")
    fallback = PublisherFactory(title="Everything Else")
    ckan.packages[0]["organization"] = {"name": "nobody", "title": "Nobody We Know"}

    run = run_now(ckan_source(ckan, publisher=fallback, publisher_rule=PublisherRule.MATCH))

    assert (known.datasets.count(), fallback.datasets.count()) == (29, 1)
    assert Dataset.objects.get(name="package-0").creator == "Nobody We Know"
    assert Problem.objects.get(run=run).kind == "unknown-publisher"


def test_second_harvest_asks_for_changes_alone_and_retires_nothing(ckan: FakeCkan):
    maps = ckan_source(ckan)
    run_now(maps)
    ckan.clock = datetime.datetime(2024, 5, 2, 12, tzinfo=datetime.UTC)
    ckan.packages[4] |= {"title": "Better", "metadata_modified": "2024-05-02T08:00:00.000000"}

    run = run_now(maps)

    assert counts(run) == {"seen": 1, "updated": 1}
    assert len(titles()) == 30
    assert Dataset.objects.get(title="Better").name == "package-4"


def test_quiet_portal_leaves_every_entry_as_before(ckan: FakeCkan):
    maps = ckan_source(ckan)
    run_now(maps)
    ckan.clock = datetime.datetime(2024, 5, 2, 12, tzinfo=datetime.UTC)
    before = list(Dataset.objects.order_by("id").values("id", "version", "modified_at"))

    run = run_now(maps)

    assert (run.state, counts(run)) == (RunState.COMPLETED, {"seen": 30, "unchanged": 30})
    assert list(Dataset.objects.order_by("id").values("id", "version", "modified_at")) == before


@pytest.mark.parametrize("gone", [{"state": "deleted"}, {"private": True}])
def test_deleted_and_private_packages_are_retired_by_a_whole_gather(ckan: FakeCkan, gone: dict[str, Any]):
    maps = ckan_source(ckan)
    run_now(maps)
    ckan.clock = datetime.datetime(2024, 5, 2, 12, tzinfo=datetime.UTC)
    ckan.packages[4] |= gone

    run = run_now(maps)

    assert counts(run) == {"seen": 29, "unchanged": 29, "retired": 1}
    assert titles(State.WITHDRAWN) == ["Package 4"]


def test_broken_portal_keeps_what_was_read_and_retires_nothing(ckan: FakeCkan):
    maps = ckan_source(ckan)
    run_now(maps)
    for one in ckan.packages[:10]:
        one["title"] += " anew"
    ckan.faults = [fake_ckan.from_page(9, fake_ckan.web_page())]

    run = run_now(maps, forced=True)

    assert run.state == RunState.FAILED
    assert run.message == (
        "The portal stopped after 10 datasets. Asked for its datasets, the portal gave a web page"
        " (“Down for maintenance”) instead of JSON."
        " The 10 records that were read are kept; nothing was retired."
    )
    assert run.updated == 10
    assert len(titles()) == 30

    ckan.faults = []
    assert counts(run_now(maps)) == {"seen": 30, "unchanged": 30}


def test_after_a_failed_run_everything_is_read_again(ckan: FakeCkan):
    maps = ckan_source(ckan)
    ckan.faults = [fake_ckan.from_page(19, fake_ckan.failure("Down", status=500))]
    assert run_now(maps).state == RunState.FAILED
    ckan.faults = []

    run = run_now(maps)

    assert counts(run) == {"seen": 30, "created": 10, "unchanged": 20}


def test_package_that_the_portal_cannot_give_is_a_problem_and_retires_nothing(ckan: FakeCkan):
    maps = ckan_source(ckan)
    run_now(maps)

    def poisoned(action: str, parameters: dict[str, str]) -> Any:
        start, rows = int(parameters.get("start", 999)), int(parameters.get("rows", 0))
        return fake_ckan.failure("KeyError", status=500) if start <= 12 < start + rows else None

    ckan.faults = [poisoned]

    run = run_now(maps, forced=True)

    assert (run.state, run.failed, run.retired) == (RunState.COMPLETED, 1, 0)
    assert [(problem.kind, problem.guid) for problem in run.problem_set.all()] == [("unreadable-at-source", "#13")]
    assert len(titles()) == 30


def test_dump_is_harvested_like_its_portal(ckan: FakeCkan, tmp_path: Path):
    dump = tmp_path / "packages.jsonl.gz"
    dump.write_bytes(gzip.compress("".join(json.dumps(one) + "\n" for one in ckan.packages).encode()))
    maps = source(str(dump), kind=SourceKind.CKAN)

    assert counts(run_now(maps)) == {"seen": 30, "created": 30}
    assert counts(run_now(maps)) == {"seen": 30, "unchanged": 30}

    dump.write_bytes(gzip.compress("".join(json.dumps(one) + "\n" for one in ckan.packages[:28]).encode()))
    assert counts(run_now(maps)) == {"seen": 28, "unchanged": 28, "retired": 2}
