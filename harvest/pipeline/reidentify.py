"""Records that come back under another identity, saying just what they said before: portals do this when they move.

Their entries stay, with address and history, and take the new identity.
"""

from django.db import connection, transaction

from catalogue.actions import past_identifiers
from catalogue.actions.datasets import withdraw_many
from catalogue.actions.entry import By
from catalogue.enums import Route
from catalogue.models import Dataset
from harvest.enums import RecordState, Stage
from harvest.findings import warning
from harvest.models import Problem, Record
from harvest.pipeline.claim import Tally
from harvest.pipeline.job import Job

#: Pairs dealt with in one transaction.
BATCH = 200

# Of the records that this gather missed and those that it saw for the first time: pairs that are alike in title,
# description and links, where no third one is like them.
_PAIRS = """
    WITH content AS (
        SELECT record.id, coalesce(record.last_run_id = %(run)s, false) AS is_here, md5(concat_ws(
            E'\\x1f', dataset.title, dataset.description,
            (SELECT string_agg(url, ' ' ORDER BY url) FROM catalogue_resource WHERE dataset_id = dataset.id)
        )) AS said
        FROM harvest_record AS record JOIN catalogue_dataset AS dataset ON dataset.id = record.dataset_id
        WHERE record.source_id = %(source)s AND dataset.state = 'published' AND record.state <> 'retired'
            AND (record.last_run_id IS DISTINCT FROM %(run)s OR record.first_seen_at >= %(started)s)
    )
    SELECT min(id) FILTER (WHERE NOT is_here), min(id) FILTER (WHERE is_here) FROM content
    GROUP BY said
    HAVING count(*) FILTER (WHERE is_here) = 1 AND count(*) FILTER (WHERE NOT is_here) = 1
"""


def reunite(job: Job) -> None:
    """Give entries the new identities of their records, which are not new then. After a whole gather. Raises
    LeaseLost."""
    run = job.run
    run.refresh_from_db(fields=["started_at"])
    if run.started_at is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, {"run": run.pk, "source": job.source.pk, "started": run.started_at})
        pairs = cursor.fetchall()
    for start in range(0, len(pairs), BATCH):
        batch = pairs[start : start + BATCH]
        with transaction.atomic():
            created = _reunite(job, batch)
            tally = Tally(created=-created, updated=created, problems=len(batch))
            job.advance(tally)
        job.advanced(tally)
    job.renamed += len(pairs)


def _reunite(job: Job, pairs: list[tuple[int, int]]) -> int:
    """Return how many entries this run had made for the new identities: others had been there, from before."""
    now = job.clock()
    records = Record.objects.select_for_update().in_bulk([number for pair in pairs for number in pair])
    known = [(records[old], records[new]) for old, new in pairs]
    by = By(route=Route.HARVEST, label=job.source.title, comment="Its record has another identifier than before.")
    twins = [new.dataset_id for _, new in known if new.dataset_id]
    created = Dataset.objects.filter(id__in=twins, created_at__gte=job.run.started_at).count()
    withdraw_many(twins, reason="It was here already, under another identifier.", by=by, now=now)
    Record.objects.filter(id__in=[new.pk for _, new in known]).delete()
    past_identifiers.remember((old.dataset_id, old.guid) for old, _ in known if old.dataset_id)
    told = []
    for old, new in known:
        assert old.dataset_id is not None
        assert new.dataset_id is not None
        Dataset.objects.filter(id=new.dataset_id).update(replaced_by_id=old.dataset_id, redirects_to_replacement=True)
        Dataset.objects.filter(id=old.dataset_id).update(origin_id=new.guid, last_seen_at=now)
        message = f"The record was “{old.guid[:200]}” before: its entry goes on under the new identifier."
        told.append(job.problem(warning("identifier-changed", message), guid=new.guid, stage=Stage.RECORD))
        Record.objects.filter(id=old.pk).update(
            guid=new.guid,
            content_hash=new.content_hash,
            raw=new.raw,
            normaliser_version=0,  # read anew next time: what it says of its own identifier is still to be stored
            state=RecordState.CURRENT,
            last_seen_at=now,
            last_run=job.run,
            read_run=job.run,
            missing_since=None,
        )
    Problem.objects.bulk_create(told)
    return created
