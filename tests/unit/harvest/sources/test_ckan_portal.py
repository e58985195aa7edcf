"""Gathering from a portal: paging, increments, and every way in which portals go wrong."""

import datetime
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import pytest

from harvest.raw_record import RawRecord
from harvest.sources.base import Announced, Event, Finished, Limits, Place, SourceFailed, SourceProblem
from harvest.sources.ckan import CkanAdapter
from harvest.sources.ckan_portal import api_roots
from services.http import OutboundPolicy
from tests.servers import fake_ckan
from tests.servers.fake_ckan import FakeCkan, package
from tests.servers.faulty import FaultyServer
from tests.servers.replies import answer, hang_up, in_turn, raw


@pytest.fixture
def portal() -> Iterator[FakeCkan]:
    with FaultyServer() as server:
        yield FakeCkan(server, [package(number) for number in range(250)])


def gather(
    portal: FakeCkan, *, memory: Mapping[str, Any] | None = None, url: str = "", **config: Any
) -> tuple[list[Event], str]:
    """The events, and how the gather failed where it did."""
    policy = OutboundPolicy(allow_hosts=frozenset({portal.server.address}))
    limits = Limits(policy, max_bytes=50_000_000)
    events: list[Event] = []
    try:
        place = Place(url or portal.url, config)
        for event in CkanAdapter(pauses=(0.0,)).fetch(place, memory=memory or {}, limits=limits):
            events.append(event)
    except SourceFailed as failure:
        return events, str(failure)
    return events, ""


def numbers(events: list[Event]) -> list[int]:
    return [int(event.body["id"][-12:]) for event in events if isinstance(event, RawRecord)]


def problems(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.finding.kind, event.element) for event in events if isinstance(event, SourceProblem)]


