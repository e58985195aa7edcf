"""Identity and content of records as received."""

import hashlib

import pytest

from harvest.raw_record import content_hash, plain_key, tidy_guid


def test_hash_is_of_what_is_said_and_not_of_how_it_is_written():
    assert content_hash({"a": 1, "b": ["x", {"c": None}]}) == content_hash({"b": ["x", {"c": None}], "a": 1})
    assert content_hash({"a": [1, 2]}) != content_hash({"a": [2, 1]})
    assert content_hash({"a": "\ud800"}) != content_hash({"a": "?"})


def test_volatile_fields_do_not_count():
    assert content_hash({"a": 1, "seen": "today"}, volatile={"seen"}) == content_hash({"a": 1})


def test_guid_is_made_storable_and_a_long_one_stays_unique():
    assert tidy_guid(" a\x00b ") == "ab"
    long, longer = "x" * 1500, "x" * 1501
    assert len(tidy_guid(long)) == 1000
    assert tidy_guid(long) != tidy_guid(longer)
    assert tidy_guid(long).endswith(hashlib.sha256(long.encode()).hexdigest())


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("title", "title"),
        ("dct:title", "title"),
        ("http://www.w3.org/ns/dcat#dataset", "dataset"),
        ("http://purl.org/dc/terms/title", "title"),
        ("@type", "@type"),
    ],
)
def test_plain_key(key: str, expected: str):
    assert plain_key(key) == expected
