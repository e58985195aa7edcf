"""Which series the entries of a batch may be part of."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from catalogue.actions.entry import Entry
from catalogue.actions.entry_work import Work
from catalogue.drafts import DatasetDraft
from catalogue.enums import DatasetKind, State, Visibility
from catalogue.models import Dataset


@dataclass(frozen=True, slots=True)
class JoinableSeries:
    """A series that entries of this batch wish to be part of."""

    publisher_id: UUID
    is_public: bool


def joinable_series(works: Sequence[Work], now: datetime.datetime) -> dict[UUID, JoinableSeries]:
    """Those of the wished-for series that there are, or will be once this batch is stored."""
    corrections = (work.dataset.overlay.get("in_series_id", {}).get("ours") for work in works)
    wished = {UUID(text) for text in corrections if text}
    wished |= {wish for work in works if (wish := work.entry.draft.in_series_id)}
    if not wished:
        return {}
    stored = Dataset.objects.filter(id__in=wished, kind=DatasetKind.SERIES).order_by()
    public = set(stored.public(now).values_list("id", flat=True))
    found = {key: JoinableSeries(owner, key in public) for key, owner in stored.values_list("id", "publisher_id")}
    for work in works:
        if work.dataset.id in wished:
            found.pop(work.dataset.id, None)
            if work.entry.draft.kind == DatasetKind.SERIES:
                is_public = work.dataset.id in public or _is_new_and_public(work.entry, is_new=work.is_new)
                found[work.dataset.id] = JoinableSeries(work.entry.draft.publisher_id, is_public)
    return found


def _is_new_and_public(entry: Entry, *, is_new: bool) -> bool:
    is_open = entry.visibility in (None, Visibility.PUBLIC) and entry.release is None
    return is_new and is_open and entry.state == State.PUBLISHED


def joined(draft: DatasetDraft, series: dict[UUID, JoinableSeries]) -> DatasetDraft:
    """A harvested draft: its source may put entries into its publisher's series and those that anybody may see."""
    found = series.get(draft.in_series_id) if draft.in_series_id else None
    may_join = found is not None and (found.is_public or found.publisher_id == draft.publisher_id)
    return draft if may_join or draft.in_series_id is None else draft.with_changes(in_series_id=None)
