"""What kind of values a column holds, and which of them look personal or like a register's keys."""

import re

import pytest

from files.apart.codes import NATIONAL_INSURANCE, PERSONAL_EMAIL, register_of
from files.apart.values import financial_year, reading_of


@pytest.mark.parametrize(
    ("cells", "label", "kind", "unit"),
    [
        (["1", "20", "-3"], "n", "integer", ""),
        (["1,200.50", "£3.00", "(4.10)"], "Amount", "number", "£"),
        (["12%", "3.5%"], "Share", "number", "%"),
        (["1.234,50", "2,75"], "Betrag", "number", ""),
        (["31/01/2024", "1/2/2024"], "Date", "date", ""),
        (["12/25/2024", "1/2/2024"], "Date", "date", ""),
        (["01-Apr-11", "30-Jun-11"], "Date", "date", ""),
        (["2024-01-31T12:00:00Z"], "When", "datetime", ""),
        (["1990", "2001"], "Year", "year", ""),
        (["1990", "2001"], "Rooms", "integer", ""),
        (["Yes", "No", "Yes"], "Open", "boolean", ""),
        (["0012", "0034"], "Code", "text", ""),
        (["5", "[c]", "..", "7", "n/a"], "Count", "integer", ""),
        (["a", "1", "2", "b"], "Mixed", "text", ""),
        (["", "-", "n/a"], "Nothing", "text", ""),
    ],
)
def test_a_column_is_of_the_kind_of_its_cells(cells, label, kind, unit):
    found = reading_of(cells, label)
    assert (found.type, found.unit) == (kind, unit)


@pytest.mark.parametrize(
    ("cells", "label", "key"),
    [
        (["E08000035", "W06000015"], "code", "gss"),
        (["LS1 4AP", "sw1a2aa"], "Post code", "postcode"),
        (["01234567", "SC123456"], "Company Number", "company"),
        (["01234567", "12345678"], "Invoice", None),
        (["100012345678"], "UPRN", "uprn"),
    ],
)
def test_keys_of_registers_are_known(cells, label, key):
    found = register_of(cells, label)
    assert (found[0] if found else None) == key


@pytest.mark.parametrize(
    ("text", "matches"),
    [("AB123456C", True), ("AB 12 34 56 C", True), ("GB123456A", False), ("DA123456A", False), ("AB123456E", False)],
)
def test_national_insurance_numbers_are_told_by_their_rules(text, matches):
    assert (re.match(NATIONAL_INSURANCE, text) is not None) is matches


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("jo.smith@dept.example", True),
        ("jo@gmail.com", True),
        ("foi@dept.example", False),
        ("enquiries@a.example", False),
    ],
)
def test_addresses_of_persons_are_told_from_those_of_offices(text, matches):
    assert (re.search(PERSONAL_EMAIL, text) is not None) is matches


def test_financial_years_are_read():
    assert [financial_year(text) for text in ("2011/12", "2011-2012", "1999/00", "2011/13", "x")] == [
        (2011, 2012),
        (2011, 2012),
        (1999, 2000),
        None,
        None,
    ]