def finished(events: list[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


@pytest.mark.parametrize(
    ("url", "first"),
    [
        ("https://portal.example", "https://portal.example/api/3/action/"),
        ("https://portal.example/", "https://portal.example/api/3/action/"),
        ("https://portal.example/data/en/", "https://portal.example/data/en/api/3/action/"),
        ("https://portal.example/api/3", "https://portal.example/api/3/action/"),
        ("https://portal.example/api/3/action/package_search?q=x", "https://portal.example/api/3/action/"),
        ("https://portal.example/api/action", "https://portal.example/api/action/"),
        ("https://portal.example/sub/api/action/package_list", "https://portal.example/sub/api/action/"),
    ],
)
def test_every_address_of_a_portal_leads_to_its_api(url: str, first: str):
    assert api_roots(url)[0] == first
    assert len(api_roots(url)) == 2


def test_all_packages_come_page_by_page_in_the_order_of_their_ids(portal: FakeCkan):
    events, failure = gather(portal)

    assert (numbers(events), failure) == (list(range(250)), "")
    assert Announced(250) in events
    assert finished(events).is_whole
    assert [(call["rows"], call.get("start"), call.get("sort")) for call in portal.calls("package_search")] == [
        ("0", None, None),
        ("100", "0", "id asc"),
        ("101", "99", "id asc"),
        ("101", "199", "id asc"),
    ]


@pytest.mark.parametrize(("rows", "asked"), [(1000, "1000"), (5000, "1000"), (25, "25")])
def test_page_size_is_the_operators_choice_up_to_what_ckan_gives(portal: FakeCkan, rows: int, asked: str):
    events, _ = gather(portal, rows=rows)

    assert len(numbers(events)) == 250
    assert portal.calls("package_search")[1]["rows"] == asked


def test_portal_that_gives_smaller_pages_than_asked_is_read_to_its_end(portal: FakeCkan):
    portal.max_rows = 30

    events, failure = gather(portal)

    assert (numbers(events), failure) == (list(range(250)), "")


def test_portal_in_a_folder_and_its_api_address_are_found(portal: FakeCkan):
    inner = FakeCkan(portal.server, [package(7)], prefix="/data/en")

    events, _ = gather(inner, url=inner.server.url("/data/en/api/3/action/package_search?rows=3"))

    assert numbers(events) == [7]


def test_second_gather_asks_only_for_what_changed_since_an_hour_before_the_first(portal: FakeCkan):
    first, _ = gather(portal)
    portal.clock += datetime.timedelta(days=1)
    portal.packages[17]["metadata_modified"] = "2024-05-02T09:00:00.000000"

    events, failure = gather(portal, memory=finished(first).memory)

    assert (numbers(events), failure) == ([17], "")
    assert portal.calls("package_search")[-1]["fq"] == "metadata_modified:[2024-05-01T11:00:00Z TO *]"
    assert (finished(events).is_whole, finished(events).is_unmodified) == (False, False)
    assert finished(events).memory["since"] == "2024-05-02T12:00:00+00:00"
    assert finished(events).memory["full_at"] == "2024-05-01T12:00:00+00:00"


def test_nothing_changed_is_said_so(portal: FakeCkan):
    first, _ = gather(portal)
    portal.clock += datetime.timedelta(days=1)

    events, _ = gather(portal, memory=finished(first).memory)

    assert numbers(events) == []
    assert finished(events).is_unmodified


@pytest.mark.parametrize(
    "change",
    [
        lambda portal: setattr(portal, "clock", portal.clock + datetime.timedelta(days=7)),
        lambda portal: portal.packages.pop(),
    ],
    ids=["a week later", "a package gone"],
)
def test_everything_is_read_again_when_it_is_due_or_something_vanished(portal: FakeCkan, change: Any):
    first, _ = gather(portal)
    change(portal)

    events, _ = gather(portal, memory=finished(first).memory)

    assert len(numbers(events)) == len(portal.packages)
    assert finished(events).is_whole


def test_everything_is_read_again_when_the_choice_of_records_is_another(portal: FakeCkan):
    first, _ = gather(portal)
    portal.clock += datetime.timedelta(days=1)

    events, _ = gather(portal, memory=finished(first).memory, organizations_filter_exclude=["nobody"])

    assert len(numbers(events)) == 250


def test_how_often_everything_is_read_is_the_operators_choice(portal: FakeCkan):
    first, _ = gather(portal)
    portal.clock += datetime.timedelta(days=7)

    events, _ = gather(portal, memory=finished(first).memory, full_every_days=30)

    assert numbers(events) == []


def test_portal_without_a_clock_is_always_read_whole(portal: FakeCkan):
    portal.clock = None

    events, _ = gather(portal)

    assert len(numbers(events)) == 250
    assert finished(events).memory == {}


def test_filters_go_to_the_portal(portal: FakeCkan):
    portal.packages[3]["organization"] = {"name": "health"}
    portal.packages[4]["organization"] = {"name": "roads"}

    events, _ = gather(portal, organizations_filter_include=["roads", "health"], filter="res_format:CSV")

    assert numbers(events) == [3, 4]
    assert portal.calls("package_search")[0]["fq"] == 'res_format:CSV (organization:"health" OR organization:"roads")'


def test_deletion_while_reading_loses_no_other_package(portal: FakeCkan):
    def delete(action: str, parameters: dict[str, str]) -> None:
        if parameters.get("start") == "99":
            portal.packages[:] = [p for p in portal.packages if p["name"] not in ("package-5", "package-6")]

    portal.before = delete

    events, failure = gather(portal)

    # The two were given before they went; numbers 100 and 101 moved to the page that had been read.
    assert (sorted(numbers(events)), failure) == (list(range(250)), "")
    assert finished(events).is_whole


@pytest.mark.parametrize("place", [50, 99, 100, 249])
def test_package_listed_twice_is_given_twice_for_the_pipeline_to_tell_of(portal: FakeCkan, place: int):
    portal.packages.insert(place + 1, portal.packages[place] | {"title": "Another thing altogether"})

    events, failure = gather(portal)

    assert (sorted(numbers(events)), failure) == (sorted([*range(250), place]), "")
    assert finished(events).is_whole


def test_body_of_noughts_without_end_is_left_at_once(portal: FakeCkan):
    portal.faults = [lambda action, parameters: answer(b"0" * 5_000_000)]

    events, failure = gather(portal)

    assert events == []
    assert "its JSON is no object and no list." in failure


def test_deletion_that_a_new_package_makes_up_for_loses_no_other_package(portal: FakeCkan):
    def swap(action: str, parameters: dict[str, str]) -> None:
        if parameters.get("start") == "99" and portal.packages[5]["name"] == "package-5":
            portal.packages[:] = [p for p in portal.packages if p["name"] not in ("package-5", "package-6")]
            portal.packages += [package(300), package(301)]

    portal.before = swap

    events, failure = gather(portal)

    # The count never fell, yet numbers 100 and 101 had moved to the page that was read already.
    assert (sorted(numbers(events)), failure) == ([*range(250), 300, 301], "")
    assert finished(events).is_whole


@pytest.mark.parametrize("seed", range(5))
def test_portal_without_an_order_never_counts_as_read_whole(portal: FakeCkan, seed: int):
    random = Random(seed)
    portal.before = lambda action, parameters: random.shuffle(portal.packages)
    portal.is_sorted = False

    events, failure = gather(portal, rows=10)

    if not failure:
        assert not finished(events).is_whole
        assert problems(events) == [("incomplete-list", "")]
    assert len(numbers(events)) == len(set(numbers(events)))


def test_portal_that_gives_one_package_at_a_time_is_read_to_its_end(portal: FakeCkan):
    portal.packages = portal.packages[:12]
    portal.max_rows = 1

    events, failure = gather(portal)

    assert (numbers(events), failure) == (list(range(12)), "")
    assert finished(events).is_whole


def test_new_package_while_reading_is_no_trouble(portal: FakeCkan):
    portal.packages.pop(50)

    def add(action: str, parameters: dict[str, str]) -> None:
        if parameters.get("start") == "99" and len(portal.packages) == 249:
            portal.packages.append(package(50))

    portal.before = add

    events, failure = gather(portal)

    assert failure == ""
    assert sorted(numbers(events)) == [number for number in range(250) if number != 50]
    # one is missing, so nobody may be taken for vanished
    assert not finished(events).is_whole
    assert finished(events).memory == {}
    assert problems(events) == [("incomplete-list", "")]


def test_portal_that_ignores_paging_is_found_out(portal: FakeCkan):
    portal.faults = [
        lambda action, parameters: (
            portal.answer_to(action, parameters | {"start": "0"}) if "start" in parameters else None
        )
    ]

    events, failure = gather(portal)

    assert numbers(events) == list(range(101))
    assert failure == ("The portal gives the same page again and again: after 101 of 250 datasets it gave nothing new.")


def test_empty_page_before_the_end_makes_the_gather_less_than_whole(portal: FakeCkan):
    portal.faults = [fake_ckan.from_page(199, portal.success({"count": 250, "results": []}))]

    events, failure = gather(portal)

    assert (len(numbers(events)), failure) == (200, "")
    assert not finished(events).is_whole
    assert problems(events) == [("incomplete-list", "")]


TRUNCATED = answer(b'{"success": true, "result": {"count": 250, "results": [{"id": "x", "ti')


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (
            fake_ckan.web_page(),
            "the portal gave a web page (“Down for maintenance”) instead of JSON",
        ),
        (
            fake_ckan.failure("Solr returned an error"),
            "to give its datasets. It says: “Solr returned an error”.",
        ),
        (
            fake_ckan.failure("Down", status=500),
            "Asked for its datasets, the portal answered with status 500: it met a fault",
        ),
        (TRUNCATED, "the portal gave a broken answer: its JSON stops in the middle"),
        (hang_up(), "could not be read"),
    ],
    ids=["web page", "refusal", "status 500", "truncated", "hang-up"],
)
def test_portal_that_breaks_for_good_keeps_what_was_read(portal: FakeCkan, reply: Any, sentence: str):
    portal.faults = [fake_ckan.from_page(199, reply)]

    events, failure = gather(portal)

    assert numbers(events) == list(range(200))
    assert failure.startswith("The portal stopped after 200 datasets. ")
    assert sentence in failure


