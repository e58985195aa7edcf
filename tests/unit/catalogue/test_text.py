import time

import pytest

from catalogue.text import excerpt, host_of, markdown_to_html, plain_text, safe_href


def test_markdown_becomes_html_with_headings_below_the_pages_own() -> None:
    text = "# Title\n\nSome **strong** words\non two lines.\n\n* one\n* two"
    assert markdown_to_html(text) == (
        "<h3>Title</h3>\n<p>Some <strong>strong</strong> words<br>\non two lines.</p>\n"
        "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"
    )


def test_html_descriptions_are_kept() -> None:
    assert markdown_to_html("<p>One</p><p>Two &amp; three</p>") == "<p>One</p><p>Two &amp; three</p>"


def test_indented_text_is_a_paragraph() -> None:
    assert markdown_to_html("    indented") == "<p>indented</p>"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("See https://a.gov.uk/x_y_z.", "https://a.gov.uk/x_y_z"),
        ("(http://a.gov.uk/q?a=1&b=2)", "http://a.gov.uk/q?a=1&amp;b=2"),
        ("https://a.gov.uk/w_(x)", "https://a.gov.uk/w_(x)"),
    ],
)
def test_bare_addresses_become_links_without_the_punctuation_after_them(text: str, shown: str) -> None:
    assert f'<a href="{shown}" class="govuk-link" rel="nofollow noopener">{shown}</a>' in markdown_to_html(text)


def test_an_address_inside_a_link_is_not_linked_again() -> None:
    assert markdown_to_html("[http://a.uk](http://b.uk)").count("<a ") == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<script>alert(1)</script>after", "after"),
        ('<img src="x" onerror="alert(1)">', ""),
        ('<p onclick="alert(1)" style="color:red">x</p>', "<p>x</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ('<a href="javascript:alert(1)">x</a>', '<p><a class="govuk-link" rel="nofollow noopener">x</a></p>'),
        ('<a href="/admin/logout">x</a>', '<p><a class="govuk-link" rel="nofollow noopener">x</a></p>'),
        ("<iframe src=//evil.example></iframe>", ""),
        ("<svg><script>alert(1)</script></svg>", "<p></p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
    ],
)
def test_nothing_hostile_reaches_a_page(text: str, shown: str) -> None:
    assert markdown_to_html(text) == shown


@pytest.mark.parametrize("part", ["[", "*a ", "<div>", "_*", "![](", "http://a.b/ ", "a\n", "`", "<p><table>", "|a"])
def test_hostile_text_is_answered_soon(part: str) -> None:
    start = time.process_time()
    markdown_to_html(part * 100_000)
    assert time.process_time() - start < 20  # what takes the square of its length takes hours


def test_plain_text_is_the_words_alone() -> None:
    assert plain_text("<p>One</p><p>Two &amp; three</p>\n\n* a\n* [b](http://c.uk)") == "One Two & three a b"
    assert plain_text(None) == ""


def test_an_excerpt_is_cut_between_words() -> None:
    assert excerpt("One two, three four", 19) == "One two, three four"
    assert excerpt("One two, three four", 12) == "One two…"
    assert excerpt("One two, three four", 16) == "One two, three…"
    assert len(excerpt("x" * 500, 200)) == 200


def test_only_web_addresses_may_be_linked_to() -> None:
    assert safe_href(" https://a.gov.uk/x?y=1 ") == "https://a.gov.uk/x?y=1"
    assert safe_href("FTP://a.gov.uk/x") == "ftp://a.gov.uk/x"
    refused = ["javascript:alert(1)", "data:text/html,x", "//a.gov.uk", "/x", "http://", "http://[", "", None]
    assert [safe_href(url) for url in refused] == [""] * len(refused)


def test_host_of_an_address() -> None:
    assert host_of("https://www.data.gov.uk:8443/x") == "data.gov.uk"
    assert [host_of(url) for url in ("", None, "http://[", "nonsense")] == [""] * 4
