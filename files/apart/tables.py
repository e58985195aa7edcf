"""What is said of a table once its rows lie in DuckDB; its Parquet file and its map are written."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import duckdb

from files.apart import meaning
from files.apart.columns import Column, describe, examine, write_parquet
from files.apart.loading import Loaded
from files.apart.shapes import Outline, transformer
from services.apart.child import say

MAX_TABLES: Final = 40


class Tables:
    """Those of one file. `out`: where files go. `allowed`: columns that are no personal data, by their table's name."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, out: Path, allowed: Mapping[str, list[str]]) -> None:
        self.count = 0
        self._connection = connection
        self._out = out
        self._allowed = allowed

    @property
    def is_full(self) -> bool:
        return self.count >= MAX_TABLES

    def tell(self, loaded: Loaded, *, outline: Outline | None = None, dialect: str = "") -> None:
        """Write a table's Parquet file, and say what is in it."""
        if self.is_full or not loaded.rows:
            return
        columns = examine(self._connection, loaded)
        if not columns:
            return
        alarms = self._alarms(loaded, columns)
        withheld = {key for alarm in alarms if not alarm["is_allowed"] for key in alarm["columns"]}
        shown = [column for column in columns if column.key not in withheld]
        if not shown:
            say({"table": {"name": loaded.name, "rows": loaded.rows, "columns": [], "alarms": alarms, "parquet": ""}})
            return
        number = self.count
        self.count += 1
        parquet = self._out / f"table-{number}.parquet"
        write_parquet(self._connection, loaded, shown, parquet)
        relation = f"read_parquet('{parquet}')"
        describe(self._connection, relation, shown, loaded.rows)
        box, map_file = self._map(outline, relation, shown, loaded.rows, number)
        say(
            {
                "table": {
                    "name": loaded.name,
                    "rows": loaded.rows,
                    "is_cut": loaded.is_cut,
                    "delimiter": dialect,
                    "has_headings": loaded.has_headings,
                    "heading_rows": loaded.heading_rows,
                    "first_row": loaded.first_row,
                    "preamble": loaded.preamble,
                    "notes": loaded.notes,
                    "columns": [column.profile for column in shown],
                    "labels": list(loaded.headings),
                    "period": meaning.period(shown),
                    "places": meaning.places(self._connection, relation, shown),
                    "box": box,
                    "shapes": outline.kinds if outline else {},
                    "map": map_file,
                    "alarms": alarms,
                    "findings": dict(loaded.findings.counts),
                    "examples": loaded.findings.examples,
                    "parquet": parquet.name,
                    "bytes": parquet.stat().st_size,
                }
            }
        )

    def _alarms(self, loaded: Loaded, columns: list[Column]) -> list[dict[str, Any]]:
        allowed = set(self._allowed.get(loaded.name, ()))
        return [
            alarm | {"is_allowed": set(alarm["columns"]) <= allowed}
            for alarm in meaning.personal(self._connection, loaded.relation, columns)
        ]

    def _map(
        self, outline: Outline | None, relation: str, columns: list[Column], rows: int, number: int
    ) -> tuple[list[float] | None, str]:
        """(box in degrees, name of the GeoJSON file)."""
        if outline is None:
            found = meaning.coordinates(columns)
            if found is None:
                return None, ""
            x, y, system = found
            outline = Outline(transformer(system) if system else None)
            for row, east, north in meaning.points(self._connection, relation, x, y, rows):
                outline.add({"type": "Point", "coordinates": [float(east), float(north)]}, row)
        features = outline.features()
        if not features or outline.box is None:
            return None, ""
        target = self._out / f"map-{number}.geojson"
        target.write_text(json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")))
        return outline.box, target.name
