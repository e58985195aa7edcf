"""What records turn out to say: normalised, validated, and whose they become."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from catalogue.drafts import DatasetDraft
from harvest.findings import Finding, error
from harvest.normalise.base import Normalised
from harvest.pipeline.compare import Compared
from harvest.pipeline.job import Job
from harvest.pipeline.publisher_rule import PublisherChooser
from harvest.pipeline.validate import validate

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a record turned out to say. `draft` None: it can't be used, and an error among `findings` says why."""

    compared: Compared
    draft: DatasetDraft | None
    findings: tuple[Finding, ...]
    normalised: Normalised | None = None

    @property
    def guid(self) -> str:
        return self.compared.raw.guid

    def refused(self, finding: Finding) -> "Reading":
        return replace(self, draft=None, findings=(*self.findings, finding))


def read(job: Job, batch: Sequence[Compared]) -> list[Reading]:
    """Normalise and validate records. Touches no database, and never fails."""
    return [_read(job, compared) for compared in batch]


def _read(job: Job, compared: Compared) -> Reading:
    raw = compared.raw
    if any(finding.is_error for finding in raw.findings):  # the adapter has said already why it can't be used
        return Reading(compared, None, raw.findings)
    try:
        normalised = job.normaliser(raw.body, publisher_id=job.source.publisher_id)
        draft, findings = validate(normalised.draft)
    except Exception as failure:
        logger.exception("Record %r of source %s could not be read.", raw.guid, job.source.pk)
        unreadable = error(
            "unreadable",
            "The record could not be understood. This is a fault in the harvester: please report it with the record.",
            value=repr(failure),
        )
        return Reading(compared, None, (*raw.findings, unreadable))
    return Reading(compared, draft, (*raw.findings, *normalised.findings, *findings), normalised)


def choose_publishers(readings: Sequence[Reading], chooser: PublisherChooser) -> list[Reading]:
    """The same readings, each draft with the publisher that the source's rule gives it."""
    usable = [reading.normalised for reading in readings if reading.draft is not None and reading.normalised]
    chooser.meet(normalised.organisation for normalised in usable if normalised.organisation)
    chosen = []
    for reading in readings:
        if reading.draft is None or reading.normalised is None:
            chosen.append(reading)
            continue
        draft, finding = chooser.apply(reading.draft, reading.normalised.organisation)
        findings = (*reading.findings, finding) if finding else reading.findings
        chosen.append(replace(reading, draft=draft, findings=findings))
    return chosen
