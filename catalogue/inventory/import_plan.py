"""What a table would do, row by row, before anything is done. Reads the entries that it names; writes nothing.

A cell that says what the entry says already is no change, even where a cell can't hold all that the entry says. A
column that the table lacks leaves its field alone; an empty cell empties it. Entries that the table does not name stay
as they are, and so do files.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID, uuid4

from django.db.models.functions import Lower

from catalogue.enums import State
from catalogue.inventory.entry_plan import Complaint, EntryPlan, plan_entry
from catalogue.inventory.table_file import Row, UnreadableTable
from catalogue.inventory.table_rows import entries_of, references_of, uuid_of
from catalogue.merging import rebased
from catalogue.models import Dataset, Resource
from catalogue.proposed import WorkingCopy, is_held, working_copies
from catalogue.snapshots import draft_from, snapshot
from publishers.models import Publisher, User
from publishers.permissions import Permission, publisher_ids_with

_BATCH: Final = 500

#: So many rows are named, and so many cells quoted, of those that are wrong in the same way.
_EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class KindOfProblem:
    """One thing that is wrong with several rows."""

    column: str
    """"": of no one column."""
    text: str
    rows: list[int] = field(default_factory=list)
    cells: dict[str, None] = field(default_factory=dict)
    """What stands there, each once."""

    @property
    def first_rows(self) -> list[int]:
        return self.rows[:_EXAMPLES]

    @property
    def first_cells(self) -> list[str]:
        return list(self.cells)[:_EXAMPLES]


@dataclass(frozen=True, slots=True)
class ImportPlan:
    entries: list[EntryPlan]
    unknown_columns: list[str]

    def count(self, action: str) -> int:
        return sum(entry.action == action for entry in self.entries)

    @property
    def held(self) -> int:
        return sum(entry.is_held and entry.action == "changed" for entry in self.entries)

    def to_store(self, *, with_twins: bool = False) -> list[EntryPlan]:
        """`with_twins`: new entries whose title is there already are made all the same."""
        wanted = {"new", "changed", "twin"} if with_twins else {"new", "changed"}
        return [entry for entry in self.entries if entry.action in wanted]

    @property
    def kinds_of_problem(self) -> list[KindOfProblem]:
        """What is wrong, each once, the commonest first."""
        kinds: dict[tuple[str, str], KindOfProblem] = {}
        for entry in self.entries:
            for problem in entry.problems:
                kind = kinds.setdefault((problem.column, problem.text), KindOfProblem(problem.column, problem.text))
                kind.rows.append(problem.row or entry.row)
                if problem.cell:
                    kind.cells.setdefault(problem.quoted)
        return sorted(kinds.values(), key=lambda kind: (-len(kind.rows), kind.rows[0]))


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
            text = "you can see no entry with this id. Leave the cell empty for a new entry."
            plan.problems.append(Complaint(text, plan.row, "id", key))
            continue
        if dataset and editable is not None and dataset.publisher_id not in editable:
            plan.refuse(f"You may not edit the entries of {dataset.publisher}.")
            continue
        if dataset and seen.setdefault(str(dataset.id), plan.row) != plan.row:
            column = "id" if key else "identifier"
            text = "this entry stands further up already: put its rows one below the other."
            plan.problems.append(Complaint(text, plan.row, column, rows[0][column]))
            continue
        plan_entry(plan, rows, dataset, files.get(dataset.id, []) if dataset else [], publisher)
        if dataset and dataset.id in copies:
            _plan_held(plan, copies[dataset.id])
    _find_twins(plans, publisher)
    return plans


def _find_twins(plans: list[EntryPlan], publisher: Publisher) -> None:
    """Which new entries have the title of one that is there: a table uploaded twice makes everything twice."""
    new = {plan.title.lower() for plan in plans if plan.action == "new"}
    there = Dataset.objects.filter(publisher=publisher).exclude(state=State.WITHDRAWN).annotate(key=Lower("title"))
    twins = dict(there.filter(key__in=new).order_by("id").values_list("key", "id")) if new else {}
    for plan in plans:
        if plan.action == "new":
            plan.twin = twins.get(plan.title.lower())


def _plan_held(plan: EntryPlan, copy: WorkingCopy) -> None:
    """The table was made of the entry as it stands: what it changes of that is put to what waits already."""
    plan.is_held, plan.point = True, copy.point
    if plan.draft and copy.proposal:
        files = tuple(replace(file, id=file.id or uuid4()) for file in plan.draft.resources)
        wanted = snapshot(plan.draft, files, name=plan.draft.name, visibility=copy.published["visibility"])
        plan.draft = draft_from(rebased(wanted, base=copy.published, theirs=copy.said))
