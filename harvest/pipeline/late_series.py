"""Records whose series came later in the same run than they themselves: they are read once more, and join it."""

import json
import zlib
from collections.abc import Callable, Iterator

from catalogue.enums import DatasetKind
from catalogue.models import Dataset
from harvest.enums import RecordState
from harvest.models import Record
from harvest.pipeline.compare import Compared, Verdict, known
from harvest.pipeline.job import Job
from harvest.pipeline.load import BATCH, load
from harvest.pipeline.publisher_rule import PublisherChooser
from harvest.pipeline.reading import Reading, choose_publishers, read
from harvest.pipeline.series import TO_READ_AGAIN, own_series, wished_series
from harvest.pipeline.wanted import wanted
from harvest.raw_record import RawRecord


def join_late_series(job: Job, chooser: PublisherChooser, check: Callable[[], None]) -> None:
    """`check` is called between portions. Raises LeaseLost."""
    for portion in _waiting(job):
        check()
        readings = wanted(choose_publishers(read(job, portion), chooser), job.source.config)
        if came := _whose_series_came(job, readings):
            load(job, came, again=True)


def _waiting(job: Job) -> Iterator[list[Compared]]:
    """What this run stored without its series, as it was received."""
    alone = Record.objects.filter(source=job.source, last_run=job.run, state=RecordState.CURRENT)
    alone = alone.filter(normaliser_version=TO_READ_AGAIN).order_by("id")
    last = 0
    while found := list(alone.filter(id__gt=last)[:BATCH]):
        held = known(job, [record.guid for record in found])
        yield [Compared(_raw(record), held[record.guid], Verdict.TO_READ) for record in found]
        last = found[-1].pk


def _raw(record: Record) -> RawRecord:
    """Only RDF names series, and its records are kept as JSON-LD: the terms of that are the reader's own."""
    raw = zlib.decompress(bytes(record.raw))
    body = json.loads(raw)
    body.pop("@context", None)
    return RawRecord(record.guid, body, raw, record.content_hash)


def _whose_series_came(job: Job, readings: list[Reading]) -> list[Reading]:
    there = own_series(job, readings, {})
    elsewhere = {one.draft.in_series_id for one in readings if one.draft and one.draft.in_series_id}
    series = Dataset.objects.filter(id__in=elsewhere, kind=DatasetKind.SERIES).order_by()
    names = there.keys() | {str(key) for key in series.values_list("id", flat=True)}
    return [one for one in readings if wished_series(one) in names]
