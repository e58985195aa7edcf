"""Shapefiles, alone or zipped, and the tables of dBase that belong to them."""

import math
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import shapefile

from files.apart import records
from files.apart.geo import Layer, Unreadable, with_place
from files.apart.shapes import Outline, transformer

_MAX_LAYERS: Final = 20


def shapefiles(path: Path, folder: Path) -> Iterator[Layer]:
    """Every shapefile of a zip archive, or one that stands alone. Raises Unreadable."""
    if not zipfile.is_zipfile(path):
        yield _shapefile(path.stem, {"shp": path})
        return
    with zipfile.ZipFile(path) as archive:
        members = {info.filename.lower(): info for info in archive.infolist() if not info.is_dir()}
        for name in [name for name in members if name.endswith(".shp")][:_MAX_LAYERS]:
            parts = {}
            for ending in ("shp", "shx", "dbf", "prj", "cpg"):
                info = members.get(f"{name[:-4]}.{ending}")
                if info is not None:
                    target = folder / f"layer-{len(list(folder.iterdir()))}.{ending}"
                    _unpack(archive, info, target)
                    parts[ending] = target
            yield _shapefile(Path(name).stem, parts)


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    """The process's limit on the size of a file holds, whatever the archive says."""
    with archive.open(info) as source, target.open("wb") as file:
        while piece := source.read(1 << 20):
            file.write(piece)


def _shapefile(name: str, parts: dict[str, Path]) -> Layer:
    note, transform = "", None
    if "prj" in parts:
        try:
            transform = transformer(parts["prj"].read_text(errors="replace"))
        except ValueError:
            note = "Its reference system is not known, so it can’t be put on a map."
    elif "dbf" not in parts:
        note = "It comes without its table (.dbf) and reference system (.prj): zip all of a shapefile’s files together."
    if "cpg" in parts:
        encoding = parts["cpg"].read_text(errors="replace").strip()
    else:
        encoding = _dbase_encoding(parts["dbf"]) if "dbf" in parts else "utf-8"
    outline = Outline(transform)
    return Layer(name, _shape_records(parts, outline, encoding), outline, note)


def dbase(path: Path) -> Layer:
    """A table of dBase that stands alone."""
    return Layer("", _dbase_records(path), Outline())


def _dbase_records(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open("rb") as stream:
            reader = shapefile.Reader(dbf=stream, encoding=_dbase_encoding(path), encodingErrors="replace")
            names = [field[0] for field in reader.fields if field[0] != "DeletionFlag"]
            for values in reader.iterRecords():
                yield {name: records.text_of(value) for name, value in zip(names, values, strict=False)}
    except (shapefile.ShapefileException, ValueError, OSError, EOFError, struct.error) as error:
        raise Unreadable("it is damaged.") from error


def _dbase_encoding(path: Path) -> str:
    """Of a table that no .cpg file speaks of: UTF-8 where it is that, else Windows-1252."""
    with path.open("rb") as file:
        start = file.read(1 << 20)
    try:
        start[32:].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 40:
            return "cp1252"
    return "utf-8"


def _shape_records(parts: dict[str, Path], outline: Outline, encoding: str) -> Iterator[dict[str, str]]:
    try:
        "".encode(encoding)
    except LookupError:
        encoding = "cp1252" if "1252" in encoding or "8859" in encoding else "utf-8"
    streams = {ending: path.open("rb") for ending, path in parts.items() if ending in ("shp", "shx", "dbf")}
    try:
        reader = shapefile.Reader(**streams, encoding=encoding, encodingErrors="replace")
        has_table = "dbf" in streams
        names = [field[0] for field in reader.fields if field[0] != "DeletionFlag"] if has_table else []
        values = reader.iterRecords() if has_table else None
        for row, shape in enumerate(reader.iterShapes(), 1):
            record: dict[str, str] = {}
            if values is not None:
                record = {field: records.text_of(value) for field, value in zip(names, next(values, ()), strict=False)}
            try:
                geometry = dict(shape.__geo_interface__) if shape.shapeType else None
            except Exception:
                geometry = None
            if outline._transform is None and geometry and shape.shapeType and _is_projected(shape):
                geometry = {"type": geometry["type"]}
            yield with_place(record, geometry, outline, row)
    except (shapefile.ShapefileException, ValueError, OSError, EOFError) as error:
        raise Unreadable("it is damaged, or parts of it are missing.") from error
    finally:
        for stream in streams.values():
            stream.close()


def _is_projected(shape: Any) -> bool:
    box = getattr(shape, "bbox", None) or (*shape.points[0], *shape.points[0])
    return any(abs(number) > 400 for number in box[:4] if math.isfinite(number))
