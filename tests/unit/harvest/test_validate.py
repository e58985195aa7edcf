"""Drafts made fit to store."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from catalogue.drafts import DatasetDraft, ResourceDraft
from harvest.pipeline.validate import is_address, validate

PUBLISHER = uuid4()


def draft(**fields: Any) -> DatasetDraft:
    return DatasetDraft(**{"title": "T", "publisher_id": PUBLISHER, **fields})


def tidied(**fields: Any) -> DatasetDraft:
    found, _ = validate(draft(**fields))
    assert found is not None
    return found


def told(**fields: Any) -> list[tuple[str, str]]:
    return [(finding.kind, finding.field) for finding in validate(draft(**fields))[1]]


def test_sound_draft_comes_back_as_it_was():
    sound = draft(
        description="Text\nof two lines",
        tags=("a", "b"),
        temporal_start=date(2020, 1, 1),
        temporal_end=date(2020, 12, 31),
        west=-1.0,
        south=50.0,
        east=1.0,
        north=51.0,
        extras={"a": [1, {"b": None}]},
        resources=(ResourceDraft(url="https://a.example/x.csv", size_bytes=10),),
    )

    assert validate(sound) == (sound, [])


@pytest.mark.parametrize("title", ["", "  ", "\x00"])
def test_without_title_it_cannot_be_used(title: str):
    found, findings = validate(draft(title=title))

    assert found is None
    assert [(finding.kind, finding.is_error) for finding in findings] == [("missing-title", True)]


def test_what_is_too_long_is_cut_and_told():
    found = tidied(title="x" * 600, tags=("y" * 101, "short"), description="z" * 100_001)

    assert (len(found.title), found.title[-1]) == (500, "…")
    assert (len(found.tags[0]), found.tags[1]) == (100, "short")
    assert len(found.description) == 100_000
    assert told(title="x" * 600) == [("too-long", "title")]


def test_characters_that_the_database_refuses_go():
    found = tidied(title="a\x00b\ud800", extras={"k\x00": ["v\udfff", {"n": float("nan")}]})

    assert (found.title, found.extras) == ("ab", {"k": ["v", {"n": "nan"}]})


def test_links_that_lead_nowhere_are_left_out():
    urls = (
        "https://a.example/x",
        "see website",
        "javascript:alert(1)",
        "",
        "HTTPS://B.example/y",
        "https://" + "a" * 4000,
    )
    found = tidied(resources=tuple(ResourceDraft(url=url) for url in urls), landing_page="ask me")

    assert [resource.url for resource in found.resources] == ["https://a.example/x", "https://B.example/y"]
    assert found.landing_page == ""
    assert told(landing_page="ask me") == [("bad-address", "landing_page")]
    _, findings = validate(draft(resources=(ResourceDraft(url="see website", title="Bins"),)))
    assert findings[0].message == (
        "The file or link “Bins” has no usable web address, so it was left out: begin it with https://."
    )


def test_period_the_wrong_way_round_is_turned():
    found = tidied(temporal_start=date(2021, 1, 1), temporal_end=date(2020, 1, 1))

    assert (found.temporal_start, found.temporal_end) == (date(2020, 1, 1), date(2021, 1, 1))


@pytest.mark.parametrize(
    "box",
    [
        {"west": -200.0, "south": 1.0, "east": 1.0, "north": 2.0},
        {"west": 0.0, "south": 5.0, "east": 1.0, "north": 2.0},
        {"west": 0.0},
        {"west": float("nan"), "south": 1.0, "east": 1.0, "north": 2.0},
    ],
)
def test_box_that_is_none_is_left_out(box: dict[str, float]):
    found = tidied(**box)

    assert (found.west, found.south, found.east, found.north) == (None, None, None, None)


def test_extras_beyond_measure_lose_their_largest_parts():
    found = tidied(extras={"small": "x", "large": "y" * 300_000})

    assert found.extras == {"small": "x"}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example", True),
        ("ftp://a.example/x", True),
        ("http://a b.example", False),
        ("http://[bad", False),
        ("data:text/plain,x", False),
        ("//a.example", False),
        ('http://a.example/"><script>', False),
    ],
)
def test_is_address(url: str, expected: bool):
    assert is_address(url) == expected
