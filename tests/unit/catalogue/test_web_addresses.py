"""Addresses: mended or refused, never dangerous; one key for all spellings of one address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.web_addresses import clean_url, url_key

BASE = "https://data.example.gov.uk/feeds/data.json"


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("https://www.gov.uk/a/b.csv?x=1&y=2", "https://www.gov.uk/a/b.csv?x=1&y=2"),
        (" HTTP://Example.GOV.UK:80/A b.csv ", "http://example.gov.uk/A%20b.csv"),
        ("http://x.org/50%.csv?q=a|b[1]", "http://x.org/50%25.csv?q=a|b[1]"),
        ("www.example.gov.uk/data", "http://www.example.gov.uk/data"),
        ("example.gov.uk/data", "http://example.gov.uk/data"),
        ("//cdn.example.org/a.csv", "http://cdn.example.org/a.csv"),
        ("ftp://ftp.example.org/a.zip", "ftp://ftp.example.org/a.zip"),
        ("http:/example.org/a", "http://example.org/a"),
        ("http//example.org/a", "http://example.org/a"),
        ("http://http://example.org/a", "http://example.org/a"),
        ("http://example.org\\a&amp;b", "http://example.org/a&b"),
        ("http://münchen.de/ä", "http://xn--mnchen-3ya.de/%C3%A4"),
        ("http://user:REDACTED@example.org/", "http://user:REDACTED@example.org/"),
        ("http://a.org/1, http://b.org/2", "http://a.org/1"),
        ("<http://a.org/1>", "http://a.org/1"),
        ("http://webarchive.example.org/+/http://b.org/2", "http://webarchive.example.org/+/http://b.org/2"),
        ("http://[::1]:8000/", "http://[::1]:8000/"),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/a"),
    ],
)
def test_addresses_are_made_whole(raw: str, url: str) -> None:
    assert clean_url(raw) == url


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "not available",
        "TBC",
        "N/A",
        "http://",
        "http://TBC",
        "http://none",
        "http://a b c",
        "{{url}}",
        "S:\\Files\\a.xls",
        "javascript:alert(1)",
        "JaVaScRiPt://x.org/%0aalert(1)",
        "data:text/html,x",
        "mailto:a@b.uk",
        "file:///etc/passwd",
        "http://x.org:99999/",
        "http://" + "a" * 5000 + ".org/",
        "vbscript:x",
        None,
        3,
        ["http://x.org"],
    ],
)
def test_what_is_no_address_is_none(raw: object) -> None:
    assert clean_url(raw) is None
    assert clean_url(raw, base="") is None


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("/files/a.csv", "https://data.example.gov.uk/files/a.csv"),
        ("../a.csv", "https://data.example.gov.uk/a.csv"),
        ("a.csv", "https://data.example.gov.uk/feeds/a.csv"),
        ("?page=2", "https://data.example.gov.uk/feeds/data.json?page=2"),
        ("not available", None),
        ("TBC", None),
        ("javascript:alert(1)", None),
    ],
)
def test_relative_addresses_are_joined_to_their_base(raw: str, url: str | None) -> None:
    assert clean_url(raw, base=BASE) == url


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://Example.org:80/a/", "https://example.org/a"),
        ("https://example.org:443/%7euser#top", "http://example.org/~user"),
        ("http://example.org/", "http://example.org"),
        ("http://example.org/%e2%82%ac", "http://example.org/%E2%82%AC"),
    ],
)
def test_spellings_of_one_address_share_a_key(one: str, other: str) -> None:
    assert url_key(one) == url_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.org/a", "http://example.org/A"),
        ("http://example.org/a?x=1", "http://example.org/a?x=2"),
        ("http://example.org:8080/a", "http://example.org/a"),
        ("ftp://example.org/a", "http://example.org/a"),
        ("http://example.org/a%2Fb", "http://example.org/a/b"),
    ],
)
def test_different_addresses_have_different_keys(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


wild = st.text(max_size=80) | st.text(alphabet="htps:/.w@%[]#?& \\\x00ü1<>\"'", max_size=40)


@given(wild | st.none() | st.integers(), st.sampled_from(["", BASE]), st.sampled_from(["", "http://", "https://a.uk/"]))
def test_any_value_is_answered_safely_and_once_for_all(raw: object, base: str, start: str) -> None:
    url = clean_url(start + raw if isinstance(raw, str) else raw, base=base)
    if url is not None:
        assert url.startswith(("http://", "https://", "ftp://"))
        assert url.isascii()
        assert not set(url) & set(' \t\r\n\x00<>"')
        assert clean_url(url) == url
        assert url_key(url_key(url)) == url_key(url)


@given(wild)
def test_any_text_has_a_key(raw: str) -> None:
    assert isinstance(url_key(raw), str)
