"""Resources as the serializers take them: rows rather than objects, since there are many and nothing is done with them.

Reading rows is what whole catalogues and long pages of results cost most: what Python would take apart is left to the
database where it can.
"""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.db.models import Func, QuerySet, TextField

from catalogue.models import Resource
from services.ready_rows import ReadyRows, Row, among, array_text, from_json, plain_rows

#: The columns of `Resource` by their names; `created` is `created_at` as CKAN writes it: UTC, microseconds, no zone.
ResourceRow = dict[str, Any]

_COLUMNS: Final = (
    *("id", "dataset_id", "position", "kind", "title", "description", "url", "format", "format_text", "media_type"),
    *("size_bytes", "checksum", "conforms_to", "issued", "modified", "period_text"),
)
_CREATED: Final = Func(
    "created_at",
    template="""to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')""",
    output_field=TextField(),
)
_KEYS: Final = (*_COLUMNS, "extras", "created")


def resource_rows(resources: QuerySet[Resource]) -> list[ResourceRow]:
    """These resources, in their order."""
    return list(map(_row, plain_rows(resource_values(resources))))


def resource_values(resources: QuerySet[Resource]) -> QuerySet[Any, Any]:
    """What is read of these resources."""
    return resources.annotate(created=_CREATED).values_list(*_KEYS)


def _row(values: Row) -> ResourceRow:
    row = dict(zip(_KEYS, values, strict=True))
    row["extras"] = from_json(row["extras"])
    return row


_of_datasets: Final = ReadyRows(
    lambda ids: resource_values(Resource.objects.filter(dataset__in=among(ids)).order_by("position", "id")),
    ids=array_text([UUID(int=1)]),
)


def rows_by_dataset(ids: Collection[UUID]) -> dict[UUID, list[ResourceRow]]:
    """The resources of each of these datasets that has any, in order.

    Taken apart here: Django's own way of giving each dataset its resources costs as much as reading them.
    """
    found: dict[UUID, list[ResourceRow]] = {}
    for row in map(_row, _of_datasets.read(ids=array_text(ids))):
        found.setdefault(row["dataset_id"], []).append(row)
    return found
