"""The query language: what each form means, and that no text stalls or breaks the parser."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.api.ckan.query.nodes import And, Everything, Exists, Not, Or, Pattern, Range, Wild, Words, leaves
from catalogue.api.ckan.query.syntax import LONGEST, SyntaxInvalid, escaped, parse

A, B, C = (Words(text, field="f") for text in "abc")

MEANINGS = {
    "": Everything(),
    "  ": Everything(),
    "*:*": Everything(),
    "*": Everything(),
    "water": Words("water"),
    "water quality": And((Words("water"), Words("quality"))),
    '"water quality"': Words("water quality", is_phrase=True),
    "f:a": A,
    "f: a": A,
    '"a"': Words("a", is_phrase=True),
    'f:"a b"': Words("a b", is_phrase=True, field="f"),
    "f:a f:b": And((A, B)),
    "f:a AND f:b": And((A, B)),
    "f:a && f:b": And((A, B)),
    "f:a OR f:b": Or((A, B)),
    "f:a || f:b": Or((A, B)),
    "NOT f:a": Not(A),
    "-f:a": Not(A),
    "!f:a": Not(A),
    "+f:a": A,
    "NOT NOT f:a": A,
    "f:a -f:b": And((A, Not(B))),
    "f:a AND NOT f:b": And((A, Not(B))),
    # OR binds more than standing side by side, less than AND
    "f:a OR f:b f:c": And((Or((A, B)), C)),
    "f:a f:b OR f:c": And((A, Or((B, C)))),
    "f:a OR f:b AND f:c": Or((A, And((B, C)))),
    "(f:a OR f:b) AND f:c": And((Or((A, B)), C)),
    "f:(a OR b)": Or((A, B)),
    "f:(a b)": And((A, B)),
    "f:(a -b)": And((A, Not(B))),
    "f:(a g:b)": And((A, Words("b", field="g"))),
    "*:* -f:a": Not(A),
    "f:a OR *:*": Everything(),
    "f:*": Exists("f"),
    "f:[* TO *]": Exists("f"),
    "f:a*": Pattern(("a", Wild.ANY), field="f"),
    "f:a**?b": Pattern(("a", Wild.ANY, Wild.ONE, "b"), field="f"),
    "f:a\\*": Words("a*", field="f"),
    "f:a\\ b": Words("a b", field="f"),
    "f:\\(a\\)": Words("(a)", field="f"),
    'f:"say \\"a\\""': Words('say "a"', is_phrase=True, field="f"),
    "f\\:g": Words("f:g"),
    "f:[1 TO 5]": Range("1", "5", field="f"),
    "f:{1 TO 5}": Range("1", "5", includes_low=False, includes_high=False, field="f"),
    "f:[1 TO *}": Range("1", None, includes_high=False, field="f"),
    'f:["a b" TO c]': Range("a b", "c", field="f"),
    "f:[2015-07-24T00:00:00.000000Z TO NOW/DAY+1DAY]": Range("2015-07-24T00:00:00.000000Z", "NOW/DAY+1DAY", field="f"),
    "f:2015-07-24T00:00:00Z": Words("2015-07-24T00:00:00Z", field="f"),
    "f:a^2.5 f:b~0.8": And((A, B)),
    "theme-primary:x": Words("x", field="theme-primary"),
    "extras_temporal_coverage-from:x": Words("x", field="extras_temporal_coverage-from"),
    "R&D": Words("R&D"),
    "ANDROID ORANGE NOTES": And((Words("ANDROID"), Words("ORANGE"), Words("NOTES"))),
    "covid-19": Words("covid-19"),
    "tags:Économie": Words("Économie", field="tags"),
}


@pytest.mark.parametrize("text", MEANINGS)
def test_each_form_has_its_meaning(text):
    assert parse(text) == MEANINGS[text]


def test_a_field_of_its_own_wins_over_that_of_the_group():
    assert parse("f:(a OR g:[1 TO 2] OR h:*)") == Or((A, Range("1", "2", field="g"), Exists("h")))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a AND", "it ends too early, after “a AND”"),
        ("AND a", "“AND a” was not expected at character 1"),
        ('f:"a', '“"a” was not expected at character 3'),
        ("(a", "it ends too early, after “(a”"),
        ("a)", "“)” was not expected at character 2"),
        ("f:", "it ends too early, after “f:”"),
        ("f:()", "“)” was not expected at character 4"),
        ("f:[1 TO]", "“TO]” was not expected at character 6"),
        ("f:[1 5]", "“5]” was not expected at character 6"),
        ("{!join from=a}b", "local parameters are not supported"),
        ("a*b*c*d*e*f*g", "“a*b*c*d*e*f*g” has more than 5 wildcards"),
        ("(" * 41 + "a" + ")" * 41, "brackets are nested more than 40 deep"),
        ("a " * LONGEST, "it is longer than 30,000 characters"),
        ("f:a OR " * 1_024 + "f:a", "it has more than 1,024 clauses"),
    ],
)
def test_what_is_wrong_is_said_and_where(text, message):
    with pytest.raises(SyntaxInvalid) as error:
        parse(text)
    assert str(error.value) == message


@pytest.mark.parametrize(
    "text",
    [
        "(" * LONGEST,
        ")" * LONGEST,
        '"' * LONGEST,
        "[" * LONGEST,
        "\\" * LONGEST,
        "a:" * (LONGEST // 2),
        "NOT " * (LONGEST // 4),
        "- " * (LONGEST // 2),
        "-" * LONGEST,
        "a^" * (LONGEST // 2),
        "a~" * (LONGEST // 2),
        "x:(" * 30 + "a" + ")" * 30,
        "f:[" + "a" * (LONGEST - 10),
        '"\\' * (LONGEST // 2),
    ],
)
def test_hostile_text_is_answered_within_seconds(text):
    began = time.process_time()
    with contextlib.suppress(SyntaxInvalid):
        parse(text)
    assert time.process_time() - began < 30


@given(st.text(max_size=60))
def test_a_value_in_quotes_is_just_itself(text):
    assert parse(f"f:{escaped(text)}") == Words(text, is_phrase=True, field="f")


_PIECES = [
    "a",
    "field:",
    "AND",
    "OR",
    "NOT",
    "+",
    "-",
    "!",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    '"',
    " ",
    "*",
    "?",
    "\\",
    ":",
]
_PIECES += ["TO", "^2", "~", "&&", "||", "NOW", "2015-01-01", "é", "\x00", "\ud800", "\n", "/", "'", "{!"]


@given(st.lists(st.sampled_from(_PIECES), max_size=40).map("".join) | st.text(max_size=80))
def test_any_text_is_parsed_or_refused(text):
    with contextlib.suppress(SyntaxInvalid):
        assert len(list(leaves(parse(text)))) >= 1
