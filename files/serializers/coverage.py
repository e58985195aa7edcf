"""What the files of an entry seem to cover, where the entry does not say so itself: suggestions for its publisher."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from catalogue.models import Dataset
from files.models import ResourceFile, Table


@dataclass(frozen=True, slots=True)
class Coverage:
    """Each part is empty where the entry says it already, or no file tells."""

    start: datetime.date | None = None
    end: datetime.date | None = None
    columns: tuple[str, ...] = ()
    """That the period was told by."""
    places: tuple[str, ...] = ()
    box: tuple[float, float, float, float] | None = None
    """West, south, east, north, in degrees."""

    def __bool__(self) -> bool:
        return bool(self.start or self.places or self.box)


def coverage_of(dataset: Dataset, files: Iterable[ResourceFile]) -> Coverage:
    """`files`: those of the dataset, with their tables at hand."""
    tables = [table for file in files for table in file.tables.all()]
    start, end = None, None
    columns: tuple[str, ...] = ()
    if not (dataset.temporal_start or dataset.temporal_end or dataset.temporal_text):
        dated = [table for table in tables if table.period_start and table.period_end]
        start = min((table.period_start for table in dated if table.period_start), default=None)
        end = max((table.period_end for table in dated if table.period_end), default=None)
        columns = tuple(dict.fromkeys(table.period_column for table in dated))
    places: tuple[str, ...] = ()
    box = None
    if not dataset.places and dataset.west is None:
        places = tuple(dict.fromkeys(place for table in tables for place in table.places))
        box = _around(tables)
    return Coverage(start=start, end=end, columns=columns, places=places, box=box)


def _around(tables: Iterable[Table]) -> tuple[float, float, float, float] | None:
    """The box around all of their boxes, as far as it is on earth."""
    boxes = [table.box for table in tables if table.box]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    found = (min(west), min(south), max(east), max(north))
    return found if found[0] >= -180 and found[1] >= -90 and found[2] <= 180 and found[3] <= 90 else None
