"""Entries of a catalogue of our own make come into their series, whatever comes first."""

import json
from uuid import UUID

import pytest

from catalogue.enums import DatasetKind, Visibility
from catalogue.models import Dataset
from harvest.enums import SourceKind
from harvest.models import Problem
from tests.factories.catalogue import dataset
from tests.factories.harvest import counts, run_now, source
from tests.factories.publishers import PublisherFactory
from tests.servers.faulty import FaultyServer
from tests.servers.replies import file

pytestmark = pytest.mark.django_db

SERIES, MEMBER = UUID(int=1), UUID(int=2)
HERE = "https://copied.example/dataset"


def entry(key: UUID, title: str, *, kind: str = "Dataset", series: UUID | None = None) -> str:
    part = f"; dcat:inSeries <{HERE}/{series}>" if series else ""
    more = json.dumps(json.dumps({"name": title.lower()}))
    return (
        f'<{HERE}/{key}> a dcat:{kind} ; dct:title "{title}" ; dct:identifier "{key}" ; domesday:more {more} {part} .'
    )


def page(*entries: str) -> bytes:
    prefixes = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
    @prefix domesday: <urn:domesday:terms#> ."""
    return f"{prefixes} {' '.join(entries)}".encode()


def told() -> list[tuple[str, str]]:
    return list(Problem.objects.order_by("id").values_list("kind", "value"))


@pytest.fixture
def serve(portal: FaultyServer):
    def serve(*entries: str) -> str:
        portal.replies["/catalogue"] = file(page(*entries), media_type="text/turtle; charset=utf-8")
        return portal.url("/catalogue")

    return serve


@pytest.mark.parametrize("keeps_uuids", [True, False])
@pytest.mark.parametrize("is_series_first", [True, False])
def test_member_and_series_of_one_source_find_each_other(serve, keeps_uuids, is_series_first):
    entries = [entry(SERIES, "Counts", kind="DatasetSeries"), entry(MEMBER, "Counts-2026", series=SERIES)]
    copied = source(
        serve(*(entries if is_series_first else reversed(entries))), kind=SourceKind.DCAT, keeps_uuids=keeps_uuids
    )
    assert counts(run_now(copied)) == {"seen": 2, "created": 2}
    member = Dataset.objects.get(title="Counts-2026")
    assert member.in_series == Dataset.objects.get(title="Counts")
    assert (member.in_series_id == SERIES, told()) == (keeps_uuids, [])
    assert counts(run_now(copied)) == {"seen": 2, "unchanged": 2}


def test_a_series_that_comes_later_is_found_by_a_later_harvest(serve):
    member = entry(MEMBER, "Counts-2026", series=SERIES)
    copied = source(serve(member), kind=SourceKind.DCAT)
    assert counts(run_now(copied)) == {"seen": 1, "created": 1, "problems": 1}
    assert told() == [("unknown-series", str(SERIES))]
    serve(member, entry(SERIES, "Counts", kind="DatasetSeries"))
    assert counts(run_now(copied)) == {"seen": 2, "created": 1, "updated": 1}
    assert Dataset.objects.get(title="Counts-2026").in_series == Dataset.objects.get(title="Counts")
    assert counts(run_now(copied)) == {"seen": 2, "unchanged": 2}


@pytest.mark.parametrize(("visibility", "joins"), [(Visibility.PUBLIC, True), (Visibility.OFFICIALS, False)])
def test_a_source_joins_another_publishers_series_only_if_all_may_see_it(serve, visibility, joins):
    dataset(PublisherFactory(), kind=DatasetKind.SERIES, dataset_id=SERIES, visibility=visibility)
    copied = source(serve(entry(MEMBER, "Counts-2026", series=SERIES)), kind=SourceKind.DCAT)
    run_now(copied)
    assert Dataset.objects.get(title="Counts-2026").in_series_id == (SERIES if joins else None)
    assert told() == ([] if joins else [("unknown-series", str(SERIES))])
