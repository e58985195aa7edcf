"""Where a table begins and ends: small sheets as governments publish them."""

import pytest

from files.apart.heading import find, is_note


def rows(text: str) -> list[list[str]]:
    """One row a line, cells apart by |."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip("\n").split("\n")]


@pytest.mark.parametrize(
    ("sheet", "headings", "first"),
    [
        ("Name|Paid\nAcme|10\nBell|20", ["Name", "Paid"], 1),
        ("A title above|\n|\nName|Paid\nAcme|10\nBell|20", ["Name", "Paid"], 3),
        (
            "Area|2011|2011|2012\n|Men|Women|Men\nLeeds|1|2|3\nYork|4|5|6",
            ["Area", "2011 – Men", "2011 – Women", "2012 – Men"],
            2,
        ),
        (
            "|Men||Women|\nArea|Count|Rate|Count|Rate\nLeeds|1|2|3|4\nYork|5|6|7|8",
            ["Area", "Men – Count", "Men – Rate", "Women – Count", "Women – Rate"],
            2,
        ),
        ("Year|Jan|Feb\n1910|1.5|2.5\n1911|3.5|4.5\n1912|1.0|2.0", ["Year", "Jan", "Feb"], 1),
        ("Site|00:00|00:30\nA|1|2\nB|3|4\nC|5|6", ["Site", "00:00", "00:30"], 1),
        ("AB1|10|2024-01-01\nAB2|20|2024-01-02\nAB3|30|2024-01-03", ["", "", ""], 0),
        ("Mandatory|Mandatory|Optional|Optional\ntitle|summary|theme|tag\na|b|c|d", None, 2),
    ],
)
def test_the_headings_of_a_sheet_are_found(sheet, headings, first):
    found = find(rows(sheet))
    assert found is not None
    assert found.first_row == first
    if headings is not None:
        assert found.headings == headings


def test_labels_and_remarks_above_a_table_are_not_its_headings():
    remark = "1. Based on deaths registered in each calendar year, and on the place of usual residence of the deceased."
    sheet = [["Notes", remark, ""], ["Unit", "Deaths", ""], ["", "", ""], ["Year", "Men", "Women"]]
    found = find(sheet + [[str(year), "1", "2"] for year in range(1990, 2000)])
    assert found is not None
    assert (found.headings, found.first_row) == (["Year", "Men", "Women"], 4)


@pytest.mark.parametrize(
    ("row", "note"),
    [
        (["Source: finance system", "", "", ""], True),
        (["", "", "", ""], True),
        (["Total", "5", "6", "7"], False),
        (["2017", "", "", ""], False),
        (["Leeds", "5", "6", ""], False),
    ],
)
def test_notes_below_a_table_are_told_from_its_last_records(row, note):
    assert is_note(row, 4) is note


def test_prose_is_no_table():
    assert find([["This is a letter about the weather in many words, and nothing else."], ["It goes on here."]]) is None
