"""Results by title: every page in the order of titles, whatever many of them share."""

import random
import uuid
from dataclasses import replace

import pytest

from catalogue.search.document import Searchable
from catalogue.search.location import State, make_current, new_build
from catalogue.search.query import SearchRequest, search
from catalogue.search.title_order import title_order
from catalogue.search.walk import PageStart
from catalogue.search.writing import Writer
from tests.unit.catalogue.search.entries import DAY, entry


@pytest.fixture
def entries() -> list[Searchable]:
    """Titles that are the same, that begin alike for one number of eight bytes or for all four, and that don't."""
    chance = random.Random(3)
    titles = [
        *(["Register of public toilets"] * 40),
        *(f"Register of public toilets and of changing places in ward {number}" for number in range(60)),
        *(f"Register {word}" for word in ("A", "of halls", "of public", "zoos") for _ in range(5)),
        *(f"{word} {number}" for word in ("Parks", "parks", "Éire", "Ωmega") for number in range(30)),
    ]
    made = [
        entry(id=uuid.UUID(int=chance.getrandbits(128)), title=title, formats=("CSV",) if place % 3 else ())
        for place, title in enumerate(titles)
    ]
    chance.shuffle(made)
    build = new_build()
    writer = Writer(build, is_new=True)
    for start in range(0, len(made), 50):  # several segments
        writer.add(made[start : start + 50])
        writer.commit(State(0, None, None, DAY))
    writer.close()
    make_current(build)
    return sorted(made, key=lambda each: title_order(each.title, each.id).encode())


@pytest.mark.parametrize("size", [7, 20, 100])
def test_pages_by_number_and_by_cursor_go_through_all_titles_in_order(entries: list[Searchable], size: int) -> None:
    asked = SearchRequest(q="", sort="title", page_size=size, facets=())
    met: list[uuid.UUID] = []
    begun: PageStart | None = None
    pages = -(-len(entries) // size)
    for number in range(1, pages + 1):
        walked = search(replace(asked, after=begun))
        turned = search(replace(asked, page=number))
        assert [hit.id for hit in walked.hits] == [hit.id for hit in turned.hits]
        assert (walked.following is None) == (turned.following is None) == (number == pages)
        met += [hit.id for hit in walked.hits]
        begun = PageStart.read(walked.following.written()) if walked.following else None
    assert met == [each.id for each in entries]


def test_words_and_filters_narrow_and_the_order_stays(entries: list[Searchable]) -> None:
    asked = SearchRequest(q="toilets", filters={"format": ("CSV",)}, sort="title", page_size=30)
    wanted = [each.id for each in entries if "toilets" in each.title and each.formats]
    assert search(asked).total == len(wanted)
    assert [hit.id for number in (1, 2, 3) for hit in search(replace(asked, page=number)).hits] == wanted


def test_a_cursor_of_another_order_begins_at_the_front_and_one_beyond_the_end_finds_nothing(
    entries: list[Searchable],
) -> None:
    asked = SearchRequest(q="toilets", sort="title", page_size=10, facets=())
    front = [hit.id for hit in search(asked).hits]
    by_date = search(replace(asked, sort="recent")).following
    by_rank = search(replace(asked, sort="best")).following
    assert by_date
    assert by_rank
    for begun in (by_date, by_rank):
        assert [hit.id for hit in search(replace(asked, after=begun)).hits] == front
    beyond = search(replace(asked, after=PageStart(0, title="\U0010ffff")))
    assert (beyond.hits, beyond.following) == ([], None)
    by_title = search(asked).following
    for sort in ("best", "recent"):
        first = search(replace(asked, sort=sort))
        assert [hit.id for hit in search(replace(asked, sort=sort, after=by_title)).hits] == [
            hit.id for hit in first.hits
        ]
