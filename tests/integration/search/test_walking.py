"""Walks through results to their end: at any depth, while the index changes, without Redis."""

import datetime
import random
import shutil
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.test import override_settings

from catalogue.search import kept_order
from catalogue.search.document import Searchable
from catalogue.search.index import close_reader
from catalogue.search.location import State, current_build, make_current, new_build
from catalogue.search.query import SearchPage, SearchRequest, search
from catalogue.search.walk import PageStart
from catalogue.search.writing import Writer
from tests.unit.catalogue.search.entries import DAY, entry

STATE = State(0, None, None, DAY)

MANY = 900


def made(count: int) -> list[Searchable]:
    """Entries about salmon, of many lengths and days."""
    chance = random.Random(7)
    return [
        entry(
            id=uuid.UUID(int=chance.getrandbits(128)),
            name=f"entry-{number}",
            title=f"Salmon river {number}",
            description=" ".join(chance.choices(("salmon", "river", "count", "trap", "net", "weir"), k=number % 40)),
            changed_at=DAY - datetime.timedelta(minutes=chance.randrange(10**6)),
            updated_at=DAY.date() - datetime.timedelta(days=chance.randrange(2_000)),
            quality_score=chance.randrange(100),
        )
        for number in range(count)
    ]


def change(entries: Iterable[Searchable], *, gone: Iterable[uuid.UUID] = ()) -> None:
    """Another state of the index."""
    build = current_build()
    assert build
    writer = Writer(build)
    writer.put(entries, gone=gone)
    writer.commit(STATE)
    writer.close()
    close_reader()


@pytest.fixture(scope="module")
def entries() -> list[Searchable]:
    return made(MANY)


@pytest.fixture(scope="module")
def built(entries: list[Searchable], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("walks")
    with override_settings(SEARCH_DIR=folder):
        build = new_build()
        writer = Writer(build, is_new=True)
        writer.add(entries)
        writer.commit(STATE)
        writer.close()
        make_current(build)
    return folder


@pytest.fixture(autouse=True)
def _own_copy(built: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test its own index, and orders kept in smaller pieces: of 200, 200, 200 and 600."""
    shutil.copytree(built, settings.SEARCH_DIR)
    caches["shared"].clear()
    monkeypatch.setattr(kept_order, "_FIRST_ENDS", (200, 400))
    monkeypatch.setattr(kept_order, "_PIECE", 600)


def asked(**fields: Any) -> SearchRequest:
    return SearchRequest(**{"q": "salmon river", "page_size": 100, "facets": (), **fields})


def walk(request: SearchRequest) -> Iterator[SearchPage]:
    """Each page in turn. The cursor goes through its written form, as a program hands it back."""
    begun: PageStart | None = None
    while True:
        page = search(replace(request, after=begun))
        yield page
        if page.following is None:
            return
        begun = PageStart.read(page.following.written())
        assert begun == page.following


def ids(pages: Iterable[SearchPage]) -> list[uuid.UUID]:
    return [hit.id for page in pages for hit in page.hits]


@pytest.mark.parametrize(
    "asking",
    [{}, {"sort": "recent"}, {"sort": "title"}, {"q": "", "sort": "title"}, {"q": ""}, {"q": "salmon"}],
    ids=str,
)
def test_a_walk_meets_everything_once_in_the_order_of_the_pages(
    entries: list[Searchable], asking: dict[str, Any]
) -> None:
    met = ids(walk(asked(**asking)))
    assert met == ids(search(asked(**asking, page=page)) for page in range(1, 10))
    assert sorted(met) == sorted(each.id for each in entries)


@pytest.mark.parametrize("sort", ["best", "recent", "title"])
def test_what_changes_meanwhile_neither_repeats_nor_hides_anything(entries: list[Searchable], sort: str) -> None:
    chance = random.Random(1)
    untouched, others = entries[:800], entries[800:]
    met: list[uuid.UUID] = []
    for number, page in enumerate(walk(asked(sort=sort))):
        met += [hit.id for hit in page.hits]
        other = others[number]
        # One goes, another's words and day change, and some are new, whose words become commoner than the old ones'
        new = [replace(each, id=uuid.UUID(int=chance.getrandbits(128))) for each in others[:20]]
        changed = replace(others[-1 - number], description="river " * 30, updated_at=DAY.date())
        change([*new, changed], gone=[other.id])
    wanted = {each.id for each in untouched}
    assert sorted(each for each in met if each in wanted) == sorted(wanted)
    assert len(met) == len(set(met))


def test_what_no_longer_matches_is_left_out_and_the_walk_goes_on(entries: list[Searchable]) -> None:
    pages = walk(asked())
    met = ids([next(pages), next(pages)])
    left = [each for each in entries if each.id not in met]
    change([replace(left[0], title="Trout", description="")], gone=[left[1].id])
    assert sorted(met + ids(pages)) == sorted(each.id for each in entries if each.id not in (left[0].id, left[1].id))


def test_a_page_deep_down_asks_the_engine_for_no_more_than_a_shallow_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for: list[int] = []
    by_words = kept_order.Ranking.by_words

    def noted(self: kept_order.Ranking, first: int, size: int) -> kept_order.Ranked:
        asked_for.append(size)
        return by_words(self, first, size)

    monkeypatch.setattr(kept_order.Ranking, "by_words", noted)
    assert len(list(walk(asked()))) == 9
    assert asked_for == [200, 200, 200, 200, 600]  # the first page, then each piece once


def test_without_redis_a_walk_goes_on_by_count(entries: list[Searchable], settings: Any) -> None:
    pages = walk(asked())
    met = ids([next(pages), next(pages)])
    settings.CACHES = {
        **settings.CACHES,
        "shared": {**settings.CACHES["shared"], "LOCATION": "redis://127.0.0.1:1/0"},
    }
    met += ids([next(pages), next(pages)])
    settings.CACHES = {**settings.CACHES, "shared": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    met += ids(pages)
    assert sorted(met) == sorted(each.id for each in entries)


def test_a_cursor_of_another_question_goes_on_by_count() -> None:
    begun = next(walk(asked())).following
    assert begun
    second = search(asked(after=begun)).following
    assert second
    assert [hit.id for hit in search(asked(q="salmon net", after=second)).hits] == ids(
        [search(asked(q="salmon net", page=3))]
    )
