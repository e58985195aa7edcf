"""Files written as they should not be, each of which was once read wrongly: what is found in them all the same."""

import bz2
import io
import json
import lzma
import zipfile
from pathlib import Path
from typing import Any

import pytest
import shapefile

from files.apart.profile import Profiler

Told = list[tuple[int, list[str]]]

PEOPLE = "Name,Count\nAnn,1\nBob,2\nCy,3\n"
PEOPLE_READ = [(3, ["Name: text", "Count: integer"])]


def zipped(name: str, content: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def dbase() -> bytes:
    buffer = io.BytesIO()
    with shapefile.Writer(dbf=buffer, encoding="cp1252") as writer:
        writer.field("NAME", "C", 20)
        writer.record("Café")
        writer.record("Bar")
    return buffer.getvalue()


def feature(x: float, y: float) -> dict[str, Any]:
    return {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [x, y]}}


@pytest.fixture
def look(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def look_at(body: bytes | str, name: str) -> list[dict[str, Any]]:
        path, out = tmp_path / "file", tmp_path / "out"
        path.write_bytes(body.encode() if isinstance(body, str) else body)
        out.mkdir()
        Profiler({"path": str(path), "name": name, "folder": str(out)}).run()
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return look_at


def tables(said: list[dict[str, Any]]) -> Told:
    return [
        (line["table"]["rows"], [f"{column['heading']}: {column['type']}" for column in line["table"]["columns"]])
        for line in said
        if "table" in line
    ]


@pytest.mark.parametrize(
    ("name", "body", "found"),
    [
        ("filled-up.csv", PEOPLE.encode() + b"\x00" * 4096, PEOPLE_READ),
        ("nul-within.csv", PEOPLE.replace("Ann", "Ann\x00"), PEOPLE_READ),
        ("people.csv.bz2", bz2.compress(PEOPLE.encode()), PEOPLE_READ),
        ("people.csv.xz", lzma.compress(PEOPLE.encode()), PEOPLE_READ),
        ("no-ending.zip", zipped("extract", PEOPLE), PEOPLE_READ),
        ("never-closed.csv", PEOPLE.replace("Ann", '"Ann'), PEOPLE_READ),
        ("called.json", 'callback({"data": [{"a": 1}, {"a": 2}]});', [(2, ["a: integer"])]),
        ("broken-off.json", '[{"a": 1}, {"a": 2}, {"a":', [(2, ["a: integer"])]),
        ("by-column.json", '{"name": ["x", "y"], "size": [1, 2]}', [(2, ["name: text", "size: integer"])]),
        ("alone.dbf", dbase(), [(2, ["NAME: text"])]),
        ("serials.csv", "Date,N\n45000,1\n45001,2\n45002,3\n", [(3, ["Date: date", "N: integer"])]),
        (
            "dates.csv",
            'a;b;c\n"March 1, 2024";Friday 1 March 2024;1 Mar 24\n"March 2, 2024";Saturday 2 March 2024;2 Mar 24\n',
            [(2, ["a: date", "b: date", "c: date"])],
        ),
        ("spaces.csv", "a,b\nx,1 000\ny,2 500\nz,12 345 678\n", [(3, ["a: text", "b: integer"])]),
        (
            "two-tables.csv",
            "Table 1\nArea,Count\nLeeds,1\nYork,2\nHull,3\n\n\nTable 2\nYear,Rate,Note\n2020,1.5,a\n2021,2.5,b\n",
            [(3, ["Area: text", "Count: integer"]), (2, ["Year: year", "Rate: number", "Note: text"])],
        ),
        (
            "blank-row.csv",
            "Area,Count\nLeeds,1\nYork,2\nHull,3\n\nBath,4\nDeal,5\n",
            [(5, ["Area: text", "Count: integer"])],
        ),
        (
            "label-above.csv",
            "Contact,Ann\nTelephone,0100\nPage,2\n\nArea,Count,Rate\nLeeds,1,2\nYork,2,3\n",
            [(2, ["Area: text", "Count: integer", "Rate: integer"])],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)
def test_the_tables_of_an_odd_file_are_found(look, name, body, found):
    assert tables(look(body, name)) == found


@pytest.mark.parametrize(
    ("name", "body", "code", "reason"),
    [
        ("a.7z", b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(range(64)), "7Z", "It is a 7-Zip archive, which many cannot"),
        ("a.rar", b"Rar!\x1a\x07\x01\x00" + bytes(range(64)), "RAR", "It is a RAR archive, which many cannot open"),
        ("a.arrow", b"ARROW1\x00\x00" + bytes(range(64)), "ARROW", "It is an Arrow table: publish it as Parquet"),
        ("a.sav", b"$FL2@(#) SPSS" + bytes(range(64)), "SAV", "It is a file of SPSS: publish its table as CSV too."),
        (
            "read-me.txt",
            "This is a note about what the data holds. It has words, and commas.\nAnother line, with a comma.\nEnd.\n",
            "CSV",
            "It is text without rows and columns.",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 12 else "",
)
def test_a_file_that_cannot_be_read_says_what_it_is(look, name, body, code, reason):
    said = look(body, name)
    assert tables(said) == []
    assert said[0]["format"]["code"] == code
    assert next(line["reason"] for line in said if "reason" in line).startswith(reason)


@pytest.mark.parametrize("crs", ["", ', "crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}'])
def test_places_in_the_national_grid_are_put_on_the_map_wherever_the_file_says_so(look, crs):
    features = json.dumps([feature(430_000 + n, 433_000) for n in range(300)])
    said = look(f'{{"type": "FeatureCollection", "features": {features}{crs}}}', "sites.geojson")
    table = next(line["table"] for line in said if "table" in line)
    assert [round(degrees, 1) for degrees in table["box"]] == [-1.5, 53.8, -1.5, 53.8]


def test_rows_of_a_second_table_are_numbered_as_in_the_file(look):
    said = look("A,B\nx,1\ny,2\nz,3\n\nTitle\nYear,Rate\n2020,1.5\n2021,2.5\n2022,3.5\n", "two.csv")
    found = [(line["table"]["name"], line["table"]["first_row"]) for line in said if "table" in line]
    assert found == [("table 1", 2), ("Title", 8)]
