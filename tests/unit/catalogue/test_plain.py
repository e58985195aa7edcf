"""Clean text, tags, names and contacts: whatever came in, PostgreSQL can store what goes out."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.plain import MAX_TAG, clean_tags, clean_text, email_from, html_to_text, phone, slugify_name

#: Text with everything in it: lone surrogates and NUL too.
wild = st.text(st.characters(), max_size=200) | st.text(
    st.sampled_from("a \t\n\r\x00\x0b\x85\x92\ud800\udc00\u202e\ufeff\u2028é<&;>"), max_size=60
)
json_values = st.recursive(
    wild | st.none() | st.booleans() | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(wild, inner, max_size=3),
    max_leaves=12,
)


def is_storable(text: str) -> bool:
    """Whether PostgreSQL's jsonb takes it."""
    return "\x00" not in text and not re.search("[\ud800-\udfff]", text)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  Road\tsafety \r\n data ", "Road safety data"),
        ("a\x00b\x07c", "abc"),
        ("lone \ud800 surrogate", "lone � surrogate"),
        ("\ud83d\ude00 in halves", "😀 in halves"),
        ("it\x92s \x93quoted\x94", "it’s “quoted”"),
        ("\u202egnp.exe\u202c zero\u200bwidth\ufeff", "gnp.exe zerowidth"),
        (12, "12"),
        (True, ""),
        (None, ""),
        (["Health", "", "Care"], "Health, Care"),
        ({"cy": "Iechyd", "en": "Health"}, "Health"),
        ({"@language": "cy", "@value": "Iechyd"}, "Iechyd"),
        ({}, ""),
    ],
)
def test_clean_text(raw: object, clean: str) -> None:
    assert clean_text(raw, max_length=100) == clean


def test_lines_are_kept_where_asked() -> None:
    assert clean_text("One\r\n  two  \n\n\n\n\nthree", max_length=100, keep_lines=True) == "One\ntwo\n\nthree"


def test_long_text_is_cut_at_a_word() -> None:
    assert clean_text("The quick brown fox jumps", max_length=18) == "The quick brown…"
    assert clean_text("x" * 50, max_length=10) == "x" * 9 + "…"


@given(json_values, st.integers(0, 300), st.booleans())
def test_cleaned_text_is_always_storable_short_and_stable(raw: object, max_length: int, keep_lines: bool) -> None:
    clean = clean_text(raw, max_length=max_length, keep_lines=keep_lines)
    assert is_storable(clean)
    assert len(clean) <= max_length
    assert clean_text(clean, max_length=max_length, keep_lines=keep_lines) == clean


@pytest.mark.parametrize(
    ("raw", "tags"),
    [
        ("Health, NHS; care,,", ("Health", "NHS", "care")),
        (["Health", "health", "HEALTH "], ("Health",)),
        (["Environment, Waste management"], ("Environment", "Waste management")),
        ([{"name": "bus-stops", "display_name": "Bus stops"}, {"name": "rail"}, None, 3], ("Bus stops", "rail")),
        (["x" * 101, "ok", "a"], ("ok",)),
        ("“quoted.”", ("quoted",)),
        (None, ()),
        ({"name": "a"}, ()),
    ],
)
def test_clean_tags(raw: object, tags: tuple[str, ...]) -> None:
    assert clean_tags(raw) == tags


@given(json_values)
def test_tags_are_storable_short_distinct_and_stable(raw: object) -> None:
    tags = clean_tags(raw)
    assert all(is_storable(tag) and 2 <= len(tag) <= MAX_TAG for tag in tags)
    assert len({tag.casefold() for tag in tags}) == len(tags)
    assert clean_tags(list(tags)) == tags


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Spend over £25,000 in HM Treasury", "spend-over-gbp-25-000-in-hm-treasury"),
        ("Ynys Môn – ysgolion & addysg", "ynys-mon-ysgolion-and-addysg"),
        ("The Council's trees", "the-councils-trees"),
        ("search", "dataset-search"),
        ("A", "dataset-a"),
        ("", "dataset"),
        ("67eb3152-6b2b-4bf9-9be3-7eb2e913a503", "dataset-67eb3152-6b2b-4bf9-9be3-7eb2e913a503"),
        ("67EB31526B2B4BF99BE37EB2E913A503", "dataset-67eb31526b2b4bf99be37eb2e913a503"),
    ],
)
def test_names_for_addresses(title: str, name: str) -> None:
    assert slugify_name(title) == name


