"""Storing readings in batches: each batch in one transaction with its counts, so that a kill at any instant leaves
whole batches. A batch that fails is halved until the bad record stands alone.
"""

import datetime
import logging
import zlib
from collections.abc import Mapping, Sequence
from uuid import UUID, uuid5

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from catalogue.actions import rows
from catalogue.actions.entry import By, Entry, Origin, Result
from catalogue.actions.store import seen_again, upsert_many
from catalogue.enums import Route, State
from catalogue.models import Dataset
from harvest.enums import RecordState, Severity, Stage
from harvest.findings import Finding, error
from harvest.models import Problem, Record
from harvest.pipeline.claim import LeaseLost, Tally
from harvest.pipeline.compare import Compared
from harvest.pipeline.job import Job
from harvest.pipeline.kept_ids import with_kept_ids
from harvest.pipeline.reading import Reading
from harvest.pipeline.series import TO_READ_AGAIN, in_series, own_series, without_their_series
from harvest.sources.opening import is_web_address

logger = logging.getLogger(__name__)

#: Records whose rows are written together.
BATCH = 200

#: Raw records are small: more effort saves a few bytes and takes twice the time.
_COMPRESSION = 3

#: How often a batch that lost a race with another writer is tried again.
_TRIES = 3

#: Datasets made from records have a UUID made from (source, guid) under this one.
_NAMESPACE = UUID("6f1d1c5e-0b57-5b0e-9d0a-6d6f6d657364")

_UPDATED_COLUMNS = [
    *("dataset", "state", "content_hash", "normaliser_version", "raw"),
    *("last_seen_at", "last_run", "read_run", "missing_since"),
]


def load(job: Job, readings: Sequence[Reading], *, again: bool = False) -> None:
    """Store these readings and count them. Raises LeaseLost, or OperationalError where the database is away.

    `again`: this run has stored and counted them before; only what changes by it is counted now.
    """
    store = _store_again if again else _store
    for attempt in range(1, _TRIES + 1):
        try:
            with transaction.atomic():
                tally = store(job, readings)
                job.advance(tally)
        except LeaseLost:
            raise
        except (OperationalError, InterfaceError):
            if attempt == _TRIES or not _is_connected():
                raise
        except IntegrityError as failure:
            # Perhaps another writer took a name or an id between our look and our write: look again.
            if attempt == _TRIES:
                return _halve(job, readings, failure, again=again)
        except Exception as failure:
            return _halve(job, readings, failure, again=again)
        else:
            return job.advanced(tally)
    return None


def _halve(job: Job, readings: Sequence[Reading], failure: Exception, *, again: bool) -> None:
    """Store what can be stored of a batch that was refused."""
    if len(readings) > 1:
        middle = len(readings) // 2
        load(job, readings[:middle], again=again)
        load(job, readings[middle:], again=again)
        return
    reading = readings[0]
    if reading.draft is None:  # not even the problem can be stored
        raise failure
    logger.warning("Record %r of source %s could not be stored.", reading.guid, job.source.pk, exc_info=failure)
    refusal = error(
        "not-stored",
        "The record was understood but could not be stored. This is a fault in the harvester: please report it.",
        value=repr(failure),
    )
    load(job, [reading.refused(refusal)], again=again)


def _is_connected() -> bool:
    return connection.connection is not None and connection.is_usable()


def _store(job: Job, readings: Sequence[Reading]) -> Tally:
    now = job.clock()
    ids = _dataset_ids(job, readings)
    usable = [reading for reading in readings if reading.draft is not None]
    series = own_series(job, usable, ids)
    entries = [_entry(job, reading, ids[reading.guid], series) for reading in usable]
    stored = upsert_many(entries, by=by(job), now=now)
    alone = without_their_series(usable, ids)
    results = [outcome.result for outcome in stored]
    problems = [
        job.problem(finding, guid=reading.guid, stage=Stage.RECORD)
        for reading in readings
        for finding in (*reading.findings, *([alone[reading.guid]] if reading.guid in alone else []))
    ]
    records = [_record(job, reading, ids, now) for reading in readings]
    for record in records:
        if record.guid in alone:
            record.normaliser_version = TO_READ_AGAIN
    rows.upsert(Record, records, unique=("source", "guid"), names=_UPDATED_COLUMNS)
    rows.insert(Problem, problems)
    return Tally(
        seen=len(readings),
        created=results.count(Result.CREATED),
        updated=results.count(Result.UPDATED),
        unchanged=results.count(Result.UNCHANGED),
        failed=len(readings) - len(usable),
        problems=len(problems),
    )


def _store_again(job: Job, readings: Sequence[Reading]) -> Tally:
    """What this run says of these records takes the place of what it said before."""
    guids = [reading.guid for reading in readings]
    told, _ = Problem.objects.filter(run=job.run, stage=Stage.RECORD, guid__in=guids).delete()
    entries = [key for one in readings if one.compared.known and (key := one.compared.known.dataset_id)]
    as_before = Dataset.objects.filter(id__in=entries, modified_at__lt=job.run.started_at).order_by()
    untouched = as_before.count()
    tally = _store(job, readings)
    updated = untouched - as_before.count()
    return Tally(updated=updated, unchanged=-updated, failed=tally.failed, problems=tally.problems - told)


def by(job: Job) -> By:
    return By(route=Route.HARVEST, label=job.source.title)


