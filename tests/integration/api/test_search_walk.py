"""/api/v1/search is walked by cursor: every result once, by date and by relevance, also when many share one moment."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client

from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)


def walk(address: str) -> list[str]:
    names: list[str] = []
    following: str | None = address
    while following:
        answer = Client().get(following).json()
        names += [result["name"] for result in answer["results"]]
        following = answer["next"]
    return names


@pytest.fixture
def twenty_three(index: Callable[[], None]) -> set[str]:
    publisher = PublisherFactory()
    made = {dataset(publisher, title=f"Salmon counts {number}", now=NOW).name for number in range(23)}
    index()
    return made


@pytest.mark.parametrize(
    "address", ["?sort=recent", "?q=salmon&sort=recent", "?q=salmon", "?sort=title", "?q=salmon&sort=title", "?"]
)
def test_a_walk_meets_every_result_once(twenty_three: set[str], address: str) -> None:
    names = walk(f"/api/v1/search{address}&page_size=5")
    assert (len(names), set(names)) == (23, twenty_three)


def test_a_walk_by_date_is_not_shifted_by_what_comes_meanwhile(
    twenty_three: set[str], index: Callable[[], None]
) -> None:
    first = Client().get("/api/v1/search?sort=recent&page_size=10").json()
    dataset(PublisherFactory(), title="Newer than all", now=NOW + datetime.timedelta(days=1))
    index()
    names = [result["name"] for result in first["results"]] + walk(first["next"])
    assert (len(names), set(names)) == (23, twenty_three)


@pytest.mark.parametrize(
    "cursor",
    [
        "r9999999999999999999.99999",
        "r0.0",
        "se99999.",
        "sy3.AAAAAAAA",
        "wy0123456789abcdef.999999999",
        "we0123456789abcdef.7",
        "tAAAA",
        "tc2FsbW9u",
    ],
)
def test_a_cursor_made_up_finds_nothing_or_something_and_never_fails(twenty_three: set[str], cursor: str) -> None:
    for sort in ("best", "recent", "title"):
        assert Client().get(f"/api/v1/search?q=salmon&sort={sort}&cursor={cursor}").status_code == 200


def test_what_is_no_cursor_is_told_so(twenty_three: set[str]) -> None:
    response = Client().get("/api/v1/search?cursor=tomorrow")
    assert (response.status_code, response.json()["errors"]) == (
        400,
        {"cursor": ["This is no cursor of a search: follow “next”, or begin without one."]},
    )
