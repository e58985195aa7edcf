"""Bodies that mean harm, or nothing: a clear 4xx, never a fault of ours."""

import json

import pytest

from catalogue.api.writing.examples import NEW_DATASET
from catalogue.models import Dataset
from tests.factories.catalogue import dataset

pytestmark = pytest.mark.django_db

DEEP = "[" * 100_000 + "]" * 100_000

RAW = {
    "no JSON": b"title=x",
    "nothing": b"",
    "half of it": b'{"title": "x"',
    "no UTF-8": b'{"title": "\xff\xfe"}',
    "deep lists": DEEP.encode(),
    "deep objects": b'{"extras":' * 2_000 + b"1" + b"}" * 2_000,
    "deep extras": json.dumps({**NEW_DATASET, "extras": {"a": json.loads("[" * 30 + "]" * 30)}}).encode(),
    "NaN": b'{"title": NaN}',
    "a huge number": b'{"title": "x", "box": {"west": 1' + b"0" * 5_000 + b"}}",
    "NUL": json.dumps({**NEW_DATASET, "title": "a\x00b"}).encode(),
    "NUL in a key": json.dumps({**NEW_DATASET, "extras": {"a\x00": 1}}).encode(),
    "half a character": b'{"title": "\\ud800", "publisher": "leeds-city-council"}',
    "half a character in extras": json.dumps({**NEW_DATASET, "extras": {"x": "\ud800"}}).encode(),
    "a list": b"[]",
    "a text": b'"x"',
    "null": b"null",
    "a number": b"7",
}

WRONG = [
    *[{**NEW_DATASET, field: value} for field in NEW_DATASET for value in (7, 1.5, True, [[]], {"x": {}}, [None], "")],
    *[{**NEW_DATASET, "resources": value} for value in ([7], [None], [[]], [{}], {"url": "x"}, "x", [{"url": []}])],
    *[{**NEW_DATASET, "publisher": value} for value in (None, {}, {"slug": 7}, "\u2028", "x" * 100_000)],
    *[{**NEW_DATASET, "translations": value} for value in ({"cy": 1}, {"": {}}, {"cy": {"title": []}}, [])],
    {**NEW_DATASET, "issued": "2026-02-30"},
    {**NEW_DATASET, "issued": "9" * 1000},
    {**NEW_DATASET, "temporal_start": "2026-01-02", "temporal_end": "2026-01-01"},
    {**NEW_DATASET, "title": "x" * 501},
    {**NEW_DATASET, "title": "   "},
    {**NEW_DATASET, "description": "x" * 100_001},
    {**NEW_DATASET, "tags": ["x" * 101]},
    {**NEW_DATASET, "tags": ["x"] * 501},
    {**NEW_DATASET, "name": "00000000-0000-4000-8000-000000000000"},
    {**NEW_DATASET, "name": "Ünïcode"},
    {**NEW_DATASET, "name": "trailing\n"},
    {**NEW_DATASET, "frequency": "sometimes"},
    {**NEW_DATASET, "extras": {"x": "y" * 300_000}},
    {**NEW_DATASET, "visibility": {"a": 1}},
    {**NEW_DATASET, "resources": [{"url": "https://x.example/", "size_bytes": 2**63}]},
    {**NEW_DATASET, "resources": [{"url": "https://x.example/", "id": "00000000-0000-4000-8000-000000000000"}]},
    {**NEW_DATASET, "box": {"west": "1e999", "south": 0, "east": 0, "north": 0}},
]


@pytest.mark.parametrize("name", RAW)
def test_a_body_that_cannot_be_read_is_refused(editor, name):
    refused = editor.post("/api/v1/datasets", RAW[name])
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    assert Dataset.objects.count() == 0


def test_values_that_cannot_be_meant_are_refused_or_taken_but_are_no_fault_of_ours(editor):
    statuses = {}
    for body in WRONG:
        answer = editor.post("/api/v1/datasets", body)
        statuses.setdefault(answer.status_code, []).append(body)
    assert statuses.keys() <= {400, 201}
    # Some of the replaced values are fine: an empty text, a number as a text
    assert len(statuses[201]) < 15


def test_the_same_as_a_patch(editor, publisher):
    entry = dataset(publisher, name="target")
    address = f"/api/v1/datasets/{entry.id}"
    for body in [*RAW.values(), *WRONG]:
        assert editor.patch(address, body, If_Match="*").status_code in {200, 400, 403}, body


def test_a_body_that_is_too_large_is_refused(editor, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
    assert editor.post("/api/v1/datasets", b'{"title": "' + b"x" * 1_000_000 + b'"}').status_code == 413


@pytest.mark.parametrize("header", ['"x"', "1", '""', "W/", '"99999999999999999999"', "\x7f", '"1", "2'])
def test_an_if_match_that_names_no_version_fails(editor, publisher, header):
    entry = dataset(publisher)
    answer = editor.patch(f"/api/v1/datasets/{entry.id}", {"title": "X"}, If_Match=header)
    assert answer.status_code == (200 if header == '"1", "2' else 412)


def test_a_key_that_is_too_long_is_refused(editor):
    assert editor.post("/api/v1/datasets", NEW_DATASET, Idempotency_Key="x" * 201).status_code == 400


def test_other_types_of_body_are_refused(editor):
    refused = editor.post("/api/v1/datasets", b"<x/>", Content_Type="application/xml")
    assert (refused.status_code, refused["Content-Type"]) == (415, "application/problem+json")
