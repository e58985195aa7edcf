"""Inventories as CSV and spreadsheets: where the header is, what each column is, which rows are one dataset."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvest.raw_record import RawRecord
from harvest.sources.base import Event, Finished, Limits, Place, SourceFailed, SourceProblem
from harvest.sources.csv_list import CsvAdapter
from harvest.sources.csv_list_columns import column_key, columns_of
from harvest.sources.csv_list_table import CsvTable, encoding_of
from services.http import OutboundPolicy

SAMPLES = Path(__file__).resolve().parents[3] / "data" / "harvest" / "csv"


def fetch(path: Path, text: str | bytes | None = None, *, max_bytes: int = 10_000_000) -> list[Event]:
    if text is not None:
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    limits = Limits(OutboundPolicy(), max_bytes=max_bytes)
    return list(CsvAdapter().fetch(Place(str(path), may_be_path=True), memory={}, limits=limits))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "inventory.csv"


def records(events: list[Event]) -> list[RawRecord]:
    return [event for event in events if isinstance(event, RawRecord)]


def told(events: list[Event]) -> list[str]:
    return [event.finding.message for event in events if isinstance(event, SourceProblem)]


def failure(path: Path, text: str | bytes) -> str:
    with pytest.raises(SourceFailed) as failed:
        fetch(path, text)
    return str(failed.value)


# Columns


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Title *", "title"),
        ("Contact point: e-mail (mandatory)", "contact point e mail"),
        ("contactPoint_contactName", "contact point contact name"),
        ("PageURL", "page url"),
        ("  DATE   issued ", "date issued"),
        ("license_url", "license url"),
        ("", ""),
    ],
)
def test_header_is_read_without_case_and_marks(header: str, key: str):
    assert column_key(header) == key


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        (["Name", "Title"], ["", "title"]),
        (["name", "dataset"], ["title", "identifier"]),
        (["Keywords", "tags"], ["tags", "tags"]),
        (["title", "URL"], ["title", "url"]),
        (["title", "URL", "Download URL"], ["title", "landing_page", "url"]),
        (["title", "PageURL", "AssetURL", "url"], ["title", "landing_page", "url", ""]),
        (["title", "abstract", "description"], ["title", "", "description"]),
        (["Title", "Temporal coverage From", "Temporal coverage To"], ["title", "period_start", "period_end"]),
        (["Title", "Geographic coverage England", "Geographic coverage Wales"], ["title", "places", "places"]),
    ],
)
def test_what_each_column_is(headers: list[str], names: list[str]):
    assert [column.name for column in columns_of(headers)] == names


def test_numbered_columns():
    headers = ["title", "url_1", "format 1", "Resource 2 URL", "resource_title_2", "Link 3"]

    assert [(column.name, column.number) for column in columns_of(headers)] == [
        ("title", 0),
        ("url", 1),
        ("resource_format", 1),
        ("url", 2),
        ("resource_title", 2),
        ("url", 3),
    ]


@given(st.lists(st.text(max_size=30), max_size=12))
def test_any_row_may_be_looked_at_as_a_header(cells: list[str]):
    columns = columns_of(cells)

    named = [(column.name, column.number) for column in columns if column.name not in ("", "tags", "places")]
    assert len(columns) == len(cells)
    assert len(named) == len(set(named))


# Tables


@pytest.mark.parametrize(
    ("text", "encoding", "mark"),
    [
        ("title,£", "utf-8", b""),
        ("title,£", "utf-8", b"\xef\xbb\xbf"),
        ("title,£", "utf-16-le", b"\xff\xfe"),
        ("title,£", "utf-16-be", b"\xfe\xff"),
        ("title,long enough to tell", "utf-16-le", b""),
        ("title,£ – “it”", "cp1252", b""),
    ],
)
def test_encodings(text: str, encoding: str, mark: bytes):
    assert encoding_of(mark + text.encode(encoding)) == (encoding, len(mark))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_delimiters_and_line_ends(file: Path, delimiter: str, end: str):
    rows = [["id", "Title", "Description"], ["1", f'"Bins{delimiter} all"', "a"], ["2", "Parks", '"two\nlines"']]

    found = records(fetch(file, end.join(delimiter.join(row) for row in rows)))

    assert [(record.guid, record.body["title"]) for record in found] == [("1", f"Bins{delimiter} all"), ("2", "Parks")]
    assert found[1].body["rows"] == [{"id": "2", "Title": "Parks", "Description": "two\nlines"}]


def test_delimiter_that_excel_names_is_believed(file: Path):
    (record,) = records(fetch(file, "sep=;\nid;title;url\n1;a, b;https://a.example/\n"))

    assert (record.body["title"], record.body["row_numbers"]) == ("a, b", [3])


def test_bytes_that_are_no_utf8_are_read_as_windows_wrote_them_and_told(file: Path):
    body = b"id,title,description\n" + "1,Café – everywhere äöü,x\n".encode() * 30 + "2,£9 “off”,y\n".encode("cp1252")

    events = fetch(file, body)

    assert [record.body["title"] for record in records(events)][-1] == "£9 “off”"
    assert told(events)[0] == (
        "Some characters are not of the encoding that the rest is in: save the file as “CSV UTF-8”."
    )


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes):
    table = CsvTable(io.BytesIO(body))
    try:
        rows = list(table.rows())
    except SourceFailed as refused:
        rows = []
        message = str(refused)
        assert message.endswith("Look for a quotation mark that is not closed.")
    assert all(any(row.cells) for row in rows)


# Headers


def test_rows_above_the_header_are_passed_over_and_the_header_repeated_below(file: Path):
    text = """Data inventory of the Ministry,,
