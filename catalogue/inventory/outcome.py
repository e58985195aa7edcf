"""A table given back with what each of its rows would do before them: to read at leisure, mend and upload again."""

from collections.abc import Iterable, Iterator

from catalogue.inventory.columns import OUTCOME_COLUMNS, header_key
from catalogue.inventory.entry_plan import EntryPlan
from catalogue.inventory.import_plan import ImportPlan
from catalogue.inventory.table_file import Row
from catalogue.inventory.table_rows import is_header

_WORDS = {
    "new": "new entry",
    "twin": "left out: its title is there already",
    "changed": "changed",
    "unchanged": "nothing",
    "problem": "left out",
}

_LONGEST = 200


def rows_with_outcome(rows: Iterable[Row], plan: ImportPlan) -> Iterator[list[str]]:
    """The header and every row below it, after columns that say what becomes of the entry."""
    return _rows(rows, {entry.row: entry for entry in plan.entries})


def rows_left_out(rows: Iterable[Row], plan: ImportPlan, *, with_twins: bool = False) -> Iterator[list[str]]:
    """Those of the entries that are not taken. `with_twins`: those whose title is there already are."""
    out = {"problem"} if with_twins else {"problem", "twin"}
    entries = {entry.row: entry if entry.action in out else None for entry in plan.entries}
    return _rows(rows, entries) if any(entries.values()) else iter(())


def _rows(rows: Iterable[Row], entries: dict[int, EntryPlan | None]) -> Iterator[list[str]]:
    """`entries` by the first of their rows; those without a plan are left away."""
    waiting = iter(rows)
    header = next(filter(is_header, waiting))
    own = [place for place, cell in enumerate(header.cells) if header_key(cell) not in OUTCOME_COLUMNS]
    yield [*(name.replace("_", " ") for name in OUTCOME_COLUMNS), *(header.cells[place] for place in own)]
    shown = None
    for row in waiting:
        shown = entries.get(row.number, shown)
        if shown:
            said = _outcome(shown) if row.number == shown.row else ["", "", ""]
            yield [*said, *(row.cells[place] for place in own if place < len(row.cells))]


def _outcome(entry: EntryPlan) -> list[str]:
    wrong = [problem.in_its_row for problem in entry.problems]
    if entry.action == "twin":
        wrong = [f"The entry {entry.twin} has this title. Put its id into the column “id” if it is the same."]
    changes = [
        f"{change.what}: {change.before[:_LONGEST]} → {change.after[:_LONGEST]}"
        for change in entry.changes
        if entry.action == "changed"
    ]
    return [_WORDS[entry.action], "\n".join(wrong), "\n".join(changes)]
