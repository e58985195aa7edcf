"""A publisher's corrections of a harvested entry, which survive the next harvest. Pure.

Three layers make a harvested entry: as received, as harvested, and this one. What is shown is the harvested value
except where the publisher has put their own. Each correction keeps both: `{"title": {"ours": …, "theirs": …}}`.
Values are as snapshots have them. Putting the source's value back ends the correction.
"""

from typing import Any

from catalogue.drafts import DATASET_FIELDS, DatasetDraft
from catalogue.snapshots import Snapshot, plain, restored

Overlay = dict[str, dict[str, Any]]

#: Corrections of these would tear an entry from its publisher's list of records.
_NOT_CORRECTABLE = {"publisher_id", "kind"}


def harvested(draft: DatasetDraft, overlay: Overlay) -> tuple[DatasetDraft, Overlay]:
    """What to show of a freshly harvested draft, and the corrections with the source's new values noted."""
    if not overlay:
        return draft, overlay
    kept = {
        field: {"ours": values["ours"], "theirs": plain(getattr(draft, field))}
        for field, values in overlay.items()
        if plain(getattr(draft, field)) != values["ours"]
    }
    return draft.with_changes(**{field: restored(field, values["ours"]) for field, values in kept.items()}), kept


def corrected(draft: DatasetDraft, before: Snapshot, overlay: Overlay) -> Overlay:
    """The corrections after a person made a harvested entry, which said `before`, say `draft`."""
    corrections = dict(overlay)
    for field in DATASET_FIELDS:
        ours = plain(getattr(draft, field))
        if field in _NOT_CORRECTABLE or ours == before.get(field):
            continue
        theirs = corrections[field]["theirs"] if field in corrections else before.get(field)
        if ours == theirs:
            corrections.pop(field, None)
        else:
            corrections[field] = {"ours": ours, "theirs": theirs}
    return corrections
