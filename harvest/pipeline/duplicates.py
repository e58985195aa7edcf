"""Finding entries from different sources that are likely one dataset, and what an operator says of them."""

import datetime
from collections import defaultdict
from itertools import combinations
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from catalogue.actions.datasets import withdraw
from catalogue.actions.entry import By
from catalogue.enums import Route, State
from catalogue.models import Dataset
from harvest.enums import DuplicateReason, DuplicateState
from harvest.models import LikelyDuplicate
from publishers.models import User

#: What more entries than this have in common says nothing of any two of them: a home page, a form.
MOST_ALIKE: Final = 5

# Groups of published entries that have something in common. Identities must look like ones that no two datasets share
# by chance: a UUID, an address, a DOI.
_GROUPS: Final = {
    DuplicateReason.IDENTIFIER: """
        SELECT array_agg(DISTINCT id) FROM (
            SELECT id, lower(origin_id) AS own FROM catalogue_dataset WHERE state = 'published'
            UNION SELECT id, lower(unnest(identifiers)) FROM catalogue_dataset WHERE state = 'published'
        ) AS known
        WHERE own ~ '^([0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}|https?://.{8,}|(doi:)?10\\.[0-9]{4,}/.+)$'
        GROUP BY own HAVING count(DISTINCT id) BETWEEN 2 AND %s
    """,
    DuplicateReason.LANDING_PAGE: """
        SELECT array_agg(id) FROM catalogue_dataset WHERE state = 'published' AND landing_page <> ''
        GROUP BY lower(rtrim(landing_page, '/')) HAVING count(*) BETWEEN 2 AND %s
    """,
    DuplicateReason.RESOURCES: """
        SELECT array_agg(dataset_id) FROM (
            SELECT resource.dataset_id, md5(string_agg(resource.url, ' ' ORDER BY resource.url)) AS files
            FROM catalogue_resource AS resource
                JOIN catalogue_dataset AS dataset ON dataset.id = resource.dataset_id AND dataset.state = 'published'
            GROUP BY resource.dataset_id
        ) AS sets
        GROUP BY files HAVING count(*) BETWEEN 2 AND %s
    """,
}

_SOURCES: Final = """
    SELECT dataset_id, array_agg(DISTINCT source_id) FROM harvest_record WHERE dataset_id = ANY(%s) GROUP BY dataset_id
"""


def find(*, now: datetime.datetime) -> int:
    """Look through the catalogue anew; return how many pairs wait for somebody's word.

    What was decided stays decided. A pair that has nothing in common any more, or of which one is gone, is dropped.
    """
    reasons = _pairs()
    ids = {dataset_id for pair in reasons for dataset_id in pair}
    ages = dict(Dataset.objects.filter(id__in=ids).values_list("id", "created_at"))
    sources = _sources_of(ids)
    found = []
    for pair, why in reasons.items():
        first, second = sorted(pair, key=lambda dataset_id: (ages[dataset_id], dataset_id))
        if sources.get(first) and sources.get(first) == sources.get(second):
            continue  # one source lists both: its publisher knows that they are two
        found.append(LikelyDuplicate(first_id=first, second_id=second, reasons=sorted(why), found_at=now))
    with transaction.atomic():
        LikelyDuplicate.objects.bulk_create(
            found, update_conflicts=True, unique_fields=["first", "second"], update_fields=["reasons"]
        )
        still = {(pair.first_id, pair.second_id) for pair in found}
        open_pairs = LikelyDuplicate.objects.filter(state=DuplicateState.OPEN)
        gone = [pair.pk for pair in open_pairs if (pair.first_id, pair.second_id) not in still]
        LikelyDuplicate.objects.filter(pk__in=gone).delete()
        return LikelyDuplicate.objects.filter(state=DuplicateState.OPEN).count()


def merge(pair: LikelyDuplicate, *, into: Dataset, user: User, now: datetime.datetime) -> None:
    """Say that both are one dataset, which `into` stands for from now on.

    The other is withdrawn, and its address leads on to `into`. Both keep their history; publishing the other again
    takes it back. A harvest that still gives it keeps it withdrawn.
    """
    other = pair.second if into.pk == pair.first_id else pair.first
    with transaction.atomic():
        locked = LikelyDuplicate.objects.select_for_update().get(pk=pair.pk)
        if locked.state != DuplicateState.OPEN or Dataset.objects.get(pk=other.pk).state == State.WITHDRAWN:
            return
        withdraw(
            other,
            reason=f"The same dataset as “{into.title}”, which stands for both.",
            by=By(route=Route.FORM, user=user, comment=f"Merged into {into.pk}."),
            now=now,
            replaced_by=into,
            redirects=True,
        )
        LikelyDuplicate.objects.filter(pk=pair.pk).update(state=DuplicateState.MERGED)


def dismiss(pair: LikelyDuplicate) -> None:
    """Say that they are two datasets. They are not shown again."""
    LikelyDuplicate.objects.filter(pk=pair.pk, state=DuplicateState.OPEN).update(state=DuplicateState.DISTINCT)


def _pairs() -> dict[frozenset[UUID], set[str]]:
    pairs: dict[frozenset[UUID], set[str]] = defaultdict(set)
    with connection.cursor() as cursor:
        for reason, query in _GROUPS.items():
            cursor.execute(query, [MOST_ALIKE])
            for (group,) in cursor.fetchall():
                for two in combinations(group, 2):
                    pairs[frozenset(two)].add(reason)
    return pairs


def _sources_of(ids: set[UUID]) -> dict[UUID, list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(_SOURCES, [list(ids)])
        return {dataset_id: sorted(sources) for dataset_id, sources in cursor.fetchall()}
