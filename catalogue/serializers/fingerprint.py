"""Whether the whole catalogue would be written as it was: told without writing it, in one statement.

PostgreSQL does it: of our own processor time it takes a twentieth of what writing takes.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.models import QuerySet

from catalogue.models import Dataset, Licence, QualityReport, Resource, Topic
from catalogue.serializers.dataset_rows import dataset_values
from catalogue.serializers.entries import NOT_SHOWN
from catalogue.serializers.resource_rows import resource_values
from publishers.models import Publisher


def fingerprint(datasets: QuerySet[Dataset]) -> str:
    """Another text whenever what `entries.walk` gives of these datasets, or the code that writes it, is another.

    Where it is the same again, what was written after it was first asked for is what would be written now: rows are
    compared as they are. What was changed and changed back in between has left its mark in an entry's version, or in
    the number of the transaction that made the row. What nobody may see leaves none.
    """
    # Resources and scores of datasets that may be seen: an entry that comes out brings its own
    seen = datasets.order_by().values("pk")
    statements = [
        *(
            _hash(*rows.query.get_compiler(datasets.db).as_sql())
            for rows in (
                dataset_values(datasets.order_by(), without=NOT_SHOWN),
                resource_values(Resource.objects.filter(dataset__in=seen).order_by()),
                QualityReport.objects.filter(dataset__in=seen).order_by().values_list("dataset_id", "score"),
            )
        ),
        *(_hash(f'SELECT xmin, * FROM "{model._meta.db_table}"', ()) for model in (Publisher, Topic, Licence)),
    ]
    asked = ", ".join(f"({sql})" for sql, _ in statements)
    with connections[datasets.db].cursor() as cursor:
        cursor.execute(f"SELECT {asked}", [value for _, values in statements for value in values])
        found = cursor.fetchone()
    return hashlib.sha256(repr((found, settings.SITE_URL, _code())).encode()).hexdigest()


def _hash(sql: str, values: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """What tells these rows from others, in whatever order they come."""
    return f"SELECT concat(count(*), ' ', sum(hashtextextended(part::text, 0))) FROM ({sql}) AS part", values


@cache
def _code() -> str:
    """Of all code and tables of vocabulary from which entries could be written otherwise after an update."""
    found = hashlib.sha256()
    for app in ("catalogue", "publishers", "services"):
        for path in sorted((Path(settings.BASE_DIR) / app).rglob("*")):
            if path.suffix in (".py", ".json"):
                found.update(path.read_bytes())
    return found.hexdigest()
