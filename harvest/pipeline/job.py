"""What every stage of one run is given."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from catalogue.actions import rows
from harvest.enums import Stage
from harvest.findings import Finding
from harvest.models import Problem, Run, Source
from harvest.normalise.base import Normaliser
from harvest.pipeline.claim import Lease, LeaseLost, Tally, advance
from harvest.pipeline.validate import storable
from harvest.raw_record import tidy_guid
from harvest.sources.base import SourceAdapter


@dataclass(slots=True)
class Job:
    """One run in the hands of the worker that holds its lease. A preview has no lease, and may not write."""

    run: Run
    source: Source
    lease: Lease | None
    adapter: SourceAdapter
    normaliser: Normaliser
    clock: Callable[[], datetime.datetime]
    on_progress: Callable[["Job"], Any] = lambda job: None
    tally: Tally = field(default_factory=Tally)
    expected: int | None = None
    renamed: int = 0  # records that came under another identity than before

    def advance(self, tally: Tally) -> None:
        """Count, in the transaction that makes what is counted. Raises LeaseLost."""
        if self.lease is None:
            raise LeaseLost
        advance(self.lease, tally, now=self.clock())

    def advanced(self, tally: Tally) -> None:
        """Show what was counted and committed."""
        self.tally += tally
        self.on_progress(self)

    def recount(self) -> None:
        """Make the tally that of the rows: all that was counted and committed, by whomever."""
        self.run.refresh_from_db()
        self.tally = Tally(**{counter.name: getattr(self.run, counter.name) for counter in fields(Tally)})

    def problem(self, finding: Finding, *, guid: str = "", stage: Stage = Stage.RECORD) -> Problem:
        return rows.new(
            Problem,
            run_id=self.run.pk,
            guid=tidy_guid(guid),
            stage=stage,
            severity=finding.severity,
            kind=finding.kind,
            field=finding.field[:100],
            message=storable(finding.message),
            value=storable(finding.value),
        )