,,
Mandatory,Recommended,Optional
Title,Identifier,Web page
Bins,b1,https://b.example/
Title,Identifier,Web page
Parks,p1,https://p.example/
"""

    found = records(fetch(file, text))

    assert [(record.guid, record.body["row_numbers"]) for record in found] == [("b1", [5]), ("p1", [7])]


def test_header_of_two_rows_is_put_together(file: Path):
    text = """Title,Package name,Geographic coverage,,Temporal coverage,,Licence
Display title,Lower-case,England,Wales,From,To (if needed),The licence
Bins,bins,England,,2001,2002,OGL
"""

    (record,) = records(fetch(file, text))

    assert {header: column["name"] for header, column in record.body["columns"].items()} == {
        "Title": "title",
        "Package name": "identifier",
        "Geographic coverage England": "places",
        "Temporal coverage From": "period_start",
        "Temporal coverage To (if needed)": "period_end",
        "Licence": "licence",
    }


@pytest.mark.parametrize(
    "text",
    ["a,b\n1,2\n", "Name,Phone,Email,Organisation\nAnn,1,a@a.example,X\n", "Department,Amount\nX,1\n", "just words\n"],
)
def test_table_that_is_no_inventory_is_refused(file: Path, text: str):
    assert failure(file, text) == (
        "The source has no row that names its columns: one of the first rows must hold “title” and other names of the"
        " documented columns, such as “identifier”, “description” and “url”."
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The source is empty."),
        (b" \n", "The source is empty."),
        (b"<!DOCTYPE html><p>", "The source gave a web page instead of CSV or a spreadsheet: check its address."),
        (b"PK\x03\x04", "The source could not be read. The spreadsheet is damaged, or is none: "),
        (
            b'id,title,url\n1,"never closed,' + b"x" * 1_100_000,
            "The source's CSV can't be read beyond row 1, at line 2: field larger than field limit (1000000)."
            " Look for a quotation mark that is not closed.",
        ),
    ],
    ids=["nothing", "blank", "web page", "workbook", "open quotation"],
)
def test_what_cannot_be_read_says_why(file: Path, body: bytes, message: str):
    assert failure(file, body).startswith(message)


# Datasets


def test_rows_with_one_identifier_are_one_dataset_wherever_they_stand(file: Path):
    text = "id,title,url\n1,Bins,https://a.example/\n2,Parks,https://b.example/\n1,Bins,https://c.example/\n"

    found = records(fetch(file, text))

    assert [(record.guid, record.body["row_numbers"]) for record in found] == [("1", [2, 4]), ("2", [3])]


def test_rows_without_title_go_on_with_the_dataset_above(file: Path):
    text = "id,title,url\n1,Bins,https://a.example/\n,,https://b.example/\n1,,https://c.example/\n2,Parks,\n"

    found = records(fetch(file, text))

    assert [record.body["row_numbers"] for record in found] == [[2, 3, 4], [5]]


def test_without_identifiers_title_publisher_and_page_tell_datasets_apart_and_that_is_told_once(file: Path):
    text = "title,publisher,url\nSpend,X,https://a.example/\nSpend,Y,https://b.example/\n spend ,X,https://c.example/\n"

    events = fetch(file, text)

    assert [record.body["row_numbers"] for record in records(events)] == [[2, 4], [3]]
    assert all(record.guid.startswith("title:") for record in records(events))
    assert told(events) == [
        "The table has no column “identifier”, so its datasets are known by title, publisher and page: if one of them"
        " changes, it becomes another entry. Add one with identifiers that stay."
    ]


def test_two_titles_with_one_identifier_stay_two_records_for_the_pipeline_to_judge(file: Path):
    found = records(fetch(file, "id,title,url\n1,Bins,\n1,Parks,\n"))

    assert [(record.guid, record.body["title"]) for record in found] == [("1", "Bins"), ("1", "Parks")]


def test_row_without_title_is_told_by_its_number_and_nothing_is_retired(file: Path):
    events = fetch(file, "id,title,description\n1,Bins,a\n,,only words\n")

    problem = next(event for event in events if isinstance(event, SourceProblem))
    assert (problem.finding.message, problem.element) == (
        "Row 3: column “title” is empty, so the row can't be used. Give the dataset a title, or delete the row.",
        "row 3",
    )
    assert events[-1] == Finished(is_whole=False)


def test_moving_a_row_does_not_change_its_hash(file: Path):
    first = records(fetch(file, "id,title,url\n1,Bins,\n"))[0]
    moved = records(fetch(file, "Inventory\n\nid,title,url\n2,Parks,\n1,Bins,\n"))[1]

    assert (first.guid, first.content_hash) == (moved.guid, moved.content_hash)


def test_cells_beyond_the_header_and_second_columns_of_one_name_are_kept(file: Path):
    (record,) = records(fetch(file, "id,title,url,note,note\n1,Bins,,a,b,c,,d\n"))

    assert record.body["rows"] == [{"id": "1", "title": "Bins", "note": "a", "note (column 5)": "b", "": ["c", "d"]}]


def test_text_that_excel_protects_is_unwrapped(file: Path):
    (record,) = records(fetch(file, 'id,title,url\n="007",Bins,\n'))

    assert record.guid == "007"


def test_sample_workbook_gives_each_sheet_that_has_a_header():
    found = records(fetch(SAMPLES / "inventory.xlsx"))

    assert [(record.guid, record.body["sheet"], record.body["title"]) for record in found] == [
        ("b1", "Datasets", "Bathing beaches"),
        ("t1", "Datasets", "Tide tables"),
        ("a1", "Data services", "Tides, asked one by one"),
    ]
    assert found[0].body["rows"][0]["issued"] == "2019-05-06"
    assert found[0].body["row_numbers"] == [3, 4]
