"""What a change in bulk would do, entry by entry, before it is done. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from catalogue.bulk_changes import Change
from catalogue.drafts import DatasetDraft
from catalogue.enums import Visibility
from catalogue.models import Dataset, Resource
from catalogue.serializers.revisions import label_of, value_in_words
from catalogue.snapshots import differences, draft_from, snapshot

#: Fields that follow the source of a harvested entry: what is put there would be gone after the next harvest.
_THE_SOURCES = ("resources", "publisher_id", "kind")


@dataclass(frozen=True, slots=True)
class FieldPlan:
    label: str
    before: str
    after: str


@dataclass(slots=True)
class EntryPlan:
    dataset: Dataset
    draft: DatasetDraft
    visibility: Visibility | None = None
    fields: list[FieldPlan] = field(default_factory=list)
    follows_source: bool = False
    """Whether something was left out since the entry is harvested."""

    @property
    def changes(self) -> bool:
        return bool(self.fields)


@dataclass(frozen=True, slots=True)
class BulkPlan:
    entries: list[EntryPlan]
    skipped: int
    """Entries that this person may not edit."""

    @property
    def changing(self) -> list[EntryPlan]:
        return [entry for entry in self.entries if entry.changes]

    @property
    def at_source(self) -> int:
        return sum(entry.follows_source for entry in self.entries)


def plan_change(
    datasets: Iterable[Dataset],
    change: Change,
    *,
    visibility: Visibility | None = None,
    skipped: int = 0,
    publisher_titles: dict[str, str] | None = None,
) -> BulkPlan:
    """Each of these entries with what would change in it. `publisher_titles` gives names to the ids of publishers."""
    found = list(datasets)
    files: dict[UUID, list[Resource]] = {dataset.id: [] for dataset in found}
    for file in Resource.objects.filter(dataset_id__in=files).order_by("position", "id"):
        files[file.dataset_id].append(file)
    titles = publisher_titles or {}
    plans = []
    for dataset in found:
        before = snapshot(dataset, files[dataset.id], name=dataset.name)
        current = draft_from(before)
        wanted = change(current)
        plan = EntryPlan(dataset, wanted)
        if dataset.is_harvested:
            kept = {name: getattr(current, name) for name in _THE_SOURCES}
            plan.follows_source = any(getattr(wanted, name) != value for name, value in kept.items())
            plan.draft = wanted = wanted.with_changes(**kept)
        after = snapshot(wanted, wanted.resources, name=dataset.name)
        for name, old, new in differences(before, after):
            if name == "publisher_id":
                old, new = titles.get(str(old), old), titles.get(str(new), new)
            plan.fields.append(FieldPlan(label_of(name), value_in_words(name, old), value_in_words(name, new)))
        if visibility and dataset.visibility != visibility:
            plan.visibility = visibility
            words = [str(Visibility(value).label) for value in (dataset.visibility, visibility)]
            plan.fields.append(FieldPlan("Who may see it", *words))
        plans.append(plan)
    return BulkPlan(plans, skipped)