def _entry(job: Job, reading: Reading, dataset_id: UUID, series: Mapping[str, UUID]) -> Entry:
    assert reading.normalised is not None
    known = reading.compared.known
    # An entry that a person withdrew stays withdrawn; one that a harvest retired comes back with its record.
    is_new = known is None or known.dataset_id is None or known.state == RecordState.RETIRED
    draft = in_series(reading, series)
    return Entry(
        with_kept_ids(draft) if job.source.keeps_uuids else draft,
        dataset_id,
        state=State.PUBLISHED if is_new else None,
        origin=Origin(
            id=reading.guid,
            url=job.source.url if is_web_address(job.source.url) else "",
            title=job.source.title,
            created_at=reading.normalised.created_at,
            modified_at=reading.normalised.modified_at,
        ),
    )


def _record(job: Job, reading: Reading, ids: Mapping[str, UUID], now: datetime.datetime) -> Record:
    raw, known = reading.compared.raw, reading.compared.known
    if reading.draft is not None:
        state = RecordState.CURRENT
    else:
        is_retired = known is not None and known.state == RecordState.RETIRED
        state = RecordState.RETIRED if is_retired else RecordState.FAILED
    return rows.new(
        Record,
        source_id=job.source.pk,
        guid=raw.guid,
        dataset_id=ids.get(raw.guid) or (known.dataset_id if known else None),
        state=state,
        content_hash=raw.content_hash,
        normaliser_version=job.normaliser.version,
        raw=zlib.compress(raw.raw, _COMPRESSION),
        first_seen_at=now,  # not among the columns that a conflict updates
        last_seen_at=now,
        last_run_id=job.run.pk,
        read_run_id=job.run.pk,
        missing_since=None,
    )


def _dataset_ids(job: Job, readings: Sequence[Reading]) -> dict[str, UUID]:
    """Which dataset each usable record is: the one it was before, else the UUID it brings where the source keeps its
    UUIDs and nobody has it, else one made from source and identity.
    """
    ids: dict[str, UUID] = {}
    new: list[str] = []
    wishes: dict[str, UUID] = {}
    for reading in readings:
        if reading.draft is None or reading.normalised is None:
            continue
        known = reading.compared.known
        if known and known.dataset_id:
            ids[reading.guid] = known.dataset_id
            continue
        new.append(reading.guid)
        if job.source.keeps_uuids and reading.normalised.uuid:
            wishes[reading.guid] = reading.normalised.uuid
    ids |= _made_ids(job, new)
    taken = set(Dataset.objects.filter(id__in=wishes.values()).values_list("id", flat=True)) if wishes else set()
    for guid, wish in wishes.items():
        if wish not in taken:
            ids[guid] = wish
            taken.add(wish)
    return ids


def _made_ids(job: Job, guids: Sequence[str]) -> dict[str, UUID]:
    """UUIDs of new records, made from source and identity. A record that took another identity took its entry along:
    whoever comes with the old identity then is made another UUID, so that no entry belongs to two records.
    """
    ids: dict[str, UUID] = {}
    turn, waiting = 1, {guid: uuid5(_NAMESPACE, f"{job.source.pk} {guid}") for guid in guids}
    while waiting:
        ids |= waiting
        held = set(Record.objects.filter(dataset_id__in=waiting.values()).values_list("dataset_id", flat=True))
        turn += 1
        waiting = {
            guid: uuid5(_NAMESPACE, f"{job.source.pk} {guid} {turn}") for guid in waiting if waiting[guid] in held
        }
    return ids


def keep(job: Job, unchanged: Sequence[Compared]) -> None:
    """Note that these records are still there and say what they said. Raises LeaseLost."""
    _keep(job, [(one.known.id, one.known.dataset_id) for one in unchanged if one.known])


def keep_all(job: Job) -> None:
    """The same for every record in the catalogue, where the source says that nothing changed. Raises LeaseLost."""
    records = Record.objects.filter(source=job.source, state=RecordState.CURRENT).exclude(last_run=job.run)
    while found := list(records.order_by("id").values_list("id", "dataset_id")[:1_000]):
        _keep(job, found)


def _keep(job: Job, found: Sequence[tuple[int, UUID | None]]) -> None:
    if not found:
        return
    tally = Tally(seen=len(found), unchanged=len(found))
    with transaction.atomic():
        now = job.clock()
        Record.objects.filter(id__in=[record_id for record_id, _ in found]).update(
            last_seen_at=now, last_run=job.run, state=RecordState.CURRENT, missing_since=None
        )
        seen_again([dataset_id for _, dataset_id in found if dataset_id], now=now)
        job.advance(tally)
    job.advanced(tally)


def tell(job: Job, findings: Sequence[tuple[Finding, str]]) -> None:
    """Store problems of the source itself, each with the element that was lost by it, if one was. Raises LeaseLost."""
    if not findings:
        return
    lost = sum(1 for finding, element in findings if finding.is_error and element)
    tally = Tally(seen=lost, failed=lost, problems=len(findings))
    with transaction.atomic():
        Problem.objects.bulk_create(
            [job.problem(finding, guid=element, stage=Stage.GATHER) for finding, element in findings]
        )
        job.advance(tally)
    job.advanced(tally)


def forget_gather(job: Job) -> None:
    """Take back what an interrupted gather of this run told: the gather begins again. Raises LeaseLost."""
    told = Problem.objects.filter(run=job.run, stage=Stage.GATHER)
    with transaction.atomic():
        lost = told.filter(severity=Severity.ERROR).exclude(guid="").count()
        problems, _ = told.delete()
        job.advance(Tally(seen=-lost, failed=-lost, problems=-problems))
