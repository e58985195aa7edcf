"""Looks into one file: `python -m files.apart.profile ARGUMENTS`, by `services.apart`.

Arguments: `path`; `name`, what it is called; `folder`, where Parquet files and maps go; `allowed`, columns of each
table (by its name) that are no personal data though they look like it.
Lines: `{"format": …}`, then `{"table": …}` for each table and `{"sheet": …}` for a sheet without one, `{"document":
…}`, `{"archive": …}`, `{"reason": sentence}` where there is nothing to preview, `{"end": {}}`.
"""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import duckdb

from files.apart import archive, delimited, documents, geo, markup, meaning, objects, sniffing, workbook
from files.apart.columns import Column, describe, examine, write_parquet
from files.apart.decoding import Encoding, as_utf8, encoding_of
from files.apart.loading import MAX_COLUMNS, MAX_ROWS, QUICK_FROM, Loaded, connect, load, load_quickly, load_records
from files.apart.records import Table
from files.apart.shapes import Outline, transformer
from services.apart.child import begin, say

MAX_TABLES: Final = 40

_UNREADABLE = (
    workbook.Unreadable,
    objects.Unreadable,
    markup.Unreadable,
    geo.Unreadable,
    archive.Unreadable,
    documents.Unreadable,
)
_XML_TABLES = ("XML", "IATI", "RSS", "ATOM", "GML")
_ONLY_NAMED = {
    "WMS": "It describes a service rather than holding data.",
    "WMTS": "It describes a service rather than holding data.",
    "WFS": "It describes a service rather than holding data.",
    "RDF": "It is linked data, which has no rows and columns.",
    "TTL": "It is linked data, which has no rows and columns.",
    "NT": "It is linked data, which has no rows and columns.",
    "ICS": "It is a calendar.",
    "DOC": "It is a document to read, not data: publish its tables as CSV too.",
    "PPT": "It is a presentation, not data.",
    "PPTX": "It is a presentation, not data.",
    "RTF": "It is a document to read, not data.",
    "SQLITE": "It is a database of an unknown make.",
    "MDB": "It is an Access database: publish its tables as CSV too.",
    "DBF": "It is a table without the shapefile that it belongs to.",
    "IMAGE": "It is a picture.",
}


