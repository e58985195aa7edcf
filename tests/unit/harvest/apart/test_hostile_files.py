"""Files made to harm: each ends with a sentence, within bounds, and in a process that is not ours."""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from services.apart.process import Crashed, run_apart

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#: The least that is RDF/XML, around a text.
XML = f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:e="http://e.example/"><e:T rdf:about="a"><e:p>%s</e:p></e:T></rdf:RDF>'


def read(path: Path, body: bytes, *, module: str = "harvest.apart.rdf", seconds: int = 60) -> list[dict[str, Any]]:
    path.write_bytes(body)
    arguments = {"path": str(path), "declared": "", "base": "http://base.example/"}
    return list(run_apart(module, arguments, seconds=seconds))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


def test_billion_laughs(file: Path):
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    body = f'<!DOCTYPE r [<!ENTITY l0 "lol">{entities}]>' + XML % "&l9;"

    assert read(file, body.encode()) == [
        {"failed": "The XML declares the entity “l1”, which is longer than any need for it: write it out."}
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'<a> <b> "' + b"x" * 20_000_000 + b'" .', "The file holds one text of more than 16,777,216 bytes."),
        ((XML % ("x" * 20_000_000)).encode(), "The XML holds one text of more than 16,777,216 characters."),
        (b'{"e:p": "' + b"x" * 20_000_000 + b'"}', "The file holds one text of more than 16,777,216 bytes."),
        (b"[" * 1_000_000, "The file is nested too deeply to be read."),
        (b'{"http://e.example/p":' * 100_000, "The file is nested too deeply to be read."),
        (b'{"@context":{"a":"b:x","b":"a:x"},"a":"1"}', "The file is broken: Cyclic IRI mapping."),
    ],
    ids=["turtle literal", "xml literal", "json literal", "deep list", "deep object", "cyclic context"],
)  # fmt: skip
def test_too_long_and_too_deep(file: Path, body: bytes, said: str):
    assert read(file, body) == [{"failed": said}]


def test_deep_turtle_and_xml_are_read_flat(file: Path):
    turtle = b"<a> <http://e.example/p> " + b"[ <http://e.example/p> " * 50_000 + b"1" + b" ]" * 50_000 + b" ."
    xml = XML % ("<e:T><e:p>" * 20_000 + "</e:p></e:T>" * 20_000)

    assert read(file, turtle)[0]["start"]["triples"] == 50_001
    assert read(file, xml.encode())[0]["start"]["triples"] == 40_002


def test_context_whose_terms_lean_on_each_other_crashes_only_its_own_process(file: Path):
    terms = ", ".join(f'"t{n}": "t{n + 1}:x"' for n in range(100_000))
    body = f'{{"@context": {{{terms}, "t100000": "http://e.example/"}}, "t0": "1"}}'

    with pytest.raises(Crashed, match="nested too deeply, or damaged"):
        read(file, body.encode())


def test_time_is_bounded(file: Path):
    with pytest.raises(Crashed, match="more than 1 seconds"):
        read(file, b"<a> <b> <c> .\n" * 3_000_000, seconds=1)


def test_process_knows_nothing_of_our_surroundings(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SECRET_KEY", "not for parsers")
    monkeypatch.setenv("PYTHONINSPECT", "1")

    assert read(file, b"<a> <b> <c> .")[0]["start"]["triples"] == 1


def test_reading_that_nobody_waits_for_any_more_ends_its_process(file: Path):
    file.write_bytes(
        b"".join(b"<http://d.example/%d> a <http://www.w3.org/ns/dcat#Dataset> .\n" % n for n in range(20_000))
    )
    lines = run_apart("harvest.apart.rdf", {"path": str(file), "declared": "", "base": "http://b.example/"}, seconds=60)

    next(lines)
    lines.close()  # type: ignore[attr-defined]

    assert list(lines) == []


def workbook(sheet: bytes, path: Path) -> bytes:
    """An XLSX file with one sheet, by hand."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1"'
            ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
            ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
            '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1"'
            ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
            ' Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            + sheet + b"</sheetData></worksheet>",
        )  # fmt: skip
    return path.read_bytes()


def cell(place: str, text: str) -> bytes:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'.encode()


def test_workbook_is_read(file: Path, tmp_path: Path):
    rows = b'<row r="2">' + cell("A2", "title") + b'<c r="B2"><v>3</v></c><c r="C2"><v>2.5</v></c></row>'

    found = read(file, workbook(rows, tmp_path / "w.xlsx"), module="harvest.apart.workbook")

    assert found == [{"sheet": "S"}, {"row": [2, ["title", "3", "2.5"]]}]


def test_workbook_with_two_cells_a_world_apart_ends_with_a_sentence(file: Path, tmp_path: Path):
    rows = b'<row r="1">' + cell("A1", "title") + b'</row><row r="1048576">' + cell("XFD1048576", "end") + b"</row>"

    with pytest.raises(Crashed, match="more than 2 GB of memory"):
        read(file, workbook(rows, tmp_path / "w.xlsx"), module="harvest.apart.workbook")


def test_workbook_that_swells_when_unpacked_ends_with_a_sentence(file: Path, tmp_path: Path):
    rows = b'<row r="1">' + cell("A1", "x" * 100_000_000) + b"</row>"

    found = read(file, workbook(rows, tmp_path / "w.xlsx"), module="harvest.apart.workbook")

    assert [len(text) for line in found if "row" in line for text in line["row"][1]] == [1_000_000]


@pytest.mark.parametrize("body", [b"PK\x03\x04 and nothing more", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, b"title,url\n"])
def test_damaged_workbook_says_so(file: Path, body: bytes):
    (line,) = read(file, body, module="harvest.apart.workbook")

    assert line["failed"].startswith("The spreadsheet is damaged, or is none: ")
