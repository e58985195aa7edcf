"""Reading addresses that other people wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from services.http.errors import HttpError, HttpErrorKind
from services.http.urls import parse_url, politeness_host, resolve_redirect


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://data.gov.uk/a.csv", "https://data.gov.uk/a.csv"),
        ("  HTTP://Data.GOV.uk  ", "http://data.gov.uk/"),
        ("http://a.uk/spend 2024.csv", "http://a.uk/spend%202024.csv"),
        ("http://a.uk/spend%202024.csv?q=a b", "http://a.uk/spend%202024.csv?q=a%20b"),
        ("http://a.uk/Gwynedd/tŷ.csv", "http://a.uk/Gwynedd/t%C5%B7.csv"),
        ("http://tŷ.cymru/x", "http://xn--t-foa.cymru/x"),
        ("http://a.uk/x?sig=a%2Fb%2B%7E", "http://a.uk/x?sig=a%2Fb%2B%7E"),
        ("http://a.uk/x#part", "http://a.uk/x"),
        ("http://a.uk:8080/x", "http://a.uk:8080/x"),
        ("http://[2a00:1450::1]/x", "http://[2a00:1450::1]/x"),
        ("http://under_score.gov.uk/", "http://under_score.gov.uk/"),
        ("http://a.uk/x[1]|2", "http://a.uk/x[1]%7C2"),
    ],
)
def test_address_is_made_ready_to_send(text: str, expected: str) -> None:
    assert str(parse_url(text)) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "There is no web address."),
        ("data.gov.uk/a.csv", "The web address is not complete: it should start with https:// or http://."),
        ("/files/a.csv", "The web address is not complete: it should start with https:// or http://."),
        ("mailto:data@example.gov.uk", "“mailto:” is not a web address: it should start with https:// or http://."),
        ("javascript:alert(1)", "“javascript:” is not a web address: it should start with https:// or http://."),
        ("file:///etc/passwd", "“file:” is not a web address: it should start with https:// or http://."),
        ("http:///a.csv", "The web address has no host name."),
        ("http://a.uk:port/", "The web address is not well formed."),
        ("http://[::1/", "The web address is not well formed."),
        ("http://exa mple.uk/", "The host name in the web address is not a valid one."),
        ("http://127.0.0.%31/", "The host name in the web address is not a valid one."),
        ("http://a..uk/", "The host name in the web address is not a valid one."),
        ("http://a.uk\r\nHost: b/", "The web address has a line break or another control character inside."),
        ("http://a.uk:25/", "Port 25 is not one that serves web pages."),
        ("http://a.uk/" + "x" * 8000, "The web address is longer than 8,000 characters."),
        ("http://a.uk/\ud800", "The web address is not well formed."),
    ],
)
def test_text_that_is_no_web_address_is_refused_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(HttpError) as caught:
        parse_url(text)
    assert (caught.value.kind, str(caught.value)) == (HttpErrorKind.BAD_URL, message)


def test_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(HttpError) as caught:
        parse_url("https://officer:secret@data.gov.uk/")
    assert str(caught.value) == "The web address has a user name or password inside; take it out."
    assert "secret" not in caught.value.url


def test_ftp_is_refused_as_not_supported() -> None:
    with pytest.raises(HttpError) as caught:
        parse_url("ftp://ftp.example.gov.uk/a.csv")
    assert caught.value.kind == HttpErrorKind.UNSUPPORTED_SCHEME


@given(st.text(max_size=60) | st.text(max_size=60).map("http://".__add__) | st.from_regex(r"https?://[^/]{1,20}/.*"))
def test_any_text_is_a_sendable_address_or_a_plain_refusal(text: str) -> None:
    refusal: HttpError | None = None
    try:
        url = parse_url(text)
    except HttpError as error:
        refusal = error
    if refusal is not None:
        assert refusal.kind in (HttpErrorKind.BAD_URL, HttpErrorKind.UNSUPPORTED_SCHEME)
        assert str(refusal).endswith(".")
        return
    assert url.scheme in ("http", "https")
    assert url.user is None
    assert str(url).isascii()
    assert str(parse_url(str(url))) == str(url)


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/b.csv", "http://a.uk/b.csv"),
        ("c.csv", "http://a.uk/dir/c.csv"),
        ("?page=2", "http://a.uk/dir/x?page=2"),
        ("//b.uk/y", "http://b.uk/y"),
        ("https://b.uk/t\udcc5\udcb7", "https://b.uk/t%C5%B7"),
    ],
)
def test_redirect_is_resolved_against_the_address_it_came_from(location: str, expected: str) -> None:
    assert str(resolve_redirect(URL("http://a.uk/dir/x"), location)) == expected


@pytest.mark.parametrize("location", ["javascript:alert(1)", "http://[", "file:///etc/passwd"])
def test_redirect_to_nonsense_is_the_servers_fault(location: str) -> None:
    with pytest.raises(HttpError) as caught:
        resolve_redirect(URL("http://a.uk/dir/x"), location)
    assert caught.value.kind == HttpErrorKind.PROTOCOL


def test_politeness_is_owed_to_a_name_whatever_the_scheme_and_port() -> None:
    addresses = ["http://A.uk/x", "https://a.uk:8443/y", "http://a.uk./", "not an address"]
    assert [politeness_host(address) for address in addresses] == ["a.uk", "a.uk", "a.uk", ""]
