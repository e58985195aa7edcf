"""How many of the datasets found have each value of a field."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, F, Func, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform

from catalogue.api.ckan import kept_counts
from catalogue.api.ckan.query.table import FIELDS, SHOWN_FORMAT
from catalogue.api.ckan.query.values import Constant, OneOf
from catalogue.models import Dataset, Licence, Resource, Topic
from catalogue.search.index import SearchUnavailable
from catalogue.search.whole import EVERYTHING, Condition, tag_counts, value_counts
from publishers.models import Publisher

#: No facet is longer, whatever is asked for.
_MOST: Final = 100_000

Counts = list[tuple[str, int]]


def facet_counts(found: QuerySet[Dataset], field: str, *, limit: int | None, least: int) -> dict[str, int]:
    """The commonest values of a field, each with its number of datasets."""
    return _commonest(_counter(found, field)().items(), limit=limit, least=least)


@dataclass(frozen=True, slots=True)
class Part:
    """What was found of all that is public: how much, what it was asked by, and as the index can tell it, if it can."""

    size: int
    key: str
    among: Condition | None


EVERYTHING_PUBLIC: Final = Part(0, "", EVERYTHING)

#: Counts of so many datasets are kept.
MANY: Final = 5_000

#: Field → column of the search index that counts the same thing.
_IN_INDEX: Final = {
    "organization": "publisher_path",
    "groups": "topic",
    "theme-primary": "topic",
    "license_id": "licence_code",
    "update_frequency": "frequency",
    "res_format": "formats",
}

#: Field → what of it only the database knows, under a name of its own: formats that aren't ours, as sources write them.
_UNKNOWN_FORMATS: Final = "res_format not among ours"
_BESIDES: Final = {"res_format": _UNKNOWN_FORMATS}


def public_counts(found: QuerySet[Dataset], field: str, part: Part, *, limit: int | None, least: int) -> dict[str, int]:
    """The same for what is public: from the search index where that counts the field and can tell what was found.

    Else the database counts, which takes seconds for much of a large catalogue: of many, counts are kept a while.
    """
    counts = _in_index(field, part)
    if counts is None:
        counts = _in_database(found, field, part, most=limit)
    elif field in _BESIDES:
        others = _in_database(found, _BESIDES[field], part, most=None)
        counts = {value: counts.get(value, 0) + others.get(value, 0) for value in counts.keys() | others.keys()}
    return _commonest(counts.items(), limit=limit, least=least)


def _in_database(found: QuerySet[Dataset], field: str, part: Part, *, most: int | None) -> dict[str, int]:
    if part.among == EVERYTHING:
        return kept_counts.of_everything(field, _counter(found, field), most=most)
    if part.size >= MANY:
        return kept_counts.of_part(part.key, field, _counter(found, field))
    return _counter(found, field)()


def _in_index(field: str, part: Part) -> dict[str, int] | None:
    """None where the search index doesn't count the field, or is away."""
    if part.among is None:
        return None
    try:
        if field == "tags" and (part.among == EVERYTHING or part.size >= MANY):
            return tag_counts(part.among, least=MANY)
        return value_counts(_IN_INDEX[field], part.among) if field in _IN_INDEX else None
    except SearchUnavailable:
        return None


def refresh_kept(found: QuerySet[Dataset]) -> int:
    """Count anew what was asked for of late; return how many fields."""
    return kept_counts.refresh(lambda field: _counter(found, field))


def _counter(found: QuerySet[Dataset], field: str) -> Callable[[], dict[str, int]]:
    return lambda: {str(value): count for value, count in _counted(found.order_by(), field) if value}


def _commonest(counts: Iterable[tuple[str, int]], *, limit: int | None, least: int) -> dict[str, int]:
    chosen = [(value, count) for value, count in counts if value and count >= least]
    return dict(sorted(chosen, key=lambda item: (-item[1], item[0]))[: limit if limit is not None else _MOST])


def _counted(found: QuerySet[Dataset], field: str) -> Iterable[tuple[Any, int]]:
    if field in _COLUMNS:
        return found.values_list(_COLUMNS[field]).annotate(count=Count("pk"))
    if field in _LISTS:
        each = found.annotate(value=Func(F(_LISTS[field]), function="unnest", output_field=TextField()))
        return each.values_list("value").annotate(count=Count("pk"))
    if field in ("res_format", _UNKNOWN_FORMATS):
        resources = Resource.objects.filter(dataset__in=found).annotate(shown=SHOWN_FORMAT).order_by()
        if field == _UNKNOWN_FORMATS:
            resources = resources.filter(format="").exclude(format_text="")
        return resources.values_list("shown").annotate(count=Count("dataset", distinct=True))
    known = FIELDS.get(field)
    if isinstance(known, Constant):
        return [(known.value, found.count())]
    if isinstance(known, OneOf):
        return [(word, count) for word, one in known.meanings.items() if (count := found.filter(one).count())]
    if field in FIELDS or field.startswith("vocab_"):
        return []
    extra = KeyTextTransform(field.removeprefix("extras_"), "extras", output_field=TextField())
    return found.annotate(value=extra).values_list("value").annotate(count=Count("pk"))


_COLUMNS: Final = {
    "organization": "publisher__slug",
    "owner_org": "publisher_id",
    "groups": "topic_id",
    "theme-primary": "topic_id",
    "license_id": "licence_id",
    "license_title": "licence__title",
    "name": "name",
    "title_string": "title",
    "update_frequency": "frequency",
    "harvest_source_title": "origin_title",
}
_LISTS: Final = {"tags": "tags", "geographic_coverage": "places", "language": "languages"}


def search_facets(counts: dict[str, dict[str, int]]) -> dict[str, Any]:
    """The same with names to show, in CKAN's order: by what is shown, falling."""
    answer = {}
    for field, values in counts.items():
        names = _shown(field, list(values))
        items = [{"name": value, "display_name": names.get(value, value), "count": n} for value, n in values.items()]
        items.sort(key=lambda item: str(item["display_name"]), reverse=True)
        answer[field] = {"title": field, "items": items}
    return answer


def _shown(field: str, values: Sequence[str]) -> dict[str, str]:
    if field == "organization" and values:
        return dict(Publisher.objects.filter(slug__in=values).values_list("slug", "title"))
    if field in ("groups", "theme-primary") and values:
        return dict(Topic.objects.filter(slug__in=values).values_list("slug", "title"))
    if field == "license_id" and values:
        return dict(Licence.objects.filter(code__in=values).values_list("code", "title"))
    return {}
