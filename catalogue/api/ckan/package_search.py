"""Searching datasets, as CKAN's clients do.

Words are looked for by our search engine, which also ranks. All else is a condition that the database decides, so that
every page of even the whole catalogue can be reached, in any order.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, cast
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.errors import SearchFailed, SearchNotReady, SearchQueryInvalid
from catalogue.api.ckan.facets import Part, facet_counts, public_counts, search_facets
from catalogue.api.ckan.looked_through import Looked, looked_through
from catalogue.api.ckan.packages import packages_of
from catalogue.api.ckan.query.fields import Asked, ValueInvalid, among, as_uuid
from catalogue.api.ckan.query.filters import condition, without_truisms
from catalogue.api.ckan.query.indexed import in_index
from catalogue.api.ckan.query.nodes import Everything
from catalogue.api.ckan.query.table import number_of_resources, number_of_tags
from catalogue.api.ckan.search_request import SearchRequest
from catalogue.models import Dataset
from catalogue.places import Box
from catalogue.search.ids import ids_with, ranked_ids
from catalogue.search.index import SearchUnavailable
from catalogue.search.whole import EVERYTHING, Condition, Every, Finds
from catalogue.serializers.ckan import index_row

#: How long the database may look, in seconds, and how often one query may ask the search engine.
_PATIENCE: Final = 10
_MOST_FINDS: Final = 50

#: By field: how often each value occurs, or what is shown of that.
Counts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """How many match, those of the page in order, and all of them as far as facets need it.

    `by_index`: the same for the search index, where that can tell it.
    """

    total: int
    ids: list[UUID]
    all: QuerySet[Dataset]
    by_index: Condition | None = None


def package_search(arguments: Arguments) -> dict[str, Any]:
    """Datasets that match a query.

    q: words, or conditions such as `title:water`. fq, fq_list: more conditions, which don't count for the order.
    sort: fields with asc or desc, such as `metadata_modified desc`. rows: how many, at most 1,000. start: how many to
    leave out before them. facet.field: a list of fields whose values are to be counted; facet.limit, facet.mincount:
    how many values, and from which count on. fl: only these fields. ext_bbox: only what touches minx,miny,maxx,maxy.

    Conditions are `field:value`, `field:"several words"`, `field:begin*`, `field:[from TO to]`, `field:*`; they are
    joined by AND, OR, NOT, + and -, and grouped in brackets.

    With a token include_private adds what is published and not for everybody, include_drafts what isn't published yet,
    and include_deleted what is withdrawn, as far as you may see it.
    """
    request = SearchRequest.read(arguments)
    looked = looked_through(arguments)
    if looked.is_public:
        request = replace(request, node=without_truisms(request.node))
    try:
        found, counts, facets = _by_words(request) if _is_words_alone(request, looked) else _counted(request, looked)
    except ValueInvalid as error:
        raise SearchQueryInvalid(str(error)) from None
    except SearchUnavailable as error:
        raise SearchNotReady(str(error)) from None
    results = packages_of(found.ids, arguments.user)
    if request.fields:
        rows = [index_row(package) for package in results]
        results = [{name: row[name] for name in request.fields if name in row} for row in rows]
    return {
        "count": found.total,
        "facets": counts,
        "results": results,
        "sort": request.sort_text,
        "search_facets": facets,
    }


def _is_words_alone(request: SearchRequest, looked: Looked) -> bool:
    """Whether the search engine answers, and the database is asked for the page's entries alone."""
    is_plain = isinstance(request.node, Everything) and not request.facets and not request.box
    is_name = as_uuid(request.words) or "-" in request.words
    return bool(request.words) and is_plain and not is_name and looked.is_public and request.is_by_match


def _by_words(request: SearchRequest) -> tuple[Found, Counts, Counts]:
    matching = ranked_ids(request.words, first=request.start, limit=request.rows)
    return Found(matching.total, matching.ids, Dataset.objects.none()), {}, {}


def _counted(request: SearchRequest, looked: Looked) -> tuple[Found, Counts, Counts]:
    with _bounded():
        found = _search(request, looked)
        count_each = partial(public_counts, part=_part(request, found)) if looked.is_public else facet_counts
        counts = {
            name: count_each(found.all, name, limit=request.facet_limit, least=request.facet_least)
            for name in request.facets
        }
        return found, counts, search_facets(counts)


def _part(request: SearchRequest, found: Found) -> Part:
    return Part(found.total, repr((request.words, request.node, request.box)), found.by_index)


