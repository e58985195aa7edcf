"""Services, sign-in pages, parked domains, robots.txt and FTP: each told apart from a file that is there."""

import asyncio
from datetime import UTC, datetime

import pytest

from catalogue.links.map_services import complaint_of, service_question
from catalogue.links.outcome import LinkCategory, LinkOutcome, Verdict
from catalogue.links.probe import LINK_CHECK_LIMITS, PromisedUrl, probe
from catalogue.links.robots import Robots
from services.http import GuardedSession, OutboundPolicy
from tests.servers import replies
from tests.servers.fake_ftp import FakeFtp
from tests.servers.faulty import FaultyServer, Reply

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)


def look_at(url: str, address: str) -> LinkOutcome:
    policy = OutboundPolicy(allow_hosts=frozenset({address}), **LINK_CHECK_LIMITS)

    async def go() -> LinkOutcome:
        async with GuardedSession(policy) as session:
            return await probe(session, url, now=NOW, robots=Robots(session))

    return asyncio.run(go())


def outcome_of(reply: Reply, path: str, **others: Reply) -> LinkOutcome:
    with FaultyServer({"*": reply, **{f"/{name}": other for name, other in others.items()}}) as server:
        return look_at(server.url(path), server.address)


def page(body: str) -> Reply:
    return replies.answer(f"<!doctype html><html>{body}</html>".encode(), headers={"Content-Type": "text/html"})


