"""What a look at a link finds, against servers that behave in every way they do out there."""

import asyncio
import itertools
from datetime import UTC, datetime

import pytest

from catalogue.links.map_services import capabilities_url
from catalogue.links.outcome import LinkCategory, LinkOutcome, Verdict
from catalogue.links.probe import LINK_CHECK_LIMITS, probe
from catalogue.links.robots import Robots
from services.http import GuardedSession, OutboundPolicy
from tests.servers import replies
from tests.servers.faulty import FaultyServer, Reply
from tests.servers.names import FakeNames

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
PATIENT = dict(LINK_CHECK_LIMITS)
HASTY = PATIENT | {"total_timeout": 0.5}


def look_at(url: str, *servers: FaultyServer, limits: dict[str, float] | None = None) -> LinkOutcome:
    policy = OutboundPolicy(allow_hosts=frozenset(server.address for server in servers), **(limits or PATIENT))

    async def go() -> LinkOutcome:
        async with GuardedSession(policy, resolver=FakeNames({"localhost": [["127.0.0.1"]]})) as session:
            return await probe(session, url, now=NOW, robots=Robots(session))

    return asyncio.run(go())


def outcome_of(
    reply: Reply, path: str = "/file", limits: dict[str, float] | None = None
) -> tuple[LinkOutcome, list[str]]:
    """The outcome of one look, and the methods the server was asked by."""
    with FaultyServer({"*": reply}) as server:
        outcome = look_at(server.url(path), server, limits=limits)
    return outcome, [method for method, _ in server.asked]


def test_head_alone_settles_a_good_link() -> None:
    headers = {"ETag": '"v1"', "Last-Modified": "Sat, 01 Aug 2026 10:00:00 GMT", "Content-Type": "text/csv; charset=x"}
    outcome, methods = outcome_of(replies.answer(b"x" * 5000, headers=headers), "/spend.csv")
    assert methods == ["HEAD"]
    assert outcome == LinkOutcome(
        category=LinkCategory.OK,
        reason="The link works.",
        checked_at=NOW,
        method="HEAD",
        status_code=200,
        media_type="text/csv",
        size=5000,
        etag='"v1"',
        last_modified="Sat, 01 Aug 2026 10:00:00 GMT",
    )


@pytest.mark.parametrize("status", [400, 403, 404, 405, 500, 501])
def test_link_that_refuses_head_but_gives_the_file_works(status: int) -> None:
    reply = replies.by_method(head=replies.answer(b"", status=status), get=replies.file(b"x" * 5000))
    outcome, methods = outcome_of(reply, "/spend.csv")
    assert methods == ["HEAD", "GET"]
    assert (outcome.category, outcome.method, outcome.status_code) == (LinkCategory.OK, "GET", 206)
    assert (outcome.size, outcome.media_type) == (5000, "text/csv")


@pytest.mark.parametrize(
    "head",
    [replies.bare(), replies.answer(b"", headers={"Content-Type": "text/csv"}), replies.reset(), replies.silence()],
    ids=["says-nothing", "zero-length", "reset", "silent"],
)
def test_head_that_tells_nothing_is_asked_again_by_get(head: Reply) -> None:
    long_enough_for_get = PATIENT | {"total_timeout": 3.0}
    outcome, methods = outcome_of(
        replies.by_method(head=head, get=replies.file(b"x" * 5000)), limits=long_enough_for_get
    )
    assert (methods[0], methods[-1]) == ("HEAD", "GET")
    assert (outcome.category, outcome.size) == (LinkCategory.OK, 5000)


def test_get_asks_for_the_first_kilobyte_uncompressed() -> None:
    reply = replies.by_method(head=replies.bare(405), get=replies.file(b"x" * 5000))
    with FaultyServer({"*": reply}) as server:
        look_at(server.url(), server)
    asked = server.requests[1].headers
    assert (asked["range"], asked["accept-encoding"]) == ("bytes=0-1023", "identity")


def test_server_that_ignores_ranges_is_cut_off_after_the_first_kilobyte() -> None:
    reply = replies.by_method(head=replies.bare(405), get=replies.endless())
    outcome, _ = outcome_of(reply)
    assert (outcome.category, outcome.status_code, outcome.size) == (LinkCategory.OK, 200, None)


def test_server_that_dislikes_ranges_is_asked_without() -> None:
    get = replies.in_turn(replies.answer(b"", status=416), replies.answer(b"x" * 50))
    outcome, methods = outcome_of(replies.by_method(head=replies.bare(405), get=get))
    assert methods == ["HEAD", "GET", "GET"]
    assert (outcome.category, outcome.size) == (LinkCategory.OK, 50)


def test_empty_file_is_a_failure() -> None:
    outcome, _ = outcome_of(replies.file(b""))
    assert (outcome.category, outcome.reason) == (LinkCategory.EMPTY, "The server answered with an empty file.")
    outcome, _ = outcome_of(replies.bare(204))
    assert (outcome.category, outcome.verdict) == (LinkCategory.EMPTY, Verdict.FAILS)