class Profiler:
    def __init__(self, arguments: Mapping[str, Any]) -> None:
        self.path = Path(arguments["path"])
        self.name = str(arguments.get("name") or self.path.name)
        self.out = Path(arguments["folder"])
        self.allowed: dict[str, list[str]] = arguments.get("allowed") or {}
        self.work = self.out / "work"
        self.work.mkdir()
        self.connection = connect(self.work)
        self.tables = 0
        self.reason = ""

    def run(self) -> None:
        kind = sniffing.kind_of(self.path, name=self.name)
        self.look(self.path, kind, self.name, is_member=False)
        if not self.tables and self.reason:
            say({"reason": self.reason})
        say({"end": {}})

    def look(self, path: Path, kind: sniffing.Kind, name: str, *, is_member: bool) -> None:
        """Say what a file is and what is in it. A member of an archive gives only its tables."""
        encoding: Encoding | None = None
        if kind.code in ("CSV", "JSON", "JSONL"):
            encoding = encoding_of(path)
        told: dict[str, Any] = {
            "code": kind.code,
            "title": sniffing.TITLES.get(kind.code, kind.code),
            "note": kind.note,
        }
        if encoding:
            told |= {"encoding": encoding.name, "bad_bytes": encoding.has_bad_bytes}
        if not is_member:
            say({"format": told})
        try:
            self._read(path, kind, name if is_member else "", encoding or Encoding("utf-8"), is_member=is_member)
        except _UNREADABLE as error:
            self.reason = self.reason or _sentence(str(error))

    def _read(self, path: Path, kind: sniffing.Kind, name: str, encoding: Encoding, *, is_member: bool) -> None:
        match kind.code:
            case "CSV":
                self._delimited(path, name, encoding)
            case "XLSX" | "XLS" | "ODS":
                self._sheets(workbook.sheets_of(path), name)
            case "JSON":
                self._records(objects.tables_of(path, encoding), name, "It is JSON without a list of records.")
            case "JSONL":
                self._records([("", objects.lines_of(path, encoding))], name, "It holds no records.")
            case "GEOJSON":
                self._layer(geo.geojson(path), name)
            case "KML":
                self._layer(geo.kml(path), name)
            case "SHP":
                for layer in geo.shapefiles(path, self.work):
                    self._layer(layer, name)
            case "GPKG":
                for layer in geo.geopackage(path):
                    self._layer(layer, name)
            case "PARQUET":
                self._parquet(path, name)
            case "HTML":
                self._sheets(((caption, iter(rows)) for caption, rows in markup.html_tables(path)), name)
                self.reason = self.reason or "It is a web page without a table of data: link to the data itself."
            case "XML" if kind.note == "spreadsheetml":
                self._sheets(((sheet, iter(rows)) for sheet, rows in markup.spreadsheetml(path)), name)
            case code if code in _XML_TABLES:
                self._xml(path, name)
            case "PDF" | "DOCX" | "ODT" | "ODP" if not is_member:
                document = documents.pdf(path) if kind.code == "PDF" else documents.office(path, kind.code)
                say({"document": document})
                self.reason = "It is a document to read, not data: publish its tables as CSV too."
            case "ZIP" | "TAR" | "KMZ" | "GZ" if not is_member:
                self._archive(path, kind.code)
            case code:
                self.reason = self.reason or kind.note or _ONLY_NAMED.get(code, "It is of a kind that has no preview.")

    def _delimited(self, path: Path, name: str, encoding: Encoding) -> None:
        text = as_utf8(path, self.work, encoding)
        dialect = delimited.dialect_of(text)
        loaded = load_quickly(self.connection, text, self.work, dialect) if text.stat().st_size > QUICK_FROM else None
        if loaded is None:
            loaded = load(self.connection, self.work, name="", rows=delimited.rows_of(text, dialect))
        if loaded is None or _is_prose(loaded):
            say({"document": {"text": text.read_bytes()[:20_000].decode("utf-8", "replace").replace("\r\n", "\n")}})
            self.reason = self.reason or "It is text without rows and columns."
            return
        if encoding.has_bad_bytes:
            loaded.findings.add("encoding-error")
        loaded.name = name
        self._table(loaded, dialect=dialect.delimiter)

    def _sheets(self, sheets: Iterable[tuple[str, Iterator[list[str]]]], file: str) -> None:
        for sheet, rows in sheets:
            name = " – ".join(part for part in (file, sheet) if part)
            first = list(itertools.islice(rows, 400))
            loaded = load(self.connection, self.work, name=name, rows=itertools.chain(first, rows))
            if loaded is None or not loaded.rows or (len(loaded.headings) < 2 and len(first) < 10):
                words = [" ".join(" ".join(row).split()) for row in first[:60]]
                say({"sheet": {"name": name, "text": "\n".join(word for word in words if word)[:5_000]}})
                self.reason = self.reason or "None of its sheets holds a table."
            else:
                self._table(loaded)

    def _records(self, tables: Iterable[tuple[str, Iterator[dict[str, str]]]], file: str, otherwise: str) -> None:
        for label, found in tables:
            self._from_records(" – ".join(part for part in (file, label) if part), found)
        self.reason = self.reason or otherwise

    def _from_records(
        self, name: str, found: Iterator[dict[str, str]], outline: Outline | None = None, note: str = ""
    ) -> None:
        table = Table(self.work)
        table.fill(found, most=MAX_ROWS)
        if not table.count or not table.headings:
            return
        loaded = load_records(
            self.connection, self.work, name=name, headings=table.headings[:MAX_COLUMNS], rows=table.rows()
        )
        loaded.is_cut = table.is_cut
        if note:
            loaded.notes.append(note)
        self._table(loaded, outline=outline)

    def _layer(self, layer: geo.Layer, file: str) -> None:
        name = " – ".join(part for part in (file, layer.name) if part)
        self._from_records(name, layer.records, layer.outline, layer.note)
        self.reason = self.reason or "It holds no features."

    def _parquet(self, path: Path, name: str) -> None:
        try:
            described = self.connection.execute(f"DESCRIBE SELECT * FROM read_parquet('{path}')").fetchall()
            names = [row[0] for row in described][:MAX_COLUMNS]
            picked = ", ".join(f'CAST("{_quoted(label)}" AS VARCHAR) AS c{n}' for n, label in enumerate(names))
            target = self.work / "parquet-as-text.parquet"
            self.connection.execute(
                f"COPY (SELECT row_number() OVER () AS _row, {picked} FROM read_parquet('{path}') LIMIT {MAX_ROWS})"
                f" TO '{target}' (FORMAT parquet, ROW_GROUP_SIZE 20480)"
            )
        except duckdb.Error as error:
            raise geo.Unreadable("it is damaged, or no Parquet after all.") from error
        relation = f"read_parquet('{target}')"
        (rows,) = self.connection.execute(f"SELECT count(*) FROM {relation}").fetchone() or (0,)
        self._table(Loaded(name=name, relation=relation, headings=names, rows=rows))

    def _xml(self, path: Path, name: str) -> None:
        root, _ = markup.root_of(path)
        steps = markup.record_path(path)
        if steps is None:
            self.reason = self.reason or f"It is XML (“{root}”) in which nothing repeats: no rows."
            return
        self._from_records(name or steps[-1], markup.records_of(path, steps))

    def _archive(self, path: Path, code: str) -> None:
        if code == "GZ":
            inner = archive.unpacked(path, self.work)
            kind = sniffing.kind_of(inner, name=self.name.removesuffix(".gz"))
            if kind.code == "GZ":
                self.reason = "It is an archive within an archive."
                return
            if kind.code in ("TAR", "ZIP"):
                self._archive(inner, kind.code)
                return
            say({"archive": {"members": [{"name": self.name.removesuffix(".gz"), "size": inner.stat().st_size}]}})
            self.look(inner, kind, self.name.removesuffix(".gz"), is_member=True)
            return
        listed = archive.members(path, code)
        say({"archive": {"members": listed}})
        for name, file, problem in archive.opened(path, code, self.work):
            if file is None:
                self.reason = self.reason or f"“{name}”: {problem}"
            elif self.tables < MAX_TABLES:
                self.look(file, sniffing.kind_of(file, name=name), name, is_member=True)
        self.reason = self.reason or "It is an archive without a file of data that we can open."

    def _table(self, loaded: Loaded, *, outline: Outline | None = None, dialect: str = "") -> None:
        """Write a table's Parquet file, and say what is in it."""
        if not loaded.rows:
            self.reason = self.reason or "It holds headings and no rows."
        if self.tables >= MAX_TABLES or not loaded.rows:
            return
        columns = examine(self.connection, loaded)
        if not columns:
            return
        alarms = self._alarms(loaded, columns)
        withheld = {key for alarm in alarms if not alarm["is_allowed"] for key in alarm["columns"]}
        shown = [column for column in columns if column.key not in withheld]
        if not shown:
            say({"table": {"name": loaded.name, "rows": loaded.rows, "columns": [], "alarms": alarms, "parquet": ""}})
            return
        number = self.tables
        self.tables += 1
        parquet = self.out / f"table-{number}.parquet"
        write_parquet(self.connection, loaded, shown, parquet)
        relation = f"read_parquet('{parquet}')"
        describe(self.connection, relation, shown, loaded.rows)
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
                    "places": meaning.places(self.connection, relation, shown),
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
        allowed = set(self.allowed.get(loaded.name, ()))
        return [
            alarm | {"is_allowed": set(alarm["columns"]) <= allowed}
            for alarm in meaning.personal(self.connection, loaded.relation, columns)
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
            for row, east, north in meaning.points(self.connection, relation, x, y, rows):
                outline.add({"type": "Point", "coordinates": [float(east), float(north)]}, row)
        features = outline.features()
        if not features or outline.box is None:
            return None, ""
        target = self.out / f"map-{number}.geojson"
        target.write_text(json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")))
        return outline.box, target.name


def _is_prose(loaded: Loaded) -> bool:
    """Whether what was taken for a table is a few lines to read."""
    if not loaded.rows:
        return any(len(label.split()) > 4 or label.endswith((".", "!", "?")) for label in loaded.headings)
    return len(loaded.headings) < 2 and not loaded.has_headings


def _quoted(name: str) -> str:
    return name.replace('"', '""')


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def main() -> None:
    Profiler(begin()).run()


if __name__ == "__main__":
    main()
