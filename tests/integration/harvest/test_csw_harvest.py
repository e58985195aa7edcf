"""Catalogue services, from GetRecords into the catalogue, with the mistakes that real services make."""

import pytest

from catalogue.enums import State
from catalogue.models import Change, Dataset
from harvest.enums import RunState, SourceKind
from harvest.models import Problem, Source
from harvest.sources import ADAPTERS
from harvest.sources.csw import CswAdapter
from tests.factories.harvest import counts, run_now, source
from tests.factories.iso import GMD, iso_record
from tests.servers.fake_csw import CSW, Asked, FakeCsw, exception
from tests.servers.faulty import FaultyServer
from tests.servers.replies import answer, endless, gzip_bomb, in_turn, redirect

pytestmark = pytest.mark.django_db


def records(count: int) -> list[str]:
    return [iso_record(f"r{number:02}", namespaces="") for number in range(count)]


@pytest.fixture
def csw(portal: FaultyServer) -> FakeCsw:
    return FakeCsw(portal, records(25))


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ADAPTERS, SourceKind.CSW, CswAdapter(pauses=(0.01,)))  # type: ignore[arg-type]


def service(csw: FakeCsw, **fields: object) -> Source:
    config = {"rows": 10, **fields.pop("config", {})}  # type: ignore[dict-item]
    return source(fields.pop("url", csw.url), kind=SourceKind.CSW, config=config, **fields)  # type: ignore[arg-type]


def problems(run: object) -> list[str]:
    return list(Problem.objects.filter(run=run).values_list("kind", flat=True))


def published() -> int:
    return Dataset.objects.filter(state=State.PUBLISHED).count()


def test_every_record_becomes_an_entry_and_a_second_harvest_changes_nothing(csw: FakeCsw):
    maps = service(csw)

    first = run_now(maps)

    assert (first.state, first.message, first.expected) == (RunState.COMPLETED, "25 records: 25 new.", 25)
    assert Dataset.objects.get(origin_id="r07").title == "Dataset r07"
    assert [(asked.method, asked.start, asked.rows, asked.schema) for asked in csw.asked] == [
        ("POST", 1, 10, GMD),
        ("POST", 11, 10, GMD),
        ("POST", 21, 10, GMD),
    ]
    changes = Change.objects.count()

    second = run_now(maps)

    assert counts(second) == {"seen": 25, "unchanged": 25}
    assert Change.objects.count() == changes


def test_what_changed_or_is_gone_is_noticed(csw: FakeCsw):
    maps = service(csw)
    run_now(maps)
    csw.records[3] = iso_record("r03", "Another title", namespaces="")
    del csw.records[7]

    assert counts(run_now(maps)) == {"seen": 24, "updated": 1, "unchanged": 23, "retired": 1}


@pytest.mark.parametrize(
    "url",
    ["/csw?service=CSW&request=GetCapabilities&version=2.0.2", "/csw?SERVICE=CSW&REQUEST=GetRecords&startPosition=9"],
)
def test_address_of_any_request_will_do(csw: FakeCsw, url: str):
    assert run_now(service(csw, url=csw.server.url(url))).seen == 25


def test_other_parameters_of_the_address_stay(csw: FakeCsw):
    run = run_now(service(csw, url=csw.server.url("/csw?map=/maps/all.map&service=CSW")))

    assert run.seen == 25
    assert {path.partition("&service")[0] for _, path in csw.server.asked} == {"/csw?map=%2Fmaps%2Fall.map"}


@pytest.mark.parametrize(
    ("fields", "methods"),
    [
        ({"sorts": False}, ["POST", "POST", "POST", "POST"]),
        ({"refuses": frozenset({"POST"})}, ["POST", "POST", "GET", "GET", "GET"]),
        ({"has_capabilities": False}, ["POST", "POST", "POST"]),
        ({"instead": lambda asked: exception("No POST here") if asked.method == "POST" else None},
         ["POST", "POST", "GET", "GET", "GET"]),
    ],
    ids=["no sorting", "no posting", "no capabilities", "refused in words"],
)  # fmt: skip
def test_a_service_is_asked_in_a_way_that_it_understands(csw: FakeCsw, fields: dict[str, object], methods: list[str]):
    for name, value in fields.items():
        setattr(csw, name, value)

    run = run_now(service(csw))

    assert counts(run) == {"seen": 25, "created": 25}
    assert [asked.method for asked in csw.asked] == methods


def test_a_service_may_take_posts_elsewhere(csw: FakeCsw):
    elsewhere = FakeCsw(csw.server, csw.records, path="/post")
    csw.refuses = frozenset({"POST", "GET"})
    csw.posts_to = elsewhere.url

    assert run_now(service(csw)).seen == 25


def test_redirects_are_followed_before_anything_is_posted(csw: FakeCsw):
    csw.server.replies["/old"] = redirect(csw.url + "?service=CSW&request=GetCapabilities")

    assert run_now(service(csw, url=csw.server.url("/old"))).seen == 25


def test_filter_and_schema_may_be_set(csw: FakeCsw):
    run_now(service(csw, config={"cql": "csw:AnyText LIKE '%rivers & <lakes>%'", "output_schema": CSW}))

    assert {(asked.cql, asked.schema) for asked in csw.asked} == {("csw:AnyText LIKE '%rivers & <lakes>%'", CSW)}


