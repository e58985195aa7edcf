"""What a table would do, row by row, before anything is done. Reads the entries that it names; writes nothing.

A cell that says what the entry says already is no change, even where a cell can't hold all that the entry says. A
column that the table lacks leaves its field alone; an empty cell empties it. Entries that the table does not name stay
as they are, and so do files.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID, uuid4

from catalogue.inventory.entry_plan import EntryPlan, plan_entry
from catalogue.inventory.table_file import Row, UnreadableTable
from catalogue.inventory.table_rows import entries_of, references_of, uuid_of
from catalogue.merging import rebased
from catalogue.models import Dataset, Resource
from catalogue.proposed import WorkingCopy, is_held, working_copies
from catalogue.snapshots import draft_from, snapshot
from publishers.models import Publisher, User
from publishers.permissions import Permission, publisher_ids_with

_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class ImportPlan:
    entries: list[EntryPlan]
    unknown_columns: list[str]

    def count(self, action: str) -> int:
        return sum(entry.action == action for entry in self.entries)

    @property
    def held(self) -> int:
        return sum(entry.is_held and entry.action == "changed" for entry in self.entries)

    @property
    def to_store(self) -> list[EntryPlan]:
        return [entry for entry in self.entries if entry.action in {"new", "changed"}]


def plan_import(rows: Iterable[Row], *, user: User, publisher: Publisher) -> ImportPlan:
    """`publisher`: whose new entries become. Raises UnreadableTable where there is no header or no row."""
    groups, unknown = entries_of(rows)
    plans: list[EntryPlan] = []
    seen: dict[str, int] = {}
    batch: list[list[dict[str, str]]] = []
    for group in groups:
        batch.append(group)
        if len(batch) == _BATCH:
            plans += _plan_batch(batch, seen, user=user, publisher=publisher)
            batch = []
    plans += _plan_batch(batch, seen, user=user, publisher=publisher)
    if not plans:
        raise UnreadableTable("The table has a header and nothing below it.")
    return ImportPlan(plans, unknown)


def _plan_batch(
    groups: list[list[dict[str, str]]], seen: dict[str, int], *, user: User, publisher: Publisher
) -> list[EntryPlan]:
    ids = {key: uuid_of(key) for rows in groups if (key := rows[0].get("id", ""))}
    known = Dataset.objects.visible_to(user).select_related("publisher")
    found = known.in_bulk([key for key in ids.values() if key])
    references = {reference for rows in groups if not rows[0].get("id") for reference in references_of(rows[0])}
    by_reference: dict[str, Dataset] = {}
    if references:
        for one in known.filter(publisher=publisher, identifiers__overlap=list(references)):
            by_reference |= dict.fromkeys(one.identifiers, one)
    wanted = {*found, *(one.id for one in by_reference.values())}
    files: dict[UUID, list[Resource]] = {}
    for file in Resource.objects.filter(dataset_id__in=wanted).order_by("position", "id"):
        files.setdefault(file.dataset_id, []).append(file)
    editable = publisher_ids_with(user, Permission.EDIT_DATASET)
    named = {*found.values(), *by_reference.values()}
    copies = working_copies(one for one in named if is_held(user, [one.publisher_id], one.state))
    plans = []
    for rows in groups:
        plan = EntryPlan(row=int(rows[0][""]), title=rows[0].get("title", ""))
        plans.append(plan)
        key = rows[0].get("id", "")
        dataset: Dataset | None
        if key:
            wanted_id = ids[key]
            dataset = found.get(wanted_id) if wanted_id else None
        else:
            dataset = next((by_reference[one] for one in references_of(rows[0]) if one in by_reference), None)
        if key and dataset is None:
            plan.problems.append(f"No entry that you can see has the id {key}. Leave the cell empty for a new entry.")
            continue
        if dataset and editable is not None and dataset.publisher_id not in editable:
            plan.problems.append(f"You may not edit the entries of {dataset.publisher}.")
            continue
        if dataset and (first := seen.setdefault(str(dataset.id), plan.row)) != plan.row:
            plan.problems.append(f"This entry stands in row {first} already: put its rows one below the other.")
            continue
        plan_entry(plan, rows, dataset, files.get(dataset.id, []) if dataset else [], publisher)
        if dataset and dataset.id in copies:
            _plan_held(plan, copies[dataset.id])
    return plans


def _plan_held(plan: EntryPlan, copy: WorkingCopy) -> None:
    """The table was made of the entry as it stands: what it changes of that is put to what waits already."""
    plan.is_held, plan.point = True, copy.point
    if plan.draft and copy.proposal:
        files = tuple(replace(file, id=file.id or uuid4()) for file in plan.draft.resources)
        wanted = snapshot(plan.draft, files, name=plan.draft.name, visibility=copy.published["visibility"])
        plan.draft = draft_from(rebased(wanted, base=copy.published, theirs=copy.said))
