"""Which records of a batch are new, changed, unchanged, done already or there twice: one query for a batch."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from harvest.enums import RecordState
from harvest.findings import Finding, error, warning
from harvest.models import Record
from harvest.pipeline.job import Job
from harvest.raw_record import RawRecord
from harvest.seen import Seen


class Verdict(StrEnum):
    TO_READ = "to_read"
    UNCHANGED = "unchanged"
    DONE = "done"  # by this run, before it was interrupted
    REPEATED = "repeated"  # the same record, twice in one source
    CLASHING = "clashing"  # another record with the same identity


@dataclass(frozen=True, slots=True)
class Known:
    """What we hold of a record from earlier."""

    id: int
    content_hash: str
    normaliser_version: int
    state: str
    dataset_id: UUID | None
    last_run_id: int | None
    first_seen_at: datetime.datetime

    def is_unchanged(self, raw: RawRecord, *, version: int) -> bool:
        """A failed record is tried again, and a retired one brought back, even where it says the same as before."""
        return (
            self.content_hash == raw.content_hash
            and self.normaliser_version == version
            and self.state in (RecordState.CURRENT, RecordState.VANISHED)
            and self.dataset_id is not None
        )


@dataclass(frozen=True, slots=True)
class Compared:
    raw: RawRecord
    known: Known | None
    verdict: Verdict


def compare(
    job: Job, raws: Sequence[RawRecord], seen: Seen, *, under_way: Mapping[str, str] = MappingProxyType({})
) -> list[Compared]:
    """Say of each record what to do with it. `under_way` has the hashes, by identity, of what others are storing."""
    held = known(job, {raw.guid for raw in raws})
    in_batch: dict[str, str] = {}
    compared = []
    for raw in raws:
        stored = held.get(raw.guid)
        is_repeat = not seen.add(raw.guid)
        is_of_this_run = stored is not None and stored.last_run_id is not None and stored.last_run_id == job.run.id
        first = in_batch.get(raw.guid) or (stored.content_hash if stored and is_of_this_run else None)
        first = first or under_way.get(raw.guid)
        in_batch.setdefault(raw.guid, raw.content_hash)
        if is_repeat and first is not None:
            verdict = Verdict.REPEATED if first == raw.content_hash else Verdict.CLASHING
        elif is_of_this_run:
            verdict = Verdict.DONE
        elif stored and not job.run.is_forced and stored.is_unchanged(raw, version=job.normaliser.version):
            verdict = Verdict.UNCHANGED
        else:
            verdict = Verdict.TO_READ
        compared.append(Compared(raw, stored, verdict))
    return compared


def about_twins(compared: Iterable[Compared]) -> list[tuple[Finding, str]]:
    """What to say of records whose identity came before in the same gather: the first one counts."""
    told = []
    for one in compared:
        title = str(one.raw.body.get("title", ""))
        if one.verdict is Verdict.REPEATED:
            told.append(
                (warning("listed-twice", "The record is listed twice, in the same words.", value=title), one.raw.guid)
            )
        elif one.verdict is Verdict.CLASHING:
            message = (
                "Two different records have this identifier. The first was used and this one was not:"
                " give each its own identifier."
            )
            told.append((error("duplicate-identifier", message, field="identifier", value=title), one.raw.guid))
    return told


def known(job: Job, guids: Iterable[str]) -> dict[str, Known]:
    """What we hold of these identities."""
    rows = Record.objects.filter(source_id=job.source.pk, guid__in=list(guids)).values_list(
        "guid", "id", "content_hash", "normaliser_version", "state", "dataset_id", "last_run_id", "first_seen_at"
    )
    return {row[0]: Known(*row[1:]) for row in rows}


def done_of(job: Job, guids: Iterable[str]) -> frozenset[str]:
    """Which of these identities this run has stored already."""
    stored = Record.objects.filter(source_id=job.source.pk, guid__in=list(guids), last_run_id=job.run.pk)
    return frozenset(stored.values_list("guid", flat=True))
