"""What counts as a record in each shape that data.json comes in, and what its identity is."""

import json
from pathlib import Path
from typing import Any

import pytest

from harvest.raw_record import RawRecord
from harvest.sources.base import Event, Finished, Limits, Place, SourceFailed, SourceProblem
from harvest.sources.data_json import DataJsonAdapter
from services.http import OutboundPolicy

LIMITS = Limits(OutboundPolicy(), max_bytes=10_000_000)


def fetch(path: Path, body: Any) -> list[Event]:
    path.write_text(json.dumps(body))
    return list(DataJsonAdapter().fetch(Place(str(path), may_be_path=True), memory={}, limits=LIMITS))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data.json"


def guids(events: list[Event]) -> list[str]:
    return [event.guid for event in events if isinstance(event, RawRecord)]


def a(identifier: str, **fields: Any) -> dict[str, Any]:
    return {"@type": "dcat:Dataset", "identifier": identifier, "title": f"Title of {identifier}", **fields}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"conformsTo": "…", "dataset": [a("1"), a("2")]}, ["1", "2"]),
        ({"dataset": [a("1")], "describedBy": {"dataset": [a("no")]}}, ["1"]),
        ([a("1"), {"identifier": "2", "title": "No type"}], ["1", "2"]),
        ({"@graph": [a("1"), {"@type": "vcard:Contact", "fn": "Ann"}, {"@type": "dcat:Catalog"}]}, ["1"]),
        ({"dcat:dataset": [{"@type": "dcat:Dataset", "dct:identifier": "1", "dct:title": "T"}]}, ["1"]),
        (
            {"catalog": [{"dataset": [a("1")], "catalog": [{"dataset": [a("2")]}]}], "dataset": [a("3")]},
            ["1", "2", "3"],
        ),
        ({"datasetSeries": [{"@id": "s", "title": "S", "seriesMember": [a("1"), {"@id": "2"}]}]}, ["s", "1"]),
        ({"service": [{"identifier": "api", "title": "API", "servesDataset": [a("1")]}]}, ["api", "1"]),
        ({"record": [{"title": "About a record"}], "dataset": []}, []),
        ([{"@type": "dcat:Catalog", "dataset": [a("1")]}], ["1"]),
    ],
    ids=["1.1", "only the list", "1.0", "graph", "prefixed", "nested", "series", "service", "records", "expanded"],
)
def test_records_are_found(file: Path, body: Any, expected: list[str]):
    events = fetch(file, body)

    assert guids(events) == expected
    assert events[-1] == Finished()


def test_single_record_in_place_of_a_list_is_read_with_a_warning(file: Path):
    events = fetch(file, {"dataset": a("1")})

    assert guids(events) == ["1"]
    assert [event.finding.kind for event in events if isinstance(event, SourceProblem)] == ["not-a-list"]


@pytest.mark.parametrize(
    ("record", "guid", "words"),
    [
        ({"identifier": " x ", "title": "T"}, "x", None),
        ({"identifier": 42, "title": "T"}, "42", None),
        ({"identifier": {"@id": "https://a.example/1"}, "title": "T"}, "https://a.example/1", None),
        ({"identifier": {"notation": "N-1"}, "title": "T"}, "N-1", None),
        ({"identifier": "", "@id": "https://a.example/2"}, "https://a.example/2", "its “@id”"),
        ({"landingPage": "https://a.example/3", "title": "T"}, "https://a.example/3", "its landing page"),
        ({"title": "Bins"}, "title:", "its title"),
    ],
)
def test_identity(file: Path, record: dict[str, Any], guid: str, words: str | None):
    (found,) = [event for event in fetch(file, {"dataset": [record]}) if isinstance(event, RawRecord)]

    if words == "its title":
        assert found.guid.startswith("title:")
        assert len(found.guid) == 70
    else:
        assert found.guid == guid
    assert [finding.kind for finding in found.findings] == (["missing-identifier"] if words else [])
    assert all(f"known by {words}:" in finding.message for finding in found.findings)


def test_raw_bytes_are_those_received(file: Path):
    file.write_bytes(b'{"dataset": [ {"identifier" :"1",\n "title":"T"} ]}')

    events = list(DataJsonAdapter().fetch(Place(str(file), may_be_path=True), memory={}, limits=LIMITS))

    assert [event.raw for event in events if isinstance(event, RawRecord)] == [b'{"identifier" :"1",\n "title":"T"}']


def test_path_that_is_not_there_says_so(tmp_path: Path):
    with pytest.raises(SourceFailed, match="There is no file or folder"):
        list(DataJsonAdapter().fetch(Place(str(tmp_path / "no"), may_be_path=True), memory={}, limits=LIMITS))
