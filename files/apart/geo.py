"""Layers of geographic files: GeoJSON, KML, shapefile, GeoPackage. Each is records, with an outline beside them."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ijson
from lxml import etree

from files.apart import records
from files.apart.shapes import Outline, from_geopackage, transformer

_MAX_LAYERS: Final = 20


class Unreadable(Exception):
    """`str(error)` is a sentence that begins with “it”."""


_FIRST_PLACE = re.compile(r'"coordinates"\s*:\s*[\[\s]+(\d+\.?\d*)\s*,\s*(\d+\.?\d*)')


@dataclass
class Layer:
    name: str
    records: Iterator[dict[str, str]]
    outline: Outline
    """Filled while the records are read."""
    note: str = ""


def geojson(path: Path) -> Layer:
    """Read as it comes. `crs`, which the standard of 2008 had, is respected where the file begins or ends with it."""
    transform, note = _geojson_transform(path)
    outline = Outline(transform)
    return Layer("", _geojson_records(path, outline), outline, note)


def _geojson_transform(path: Path) -> tuple[Callable[[float, float], tuple[float, float]] | None, str]:
    """How places become degrees, and what is to be said about it."""
    with path.open("rb") as file:
        start = file.read(20_000).decode("utf-8", "replace")
        file.seek(max(0, path.stat().st_size - 2_000))
        end = file.read().decode("utf-8", "replace")
    for text in (start, end):
        at = text.find('"crs"')
        if at < 0:
            continue
        found = re.search(r"EPSG:{1,2}(\d{4,6})", text[at : at + 300])
        try:
            return transformer(int(found.group(1))) if found and found.group(1) != "4326" else None, ""
        except ValueError:
            return None, "Its reference system is not known, so it can’t be put on a map."
    first = _FIRST_PLACE.search(start)
    if first and 1_000 < float(first[1]) < 800_000 and 0 < float(first[2]) < 1_300_000:
        return transformer(27700), "Its places are no degrees, as GeoJSON wants: they look like the National Grid’s."
    return None, ""


def _geojson_records(path: Path, outline: Outline) -> Iterator[dict[str, str]]:
    with path.open("rb") as file:
        if file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)
        at = file.tell()
        row = 0
        try:
            for feature in ijson.items(file, "features.item", use_float=True):
                row += 1
                yield _feature(feature, outline, row)
            if row == 0:
                file.seek(at)
                for document in ijson.items(file, "", use_float=True):
                    features = document if isinstance(document, list) else [document]
                    for feature in features:
                        row += 1
                        yield _feature(feature, outline, row)
        except (ijson.JSONError, UnicodeDecodeError) as error:
            if row == 0:
                raise Unreadable("it is not valid JSON.") from error


def _feature(feature: Any, outline: Outline, row: int) -> dict[str, str]:
    if not isinstance(feature, dict):
        return {}
    geometry = feature.get("geometry") if "geometry" in feature else feature if "coordinates" in feature else None
    properties = feature.get("properties")
    record = records.flat(properties) if isinstance(properties, dict) else {}
    if not record and "id" in feature:
        record = {"id": records.text_of(feature["id"])}
    return with_place(record, geometry, outline, row)


def with_place(record: dict[str, str], geometry: Any, outline: Outline, row: int) -> dict[str, str]:
    """Points give two columns, other shapes their kind."""
    place = outline.add(geometry, row)
    names = {name.lower() for name in record}
    if place and not {"longitude", "latitude"} & names:
        return record | {"longitude": repr(place[0]), "latitude": repr(place[1])}
    if not place and isinstance(geometry, dict) and "geometry" not in names:
        return record | {"geometry": str(geometry.get("type", ""))}
    return record


def kml(path: Path) -> Layer:
    outline = Outline()
    return Layer("", _placemarks(path, outline), outline)


def _placemarks(path: Path, outline: Outline) -> Iterator[dict[str, str]]:
    row = 0
    events = etree.iterparse(
        str(path), events=("end",), recover=True, resolve_entities=False, no_network=True, load_dtd=False
    )
    folder = ""
    for _, element in events:
        name = _local(element.tag)
        if name == "name" and _local(getattr(element.getparent(), "tag", "")) in ("Folder", "Document"):
            folder = (element.text or "").strip()
        if name != "Placemark":
            continue
        row += 1
        record: dict[str, str] = {}
        for child in element.iter():
            tag = _local(child.tag)
            if tag in ("name", "description", "address", "phoneNumber") and child.getparent() is element:
                record[tag] = " ".join("".join(child.itertext()).split())
            elif tag == "Data" and child.get("name"):
                record[child.get("name")] = " ".join("".join(child.itertext()).split())
            elif tag == "SimpleData" and child.get("name"):
                record[child.get("name")] = (child.text or "").strip()
        if folder:
            record["folder"] = folder
        yield with_place(record, _kml_shape(element), outline, row)
        element.clear(keep_tail=False)


def _kml_shape(element: Any, depth: int = 0) -> dict[str, Any] | None:
    shapes: list[dict[str, Any]] = []
    for child in element:
        tag = _local(child.tag)
        if tag == "Point":
            if points := _coordinates(child):
                shapes.append({"type": "Point", "coordinates": points[0]})
        elif tag in ("LineString", "LinearRing"):
            if points := _coordinates(child):
                shapes.append({"type": "LineString", "coordinates": points})
        elif tag == "Polygon":
            rings = [_coordinates(ring) for ring in child.iter() if _local(ring.tag) == "LinearRing"]
            if any(rings):
                shapes.append({"type": "Polygon", "coordinates": [ring for ring in rings if ring]})
        elif tag == "MultiGeometry" and depth < 4 and (inner := _kml_shape(child, depth + 1)):
            shapes.append(inner)
    if len(shapes) > 1:
        return {"type": "GeometryCollection", "geometries": shapes}
    return shapes[0] if shapes else None


def _coordinates(element: Any) -> list[list[float]]:
    for child in element.iter():
        if _local(child.tag) == "coordinates":
            points = []
            for part in (child.text or "").split():
                try:
                    numbers = [float(number) for number in part.split(",")[:2]]
                except ValueError:
                    continue
                if len(numbers) == 2:
                    points.append(numbers)
            return points
    return []


def _local(tag: Any) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def geopackage(path: Path) -> Iterator[Layer]:
    """Every layer and table that the file says it has. Raises Unreadable."""
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        contents = connection.execute(
            "SELECT table_name, data_type, srs_id FROM gpkg_contents WHERE data_type IN ('features', 'attributes')"
        ).fetchall()
        columns = dict(connection.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall())
        systems = {
            number: (organisation, code, definition)
            for number, organisation, code, definition in connection.execute(
                "SELECT srs_id, organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys"
            )
        }
    except sqlite3.Error as error:
        raise Unreadable("it is damaged, or no GeoPackage after all.") from error
    for table, _, system in contents[:_MAX_LAYERS]:
        note, transform = "", None
        organisation, code, definition = systems.get(system, ("", 0, ""))
        if table in columns:
            try:
                transform = transformer(int(code) if str(organisation).upper() == "EPSG" else definition)
            except ValueError:
                note = "Its reference system is not known, so it can’t be put on a map."
        outline = Outline(transform)
        yield Layer(table, _package_records(connection, table, columns.get(table), outline), outline, note)


def _package_records(
    connection: sqlite3.Connection, table: str, geometry: str | None, outline: Outline
) -> Iterator[dict[str, str]]:
    quoted = '"' + table.replace('"', '""') + '"'
    try:
        cursor = connection.execute(f"SELECT * FROM {quoted}")
        names = [column[0] for column in cursor.description]
        for row, cells in enumerate(cursor, 1):
            record, shape = {}, None
            for name, cell in zip(names, cells, strict=True):
                if name == geometry:
                    try:
                        shape = from_geopackage(cell) if isinstance(cell, bytes) else None
                    except ValueError:
                        shape = None
                elif isinstance(cell, bytes):
                    record[name] = f"({len(cell):,} bytes)"
                else:
                    record[name] = records.text_of(cell)
            yield with_place(record, shape, outline, row) if geometry else record
    except sqlite3.Error as error:
        raise Unreadable("it is damaged.") from error