def test_filter_stands_in_an_address_too(csw: FakeCsw):
    csw.refuses = frozenset({"POST"})

    run_now(service(csw, config={"cql": "a = 'b&c'"}))

    assert csw.asked[-1].cql == "a = 'b&c'"


@pytest.mark.parametrize(
    "following",
    [lambda start, got, count: 0, lambda start, got, count: 1, lambda start, got, count: None],
    ids=["nought", "one", "missing"],
)
def test_next_record_may_be_wrong(csw: FakeCsw, following: object):
    csw.next_record = following  # type: ignore[assignment]

    assert counts(run_now(service(csw))) == {"seen": 25, "created": 25}


def test_a_service_that_says_more_than_it_gives_withdraws_nothing(csw: FakeCsw):
    maps = service(csw)
    run_now(maps)
    csw.records.pop()
    csw.counted = lambda count: 25

    run = run_now(maps)

    assert (run.state, run.retired, problems(run), published()) == (RunState.COMPLETED, 0, ["incomplete-list"], 25)


def test_dublin_core_is_better_than_nothing_and_told(csw: FakeCsw):
    csw.schemas = (CSW,)
    csw.records = [
        f'<csw:Record xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier>d{number}</dc:identifier>'
        f"<dc:title>Title {number}</dc:title></csw:Record>"
        for number in range(3)
    ]

    run = run_now(service(csw))

    assert (run.seen, problems(run)) == (3, ["dublin-core-only"])
    assert {asked.schema for asked in csw.asked} == {CSW}
    assert Dataset.objects.get(origin_id="d2").title == "Title 2"


@pytest.mark.parametrize("bad", [3, 17, 25])
def test_one_record_that_breaks_its_page_costs_only_itself(csw: FakeCsw, bad: int):
    maps = service(csw)
    run_now(maps)
    csw.instead = lambda asked: answer(b"", status=500) if asked.start <= bad < asked.start + asked.rows else None

    run = run_now(maps)

    assert (run.state, run.retired, published()) == (RunState.COMPLETED, 0, 25)
    assert problems(run) == ["unreadable-at-source"]
    assert (run.unchanged, run.failed) == (24, 1)


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (exception("The index is being rebuilt"), "It says: “The index is being rebuilt”."),
        (answer(b"<html><h1>Service unavailable</h1></html>"), "This is a web page instead of metadata"),
        (answer(b"<csw:GetRecordsResponse"), "The XML stops in the middle, at line 1."),
        (answer(b""), "The XML is empty."),
        (answer(b"no", status=500), "The server answered with status 500: it met a fault of its own."),
        (gzip_bomb(64 * 1024 * 1024), "The source could not be read."),
        (endless(piece=b"<!-- words -->" * 5_000), "The XML holds no record in 16,777,216 bytes."),
    ],
    ids=["exception", "web page", "cut off", "empty", "500", "gzip bomb", "endless"],
)
def test_a_service_that_breaks_down_in_the_middle_fails_and_withdraws_nothing(
    csw: FakeCsw, reply: object, message: str
):
    maps = service(csw, config={"rows": 3})
    run_now(maps)
    csw.records[0] = iso_record("r00", "Another title", namespaces="")
    csw.instead = lambda asked: reply if asked.start > 3 else None  # type: ignore[assignment, return-value]

    run = run_now(maps)

    assert run.state == RunState.FAILED
    assert run.message.startswith("The service stopped after 3 records. ")
    assert message in run.message
    assert run.message.endswith("The 8 records that were read are kept; nothing was retired.")
    assert (run.updated, published()) == (1, 25)
    csw.instead = lambda asked: None

    assert counts(run_now(maps)) == {"seen": 25, "unchanged": 25}


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (exception("Go away"), "The service gave no records. It says: “Go away”."),
        (answer(b"<html>Welcome</html>"), "This is a web page instead of metadata"),
        (answer(b"", status=404), "The server answered with status 404: there is nothing at this address."),
        (answer(b"{}"), "This is no XML: it begins “{}”."),
    ],
)
def test_what_is_no_catalogue_service_says_so(portal: FaultyServer, reply: object, message: str):
    portal.replies["*"] = reply  # type: ignore[assignment]

    run = run_now(source(portal.url("/csw"), kind=SourceKind.CSW))

    assert run.state == RunState.FAILED
    assert run.message.startswith(f"This is no catalogue service that gives us records: check its address. {message}")


def test_an_empty_service_withdraws_nothing_without_being_asked(csw: FakeCsw):
    maps = service(csw)
    run_now(maps)
    csw.records = []

    run = run_now(maps)

    assert (run.state, published()) == (RunState.QUARANTINED, 25)


def test_an_overloaded_service_is_asked_again(csw: FakeCsw):
    busy = in_turn(answer(b"", status=503), csw.page(Asked("POST", 11, 10, GMD, "", True)))
    csw.instead = lambda asked: busy if asked.start == 11 else None

    assert counts(run_now(service(csw))) == {"seen": 25, "created": 25}


def test_two_records_with_one_identifier_are_told(csw: FakeCsw):
    csw.records[24] = iso_record("r00", "Another", namespaces="")

    run = run_now(service(csw))

    assert problems(run) == ["duplicate-identifier"]
    assert published() == 24


def test_address_of_a_private_machine_is_refused():
    run = run_now(source("http://127.0.0.1:9/csw", kind=SourceKind.CSW))

    assert run.state == RunState.FAILED
    assert run.message.startswith("The source could not be read.")
