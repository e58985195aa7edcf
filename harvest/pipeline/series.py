"""Which series records are part of, whatever the order in which records and series come.

A record names its series by the UUID or the address that this has at the source. Where the series is not stored yet,
the entry goes without, and the record is marked as never read: `late_series` looks again at the end of the run, and
each later harvest until the series is there.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from catalogue.drafts import DatasetDraft
from catalogue.enums import DatasetKind
from catalogue.models import Dataset
from harvest.findings import Finding, warning
from harvest.models import Record
from harvest.pipeline.job import Job
from harvest.pipeline.reading import Reading

#: The version of the normaliser of a record that is to be read again, even if it says the same. No normaliser has it.
TO_READ_AGAIN: Final = 0
#: What a problem is called that tells of a series which isn't there.
UNKNOWN_SERIES: Final = "unknown-series"

#: Where an entry keeps the address of its series while that is not in the catalogue.
_EXTRA: Final = "inSeries"


def wished_series(reading: Reading) -> str:
    """What the record calls its series; "" where it is in none."""
    if reading.draft is None or reading.normalised is None:
        return ""
    return reading.normalised.series or str(reading.draft.in_series_id or "")


def own_series(job: Job, readings: Sequence[Reading], ids: Mapping[str, UUID]) -> dict[str, UUID]:
    """The entry of every series that these readings name and this source has, by what they call it.

    A series is called by its identity at the source, or by an address that is among its identifiers.
    """
    wished = {wish for reading in readings if (wish := wished_series(reading))}
    if not wished:
        return {}
    stored = Record.objects.filter(source=job.source).exclude(dataset=None).order_by("id")
    series = stored.filter(dataset__kind=DatasetKind.SERIES, dataset__identifiers__overlap=sorted(wished))
    found = {
        name: key
        for names, key in series.values_list("dataset__identifiers", "dataset_id")
        for name in names
        if key and name in wished
    }
    for one in readings:
        if one.draft and one.draft.kind == DatasetKind.SERIES and one.guid in ids:
            found |= {name: ids[one.guid] for name in one.draft.identifiers if name in wished}
    found |= {guid: key for guid, key in stored.filter(guid__in=wished).values_list("guid", "dataset_id") if key}
    return found | {guid: ids[guid] for guid in wished & ids.keys()}


def in_series(reading: Reading, series: Mapping[str, UUID]) -> DatasetDraft:
    """The reading's draft, part of its series if that is among these. A foreign address of another is kept."""
    assert reading.draft is not None
    wish = wished_series(reading)
    if found := series.get(wish):
        return reading.draft.with_changes(in_series_id=found)
    if reading.normalised and reading.normalised.series:
        return reading.draft.with_changes(extras={**reading.draft.extras, _EXTRA: wish})
    return reading.draft


def without_their_series(readings: Sequence[Reading], ids: Mapping[str, UUID]) -> dict[str, Finding]:
    """A warning, by identity, for every reading whose entry was stored without the series that it names."""
    wished = {ids[one.guid]: one for one in readings if one.guid in ids and wished_series(one)}
    if not wished:
        return {}
    alone = Dataset.objects.filter(id__in=wished, in_series=None).values_list("id", "overlay")
    return {wished[key].guid: _unknown(wished[key]) for key, overlay in alone if "in_series_id" not in overlay}


def _unknown(reading: Reading) -> Finding:
    return warning(
        UNKNOWN_SERIES,
        "The record is part of a series that is not in the catalogue: the next harvest looks for it again.",
        field="in_series",
        value=wished_series(reading),
    )