@pytest.mark.parametrize("reply", [fake_ckan.web_page(), TRUNCATED, fake_ckan.failure("Busy", status=503), hang_up()])
def test_fault_that_passes_costs_nothing(portal: FakeCkan, reply: Any):
    portal.faults = [fake_ckan.once(fake_ckan.on_page(99, reply))]

    events, failure = gather(portal)

    assert (numbers(events), failure, problems(events)) == (list(range(250)), "", [])
    assert finished(events).is_whole


@pytest.mark.parametrize("bad", [0, 123, 249])
def test_package_that_the_portal_cannot_give_costs_itself_alone(portal: FakeCkan, bad: int):
    def poisoned(action: str, parameters: dict[str, str]) -> Any:
        start, rows = int(parameters.get("start", 999)), int(parameters.get("rows", 0))
        return fake_ckan.failure("KeyError", status=500) if start <= bad < start + rows else None

    portal.faults = [poisoned]

    events, failure = gather(portal)

    assert failure == ""
    assert numbers(events) == [number for number in range(250) if number != bad]
    assert problems(events) == [("unreadable-at-source", f"#{bad + 1}")]
    assert not finished(events).is_whole
    assert finished(events).memory == {}


def test_portal_that_refuses_the_search_is_read_by_list_and_show(portal: FakeCkan):
    portal.packages = [package(1), package(2), package(3, private=True)]
    portal.faults = [fake_ckan.on_action("package_search", fake_ckan.failure("No", status=403))]

    events, failure = gather(portal)

    assert (numbers(events), failure) == ([1, 2], "")
    assert Announced(2) in events
    assert (finished(events).is_whole, finished(events).memory) == (True, {})


