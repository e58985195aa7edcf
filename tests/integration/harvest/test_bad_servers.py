"""Servers that harm whoever reads them: slow, endless, swollen. The run ends soon, in little memory, and says why."""

import resource
from collections.abc import Iterator

import pytest

from catalogue.enums import State
from catalogue.models import Dataset
from harvest.enums import RunState, SourceKind
from tests.factories.harvest import counts, data_json, record, run_now, serve, source
from tests.servers.faulty import FaultyServer, Reply
from tests.servers.replies import after, answer, dribble, file, gzip_bomb, in_pieces, reset, silence

pytestmark = pytest.mark.django_db

KEPT = " The {} records that were read are kept; nothing was retired."


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.parametrize(
    "reply", [silence(), dribble(data_json([record("a")]), pause=0.05)], ids=["silent", "dribbling"]
)
def test_server_that_takes_too_long_is_left(portal: FaultyServer, reply: Reply):
    portal.replies["/data.json"] = reply
    slow = source(portal.url("/data.json"), max_seconds=1)

    run = run_now(slow)

    assert run.state == RunState.FAILED
    assert run.message == "The source could not be read. The server took longer than 1 seconds in all."
    assert Dataset.objects.count() == 0
    serve(portal, [record("a")])
    slow.max_seconds = 60  # as quick as it should be, but for what else this machine does
    slow.save()
    assert counts(run_now(slow)) == {"seen": 1, "created": 1}


def test_slow_server_within_its_time_is_read(portal: FaultyServer):
    portal.replies["/data.json"] = after(1, file(data_json([record("a")])))

    assert counts(run_now(source(portal.url("/data.json"), max_seconds=30))) == {"seen": 1, "created": 1}


@pytest.mark.parametrize("kind", [SourceKind.DATA_JSON, SourceKind.CKAN, SourceKind.ISO])
def test_gzip_bomb_ends_the_run_and_fills_no_memory(portal: FaultyServer, kind: SourceKind):
    portal.replies["*"] = gzip_bomb(100 * 1024 * 1024)
    before = peak_megabytes()

    run = run_now(source(portal.url("/data.json"), kind=kind, max_bytes=1024**3))

    assert run.state == RunState.FAILED
    assert "\0" not in run.message
    assert peak_megabytes() - before < 150


def endless_records(size: int) -> Iterator[bytes]:
    yield b'{"dataset": ['
    body = data_json([record("a")])[len(data_json([])) - 2 :]
    given = 0
    while given < size:
        piece = b" " * (1024 * 1024)
        given += len(piece)
        yield piece
    yield body


def test_body_of_two_gigabytes_is_read_no_further_than_the_limit(portal: FaultyServer):
    portal.replies["/data.json"] = in_pieces(endless_records(2 * 1024**3), headers={"Content-Type": "application/json"})
    before = peak_megabytes()

    run = run_now(source(portal.url("/data.json"), max_bytes=64 * 1024 * 1024))

    assert (run.state, run.message) == (
        RunState.FAILED,
        "The source could not be read. The server's answer is larger than the limit of 67,108,864 bytes.",
    )
    assert peak_megabytes() - before < 100


def one_endless_record() -> Iterator[bytes]:
    yield data_json([record("a")])[:-2] + b', {"identifier": "b", "title": "'
    while True:
        yield b"x" * (1024 * 1024)


def test_record_without_an_end_costs_itself_and_fills_no_memory(portal: FaultyServer):
    portal.replies["/data.json"] = in_pieces(one_endless_record(), headers={"Content-Type": "application/json"})
    before = peak_megabytes()

    run = run_now(source(portal.url("/data.json")))

    assert run.state == RunState.FAILED
    assert run.message.endswith(KEPT.format(1))
    assert Dataset.objects.get().origin_id == "a"
    assert peak_megabytes() - before < 600


@pytest.mark.parametrize(
    "reply",
    [answer(b"<html><title>Sorry</title></html>", headers={"Content-Type": "text/html"}), reset(), silence()],
    ids=["error page with status 200", "reset", "silent"],
)
def test_after_any_fault_nothing_is_lost_and_the_next_harvest_heals(portal: FaultyServer, reply: Reply):
    serve(portal, [record(f"r{number}") for number in range(12)])
    maps = source(portal.url("/data.json"))
    run_now(maps)
    good, patience = portal.replies["/data.json"], maps.max_seconds
    portal.replies["/data.json"], maps.max_seconds = reply, 1
    maps.save()

    assert run_now(maps).state == RunState.FAILED
    assert Dataset.objects.filter(state=State.PUBLISHED).count() == 12
    portal.replies["/data.json"], maps.max_seconds = good, patience
    maps.save()
    assert counts(run_now(maps)) == {"seen": 12, "unchanged": 12}


def test_whatever_a_source_says_can_be_quoted(portal: FaultyServer):
    portal.replies["/data.json"] = file(
        b'{"dataset": ["\\u0000 and \\ud800", {"identifier": "a", "title": "A\\u0000"}]}'
    )

    run = run_now(source(portal.url("/data.json")))

    assert counts(run) == {"seen": 2, "created": 1, "failed": 1, "problems": 1}
    portal.replies["/data.json"] = file(b"\0\0\0")
    run = run_now(source(portal.url("/data.json")))
    assert (run.state, "\0" in run.message) == (RunState.FAILED, False)
