"""Looks into one file: `python -m files.apart.profile ARGUMENTS`, by `services.apart`.

Arguments: `path`; `name`, what it is called; `folder`, where Parquet files and maps go; `allowed`, columns of each
table (by its name) that are no personal data though they look like it.
Lines: `{"format": …}`, then `{"table": …}` for each table and `{"sheet": …}` for a sheet without one, `{"document":
…}`, `{"archive": …}`, `{"reason": sentence}` where there is nothing to preview, `{"end": {}}`.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import duckdb

from files.apart import (
    archive,
    delimited,
    documents,
    geo,
    markup,
    objects,
    shapefiles,
    sniffing,
    stacked,
    workbook,
)
from files.apart.decoding import Encoding, as_utf8, encoding_of
from files.apart.loading import MAX_COLUMNS, MAX_ROWS, QUICK_FROM, Loaded, connect, load, load_quickly, load_records
from files.apart.records import Table
from files.apart.shapes import Outline
from files.apart.tables import Tables
from services.apart.child import begin, say

_UNREADABLE = (
    workbook.Unreadable,
    objects.Unreadable,
    markup.Unreadable,
    geo.Unreadable,
    archive.Unreadable,
    documents.Unreadable,
)
#: One file, packed → the ending that it has.
_PACKED: Final = {"GZ": ".gz", "BZ2": ".bz2", "XZ": ".xz"}
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
    "7Z": "It is a 7-Zip archive, which many cannot open: publish its files as they are, or as ZIP.",
    "RAR": "It is a RAR archive, which many cannot open: publish its files as they are, or as ZIP.",
    "ARROW": "It is an Arrow table: publish it as Parquet or CSV too.",
    "SAV": "It is a file of SPSS: publish its table as CSV too.",
    "STATA": "It is a file of Stata: publish its table as CSV too.",
    "NETCDF": "It holds grids of numbers, which have no rows and columns.",
    "IMAGE": "It is a picture.",
}


class Profiler:
    def __init__(self, arguments: Mapping[str, Any]) -> None:
        self.path = Path(arguments["path"])
        self.name = str(arguments.get("name") or self.path.name)
        self.out = Path(arguments["folder"])
        self.work = self.out / "work"
        self.work.mkdir()
        self.connection = connect(self.work)
        self.tables = Tables(self.connection, self.out, arguments.get("allowed") or {})
        self.reason = ""

    def run(self) -> None:
        kind = sniffing.kind_of(self.path, name=self.name)
        self.look(self.path, kind, self.name, is_member=False)
        if not self.tables.count and self.reason:
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
                for layer in shapefiles.shapefiles(path, self.work):
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
            case "DBF":
                self._layer(shapefiles.dbase(path), name)
            case "ZIP" | "TAR" | "KMZ" | "GZ" | "BZ2" | "XZ" if not is_member:
                self._archive(path, kind.code)
            case code:
                self.reason = self.reason or kind.note or _ONLY_NAMED.get(code, "It is of a kind that has no preview.")

    def _delimited(self, path: Path, name: str, encoding: Encoding) -> None:
        text = as_utf8(path, self.work, encoding)
        dialect = delimited.dialect_of(text)
        loaded = load_quickly(self.connection, text, self.work, dialect) if text.stat().st_size > QUICK_FROM else None
        several = [loaded] if loaded else self._stacked("", delimited.rows_of(text, dialect))
        if not several or _is_prose(several[0]):
            say({"document": {"text": text.read_bytes()[:20_000].decode("utf-8", "replace").replace("\r\n", "\n")}})
            self.reason = self.reason or "It is text without rows and columns."
            return
        for number, loaded in enumerate(several, 1):
            if encoding.has_bad_bytes:
                loaded.findings.add("encoding-error")
            loaded.name = name if len(several) == 1 else _title(name, number, loaded)
            self._table(loaded, dialect=dialect.delimiter)

    def _stacked(self, name: str, rows: Iterable[list[str]]) -> list[Loaded]:
        """The tables of a sheet, which stand one below the other."""
        found = [
            load(self.connection, self.work, name=name, rows=part, offset=before)
            for before, part in stacked.tables_in(rows)
        ]
        return [loaded for loaded in found if loaded is not None]

    def _sheets(self, sheets: Iterable[tuple[str, Iterator[list[str]]]], file: str) -> None:
        for sheet, rows in sheets:
            name = " – ".join(part for part in (file, sheet) if part)
            first = list(itertools.islice(rows, 400))
            several = self._stacked(name, itertools.chain(first, rows))
            loaded = several[0] if several else None
            if loaded is None or not loaded.rows or (len(loaded.headings) < 2 and len(first) < 10):
                words = [" ".join(" ".join(row).split()) for row in first[:60]]
                say({"sheet": {"name": name, "text": "\n".join(word for word in words if word)[:5_000]}})
                self.reason = self.reason or "None of its sheets holds a table."
            else:
                for number, loaded in enumerate(several, 1):
                    loaded.name = name if len(several) == 1 else _title(name, number, loaded)
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

    def _table(self, loaded: Loaded, *, outline: Outline | None = None, dialect: str = "") -> None:
        if not loaded.rows:
            self.reason = self.reason or "It holds headings and no rows."
        self.tables.tell(loaded, outline=outline, dialect=dialect)

    def _archive(self, path: Path, code: str) -> None:
        if code in _PACKED:
            inner, name = archive.unpacked(path, self.work), self.name.removesuffix(_PACKED[code])
            kind = sniffing.kind_of(inner, name=name)
            if kind.code in _PACKED:
                self.reason = "It is an archive within an archive."
                return
            if kind.code in ("TAR", "ZIP"):
                self._archive(inner, kind.code)
                return
            say({"archive": {"members": [{"name": name, "size": inner.stat().st_size}]}})
            self.look(inner, kind, name, is_member=True)
            return
        listed = archive.members(path, code)
        say({"archive": {"members": listed}})
        for name, file, problem in archive.opened(path, code, self.work):
            if file is None:
                self.reason = self.reason or f"“{name}”: {problem}"
            elif not self.tables.is_full:
                self.look(file, sniffing.kind_of(file, name=name), name, is_member=True)
        self.reason = self.reason or "It is an archive without a file of data that we can open."


def _title(sheet: str, number: int, loaded: Loaded) -> str:
    """Of one of several tables of a sheet: what stands above it, else its number."""
    own = loaded.preamble[-1][:100] if loaded.preamble else f"table {number}"
    return f"{sheet} – {own}" if sheet else own


def _is_prose(loaded: Loaded) -> bool:
    """Whether what was taken for a table is a few lines to read."""
    if not loaded.rows:
        return any(len(label.split()) > 4 or label.endswith((".", "!", "?")) for label in loaded.headings)
    if len(loaded.headings) <= 3 and loaded.rows <= 5 and any(len(label.split()) > 7 for label in loaded.headings):
        return True  # sentences with a comma
    return len(loaded.headings) < 2 and not loaded.has_headings


def _quoted(name: str) -> str:
    return name.replace('"', '""')


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def main() -> None:
    Profiler(begin()).run()


if __name__ == "__main__":
    main()
