"""What the rows of one entry would do: each cell that differs, and each complaint."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from catalogue.drafts import DatasetDraft, ResourceDraft
from catalogue.edit_point import NOWHERE, EditPoint
from catalogue.enums import Visibility
from catalogue.inventory.columns import DATASET_COLUMNS, FILE_COLUMNS, VISIBILITY, BadCell, Column, written
from catalogue.inventory.export import dataset_cells, file_cells
from catalogue.inventory.table_rows import says_file, uuid_of
from catalogue.models import Dataset, Resource
from catalogue.snapshots import draft_from, snapshot
from catalogue.vocabularies.formats import format_from
from publishers.models import Publisher


@dataclass(frozen=True, slots=True)
class CellChange:
    column: str
    before: str
    after: str


@dataclass(slots=True)
class EntryPlan:
    """What the rows of one entry would do."""

    row: int
    """The first of them."""
    title: str = ""
    dataset_id: UUID | None = None
    point: EditPoint = NOWHERE
    """What stands; the plan is for this."""
    is_held: bool = False
    """Whether what changes waits for approval."""
    changes: list[CellChange] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    draft: DatasetDraft | None = None
    visibility: Visibility | None = None

    @property
    def action(self) -> str:
        """`problem`: nothing of it is taken; else `new`, `changed` or `unchanged`."""
        if self.problems:
            return "problem"
        if self.dataset_id is None:
            return "new"
        return "changed" if self.changes else "unchanged"


def plan_entry(
    plan: EntryPlan, rows: list[dict[str, str]], dataset: Dataset | None, files: list[Resource], publisher: Publisher
) -> None:
    """Fill in the plan: `rows` are those of the entry, `dataset` and `files` what stands, None where it is new."""
    first = rows[0]
    if dataset:
        plan.dataset_id, plan.title = dataset.id, plan.title or dataset.title
        plan.point = EditPoint(dataset.version)
        read = first.get("version", "")
        if read.isascii() and read.isdigit() and int(read) != dataset.version:
            plan.problems.append(
                f"The entry was changed since this table was downloaded: version {read} is in the table, "
                f"{dataset.version} stands. Download it again, or empty the cell “version” to put the table over it."
            )
        current = draft_from(snapshot(dataset, files, name=dataset.name))
    else:
        if not plan.title:
            plan.problems.append("There is no title: every new entry needs one.")
            return
        current = DatasetDraft(title=plan.title, publisher_id=publisher.id)
    before = dataset_cells(current, visibility=dataset.visibility if dataset else Visibility.PUBLIC)
    if not dataset:
        before["title"] = ""
    values = _values(plan, first, DATASET_COLUMNS, before, number=plan.row)
    if VISIBILITY in first and first[VISIBILITY] != before[VISIBILITY]:
        _plan_visibility(plan, first[VISIBILITY], before[VISIBILITY])
    if "title" in values and not values["title"]:
        plan.problems.append("The title is empty: every entry needs one.")
    _check_whole(plan, current, values)
    resources = current.resources
    if any(says_file(row) for row in rows):
        if dataset and dataset.is_harvested:
            if any(_file_changes(row, current.resources) for row in rows):
                plan.problems.append("Its files follow the source that it is harvested from: mend them there.")
        else:
            resources = _files(plan, rows, current.resources)
    plan.draft = current.with_changes(**values, resources=resources)


def _plan_visibility(plan: EntryPlan, cell: str, before: str) -> None:
    if cell in Visibility.values:
        plan.visibility = Visibility(cell)
        plan.changes.append(CellChange(VISIBILITY, before, cell))
    elif cell:
        plan.problems.append(f"Row {plan.row}, visibility: this is none of {', '.join(Visibility.values)}.")


def _values(
    plan: EntryPlan, row: Mapping[str, str], columns: tuple[Column, ...], before: Mapping[str, str], *, number: int
) -> dict[str, Any]:
    """What the cells that differ mean, noting each change and each complaint."""
    values: dict[str, Any] = {}
    for column in columns:
        cell = row.get(column.name)
        if cell is None or cell == before.get(column.name, ""):
            continue
        try:
            value = column.read(cell) if cell else column.empty
        except BadCell as error:
            plan.problems.append(f"Row {number}, {column.name}: {error}")
            continue
        if written(value) != before.get(column.name, ""):
            values[column.field] = value
            plan.changes.append(CellChange(column.name, before.get(column.name, ""), written(value)))
    for day in ("issued", "modified"):
        if day in values and columns is DATASET_COLUMNS:
            values[f"{day}_text"] = ""
    return values


def _check_whole(plan: EntryPlan, current: DatasetDraft, values: dict[str, Any]) -> None:
    """What the database would refuse, said in words."""
    result = current.with_changes(**values)
    start, end = result.temporal_start, result.temporal_end
    if start and end and start > end:
        plan.problems.append("The period ends before it starts.")
    sides = (result.west, result.south, result.east, result.north)
    given = [side for side in sides if side is not None]
    if given and len(given) < 4:
        plan.problems.append("Give all four sides of the area (west, south, east, north), or none.")
    elif result.south is not None and result.north is not None and result.south > result.north:
        plan.problems.append("The north side lies south of the south side.")
    if result.access != "open" and not result.access_reason and {"access", "access_reason"} & values.keys():
        plan.problems.append("Say why the data is not open, in the column access_reason.")


def _file_changes(row: Mapping[str, str], files: tuple[ResourceDraft, ...]) -> bool:
    file = _match(row, files)
    cells = file_cells(file) if file else {}
    return any(
        row.get(column.name, cells.get(column.name, "")) != cells.get(column.name, "") for column in FILE_COLUMNS
    )


def _match(row: Mapping[str, str], files: tuple[ResourceDraft, ...]) -> ResourceDraft | None:
    key = uuid_of(row.get("resource_id", ""))
    return (
        next((file for file in files if file.id == key), None)
        if key
        else next((file for file in files if file.url == row.get("url")), None)
    )


def _files(plan: EntryPlan, rows: list[dict[str, str]], files: tuple[ResourceDraft, ...]) -> tuple[ResourceDraft, ...]:
    """The entry's files with what the rows say of them; files that no row names stay."""
    result = list(files)
    for row in rows:
        if not says_file(row):
            continue
        file = _match(row, files)
        before = file_cells(file) if file else {column.name: "" for column in FILE_COLUMNS}
        values = _values(plan, row, FILE_COLUMNS, before, number=int(row[""]))
        if file:
            if "url" in values and not values["url"]:
                plan.problems.append(f"Row {row['']}, url: a file needs its address.")
            elif values:
                result[result.index(file)] = ResourceDraft(
                    **{name: getattr(file, name) for name in file.__dataclass_fields__} | values
                )
        elif values.get("url"):
            values.setdefault("format", format_from("", url=values["url"]))
            result.append(ResourceDraft(**values))
        elif not plan.problems:
            plan.problems.append(f"Row {row['']}: this file has no address in the column url.")
    return tuple(result)
