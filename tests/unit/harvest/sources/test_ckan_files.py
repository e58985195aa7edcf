"""Packages in files: one a line, a list, saved answers; and what is said where there are none."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from harvest.raw_record import RawRecord
from harvest.sources.base import Event, Finished, Limits, Place, SourceFailed, SourceProblem
from harvest.sources.ckan import CkanAdapter
from services.http import OutboundPolicy
from tests.servers.fake_ckan import package

LIMITS = Limits(OutboundPolicy(), max_bytes=50_000_000)
ONE, TWO, THREE = package(1), package(2), package(3)


def read(path: Path, **config: Any) -> list[Event]:
    return list(CkanAdapter().fetch(Place(str(path), config, may_be_path=True), memory={}, limits=LIMITS))


def names(events: list[Event]) -> list[str]:
    return [event.body["name"] for event in events if isinstance(event, RawRecord)]


def problems(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.finding.kind, event.element) for event in events if isinstance(event, SourceProblem)]


def lines(*values: Any) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "packages.jsonl"


ENVELOPE = {"help": "https://portal.example/help", "success": True}


@pytest.mark.parametrize(
    "content",
    [
        lines(ONE, TWO),
        lines(ONE, TWO).rstrip(),
        lines(ONE, TWO).replace(b"\n", b"\r\n\r\n"),
        b"\xef\xbb\xbf" + lines(ONE, TWO),
        gzip.compress(lines(ONE, TWO)),
        json.dumps([ONE, TWO]).encode(),
        json.dumps([ONE, TWO], indent=2).encode(),
        json.dumps([ONE, TWO]).encode("utf-16"),
        json.dumps(ENVELOPE | {"result": [ONE, TWO]}).encode(),
        json.dumps(ENVELOPE | {"result": {"count": 2, "facets": {}, "results": [ONE, TWO]}}, indent=1).encode(),
        json.dumps({"count": 2, "results": [ONE, TWO]}).encode(),
        json.dumps({"responseHeader": {}, "response": {"numFound": 2, "docs": [ONE, TWO]}}).encode(),
        json.dumps(ENVELOPE | {"result": {"is_organization": True, "name": "o", "packages": [ONE, TWO]}}).encode(),
        lines(ENVELOPE | {"result": ONE}, ENVELOPE | {"result": TWO}),
        lines(ENVELOPE | {"result": {"results": [ONE]}}, TWO),
        json.dumps({"results": [{"data_dict": json.dumps(ONE)}, {"validated_data_dict": json.dumps(TWO)}]}).encode(),
        b"// 20180618150009\n// https://portal.example/api\n\n"
        + json.dumps(ENVELOPE | {"result": [ONE, TWO]}).encode(),
    ],
    ids=[
        *("lines", "no last line end", "blank lines", "byte order mark", "gzip", "list", "indented list", "utf-16"),
        *("result list", "search", "bare search", "search index", "organisation", "answers a line", "pages a line"),
        *("indexed", "commented"),
    ],
)
def test_packages_are_found_in_every_shape(file: Path, content: bytes):
    file.write_bytes(content)

    events = read(file)

    assert names(events) == ["package-1", "package-2"]
    assert events[-1] == Finished()


@pytest.mark.parametrize(
    "content", [json.dumps(ONE).encode(), json.dumps(ENVELOPE | {"result": ONE}, indent=2).encode()]
)
def test_single_package_is_a_whole_source(file: Path, content: bytes):
    file.write_bytes(content)

    assert names(read(file)) == ["package-1"]


def test_record_is_known_by_its_id_and_kept_as_received(file: Path):
    file.write_bytes(lines(ONE))

    (record, _) = read(file)

    assert record.guid == ONE["id"]
    assert json.loads(record.raw) == record.body == ONE


def test_folder_is_read_file_by_file(tmp_path: Path):
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines(TWO)))
    (tmp_path / "a.json").write_bytes(json.dumps([ONE]).encode())
    (tmp_path / "README.md").write_text("Not for us.")

    assert names(read(tmp_path)) == ["package-1", "package-2"]


def test_broken_line_costs_itself_alone_and_makes_the_gather_less_than_whole(file: Path):
    file.write_bytes(lines(ONE) + b'{"id": "x", "title": \n' + lines(THREE))

    events = read(file)

    assert names(events) == ["package-1", "package-3"]
    assert problems(events) == [("not-json", "line 2")]
    assert events[-1] == Finished(is_whole=False)


def test_broken_first_line_does_not_hide_the_others(file: Path):
    file.write_bytes(b'{"id": "x", "title": \n' + lines(TWO, THREE))

    assert names(read(file)) == ["package-2", "package-3"]


def test_file_cut_in_its_last_line_is_incomplete(file: Path):
    file.write_bytes(lines(ONE, TWO) + b'{"id": "x", "tit')

    with pytest.raises(SourceFailed, match="incomplete: its last line stops in the middle"):
        read(file)


def test_list_cut_in_the_middle_is_incomplete_but_gives_what_it_has(file: Path):
    file.write_bytes(json.dumps([ONE, TWO, THREE]).encode()[:-200])
    events = CkanAdapter().fetch(Place(str(file), may_be_path=True), memory={}, limits=LIMITS)

    assert names([next(events), next(events)]) == ["package-1", "package-2"]
    with pytest.raises(SourceFailed, match="incomplete"):
        next(events)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (json.dumps(ENVELOPE | {"result": ["roads", "schools"]}), "only lists 2 names and describes no dataset"),
        ('["roads", "schools", "parks"]', "only lists 3 names and describes no dataset"),
        (
            json.dumps({"success": False, "error": {"__type": "Not Found Error", "message": "Not found"}}),
            "a portal's refusal instead of packages. It says: “Not found”",
        ),
        (json.dumps(ENVELOPE | {"result": {"is_organization": True, "title": "Org", "extras": []}}), "an organisation"),
        ('{"a": 1}\n{"a": 2}\n', "none of a CKAN dataset's fields"),
        ('{"count": 1, "results": [{"id": "x", "metadata_modified": "2018-03-18"}]}', "only points to a dataset"),
        ("<!DOCTYPE html><html></html>", "a web page instead of JSON"),
        ("title,description\nRoads,All of them\n", "not JSON that can be read"),
        ("", "is empty"),
        ("{}", "Nothing in the source is a CKAN dataset"),
        ("17", "Nothing in the source is a CKAN dataset"),
    ],
)
def test_what_holds_no_package_is_answered_with_a_sentence(file: Path, content: str, sentence: str):
    file.write_text(content)

    with pytest.raises(SourceFailed) as failed:
        read(file)

    assert sentence in str(failed.value)


def test_empty_list_is_a_source_without_records(file: Path):
    file.write_text('{"success": true, "result": {"count": 0, "results": []}}')

    assert read(file) == [Finished()]


def test_elements_that_are_no_datasets_are_told_beside_those_that_are(file: Path):
    file.write_bytes(json.dumps([ONE, "a-name", None, {"is_organization": True, "name": "org"}, TWO]).encode())

    events = read(file)

    assert names(events) == ["package-1", "package-2"]
    assert problems(events) == [("not-a-dataset", "a-name"), ("not-a-dataset", "#3"), ("not-a-dataset", "org")]
    assert events[-1] == Finished(is_whole=False)


@pytest.mark.parametrize(
    "fields", [{"private": True}, {"private": "True"}, {"state": "deleted"}, {"state": "draft"}, {"type": "harvest"}]
)
def test_what_the_public_may_not_see_at_the_source_counts_as_gone(file: Path, fields: dict[str, Any]):
    file.write_bytes(lines(ONE, package(2, **fields)))

    events = read(file)

    assert names(events) == ["package-1"]
    assert problems(events) == [("not-public", "")]
    assert events[-1] == Finished()


def test_organisations_and_groups_can_be_chosen(file: Path):
    def of(number: int, organisation: str, group: str) -> dict[str, Any]:
        return package(number, organization={"name": organisation}, groups=[{"name": group}])

    file.write_bytes(lines(of(1, "maps", "towns"), of(2, "health", "towns"), of(3, "maps", "sea")))

    assert names(read(file, organizations_filter_include=["maps"])) == ["package-1", "package-3"]
    assert names(read(file, organizations_filter_exclude=["maps"])) == ["package-2"]
    assert names(read(file, groups_filter_include=["sea"])) == ["package-3"]
    assert names(read(file, groups_filter_exclude="sea, nothing")) == ["package-1", "package-2"]


@pytest.mark.parametrize(
    ("body", "guid", "kinds"),
    [
        ({"id": " abc ", "name": "n", "title": "T", "notes": "N"}, "abc", []),
        ({"name": "n", "title": "T", "notes": "N"}, "n", ["missing-identifier"]),
        ({"title": "T", "notes": "N", "dataset_id": "d7"}, "d7", ["missing-identifier"]),
        ({"id": 12, "title": "T", "notes": "N"}, "12", []),
    ],
)
def test_identity(file: Path, body: dict[str, Any], guid: str, kinds: list[str]):
    file.write_bytes(lines(body))

    record = read(file)[0]

    assert isinstance(record, RawRecord)
    assert (record.guid, [finding.kind for finding in record.findings]) == (guid, kinds)


def test_same_title_of_two_organisations_is_two_records(file: Path):
    file.write_bytes(
        lines(
            {"title": "School catchments", "organization": "Moray", "resources": []},
            {"title": "School catchments", "organization": "Fife", "resources": []},
        )
    )

    first, second, _ = read(file)

    assert first.guid != second.guid


def hash_of(file: Path, body: dict[str, Any]) -> str:
    file.write_bytes(lines(body))
    return read(file)[0].content_hash


def test_what_a_portal_counts_and_checks_is_no_change(file: Path):
    resource = ONE["resources"][0]
    counted = package(
        1,
        tracking_summary={"total": 9, "recent": 3},
        revision_timestamp="2024-01-01",
        num_followers=4,
        archiver={"is_broken": True},
        resources=[resource | {"qa": {"openness_score": 3}, "cache_last_updated": "2024-01-01", "position": 0}],
        organization=ONE["organization"] | {"package_count": 12},
        extras=[{"key": "harvest_object_id", "value": "123"}],
        tags=[{"name": "maps", "id": "1", "revision_timestamp": "2024-01-01"}],
    )
    counted["resources"][0].pop("position")

    assert hash_of(file, counted) == hash_of(file, ONE)
    assert hash_of(file, package(1, notes="Something new.")) != hash_of(file, ONE)
    assert hash_of(file, package(1, resources=[resource | {"url": "https://x.example.uk/"}])) != hash_of(file, ONE)


def test_extras_say_the_same_as_list_and_as_object(file: Path):
    as_list = package(1, extras=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])

    assert hash_of(file, as_list) == hash_of(file, package(1, extras={"b": "2", "a": "1"}))


def test_bad_bytes_are_told_and_lone_surrogates_go_through(file: Path):
    file.write_bytes(b'{"id": "1", "title": "Caf\xe9 \\ud800", "notes": ""}\n' + lines(TWO))

    events = read(file)

    assert [event.body["title"] for event in events if isinstance(event, RawRecord)] == [
        "Caf\ufffd \ud800",
        "Package 2",
    ]
    assert problems(events) == [("not-utf-8", "")]
