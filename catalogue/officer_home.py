"""What needs a data officer today, with one click to the fix. A query for each kind of work, and a few more."""

import datetime
from dataclasses import dataclass, field
from uuid import UUID

from django.core.cache import cache
from django.db.models import Exists, F, Max, OuterRef, QuerySet

from catalogue.attention import NEEDS, counts_of, needing
from catalogue.enums import Band, ProposalState, State
from catalogue.models import Dataset, ProposalEdition, Revision
from catalogue.quality.plan import Step
from catalogue.quality.report import present
from catalogue.serializers.quality import follows_its_source, place_to_mend
from publishers.models import User
from publishers.permissions import Permission, publisher_ids_with

#: Counts of the whole catalogue, which operators see, may be this old, in seconds. Those of a publisher are fresh.
_OPERATORS_AGE = 60

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Tile:
    need: str
    label: str
    count: int
    query: str
    """The list's query that shows just these."""

    @property
    def words(self) -> str:
        return f"{self.count:,}"


@dataclass(frozen=True, slots=True)
class Weak:
    """An entry of low quality, and the one thing that would raise it most."""

    dataset: Dataset
    score: int
    band: str
    step: Step
    place: str
    at_its_source: bool


@dataclass(frozen=True, slots=True)
class Home:
    may_edit: bool
    tiles: list[Tile] = field(default_factory=list)
    to_review: list[Dataset] = field(default_factory=list)
    to_approve: list[Dataset] = field(default_factory=list)
    """Published entries with a change that waits for this person's approval."""
    handed_in: list[Dataset] = field(default_factory=list)
    """Published entries with a change of this person's that waits for somebody else's approval."""
    sent_back: list[Dataset] = field(default_factory=list)
    """Published entries of which a change was sent back, for those who can't publish it themselves."""
    weakest: list[Weak] = field(default_factory=list)
    latest: list[Dataset] = field(default_factory=list)
    """Entries that this person changed last."""


def home_of(user: User, now: datetime.datetime) -> Home:
    """For an officer the entries of their publishers, for an operator all; empty for those who may edit none."""
    own = publisher_ids_with(user, Permission.EDIT_DATASET)
    if own == set():
        return Home(may_edit=False)
    entries = Dataset.objects.all() if own is None else Dataset.objects.filter(publisher_id__in=own)
    counts = _counts(own, now)
    approving = publisher_ids_with(user, Permission.PUBLISH_DATASET)
    waiting = needing("review", entries, now).select_related("publisher").order_by("modified_at", "id")
    if approving is not None:
        waiting = waiting.filter(publisher_id__in=approving)
    others_approve = own - approving if own and approving is not None else set()
    return Home(
        may_edit=True,
        tiles=[Tile(need, label, counts[need], f"needs={need}") for need, label in NEEDS.items() if counts[need]],
        to_approve=_with_proposals(entries, ProposalState.WAITING, approving),
        handed_in=_with_proposals(entries, ProposalState.WAITING, others_approve, by=user),
        sent_back=_with_proposals(entries, ProposalState.RETURNED, own) if approving != own else [],
        to_review=list(waiting.only("title", "modified_at", "publisher__title")[:_SHOWN]),
        weakest=_weakest(entries),
        latest=_latest(user, own),
    )


def _with_proposals(
    entries: QuerySet[Dataset], state: ProposalState, allowed: set[UUID] | None, *, by: User | None = None
) -> list[Dataset]:
    """Entries of these publishers of which a proposed change stands so, what waits longest first; of a change that
    `by` worked on."""
    if allowed == set():
        return []
    found = entries if allowed is None else entries.filter(publisher_id__in=allowed)
    if by:
        own = ProposalEdition.objects.filter(proposal__dataset=OuterRef("pk"), proposal__state=state, person=by)
        found = found.filter(Exists(own))
    found = found.filter(proposals__state=state).annotate(changed_at=F("proposals__changed_at"))
    shown = found.select_related("publisher").order_by("changed_at", "id").only("title", "publisher__title")
    return list(shown[:_SHOWN])


def _counts(own: set[UUID] | None, now: datetime.datetime) -> dict[str, int]:
    found = cache.get("officer-home") if own is None else None
    if found is None:
        found = counts_of(own, now)
        if own is None:
            cache.set("officer-home", found, _OPERATORS_AGE)
    return dict(found)


def _weakest(entries: QuerySet[Dataset]) -> list[Weak]:
    """The published entries with the lowest scores that somebody can still raise."""
    lowest = (
        entries.filter(state=State.PUBLISHED, quality__band__in=[Band.POOR, Band.FAIR, Band.GOOD])
        .select_related("quality")
        .prefetch_related("resources")
        .only("title", "origin_id", "quality")
        .order_by("quality__score", "quality__dataset_id")[:_SHOWN]
    )
    weak = []
    for dataset in lowest:
        report = present(dataset.quality)
        if report.steps:
            step = report.steps[0]
            resource_ids = [str(resource.pk) for resource in dataset.resources.all()]
            weak.append(
                Weak(
                    dataset=dataset,
                    score=report.score,
                    band=str(report.band.label).lower(),
                    step=step,
                    place=place_to_mend(step.field, step.evidence, resource_ids),
                    at_its_source=follows_its_source(dataset, step.field),
                )
            )
    return weak


def _latest(user: User, own: set[UUID] | None) -> list[Dataset]:
    mine = Revision.objects.filter(actor=user)
    if own is not None:
        mine = mine.filter(dataset__publisher_id__in=own)
    latest = mine.values("dataset").annotate(at=Max("id")).order_by("-at").values_list("dataset", flat=True)
    found = Dataset.objects.only("title", "state", "modified_at", "version").in_bulk(list(latest[:_SHOWN]))
    return sorted(found.values(), key=lambda dataset: dataset.modified_at, reverse=True)