@pytest.mark.parametrize(
    ("url", "question"),
    [
        (
            "https://a.uk/arcgis/rest/services/Roads/MapServer",
            "https://a.uk/arcgis/rest/services/Roads/MapServer?f=json",
        ),
        (
            "https://a.uk/x/arcgis/rest/services/A/B/FeatureServer/0",
            "https://a.uk/x/arcgis/rest/services/A/B/FeatureServer/0?f=json",
        ),
        ("https://a.uk/wms?request=GetCapabilities", "https://a.uk/wms?request=GetCapabilities"),
        ("https://a.uk/ows?service=WFS", "https://a.uk/ows?service=WFS&request=GetCapabilities"),
        ("https://a.uk/arcgis/rest/services/Roads/MapServer?f=html", ""),
        ("https://a.uk/roads.csv", ""),
        ("http://[", ""),
    ],
)
def test_services_are_asked_in_their_own_protocol(url: str, question: str) -> None:
    assert service_question(url) == question


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b'<?xml version="1.0"?><WMS_Capabilities version="1.3.0">', ""),
        (b"<wfs:WFS_Capabilities>", ""),
        (b"<ServiceExceptionReport><ServiceException>Layer not found</ServiceException>", "Layer not found"),
        (b"<ows:ExceptionReport><ows:Exception><ows:ExceptionText>No  such\ntype</ows:ExceptionText>", "No such type"),
        (b"<ServiceExceptionReport/>", "it gave no reason"),
        (b'{"currentVersion": 10.8, "layers": []}', ""),
        (b'{"error": {"code": 400, "message": "Invalid URL"}}', "Invalid URL"),
        (b'{"name": "x"}', None),
        (b"a,b\n1,2\n", None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_what_a_service_says(body: bytes, complaint: str | None) -> None:
    assert complaint_of(body) == complaint


def test_exception_report_with_status_200_is_a_failure() -> None:
    report = b"<ServiceExceptionReport><ServiceException>Service Roads not started</ServiceException>"
    outcome = outcome_of(replies.answer(report, headers={"Content-Type": "text/xml"}), "/geoserver/wms")
    assert (outcome.category, outcome.verdict) == (LinkCategory.SERVICE_EXCEPTION, Verdict.FAILS)
    assert outcome.reason == "The service answers with an error of its own: Service Roads not started"


def test_arcgis_error_with_status_200_is_a_failure() -> None:
    error = replies.answer(b'{"error": {"code": 500, "message": "Service not started"}}')
    outcome = outcome_of(error, "/arcgis/rest/services/Roads/MapServer")
    assert (outcome.category, outcome.verdict) == (LinkCategory.SERVICE_EXCEPTION, Verdict.FAILS)


@pytest.mark.parametrize(
    ("body", "category", "verdict"),
    [
        ("<title>Sign in to your account</title>", LinkCategory.LOGIN, Verdict.REFUSES_US),
        ('<form><input name="p" type="password">', LinkCategory.LOGIN, Verdict.REFUSES_US),
        ("<h1>This domain is for sale</h1>", LinkCategory.PARKED, Verdict.FAILS),
        ("<title>Not found</title>", LinkCategory.HTML_INSTEAD, Verdict.FAILS),
    ],
)
def test_pages_instead_of_a_file_are_told_apart(body: str, category: LinkCategory, verdict: Verdict) -> None:
    outcome = outcome_of(page(body), "/spend.csv")
    assert (outcome.category, outcome.verdict) == (category, verdict)


def test_redirect_to_a_sign_in_is_one() -> None:
    outcome = outcome_of(replies.redirect("/auth/login?next=x"), "/spend.csv", **{"auth/login": page("Welcome")})
    assert outcome.category is LinkCategory.LOGIN


def test_page_where_the_entry_promises_a_file_is_neither_working_nor_broken() -> None:
    with FaultyServer({"*": page("<title>Spending</title>")}) as server:
        promised = look_at(PromisedUrl(server.url("/spending")), server.address)
        plain = look_at(server.url("/spending"), server.address)
    assert (promised.category, promised.verdict) == (LinkCategory.PAGE_INSTEAD, Verdict.UNCLEAR)
    assert plain.category is LinkCategory.OK


def test_files_that_robots_may_not_fetch_are_not_fetched() -> None:
    robots = replies.answer(b"User-agent: *\nDisallow: /files/\n")
    no_head = replies.by_method(head=replies.bare(405), get=replies.file(b"a,b\n"))
    with FaultyServer({"/robots.txt": robots, "*": no_head}) as server:
        held_back = look_at(server.url("/files/a.csv"), server.address)
        allowed = look_at(server.url("/open/a.csv"), server.address)
    assert (held_back.category, held_back.verdict) == (LinkCategory.ROBOTS, Verdict.REFUSES_US)
    assert allowed.category is LinkCategory.OK
    assert ("GET", "/files/a.csv") not in server.asked


def test_robots_may_always_ask_by_head_and_a_missing_file_is_missing() -> None:
    robots = replies.answer(b"User-agent: Domesday\nDisallow: /\n")
    assert outcome_of(replies.file(b"a,b\n"), "/a.csv", **{"robots.txt": robots}).category is LinkCategory.OK
    missing = outcome_of(replies.answer(b"", status=404), "/a.csv", **{"robots.txt": robots})
    assert missing.category is LinkCategory.NOT_FOUND


def test_fingerprint_tells_of_change_where_the_server_tells_nothing() -> None:
    first = outcome_of(replies.by_method(head=replies.bare(405), get=replies.answer(b"a,b\n1,2\n")), "/a.csv")
    second = outcome_of(replies.by_method(head=replies.bare(405), get=replies.answer(b"a,b\n1,3\n")), "/a.csv")
    assert len(first.fingerprint) == len(second.fingerprint) == 64
    assert first.fingerprint != second.fingerprint
    assert outcome_of(page("x"), "/page").fingerprint == ""


@pytest.mark.parametrize("knows_size", [True, False])
def test_ftp_files_are_looked_at_without_being_fetched(knows_size: bool) -> None:
    with FakeFtp({"/pub/a b.csv": 123}, knows_size=knows_size) as server:
        found = look_at(server.url("/pub/a%20b.csv"), server.address)
        folder = look_at(server.url("/pub/"), server.address)
        missing = look_at(server.url("/pub/b.csv"), server.address)
    assert (found.category, found.method) == (LinkCategory.OK, "FTP")
    assert (found.size, found.last_modified) == ((123, "20260102030405") if knows_size else (None, ""))
    assert folder.category is LinkCategory.OK
    assert missing.category is LinkCategory.NOT_FOUND
    assert not any(command.startswith("RETR") for command in server.asked)


def test_ftp_servers_on_private_networks_are_refused() -> None:
    with FakeFtp({"/a.csv": 1}) as server:
        outcome = look_at(server.url("/a.csv"), "127.0.0.1:1")
    assert outcome.category is LinkCategory.BLOCKED_ADDRESS
    assert server.asked == []


def test_ftp_server_that_is_not_there() -> None:
    with FakeFtp() as server:
        pass
    assert look_at(server.url("/a.csv"), server.address).category is LinkCategory.REFUSED
