"""What a change in bulk would do, entry by entry, before it is done. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from catalogue.bulk_changes import Change
from catalogue.drafts import DatasetDraft
from catalogue.edit_point import NOWHERE, EditPoint
from catalogue.enums import State, Visibility
from catalogue.models import Dataset
from catalogue.proposed import is_held as is_held_for
from catalogue.proposed import working_copies
from catalogue.serializers.revisions import label_of, value_in_words
from catalogue.shown_change import ShownChange
from catalogue.snapshots import differences, draft_from, snapshot
from publishers.models import User

#: Fields that follow the source of a harvested entry: what is put there would be gone after the next harvest.
_THE_SOURCES = ("resources", "publisher_id", "kind")

#: From where entries are brought to a state in bulk. What was withdrawn comes back one by one.
_BEFORE = {State.IN_REVIEW: {State.DRAFT}, State.PUBLISHED: {State.DRAFT, State.IN_REVIEW}}


@dataclass(slots=True)
class EntryPlan:
    dataset: Dataset
    draft: DatasetDraft
    visibility: Visibility | None = None
    state: State | None = None
    fields: list[ShownChange] = field(default_factory=list)
    follows_source: bool = False
    """Whether something was left out since the entry is harvested."""
    is_held: bool = False
    """Whether what changes waits for approval."""
    point: EditPoint = NOWHERE
    """What the plan was made from."""

    @property
    def changes(self) -> bool:
        return bool(self.fields)


@dataclass(frozen=True, slots=True)
class BulkPlan:
    entries: list[EntryPlan]
    skipped: int
    """Entries with which this person may not do that."""

    @property
    def changing(self) -> list[EntryPlan]:
        return [entry for entry in self.entries if entry.changes]

    @property
    def at_source(self) -> int:
        return sum(entry.follows_source for entry in self.entries)

    @property
    def held(self) -> int:
        return sum(entry.is_held for entry in self.changing)


def plan_change(
    datasets: Iterable[Dataset],
    change: Change,
    *,
    user: User,
    visibility: Visibility | None = None,
    state: State | None = None,
    skipped: int = 0,
    publisher_titles: dict[str, str] | None = None,
) -> BulkPlan:
    """Each of these entries with what would change in it. `publisher_titles` gives names to the ids of publishers.

    `state`: where those are brought that can be; whether `user` may is asked before.
    Of an entry whose changes by `user` wait for approval the plan changes what waits already, if anything does.
    """
    titles = publisher_titles or {}
    plans = []
    for copy in working_copies(datasets).values():
        dataset, current = copy.dataset, copy.draft
        wanted = change(current)
        is_held = is_held_for(user, [dataset.publisher_id, wanted.publisher_id], dataset.state)
        if not is_held:
            current = draft_from(copy.published)
            wanted = change(current)
        point = copy.point if is_held else EditPoint(dataset.version)
        plan = EntryPlan(dataset, wanted, is_held=is_held, point=point)
        if dataset.is_harvested:
            kept = {name: getattr(current, name) for name in _THE_SOURCES}
            plan.follows_source = any(getattr(wanted, name) != value for name, value in kept.items())
            plan.draft = wanted = wanted.with_changes(**kept)
        before = snapshot(current, current.resources, name=dataset.name)
        after = snapshot(wanted, wanted.resources, name=dataset.name)
        for name, old, new in differences(before, after):
            if name == "publisher_id":
                old, new = titles.get(str(old), old), titles.get(str(new), new)
            plan.fields.append(ShownChange(label_of(name), value_in_words(name, old), value_in_words(name, new)))
        audience = copy.said["visibility"] if is_held else dataset.visibility
        if visibility and audience != visibility:
            plan.visibility = visibility
            words = [str(Visibility(value).label) for value in (audience, visibility)]
            plan.fields.append(ShownChange("Who may see it", *words))
        if state and dataset.state in _BEFORE[state]:
            plan.state = state
            plan.fields.append(ShownChange("State", str(State(dataset.state).label), str(state.label)))
        plans.append(plan)
    return BulkPlan(plans, skipped)
