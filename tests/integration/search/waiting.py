"""Bringing the index up to date at once, and what a search finds in it."""

from uuid import UUID

from catalogue.actions import changes
from catalogue.search.build import rebuild
from catalogue.search.follow import begin
from catalogue.search.index import SearchUnavailable, close_reader
from catalogue.search.location import current_build
from catalogue.search.query import SearchPage, SearchRequest, search


def index_now() -> None:
    """Bring the index up to the last change, building it if there is none, as a follower would."""
    build = current_build()
    if build is None:
        rebuild()
        build = current_build()
    assert build is not None
    follower = begin(build)
    try:
        follower.catch_up(changes.assign_positions)
    finally:
        follower.writer.close()
    close_reader()


def found(q: str = "", **filters: tuple[str, ...]) -> SearchPage:
    """What a search finds now."""
    return search(SearchRequest(q=q, filters=filters))


def titles(q: str = "", **filters: tuple[str, ...]) -> list[str]:
    """The titles that a search finds, in order; nothing while there is no index."""
    try:
        return [hit.title for hit in found(q, **filters).hits]
    except SearchUnavailable:
        return []


def ids(q: str = "", **filters: tuple[str, ...]) -> list[UUID]:
    return [hit.id for hit in found(q, **filters).hits]
