"""The second of two who edit an entry at once: what the other changed, and a form that holds the work of both."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict

from catalogue.drafts import DATASET_FIELDS
from catalogue.edit_point import EditPoint
from catalogue.merging import Difference, differences_of_three
from catalogue.models import Proposal, ProposalEdition, Revision
from catalogue.proposed import snapshot_at
from catalogue.serializers.revisions import label_of, value_in_words
from catalogue.snapshots import Snapshot, plain


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """One field, in words."""

    label: str
    base: str
    theirs: str
    ours: str
    clashes: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    read: EditPoint
    """What this person began from."""
    current: EditPoint
    who: str
    """Who changed the entry last."""
    differences: tuple[Difference, ...]
    files_changed: bool

    @property
    def words(self) -> str:
        return (
            f"{self.who} changed this entry while you were editing. Nothing is lost: this form holds your work and "
            "theirs. Look at the differences, then save again."
        )

    @property
    def rows(self) -> list[ConflictRow]:
        """What the other person changed, for a table."""
        return [
            ConflictRow(
                label_of(one.field),
                value_in_words(one.field, one.base),
                value_in_words(one.field, one.theirs),
                value_in_words(one.field, one.ours),
                one.clashes,
            )
            for one in self.differences
        ]


def conflict_of(dataset_id: UUID, cleaned: dict[str, Any], *, read: EditPoint, current: EditPoint) -> Conflict:
    """Compare what both wrote with the version that both began from."""
    theirs: Snapshot = snapshot_at(dataset_id, current) or {}
    base: Snapshot = snapshot_at(dataset_id, read) or theirs
    ours = {field: _plain(cleaned[_column(field)]) for field in _FIELDS if _column(field) in cleaned}
    return Conflict(
        read=read,
        current=current,
        who=_last_writer(dataset_id, read, current),
        differences=tuple(differences_of_three(ours, base=base, theirs=theirs, ours=ours)),
        files_changed=base.get("resources") != theirs.get("resources"),
    )


def _last_writer(dataset_id: UUID, read: EditPoint, current: EditPoint) -> str:
    """Who changed the entry last, or what waits beside it."""
    if current.edition not in (0, read.edition):
        edition = ProposalEdition.objects.select_related("person").get(pk=current.edition)
        return str(edition.person or edition.person_name or "Somebody else")
    if read.edition and not current.edition:
        decided = Proposal.objects.select_related("decided_by").filter(editions=read.edition).first()
        if decided and decided.decided_by:
            return str(decided.decided_by)
    latest = Revision.objects.select_related("actor").get(dataset=dataset_id, number=current.version)
    return str(latest.actor or latest.actor_label or "Somebody else")


_FIELDS = (*DATASET_FIELDS, "visibility")


def _column(field: str) -> str:
    return field.removesuffix("_id")


def _plain(value: Any) -> Any:
    return plain(getattr(value, "pk", value))


def take_theirs(data: Any, conflict: Conflict) -> Any:
    """What was posted, with the other person's values where this one had changed nothing, for the form to show again.

    The version that the form then carries is the present one: saving it again is no conflict any more.
    """
    merged: QueryDict = data.copy()
    for one in conflict.differences:
        if not one.clashes:
            value = one.theirs
            if _column(one.field) == "languages":
                merged.setlist("languages", value or [])
            elif isinstance(value, list):
                merged[_column(one.field)] = ", ".join(value)
            else:
                merged[_column(one.field)] = "" if value is None else str(value)
    merged["read_version"] = str(conflict.current)
    return merged
