"""What a harvest would make of a source: the same way as `run.harvest`, without writing anything."""

import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

from django.utils import timezone

from harvest.enums import SourceKind
from harvest.findings import Finding
from harvest.models import Run, Source
from harvest.normalise import NORMALISERS
from harvest.pipeline import gather
from harvest.pipeline.claim import Tally
from harvest.pipeline.compare import Compared, Verdict, about_twins, compare
from harvest.pipeline.job import Job
from harvest.pipeline.publisher_rule import PublisherChooser
from harvest.pipeline.reading import Reading, choose_publishers, read
from harvest.pipeline.wanted import wanted
from harvest.raw_record import RawRecord
from harvest.seen import Seen
from harvest.sources import ADAPTERS
from harvest.sources.base import Event, Finished, SourceFailed, SourceProblem

#: How much a preview keeps to be shown.
SHOWN_READINGS = 20
SHOWN_PROBLEMS = 10_000


@dataclass(slots=True)
class Preview:
    """`readings` and `problems` (each with the identity of its record): the first few. `tally`: of all that was read.

    `is_whole`: that was everything. `failure` says why the source could not be read further, where it could not.
    """

    tally: Tally = field(default_factory=Tally)
    is_whole: bool = False
    failure: str = ""
    readings: list[Reading] = field(default_factory=list)
    problems: list[tuple[str, Finding]] = field(default_factory=list)

    def note(self, guid: str, finding: Finding) -> None:
        self.tally.problems += 1
        if len(self.problems) < SHOWN_PROBLEMS:
            self.problems.append((guid, finding))


def preview(
    source: Source, *, max_records: int | None = None, max_seconds: float | None = None, may_be_path: bool = False
) -> Preview:
    """Read a source, which need not be saved: all of it, or what can be had within these limits."""
    kind = SourceKind(source.kind)
    job = Job(Run(source=source), source, None, ADAPTERS[kind], NORMALISERS[kind], timezone.now)
    chooser = PublisherChooser(source, may_make=False)
    hashes: dict[str, str] = {}
    found = Preview()
    place = gather.place_of(source, may_be_path=may_be_path)
    limits = gather.limits_of(source, max_seconds=max_seconds)
    given = job.adapter.fetch(place, memory={}, limits=limits)
    try:
        with closing(gather.limited(given, max_records)) as events:
            for batch in gather.batches(_until(events, max_seconds), lambda: None):
                for event in batch:
                    found.is_whole |= isinstance(event, Finished)
                    if isinstance(event, SourceProblem):
                        found.note(event.element, event.finding)
                        lost = bool(event.element) and event.finding.is_error
                        found.tally += Tally(seen=lost, failed=lost)
                raws = [event for event in batch if isinstance(event, RawRecord)]
                for one in compare(job, list(_without_twins(raws, hashes, found)), Seen()):
                    _preview_one(job, one, chooser, found)
    except SourceFailed as failure:
        found.failure = str(failure)
    return found


def _until(events: Iterable[Event], max_seconds: float | None) -> Iterator[Event]:
    ends = None if max_seconds is None else time.monotonic() + max_seconds
    for event in events:
        yield event
        if ends is not None and time.monotonic() > ends:
            return


def _without_twins(raws: list[RawRecord], hashes: dict[str, str], found: Preview) -> Iterator[RawRecord]:
    """Nothing is written, so it is remembered here which records came before."""
    for raw in raws:
        first = hashes.setdefault(raw.guid, "")
        hashes[raw.guid] = first or raw.content_hash
        if not first:
            yield raw
            continue
        verdict = Verdict.REPEATED if first == raw.content_hash else Verdict.CLASHING
        for finding, guid in about_twins([Compared(raw, None, verdict)]):
            found.note(guid, finding)
            found.tally += Tally(seen=finding.is_error, failed=finding.is_error)


def _preview_one(job: Job, one: Compared, chooser: PublisherChooser, found: Preview) -> None:
    if one.verdict is Verdict.UNCHANGED:
        found.tally += Tally(seen=1, unchanged=1)
        return
    chosen = choose_publishers(wanted(read(job, [one]), job.source.config), chooser)
    if not chosen:
        return
    (reading,) = chosen
    for finding in reading.findings:
        found.note(reading.guid, finding)
    is_known = one.known is not None and one.known.dataset_id is not None
    if reading.draft is None:
        found.tally += Tally(seen=1, failed=1)
        return
    found.tally += Tally(seen=1, updated=is_known, created=not is_known)
    if len(found.readings) < SHOWN_READINGS:
        found.readings.append(reading)
