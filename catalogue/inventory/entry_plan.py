"""What the rows of one entry would do: each cell that differs, and each complaint."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from catalogue.drafts import DatasetDraft, ResourceDraft
from catalogue.edit_point import NOWHERE, EditPoint
from catalogue.enums import Visibility
from catalogue.inventory.columns import DATASET_COLUMNS, FILE_COLUMNS, VISIBILITY, BadCell, Column, written
from catalogue.inventory.export import dataset_cells, file_cells
from catalogue.inventory.table_rows import says_file, uuid_of
from catalogue.models import Dataset, Resource
from catalogue.shown_change import ShownChange
from catalogue.snapshots import draft_from, snapshot
from catalogue.vocabularies.formats import format_from
from publishers.models import Publisher

#: So much of a cell is quoted.
_QUOTED: Final = 60


@dataclass(frozen=True, slots=True)
class Complaint:
    """What keeps an entry out. `str()` says where it is, and what to do."""

    text: str
    row: int = 0
    """0: it is the entry as a whole."""
    column: str = ""
    cell: str = ""
    """What stands there."""

    def __str__(self) -> str:
        return f"Row {self.row}, {self.in_its_row}" if self.row else self.text

    @property
    def in_its_row(self) -> str:
        """The same for whoever has the row before them."""
        said = f" “{self.quoted}”" if self.cell else ""
        return f"{self.column}{said}: {self.text}" if self.column else self.text

    @property
    def quoted(self) -> str:
        return self.cell if len(self.cell) <= _QUOTED else f"{self.cell[:_QUOTED]}…"


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
    changes: list[ShownChange] = field(default_factory=list)
    problems: list[Complaint] = field(default_factory=list)
    draft: DatasetDraft | None = None
    visibility: Visibility | None = None
    twin: UUID | None = None
    """An entry of the publisher that has the title of this new one."""

    @property
    def action(self) -> str:
        """`problem`: nothing of it is taken; else `new`, `twin` (new, by a title that is there already), `changed` or
        `unchanged`."""
        if self.problems:
            return "problem"
        if self.dataset_id is None:
            return "twin" if self.twin else "new"
        return "changed" if self.changes else "unchanged"

    def refuse(self, text: str) -> None:
        """Leave the entry out, for something that is no one cell’s fault."""
        self.problems.append(Complaint(text))


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
            text = (
                "the entry was changed since this table was downloaded. Download it again, or empty this cell to put "
                "the table over it."
            )
            plan.problems.append(Complaint(text, plan.row, "version", read))
        current = draft_from(snapshot(dataset, files, name=dataset.name))
    else:
        if not plan.title:
            plan.refuse("There is no title: every new entry needs one.")
            return
        current = DatasetDraft(title=plan.title, publisher_id=publisher.id)
    before = dataset_cells(current, visibility=dataset.visibility if dataset else Visibility.PUBLIC)
    if not dataset:
        before["title"] = ""
    values = _values(plan, first, DATASET_COLUMNS, before, number=plan.row)
    if VISIBILITY in first and first[VISIBILITY] != before[VISIBILITY]:
        _plan_visibility(plan, first[VISIBILITY], before[VISIBILITY])
    if "title" in values and not values["title"]:
        plan.refuse("The title is empty: every entry needs one.")
    _check_whole(plan, current, values)
    resources = current.resources
    if any(says_file(row) for row in rows):
        if dataset and dataset.is_harvested:
            if any(_file_changes(row, current.resources) for row in rows):
                plan.refuse("Its files follow the source that it is harvested from: mend them there.")
        else:
            resources = _files(plan, rows, current.resources)
    plan.draft = current.with_changes(**values, resources=resources)


def _plan_visibility(plan: EntryPlan, cell: str, before: str) -> None:
    if cell in Visibility.values:
        plan.visibility = Visibility(cell)
        plan.changes.append(ShownChange(VISIBILITY, before, cell))
    elif cell:
        text = f"this is none of {', '.join(Visibility.values)}."
        plan.problems.append(Complaint(text, plan.row, VISIBILITY, cell))


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
            plan.problems.append(Complaint(str(error), number, column.name, cell))
            continue
        if written(value) != before.get(column.name, ""):
            values[column.field] = value
            plan.changes.append(ShownChange(column.name, before.get(column.name, ""), written(value)))
    for day in ("issued", "modified"):
        if day in values and columns is DATASET_COLUMNS:
            values[f"{day}_text"] = ""
    return values


def _check_whole(plan: EntryPlan, current: DatasetDraft, values: dict[str, Any]) -> None:
    """What the database would refuse, said in words."""
    result = current.with_changes(**values)
    start, end = result.temporal_start, result.temporal_end
    if start and end and start > end:
        plan.refuse("The period ends before it starts.")
    sides = (result.west, result.south, result.east, result.north)
    given = [side for side in sides if side is not None]
    if given and len(given) < 4:
        plan.refuse("Give all four sides of the area (west, south, east, north), or none.")
    elif result.south is not None and result.north is not None and result.south > result.north:
        plan.refuse("The north side lies south of the south side.")
    if result.access != "open" and not result.access_reason and {"access", "access_reason"} & values.keys():
        plan.refuse("Say why the data is not open, in the column access_reason.")


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
                plan.problems.append(Complaint("a file needs its address.", int(row[""]), "url"))
            elif values:
                result[result.index(file)] = ResourceDraft(
                    **{name: getattr(file, name) for name in file.__dataclass_fields__} | values
                )
        elif values.get("url"):
            values.setdefault("format", format_from("", url=values["url"]))
            result.append(ResourceDraft(**values))
        elif not plan.problems:
            given = ", ".join(column.name for column in FILE_COLUMNS if row.get(column.name))
            text = f"a file needs its address. Give it, or empty what else is said of the file ({given})."
            plan.problems.append(Complaint(text, int(row[""]), "url"))
    return tuple(result)