def test_part_of_a_compressed_file_is_no_damage() -> None:
    part = replies.answer(b"\x1f\x8b\x08\0\0\0\0\0", status=206, headers={"Content-Encoding": "gzip"})
    outcome, _ = outcome_of(replies.by_method(head=replies.bare(405), get=part))
    assert outcome.category in (LinkCategory.OK, LinkCategory.EMPTY)


@pytest.mark.parametrize(
    ("status", "category", "verdict", "reason"),
    [
        (404, LinkCategory.NOT_FOUND, Verdict.FAILS, "The server has nothing at this address (status 404)."),
        (410, LinkCategory.GONE, Verdict.GONE, "The server says that this was removed for good (status 410)."),
        (400, LinkCategory.CLIENT_ERROR, Verdict.FAILS, "The server does not accept the request (status 400)."),
        (500, LinkCategory.SERVER_ERROR, Verdict.FAILS, "The server met an error of its own (status 500)."),
        (503, LinkCategory.SERVER_ERROR, Verdict.FAILS, "The server met an error of its own (status 503)."),
        (302, LinkCategory.BAD_ANSWER, Verdict.FAILS, "The server answered, but not with the file (status 302)."),
        (
            403,
            LinkCategory.FORBIDDEN,
            Verdict.REFUSES_US,
            "The server does not let our check in (status 403). The link may work in a browser.",
        ),
    ],
)
def test_bad_status_is_confirmed_by_get_before_it_counts(
    status: int, category: LinkCategory, verdict: Verdict, reason: str
) -> None:
    outcome, methods = outcome_of(replies.answer(b"no", status=status))
    assert methods == ["HEAD", "GET"]
    assert (outcome.category, outcome.verdict, outcome.status_code) == (category, verdict, status)
    assert outcome.reason == reason
    assert (outcome.media_type, outcome.size) == ("", None)


def test_busy_server_is_not_asked_a_second_time() -> None:
    outcome, methods = outcome_of(replies.answer(b"", status=429, headers={"Retry-After": "7200"}))
    assert methods == ["HEAD"]
    assert (outcome.category, outcome.verdict) == (LinkCategory.RATE_LIMITED, Verdict.UNCLEAR)
    assert outcome.retry_after == 7200


def test_server_out_of_service_that_says_when_it_is_back_is_unclear() -> None:
    outcome, methods = outcome_of(replies.answer(b"", status=503, headers={"Retry-After": "60"}))
    assert methods == ["HEAD"]
    assert (outcome.category, outcome.verdict, outcome.retry_after) == (
        LinkCategory.UNAVAILABLE,
        Verdict.UNCLEAR,
        60,
    )


PAGE = b"\xef\xbb\xbf<!-- header -->\n<!DOCTYPE html><title>Not found</title>"


def test_web_page_behind_the_address_of_a_file_is_a_failure() -> None:
    outcome, methods = outcome_of(replies.answer(PAGE, headers={"Content-Type": "text/html"}), "/data/spend.csv?v=2")
    assert methods == ["HEAD", "GET"]
    assert (outcome.category, outcome.verdict) == (LinkCategory.HTML_INSTEAD, Verdict.FAILS)
    assert outcome.reason == ("A web page came back, although the address ends in “.csv”: the file has probably moved.")


def test_file_with_a_web_pages_type_works() -> None:
    outcome, _ = outcome_of(replies.answer(b"a,b\n1,2\n", headers={"Content-Type": "text/html"}), "/spend.csv")
    assert outcome.category == LinkCategory.OK


def test_web_page_behind_an_address_that_promises_nothing_works() -> None:
    outcome, methods = outcome_of(replies.answer(PAGE, headers={"Content-Type": "text/html"}), "/about")
    assert (outcome.category, methods) == (LinkCategory.OK, ["HEAD"])


def test_redirect_is_followed_and_told() -> None:
    routes = {"/old.csv": replies.redirect("/new.csv", status=301), "/new.csv": replies.file(b"x" * 10)}
    with FaultyServer(routes) as server:
        outcome = look_at(server.url("/old.csv"), server)
    assert (outcome.category, outcome.final_url) == (LinkCategory.OK, server.url("/new.csv"))


@pytest.mark.parametrize(
    ("reply", "category"),
    [
        (replies.redirect("/again"), LinkCategory.TOO_MANY_REDIRECTS),
        (replies.redirect("nonsense:"), LinkCategory.BAD_ANSWER),
        (replies.redirect("http://10.0.0.1/"), LinkCategory.BLOCKED_ADDRESS),
        (replies.redirect("http://no-such-name.test/"), LinkCategory.DNS),
        (replies.redirect("http://127.0.0.1:1/"), LinkCategory.BLOCKED_ADDRESS),
        (replies.silence(), LinkCategory.TIMEOUT),
        (replies.dribble_headers(pause=0.05), LinkCategory.TIMEOUT),
        (replies.reset(), LinkCategory.BAD_ANSWER),
        (replies.hang_up(), LinkCategory.BAD_ANSWER),
        (replies.raw(b"SSH-2.0-OpenSSH_9.6\r\n"), LinkCategory.BAD_ANSWER),
        (replies.by_method(head=replies.bare(405), get=replies.dribble(b"x" * 999, pause=0.1)), LinkCategory.TIMEOUT),
    ],
    ids=lambda value: value.value if isinstance(value, LinkCategory) else None,
)
def test_fault_is_told_apart_and_fails(reply: Reply, category: LinkCategory) -> None:
    outcome, _ = outcome_of(reply, limits=HASTY if category == LinkCategory.TIMEOUT else PATIENT)
    assert (outcome.category, outcome.verdict) == (category, Verdict.FAILS)
    assert outcome.status_code is None
    assert outcome.reason.endswith(".")