def _search(request: SearchRequest, looked: Looked) -> Found:
    ranks: dict[UUID, int] = {}
    conditions = Q()
    by_index = None if request.box else in_index(request.node)
    if request.words:
        named = _named(request.words, looked)
        words = Finds(request.words)
        by_index = Every((words, by_index)) if by_index and not named else None
        if looked.is_public and by_index == Every((words, EVERYTHING)) and request.is_by_match:
            matching = ranked_ids(request.words, first=request.start, limit=request.rows)
            return Found(matching.total, matching.ids, _all_with(request.words, looked), by_index)
        ids = list(dict.fromkeys([*named, *ranked_ids(request.words).ids, *looked.hidden_with(request.words)]))
        ranks = {entry_id: place for place, entry_id in enumerate(ids)}
        conditions &= among(ids)
    elif request.ranked_by and request.is_by_match:
        ranks = {entry_id: place for place, entry_id in enumerate(ranked_ids(request.ranked_by).ids)}
    if not isinstance(request.node, Everything):
        conditions &= condition(request.node, Asked(timezone.now(), _Finder(looked).find))
    if request.box:
        conditions &= _touches(request.box)
    found = looked.datasets.filter(conditions)
    if ranks and request.is_by_match:
        # All that has the words has a rank; else those without one follow in the order asked for
        unordered = found.order_by() if request.words else _ordered(found, request)
        ordered = sorted(unordered.values_list("id", flat=True), key=lambda entry_id: ranks.get(entry_id, len(ranks)))
        return Found(len(ordered), ordered[request.start : request.start + request.rows], found, by_index)
    end = request.start + request.rows
    page = list(_ordered(found, request).values_list("id", flat=True)[request.start : end]) if request.rows else []
    is_all = request.start == 0 and len(page) < request.rows
    return Found(len(page) if is_all else found.count(), page, found, by_index)


def _all_with(words: str, looked: Looked) -> QuerySet[Dataset]:
    """All that the words find, looked for only if a facet asks the database."""
    return cast("QuerySet[Dataset]", SimpleLazyObject(lambda: looked.datasets.filter(among(ranked_ids(words).ids))))


def _named(words: str, looked: Looked) -> list[UUID]:
    """The dataset whose id or name was typed, where that is one word with a hyphen in it: CKAN finds it by those."""
    if found := as_uuid(words):
        return list(looked.datasets.filter(id=found).values_list("id", flat=True))
    if "-" in words and " " not in words:
        return list(looked.datasets.filter(name=words).values_list("id", flat=True))
    return []


def _ordered(found: QuerySet[Dataset], request: SearchRequest) -> QuerySet[Dataset]:
    """In the order asked for, at last by id, so that no page repeats what another had."""
    made = {"resource_count": number_of_resources, "tag_count": number_of_tags}
    names = {name for name, _ in request.sort}
    annotated = found.annotate(**{name: make() for name, make in made.items() if name in names})
    order = [f"{'-' if falls else ''}{name}" for name, falls in request.sort]
    # The last key falls or rises with the one before, as indexes do
    by_id = "-id" if order and order[-1].startswith("-") else "id"
    return annotated.order_by(*order, *([] if "id" in names else [by_id]))


def _touches(box: Box) -> Q:
    """Entries whose box has a point in common with this one. Either may cross the antimeridian."""
    above = Q(south__lte=box.north, north__gte=box.south)
    plain = Q(west__lte=F("east"))
    if box.crosses_antimeridian:
        return above & (Q(west__lte=box.east) | Q(east__gte=box.west) | ~plain)
    inside = Q(west__lte=box.east, east__gte=box.west)
    return above & ((plain & inside) | (~plain & (Q(west__lte=box.east) | Q(east__gte=box.west))))


class _Finder:
    """Asks the search engine for words, so many times at most."""

    def __init__(self, looked: Looked) -> None:
        self._looked = looked
        self._asked = 0

    def find(self, text: str, in_title: bool) -> list[UUID]:
        self._asked += 1
        if self._asked > _MOST_FINDS:
            raise ValueInvalid(f"it looks for words in more than {_MOST_FINDS} places")
        return [*ids_with(text, in_title=in_title), *self._looked.hidden_with(text, in_title=in_title)]


@contextmanager
def _bounded() -> Iterator[None]:
    """Within this the database gives up a query that takes too long. Raises `SearchFailed` then."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{_PATIENCE}s'")
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == "57014":
            raise SearchFailed("this query takes too long to answer: ask for less at once") from error
        raise
