"""Catalogues in RDF: the same entries whatever the form, page by page, and what a record's identity is."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harvest.raw_record import RawRecord
from harvest.sources.base import Announced, Event, Finished, Limits, Place, SourceFailed, SourceProblem
from harvest.sources.dcat import DcatAdapter
from harvest.sources.dcat_record import record_of
from services.http import OutboundPolicy
from tests.servers.faulty import FaultyServer
from tests.servers.replies import answer, bare, file, in_turn

SAMPLES = Path(__file__).resolve().parents[3] / "data" / "harvest" / "dcat"
PREFIXES = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> ."


def fetch(url: str | Path, *, memory: dict[str, Any] | None = None, max_bytes: int = 10_000_000) -> list[Event]:
    limits = Limits(OutboundPolicy(allow_hosts=frozenset(ALLOWED)), max_bytes=max_bytes)
    place = Place(str(url), may_be_path=isinstance(url, Path))
    return list(DcatAdapter(pauses=(0.0,)).fetch(place, memory=memory or {}, limits=limits))


ALLOWED: set[str] = set()


@pytest.fixture
def portal() -> Iterator[FaultyServer]:
    with FaultyServer() as server:
        ALLOWED.add(server.address)
        yield server
        ALLOWED.clear()


def records(events: list[Event]) -> list[RawRecord]:
    return [event for event in events if isinstance(event, RawRecord)]


def problems(events: list[Event]) -> list[str]:
    return [event.finding.kind for event in events if isinstance(event, SourceProblem)]


def until_failure(events: Iterator[Event]) -> tuple[list[Event], str]:
    """What came before the source failed, and what it said."""
    before: list[Event] = []
    failure = ""
    try:
        for event in events:
            before.append(event)
    except SourceFailed as failed:
        failure = str(failed)
    return before, failure


def turtle(*names: str, following: str = "", shown: str = "") -> bytes:
    """A page with these datasets."""
    page = f"<{shown}> a hydra:PagedCollection ; hydra:nextPage <{following}> ; hydra:totalItems 6 ."
    datasets = "".join(f'<https://data.example/{name}> a dcat:Dataset ; dct:title "{name}" .' for name in names)
    hydra = f"@prefix hydra: <http://www.w3.org/ns/hydra/core#> . {page if following else ''}"
    return f"{PREFIXES} {hydra} {datasets}".encode()


# Files


def test_sample_holds_the_same_entries_in_all_its_forms():
    by_form = {path.suffix: fetch(path) for path in sorted(SAMPLES.glob("catalogue.*"))}

    assert sorted(by_form) == [".jsonld", ".nt", ".rdf", ".ttl"]
    for events in by_form.values():
        assert events[0] == Announced(3)
        assert [record.guid for record in records(events)] == [
            "beaches",
            "https://data.coast.example/tides",
            "tide-api",
        ]
        assert events[-1] == Finished()
    hashes = {tuple(record.content_hash for record in records(events)) for events in by_form.values()}
    assert len(hashes) == 1


def test_raw_record_is_json_ld_of_its_own():
    record = records(fetch(SAMPLES / "catalogue.ttl"))[1]

    raw = json.loads(record.raw)

    assert raw["@context"] == {
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "org": "http://www.w3.org/ns/org#",
    }
    assert raw["dct:title"] == [{"@value": "Tide tables", "@language": "en"}]


LIMITS = Limits(OutboundPolicy(), max_bytes=10_000_000)


def test_folder_is_read_file_by_file_and_a_broken_file_is_told(tmp_path: Path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.nt").write_text("<https://b.example/> <p ")
    (tmp_path / "sub" / "b.ttl").write_text(f'{PREFIXES} <#b> a dcat:Dataset ; dct:title "B" .')

    place = Place(str(tmp_path), may_be_path=True)
    before, failure = until_failure(DcatAdapter().fetch(place, memory={}, limits=LIMITS))

    problem, record = before
    assert isinstance(problem, SourceProblem)
    assert problem.finding.message == (
        "a.nt: The source could not be read. The file is broken at line 1 between columns 22 and 25: Unexpected end of"
        " file."
    )
    assert isinstance(record, RawRecord)
    assert record.guid == "file:///sub/b.ttl#b"
    assert failure == ("1 of 2 files could not be read to their end: a.nt. The problems of this run say why.")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "The source could not be read. The file is empty."),
        ("<html><p>Sorry", "The source could not be read. The file is a web page instead of RDF: check its address."),
        ("@prefix a: <http://a.example/> .", "The source is RDF that says nothing: it holds no statements."),
        (
            "<https://a.example/> <https://b.example/> <https://c.example/> .",
            "The source is RDF, but describes no dataset: it should hold a dcat:Catalog or a dcat:Dataset.",
        ),
    ],
)
def test_what_is_no_catalogue_fails_with_a_sentence(tmp_path: Path, body: str, message: str):
    path = tmp_path / "catalogue.ttl"
    path.write_text(body)

    with pytest.raises(SourceFailed) as failed:
        fetch(path)

    assert str(failed.value) == message


def test_empty_catalogue_is_a_catalogue(tmp_path: Path):
    path = tmp_path / "catalogue.ttl"
    path.write_text(f"{PREFIXES} <https://a.example/> a dcat:Catalog .")

    assert fetch(path) == [Announced(0), Finished()]


def test_entries_that_are_only_named_are_told_and_nothing_is_retired(tmp_path: Path):
    path = tmp_path / "catalogue.ttl"
    path.write_text(f"{PREFIXES} <c> a dcat:Catalog ; dcat:dataset <a> , <b> . <a> a dcat:Dataset .")

    events = fetch(path)

    assert (len(records(events)), problems(events), events[-1]) == (1, ["only-named"], Finished(is_whole=False))


# Identity


@pytest.mark.parametrize(
    ("body", "shared", "guid", "told"),
    [
        ({"dct:identifier": [" x "], "@id": "https://a.example/"}, [], "x", []),
        ({"dct:identifier": [{"@value": "7", "@type": "xsd:integer"}]}, [], "7", []),
        ({"dct:identifier": [{"@id": "https://a.example/7"}]}, [], "https://a.example/7", []),
        ({"dct:identifier": ["b", "a"]}, [], "a", []),
        ({"dct:identifier": ["b", "a"]}, ["a"], "b", []),
        ({"dct:identifier": ["a"], "@id": "https://a.example/"}, ["a"], "https://a.example/", ["shared-identifier"]),
        ({"@id": "https://a.example/"}, [], "https://a.example/", []),
        ({"dcat:landingPage": [{"@id": "https://a.example/p"}]}, [], "https://a.example/p", ["missing-identifier"]),
        ({"schema:identifier": ["s"]}, [], "s", []),
    ],
)
def test_identity(body: dict[str, Any], shared: list[str], guid: str, told: list[str]):
    record = record_of({"dct:title": ["T"], **body}, shared)

    assert (record.guid, [finding.kind for finding in record.findings]) == (guid, told)


def test_blank_node_is_known_by_its_title_whatever_else_it_says():
    one, other = (record_of({"dct:title": ["Bins"], "dct:description": [text]}, ()) for text in ("a", "b"))

    assert one.guid == other.guid
    assert (one.guid[:6], len(one.guid)) == ("title:", 70)


def test_order_of_values_and_dates_of_export_do_not_change_the_hash():
    def hash_of(keywords: list[Any], exported: str, **more: Any) -> str:
        reverse = {"foaf:primaryTopic": [{"dct:modified": [exported]}], **more}
        return record_of({"@id": "x", "dcat:keyword": keywords, "@reverse": reverse}, ()).content_hash

    assert hash_of(["a", {"@value": "b", "@language": "cy"}], "1") == hash_of(
        [{"@language": "cy", "@value": "b"}, "a"], "2"
    )
    assert hash_of(["a"], "1") != hash_of(["b"], "1")
    assert hash_of(["a"], "1") != hash_of(["a"], "1", **{"dcat:servesDataset": [{"@id": "s"}]})
    assert hash_of([{"@list": ["a", "b"]}], "1") != hash_of([{"@list": ["b", "a"]}], "1")


# The web


def test_pages_are_followed_to_the_last(portal: FaultyServer):
    portal.replies["/1"] = file(turtle("a", "b", following="/2", shown="/1"))
    portal.replies["/2"] = file(turtle("c", "d", following=portal.url("/3"), shown="/2"))
    portal.replies["/3"] = file(turtle("e", "f"))

    events = fetch(portal.url("/1"))

    assert [record.guid[-1] for record in records(events)] == ["a", "b", "c", "d", "e", "f"]
    assert (events[0], events[-1]) == (Announced(6), Finished())
    assert "text/turtle" in portal.requests[0].headers["accept"]


@pytest.mark.parametrize(
    ("pages", "message"),
    [
        (
            [turtle("a", following="/2"), turtle("b", following="/1")],
            r"The source's pages go in a circle: page 2 leads back to http://127\.0\.0\.1:\d+/1\.",
        ),
        (
            [turtle("a", following="/2"), turtle("a", following="/3")],
            r"Page 2 of the source failed: The source's pages repeat themselves: a page gave only entries that came"
            r" before\.",
        ),
        (
            [turtle("a", following="/2"), b"<html>"],
            r"Page 2 of the source failed: The source could not be read\. The file is a web page instead of RDF: check"
            r" its address\.",
        ),
        (
            [turtle("a", following="ftp://x.example/2")],
            r"Page 1 of the source is followed by “ftp://x\.example/2”, which is no web address\.",
        ),
    ],
    ids=["circle", "repeated", "web page", "ftp"],
)
def test_pages_that_lead_nowhere_end_with_a_sentence_and_keep_what_came(
    portal: FaultyServer, pages: list[bytes], message: str
):
    for number, body in enumerate(pages, 1):
        portal.replies[f"/{number}"] = file(body, media_type="text/turtle")
    limits = Limits(OutboundPolicy(allow_hosts=frozenset(ALLOWED)), max_bytes=10_000_000)

    before, failure = until_failure(DcatAdapter(pauses=()).fetch(Place(portal.url("/1")), memory={}, limits=limits))

    assert re.fullmatch(message, failure)
    assert records(before)[0].guid == "https://data.example/a"
    assert not any(isinstance(event, Finished) for event in before)


def test_page_that_is_away_for_a_moment_is_asked_again(portal: FaultyServer):
    portal.replies["/1"] = file(turtle("a", following="/2"))
    portal.replies["/2"] = in_turn(bare(503), file(turtle("b")))

    assert [record.guid[-1] for record in records(fetch(portal.url("/1")))] == ["a", "b"]


def test_limit_counts_all_pages_together(portal: FaultyServer):
    pages = [turtle(f"{number}" * 300, following=f"/{number + 1}") for number in range(3)]
    for number, body in enumerate(pages):
        portal.replies[f"/{number}"] = file(body)

    with pytest.raises(SourceFailed, match=r"larger than 1,500 bytes, which is the limit set for it\."):
        fetch(portal.url("/0"), max_bytes=1_500)


def test_unchanged_source_of_one_page_is_not_read_again(portal: FaultyServer):
    portal.replies["/all"] = in_turn(
        answer(turtle("a"), headers={"ETag": '"1"', "Content-Type": "text/turtle"}), bare(304)
    )
    finished = fetch(portal.url("/all"))[-1]
    assert isinstance(finished, Finished)

    again = fetch(portal.url("/all"), memory=dict(finished.memory))

    assert again == [Finished(is_unmodified=True, memory=finished.memory)]
    assert portal.requests[-1].headers["if-none-match"] == '"1"'


def test_relative_addresses_go_on_from_where_the_document_was_found(portal: FaultyServer):
    portal.replies["/data/catalogue.ttl"] = file(f"{PREFIXES} <set/1> a dcat:Dataset .".encode())

    (record,) = records(fetch(portal.url("/data/catalogue.ttl")))

    assert record.guid == portal.url("/data/set/1")
