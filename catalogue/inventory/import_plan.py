"""What a table would do, row by row, before anything is done. Reads the entries that it names; writes nothing.

A cell that says what the entry says already is no change, even where a cell can't hold all that the entry says. A
column that the table lacks leaves its field alone; an empty cell empties it. Entries that the table does not name stay
as they are, and so do files.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Final
from uuid import UUID, uuid4

from catalogue.drafts import DatasetDraft, ResourceDraft
from catalogue.edit_point import NOWHERE, EditPoint
from catalogue.enums import Visibility
from catalogue.inventory.columns import (
    DATASET_COLUMNS,
    FILE_COLUMNS,
    VISIBILITY,
    BadCell,
    Column,
    places_of,
    same_text,
    written,
)
from catalogue.inventory.export import dataset_cells, file_cells
from catalogue.inventory.table_file import Row, UnreadableTable
from catalogue.merging import rebased
from catalogue.models import Dataset, Resource
from catalogue.proposed import WorkingCopy, is_held, working_copies
from catalogue.snapshots import draft_from, snapshot
from catalogue.vocabularies.formats import format_from
from publishers.models import Publisher, User
from publishers.permissions import Permission, publisher_ids_with

#: Rows among which the header is looked for.
_ABOVE: Final = 20
_BATCH: Final = 500


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
    waiting = iter(rows)
    places, unknown = _header(waiting)
    cells = ({name: _cell(row, place) for name, place in places.items()} | {"": str(row.number)} for row in waiting)
    plans: list[EntryPlan] = []
    seen: dict[str, int] = {}
    batch: list[list[dict[str, str]]] = []
    for _, group in groupby(_keyed(cells), key=lambda keyed: keyed[0]):
        batch.append([row for _, row in group])
        if len(batch) == _BATCH:
            plans += _plan_batch(batch, seen, user=user, publisher=publisher)
            batch = []
    plans += _plan_batch(batch, seen, user=user, publisher=publisher)
    if not plans:
        raise UnreadableTable("The table has a header and nothing below it.")
    return ImportPlan(plans, unknown)


def _header(rows: Iterator[Row]) -> tuple[Mapping[str, int], list[str]]:
    for _, row in zip(range(_ABOVE), rows, strict=False):
        places, unknown = places_of(row.cells)
        if "title" in places or ("id" in places and len(places) > 1):
            return places, unknown
    raise UnreadableTable(
        "No row is a header that we know: the first should name the columns, with “title” among them. Download your "
        "entries as a table to see the columns."
    )


def _cell(row: Row, place: int) -> str:
    return same_text(row.cells[place]) if place < len(row.cells) else ""


def _keyed(rows: Iterable[dict[str, str]]) -> Iterator[tuple[object, dict[str, str]]]:
    """Rows with what tells that the next belongs to the same entry: its id, or a file and no title of its own."""
    key: object = None
    for row in rows:
        if row.get("id"):
            key = row["id"].lower()
        elif row.get("title") or key is None or not _says_file(row):
            key = object()
        yield key, row


def _plan_batch(
    groups: list[list[dict[str, str]]], seen: dict[str, int], *, user: User, publisher: Publisher
) -> list[EntryPlan]:
    ids = {key: _uuid(key) for rows in groups if (key := rows[0].get("id", ""))}
    known = Dataset.objects.visible_to(user).select_related("publisher")
    found = known.in_bulk([key for key in ids.values() if key])
    references = {reference for rows in groups if not rows[0].get("id") for reference in _references(rows[0])}
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
            dataset = next((by_reference[one] for one in _references(rows[0]) if one in by_reference), None)
        if key and dataset is None:
            plan.problems.append(f"No entry that you can see has the id {key}. Leave the cell empty for a new entry.")
            continue
        if dataset and editable is not None and dataset.publisher_id not in editable:
            plan.problems.append(f"You may not edit the entries of {dataset.publisher}.")
            continue
        if dataset and (first := seen.setdefault(str(dataset.id), plan.row)) != plan.row:
            plan.problems.append(f"This entry stands in row {first} already: put its rows one below the other.")
            continue
        _plan_entry(plan, rows, dataset, files.get(dataset.id, []) if dataset else [], publisher)
        if dataset and dataset.id in copies:
            _plan_held(plan, copies[dataset.id])
    return plans


def _references(row: Mapping[str, str]) -> list[str]:
    return [part.strip() for part in row.get("identifier", "").split(";") if part.strip()]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _plan_entry(
    plan: EntryPlan, rows: list[dict[str, str]], dataset: Dataset | None, files: list[Resource], publisher: Publisher
) -> None:
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
    if any(_says_file(row) for row in rows):
        if dataset and dataset.is_harvested:
            if any(_file_changes(row, current.resources) for row in rows):
                plan.problems.append("Its files follow the source that it is harvested from: mend them there.")
        else:
            resources = _files(plan, rows, current.resources)
    plan.draft = current.with_changes(**values, resources=resources)


def _plan_held(plan: EntryPlan, copy: WorkingCopy) -> None:
    """The table was made of the entry as it stands: what it changes of that is put to what waits already."""
    plan.is_held, plan.point = True, copy.point
    if plan.draft and copy.proposal:
        files = tuple(replace(file, id=file.id or uuid4()) for file in plan.draft.resources)
        wanted = snapshot(plan.draft, files, name=plan.draft.name, visibility=copy.published["visibility"])
        plan.draft = draft_from(rebased(wanted, base=copy.published, theirs=copy.said))


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


def _says_file(row: Mapping[str, str]) -> bool:
    return any(row.get(column.name) for column in FILE_COLUMNS)


def _file_changes(row: Mapping[str, str], files: tuple[ResourceDraft, ...]) -> bool:
    file = _match(row, files)
    cells = file_cells(file) if file else {}
    return any(
        row.get(column.name, cells.get(column.name, "")) != cells.get(column.name, "") for column in FILE_COLUMNS
    )


def _match(row: Mapping[str, str], files: tuple[ResourceDraft, ...]) -> ResourceDraft | None:
    key = _uuid(row.get("resource_id", ""))
    return (
        next((file for file in files if file.id == key), None)
        if key
        else next((file for file in files if file.url == row.get("url")), None)
    )


def _files(plan: EntryPlan, rows: list[dict[str, str]], files: tuple[ResourceDraft, ...]) -> tuple[ResourceDraft, ...]:
    """The entry's files with what the rows say of them; files that no row names stay."""
    result = list(files)
    for row in rows:
        if not _says_file(row):
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