def test_fault_behind_a_redirect_says_where_it_was() -> None:
    outcome, _ = outcome_of(replies.redirect("http://no-such-name.test/x"))
    assert outcome.final_url == "http://no-such-name.test/x"
    assert outcome.reason == "There is no server called no-such-name.test: the name does not exist."


def test_server_that_is_not_running_is_told_apart() -> None:
    with FaultyServer({}) as server:
        pass
    outcome = look_at(server.url(), server)
    assert (outcome.category, outcome.reason) == (
        LinkCategory.REFUSED,
        "127.0.0.1 refused the connection: no web server is running there.",
    )


@pytest.mark.parametrize(
    ("url", "category", "verdict"),
    [
        ("mailto:data@example.gov.uk", LinkCategory.BAD_URL, Verdict.NEVER_WORKS),
        ("/files/spend.csv", LinkCategory.BAD_URL, Verdict.NEVER_WORKS),
        ("spend.csv", LinkCategory.BAD_URL, Verdict.NEVER_WORKS),
        ("http://", LinkCategory.BAD_URL, Verdict.NEVER_WORKS),
        ("http://[", LinkCategory.BAD_URL, Verdict.NEVER_WORKS),
        ("", LinkCategory.BAD_URL, Verdict.NEVER_WORKS),
    ],
)
def test_address_that_cannot_be_asked_is_judged_without_a_request(
    url: str, category: LinkCategory, verdict: Verdict
) -> None:
    outcome = look_at(url)
    assert (outcome.category, outcome.verdict, outcome.method, outcome.final_url) == (category, verdict, "", "")


def test_private_address_is_a_failure_that_says_why() -> None:
    outcome = look_at("http://10.1.2.3/spend.csv")
    assert (outcome.category, outcome.verdict) == (LinkCategory.BLOCKED_ADDRESS, Verdict.FAILS)
    assert outcome.reason == "10.1.2.3 is on a private network, which the public cannot reach."


def test_absurd_headers_are_cut_to_what_is_stored() -> None:
    headers = {"ETag": "e" * 5000, "Last-Modified": "l" * 5000, "Content-Type": "t" * 5000}
    outcome, _ = outcome_of(replies.answer(b"", headers={**headers, "Content-Length": "9" * 17}))
    assert (len(outcome.etag), len(outcome.last_modified), len(outcome.media_type)) == (300, 100, 200)
    assert outcome.size == int("9" * 17)


def test_map_service_that_rejects_its_bare_address_is_asked_what_it_offers() -> None:
    capabilities = replies.answer(b"<WMS_Capabilities/>", headers={"Content-Type": "text/xml", "ETag": '"1"'})
    reply = replies.by_query({"map=a&service=WMS&request=GetCapabilities": capabilities}, otherwise=replies.bare(400))
    with FaultyServer({"*": reply}) as server:
        outcome = look_at(server.url("/geoserver/wms?map=a"), server)
    assert [method for method, _ in server.asked] == ["GET"]
    assert (outcome.category, outcome.reason) == (LinkCategory.OK, "The service works.")
    assert (outcome.media_type, outcome.size, outcome.etag) == ("text/xml", None, "")


@pytest.mark.parametrize("answer", [replies.bare(400), replies.answer(PAGE), replies.reset()])
def test_map_service_that_does_not_answer_keeps_its_first_outcome(answer: Reply) -> None:
    reply = replies.by_query({"service=WFS&request=GetCapabilities": answer}, otherwise=replies.bare(500))
    outcome, methods = outcome_of(reply, "/ows/wfs")
    assert (outcome.category, outcome.status_code) == (LinkCategory.SERVER_ERROR, 500)
    assert [method for method, _ in itertools.groupby(methods)][:3] == ["GET", "HEAD", "GET"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a.uk/wms", "http://a.uk/wms?service=WMS&request=GetCapabilities"),
        (
            "http://a.uk/arcgis/x/MapServer/WFSServer?",
            "http://a.uk/arcgis/x/MapServer/WFSServer?service=WFS&request=GetCapabilities",
        ),
        ("http://a.uk/ows?SERVICE=wcs&v=1", "http://a.uk/ows?v=1&service=WCS&request=GetCapabilities"),
        ("http://a.uk/wms?request=GetMap", ""),
        ("http://a.uk/newms.csv", ""),
        ("http://a.uk/", ""),
        ("http://[", ""),
    ],
)
def test_question_for_a_map_service(url: str, expected: str) -> None:
    assert capabilities_url(url) == expected