def test_one_package_that_cannot_be_shown_is_told(portal: FakeCkan):
    portal.packages = [package(1), package(2)]
    portal.faults = [
        fake_ckan.on_action("package_search", fake_ckan.failure("No", status=400)),
        lambda action, parameters: (
            fake_ckan.failure("Boom", status=500) if parameters.get("id") == "package-1" else None
        ),
    ]

    events, failure = gather(portal)

    assert (numbers(events), failure) == ([2], "")
    assert problems(events) == [("unreadable-at-source", "package-1")]
    assert not finished(events).is_whole


def test_package_withdrawn_between_list_and_show_is_simply_gone(portal: FakeCkan):
    portal.packages = [package(1), package(2)]
    portal.faults = [
        fake_ckan.on_action("package_search", fake_ckan.failure("No", status=400)),
        lambda action, parameters: (
            fake_ckan.failure("Not found", status=404) if parameters.get("id") == "package-1" else None
        ),
    ]

    events, _ = gather(portal)

    assert (numbers(events), problems(events)) == ([2], [])
    assert finished(events).is_whole


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (fake_ckan.web_page(), "it must be a CKAN portal's that is open to everybody"),
        (
            fake_ckan.web_page(status=404),
            "the portal answered with status 404: there is nothing at this address",
        ),
        (raw(b"nonsense\r\n\r\n"), "could not be read"),
    ],
)
def test_what_is_no_portal_is_answered_with_a_sentence(portal: FakeCkan, reply: Any, sentence: str):
    portal.faults = [lambda action, parameters: reply]

    events, failure = gather(portal)

    assert events == []
    assert sentence in failure


def test_overloaded_portal_is_asked_again(portal: FakeCkan):
    busy = answer(b"", status=429, headers={"Retry-After": "0"})
    turns = in_turn(busy, portal.success({"count": 0, "results": []}))
    portal.faults = [lambda action, parameters: turns if parameters.get("rows") == "0" else None]

    events, failure = gather(portal)

    assert (len(numbers(events)), failure) == (250, "")


def test_organisations_are_asked_once_for_what_they_say_of_themselves(portal: FakeCkan):
    portal.packages = [package(1), package(2), package(3, organization={"name": "unknown", "title": "?"})]
    plain, _ = gather(portal)
    portal.organizations["ministry-of-maps"] = {"title": "An old title", "contact-email": "ask@maps.gov.uk"}

    events, failure = gather(portal, organization_details=True)

    records = [event for event in events if isinstance(event, RawRecord)]
    assert failure == ""
    said = [
        (record.body["organization"]["title"], record.body["organization"].get("contact-email")) for record in records
    ]
    assert said == [("Ministry of Maps", "ask@maps.gov.uk"), ("Ministry of Maps", "ask@maps.gov.uk"), ("?", None)]
    assert [call["id"] for call in portal.calls("organization_show")] == ["ministry-of-maps", "unknown"]
    assert [record.content_hash for record in records] == [e.content_hash for e in plain if isinstance(e, RawRecord)]


@pytest.mark.parametrize("config", [{"rows": "many"}, {"rows": 0}, {"rows": True}])
def test_setting_that_makes_no_sense_is_answered_with_a_sentence(portal: FakeCkan, config: dict[str, Any]):
    events, failure = gather(portal, **config)

    assert events == []
    assert failure == f"The source's setting “rows” must be a whole number from 1; it is {config['rows']!r}."


def test_unreachable_portal_is_a_passing_failure():
    with FaultyServer() as server:
        url, address = server.url("/"), server.address
    limits = Limits(OutboundPolicy(allow_hosts=frozenset({address})), max_bytes=10_000)

    with pytest.raises(SourceFailed) as failed:
        list(CkanAdapter(pauses=(0.0,)).fetch(Place(url), memory={}, limits=limits))

    assert failed.value.is_passing
