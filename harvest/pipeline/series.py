"""Which series records are part of, whatever the order in which records and series come.

A record names its series by the UUID that this has at the source. Where the series is not stored yet, the entry goes
without; the record is marked as never read, so that each harvest looks again until the series is there.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from catalogue.models import Dataset
from harvest.findings import Finding, warning
from harvest.models import Record
from harvest.pipeline.job import Job
from harvest.pipeline.reading import Reading

#: The version of the normaliser of a record that is to be read again, even if it says the same. No normaliser has it.
TO_READ_AGAIN: Final = 0


def own_series(job: Job, readings: Sequence[Reading], ids: Mapping[str, UUID]) -> dict[UUID, UUID]:
    """The entry, by its UUID at the source, of every series that these readings name and this source has."""
    wished = {str(reading.draft.in_series_id) for reading in readings if reading.draft and reading.draft.in_series_id}
    if not wished:
        return {}
    stored = Record.objects.filter(source=job.source, guid__in=wished).exclude(dataset=None)
    found = dict(stored.values_list("guid", "dataset_id")) | {guid: ids[guid] for guid in wished & ids.keys()}
    return {UUID(guid): dataset_id for guid, dataset_id in found.items() if dataset_id}


def without_their_series(readings: Sequence[Reading], ids: Mapping[str, UUID]) -> dict[str, Finding]:
    """A warning, by identity, for every reading whose entry was stored without the series that it names."""
    wished = {ids[one.guid]: one for one in readings if one.draft and one.draft.in_series_id and one.guid in ids}
    if not wished:
        return {}
    alone = Dataset.objects.filter(id__in=wished, in_series=None).values_list("id", "overlay")
    return {
        wished[key].guid: _unknown(wished[key].draft.in_series_id)  # type: ignore[union-attr]
        for key, overlay in alone
        if "in_series_id" not in overlay
    }


def _unknown(series: object) -> Finding:
    return warning(
        "unknown-series",
        "The record is part of a series that is not in the catalogue: the next harvest looks for it again.",
        field="in_series",
        value=str(series),
    )