def test_titles_without_latin_letters_get_names_that_differ() -> None:
    first, second = slugify_name("数据集"), slugify_name("道路")
    assert first != second
    assert re.fullmatch("dataset-[0-9a-f]{8}", first)


@given(wild, st.integers(20, 100))
def test_a_name_is_always_a_name(title: str, max_length: int) -> None:
    name = slugify_name(title, max_length=max_length)
    assert re.fullmatch(rf"[a-z0-9][a-z0-9-]{{0,{max_length - 2}}}[a-z0-9]", name)
    assert not re.fullmatch(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", name)
    assert slugify_name(name, max_length=max_length) == name


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        ("mailto:Open.Data@Example.GOV.UK", "Open.Data@example.gov.uk"),
        ("Data team <data@example.gov.uk>; foi@example.gov.uk", "data@example.gov.uk"),
        ("data at example.gov.uk", None),
        ("x@y", None),
        (None, None),
    ],
)
def test_email_from(raw: object, address: str | None) -> None:
    assert email_from(raw) == address


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("Tel: 020 7946 0000 ext 12", "020 7946 0000 ext 12"),
        ("+44 (0)20 7946 0000", "+44 (0)20 7946 0000"),
        ("tel:02079460000", "02079460000"),
        ("Help line", None),
        ("1234", None),
        (12345678, None),
    ],
)
def test_phone(raw: object, number: str | None) -> None:
    assert phone(raw) == number


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Plain text, as it was.\n\n* a list", "Plain text, as it was.\n\n* a list"),
        ("Under £25 < £500 and <your name>", "Under £25 < £500 and <your name>"),
        ("AT&amp;T &pound;25k", "AT&T £25k"),
        ("<p>One <b>bold</b></p><p>Two<br>lines</p>", "One bold\n\nTwo\nlines"),
        ("<ul><li>a<li>b</ul>after", "- a\n- b\n\nafter"),
        ("<ol><li>a<ul><li>n</li></ul></li><li>b</li></ol>", "1. a\n  - n\n2. b"),
        ("See <a href='https://x.org/a b'>the [page] </a>now", "See [the (page)](https://x.org/a%20b) now"),
        ("<a href='mailto:a@b.uk'>a@b.uk</a> <a href='http://x.org'>http://x.org</a>", "a@b.uk http://x.org"),
        ("<a href='javascript:alert(1)'>click</a>", "click"),
        ("<h2>Title</h2>Text", "### Title\n\nText"),
        ("<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>", "A | B\n1 | 2"),
        ("<script>alert(1)</script>ok<style>p{}</style><img src=x onerror=alert(1) alt=' map'>", "ok map"),
        ("&lt;p&gt;Escaped &lt;b&gt;once too often&lt;/b&gt;&lt;/p&gt;", "Escaped once too often"),
        ("Mark <i>Down</i>\n\n* kept [a](http://b.uk)", "Mark Down\n\n* kept [a](http://b.uk)"),
        (None, ""),
    ],
)
def test_html_to_text(html: object, text: str) -> None:
    assert html_to_text(html) == text


@given(
    st.lists(
        st.sampled_from(
            [
                "<",
                ">",
                "</",
                "<p>",
                "</p>",
                "<script>",
                "</script>",
                "<scr",
                "ipt>",
                "<a href=",
                "'javascript:x'",
                "<li>",
                "&lt;",
                "&#60;script&#62;",
                "<svg/onload=x>",
                "<!--",
                "-->",
                "<![CDATA[",
                "\x00",
                "text",
                " ",
                "\ud800",
                "<div>",
            ]
        ),
        max_size=30,
    )
)
def test_no_html_becomes_a_script(pieces: list[str]) -> None:
    text = html_to_text("".join(pieces))
    assert not re.search(r"</?(script|svg|iframe)\b", text, re.IGNORECASE)
    assert is_storable(clean_text(text, max_length=10_000, keep_lines=True))


@pytest.mark.parametrize(
    "piece", ["<div>", "<ul><li>", "<b><i>", "<a href=x>", "<", "<!--", "&lt;p&gt;", "<font color=1>"]
)
def test_hostile_html_costs_little(piece: str) -> None:
    assert len(html_to_text(piece * 100_000)) <= 1_000_000
