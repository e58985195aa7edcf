"""The demo's files are what their names say, and every format of a table tells the same rows."""

import csv
import io
import json
import zipfile
from xml.etree import ElementTree

import pytest

from harvest.demo.catalogue import demo_catalogue
from harvest.demo.files import media_type, render, table_of
from harvest.demo.links import DemoFile
from harvest.demo.publishers import ASHBY


def files_in(format_: str) -> list[DemoFile]:
    return [file for file in demo_catalogue(1).files if file.format == format_]


def a_file(format_: str) -> DemoFile:
    return files_in(format_)[0]


def test_csv_has_a_header_and_as_many_rows_as_promised() -> None:
    file = a_file("csv")
    header, *rows = csv.reader(io.StringIO(render(file).decode()))

    assert header == list(file.entry.family.columns)
    assert len(rows) == file.rows
    assert {len(row) for row in rows} == {len(header)}


def test_sloppy_publisher_writes_windows_1252_and_says_so() -> None:
    file = next(file for file in files_in("csv") if file.entry.publisher.slug == ASHBY)

    assert media_type(file) == "text/csv; charset=windows-1252"
    assert render(file).decode("windows-1252").startswith(next(iter(file.entry.family.columns)))


@pytest.mark.parametrize("format_", ["csv", "json", "geojson", "xlsx", "zip"])
def test_every_file_of_the_format_can_be_written(format_: str) -> None:
    assert all(len(render(file)) > 100 for file in files_in(format_))


def test_json_holds_the_same_rows_as_the_table() -> None:
    file = a_file("json")
    header, rows = table_of(file)

    assert json.loads(render(file)) == [dict(zip(header, row, strict=True)) for row in rows]


def test_geojson_points_lie_in_the_entrys_place() -> None:
    file = a_file("geojson")
    west, south, east, north = file.entry.place.bbox
    features = json.loads(render(file))["features"]

    assert len(features) == file.rows
    for feature in features:
        longitude, latitude = feature["geometry"]["coordinates"]
        assert west <= longitude <= east
        assert south <= latitude <= north


def test_kml_has_a_placemark_for_each_row() -> None:
    file = a_file("kml")
    marks = ElementTree.fromstring(render(file)).findall(".//{http://www.opengis.net/kml/2.2}Placemark")

    assert len(marks) == file.rows


@pytest.mark.parametrize("format_", ["xml", "wms"])
def test_xml_parses(format_: str) -> None:
    assert ElementTree.fromstring(render(a_file(format_))) is not None


def test_zip_holds_the_csv_and_a_note() -> None:
    file = a_file("zip")
    archive = zipfile.ZipFile(io.BytesIO(render(file)))

    assert archive.testzip() is None
    assert archive.namelist() == [f"{file.entry.name}.csv", "README.txt"]


def test_xlsx_sheet_has_the_header_and_all_rows() -> None:
    file = a_file("xlsx")
    archive = zipfile.ZipFile(io.BytesIO(render(file)))
    sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    rows = sheet.findall(f".//{space}row")

    assert len(rows) == file.rows + 1
    assert [cell.text for cell in rows[0].iter(f"{space}t")] == list(file.entry.family.columns)


def test_pdf_cross_references_point_at_its_objects() -> None:
    content = render(a_file("pdf"))
    start = int(content.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    entries = content[start:].split(b"\n")[3:]
    offsets = [int(entry[:10]) for entry in entries if entry.endswith(b" n ")]

    assert content.startswith(b"%PDF-1.4\n")
    assert content[start:].startswith(b"xref\n")
    assert [content[offset:].split(b" ", 1)[0] for offset in offsets] == [
        str(number).encode() for number in range(1, len(offsets) + 1)
    ]


def test_the_same_file_has_the_same_bytes_when_written_again() -> None:
    for format_ in ("csv", "zip", "xlsx", "pdf"):
        file = a_file(format_)
        first = render(file)
        assert render(file) == first
