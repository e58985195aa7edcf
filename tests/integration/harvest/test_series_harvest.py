"""Entries of a catalogue of our own make come into their series, whatever comes first."""

import json
from uuid import UUID

import pytest

from catalogue.enums import DatasetKind, Visibility
from catalogue.models import Dataset
from harvest.enums import SourceKind
from harvest.models import Problem
from harvest.pipeline import crew
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


def foreign(name: str, title: str, *, kind: str = "Dataset", identifier: str = "", says: str = "") -> str:
    identified = f'; dct:identifier "{identifier}"' if identifier else ""
    return f'<https://elsewhere.example/{name}> a dcat:{kind} ; dct:title "{title}" {identified} {says} .'


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


@pytest.mark.parametrize("is_of_our_make", [True, False])
def test_a_series_of_a_later_batch_is_joined_in_the_same_run(serve, monkeypatch, is_of_our_make):
    monkeypatch.setattr(crew, "BATCH", 1)
    if is_of_our_make:
        member = entry(MEMBER, "Counts-2026", series=SERIES)
        series = entry(SERIES, "Counts", kind="DatasetSeries")
    else:
        member = foreign("2026", "Counts-2026", says="; dcat:inSeries <https://elsewhere.example/all>")
        series = foreign("all", "Counts", kind="DatasetSeries", identifier="ALL")
    copied = source(serve(member, series), kind=SourceKind.DCAT)
    found = run_now(copied)
    problems = [kind for kind, _ in told()]
    assert counts(found) == {"seen": 2, "created": 2} | ({"problems": len(problems)} if problems else {})
    assert "unknown-series" not in problems
    entry_there = Dataset.objects.get(title="Counts-2026")
    assert (entry_there.in_series, entry_there.extras) == (Dataset.objects.get(title="Counts"), {})
    again = counts(run_now(copied))
    assert (again["seen"], again["unchanged"]) == (2, 2)


def test_an_entry_of_before_whose_series_comes_in_a_later_batch_counts_as_updated(serve, monkeypatch):
    monkeypatch.setattr(crew, "BATCH", 1)
    member = entry(MEMBER, "Counts-2026", series=SERIES)
    copied = source(serve(member), kind=SourceKind.DCAT)
    run_now(copied)
    serve(member, entry(SERIES, "Counts", kind="DatasetSeries"))
    assert counts(run_now(copied)) == {"seen": 2, "created": 1, "updated": 1}
    assert Dataset.objects.get(title="Counts-2026").in_series == Dataset.objects.get(title="Counts")


@pytest.mark.parametrize(
    ("identifier", "of_member", "of_series"),
    [
        ("", "; dcat:inSeries <https://elsewhere.example/all>", ""),
        ("ALL-1", "; dcat:inSeries <https://elsewhere.example/all>", ""),
        ("", "", "; dcat:seriesMember <https://elsewhere.example/2026>"),
    ],
    ids=["known by its address", "with an identifier of its own", "told by the series"],
)
def test_a_foreign_series_is_joined_by_its_address(serve, identifier, of_member, of_series):
    entries = (
        foreign("2026", "Counts-2026", says=of_member),
        foreign("all", "Counts", kind="DatasetSeries", identifier=identifier, says=of_series),
    )
    copied = source(serve(*entries), kind=SourceKind.DCAT)
    run_now(copied)
    member = Dataset.objects.get(title="Counts-2026")
    assert member.in_series == Dataset.objects.get(title="Counts", kind=DatasetKind.SERIES)
    assert member.extras == {}
    assert counts(run_now(copied))["unchanged"] == 2


def test_a_foreign_series_that_is_not_there_stays_among_the_extras(serve):
    elsewhere = "https://elsewhere.example/all"
    member = foreign("2026", "Counts-2026", says=f"; dcat:inSeries <{elsewhere}>")
    copied = source(serve(member), kind=SourceKind.DCAT)
    run_now(copied)
    assert told()[-1] == ("unknown-series", elsewhere)
    assert Dataset.objects.get(title="Counts-2026").extras == {"inSeries": elsewhere}
    serve(member, foreign("all", "Counts", kind="DatasetSeries"))
    run_now(copied)
    joined = Dataset.objects.get(title="Counts-2026")
    assert (joined.in_series, joined.extras) == (Dataset.objects.get(title="Counts"), {})


def test_of_several_foreign_series_none_is_chosen(serve):
    series = [f"https://elsewhere.example/{name}" for name in ("all", "yearly")]
    told_of = f"; dcat:inSeries {', '.join(f'<{one}>' for one in series)}"
    run_now(source(serve(foreign("2026", "Counts-2026", says=told_of)), kind=SourceKind.DCAT))
    found = Dataset.objects.get(title="Counts-2026")
    assert (found.in_series, sorted(found.extras["inSeries"])) == (None, series)
