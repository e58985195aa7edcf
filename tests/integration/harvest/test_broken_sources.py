"""Sources that can't be read, or not to their end: one plain sentence, what was read is kept, nothing is withdrawn."""

import datetime
import gzip
import json
from pathlib import Path

import pytest
from django.utils import timezone

from catalogue.enums import State
from catalogue.models import Dataset
from harvest.enums import RunState
from harvest.models import Problem, Source
from tests.factories.harvest import counts, data_json, record, run_now, serve, source
from tests.servers.faulty import FaultyServer
from tests.servers.replies import answer, file, redirect, wrong_length

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The source is empty."),
        (
            b"<!DOCTYPE html><title>Sorry</title>",
            "The source gave a web page (“Sorry”) instead of JSON: check its address.",
        ),
        (
            b'{"error": true, "message": "Internal error", "status": 500}',
            "The source's JSON is no catalogue: it has no “dataset” list as DCAT-US asks for."
            " It says: “Internal error”.",
        ),
        (
            b"identifier,title\n1,A list\n",
            "The source is not JSON that can be read. It is broken at character 1, near “identifier,title 1,A list”"
            " (Expecting value).",
        ),
        (b"5", "The source's JSON is no catalogue: it has no “dataset” list as DCAT-US asks for."),
        (
            b'{"dataset": ' + b"[" * 100_000,
            "The source is not JSON that can be read. It is nested too deeply to be read.",
        ),
    ],
    ids=["empty", "web page", "error body", "csv", "number", "deep"],
)
def test_what_is_no_catalogue_fails_with_a_sentence(portal: FaultyServer, body: bytes, message: str):
    portal.replies["/data.json"] = file(body)

    run = run_now(source(portal.url("/data.json")))

    assert (run.state, run.message) == (RunState.FAILED, message)


def test_catalogue_cut_in_the_middle_keeps_what_came_and_withdraws_nothing(portal: FaultyServer):
    serve(portal, [record(f"r{number}") for number in range(20)])
    maps = source(portal.url("/data.json"))
    run_now(maps)
    whole = data_json([record(f"r{number}", "New title") for number in range(10)])
    portal.replies["/data.json"] = file(whole[: len(whole) // 2])

    run = run_now(maps)

    assert run.state == RunState.FAILED
    assert run.message.startswith("The source is incomplete: its JSON stops in the middle, after ")
    assert run.message.endswith(f"The {run.seen} records that were read are kept; nothing was retired.")
    assert run.gathered_at is None
    assert counts(run) == {"seen": run.seen, "updated": run.seen}
    assert 0 < run.seen < 10
    assert Dataset.objects.filter(state=State.PUBLISHED).count() == 20


def test_connection_lost_in_the_middle_is_incomplete_too(portal: FaultyServer):
    # More than waits between server and reader: what waits there when the connection ends is lost with it
    whole = data_json([record(f"r{number}", description="Much to tell. " * 20_000) for number in range(10)])
    headers = {"Content-Type": "application/json"}
    portal.replies["/data.json"] = wrong_length(whole[:-300], claimed=len(whole) + 1000, headers=headers)

    run = run_now(source(portal.url("/data.json")))

    assert run.state == RunState.FAILED
    assert run.seen == Dataset.objects.count() > 0


def test_catalogue_over_the_size_limit_is_refused(portal: FaultyServer):
    serve(portal, [record(f"r{number}") for number in range(50)])

    run = run_now(source(portal.url("/data.json"), max_bytes=5_000))

    assert run.state == RunState.FAILED
    assert Dataset.objects.count() < 20


def test_error_status_says_so(portal: FaultyServer):
    portal.replies["/data.json"] = answer(b"no", status=404)

    run = run_now(source(portal.url("/data.json")))

    assert (run.state, run.message) == (
        RunState.FAILED,
        "The source gave no records but answered with status 404: there is nothing at this address.",
    )


def test_redirect_to_this_machine_is_refused(portal: FaultyServer):
    portal.replies["/data.json"] = redirect("http://127.0.0.1:9/secret")

    run = run_now(source(portal.url("/data.json")))

    assert run.state == RunState.FAILED
    assert run.message.startswith("The source could not be read.")


def test_local_path_is_read_only_for_commands(tmp_path: Path):
    secret = tmp_path / "secret.json"
    secret.write_bytes(data_json([record("a")]))
    maps = source(str(secret))

    run = run_now(maps, may_be_path=False)

    assert (run.state, run.message) == (RunState.FAILED, "The source's address must begin with https:// or http://.")


@pytest.mark.parametrize("name", ["nothing.json", "empty"])
def test_messages_tell_nobody_where_things_are_on_the_server(tmp_path: Path, name: str):
    (tmp_path / "empty").mkdir()

    run = run_now(source(str(tmp_path / name)))

    assert run.state == RunState.FAILED
    assert name in run.message
    assert str(tmp_path) not in run.message


def test_folder_reads_each_file_and_tells_of_the_broken_one(tmp_path: Path):
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(data_json([record("b")])))
    (tmp_path / "a.json").write_bytes(b"\xef\xbb\xbf" + data_json([record("a")]))
    (tmp_path / "broken.json").write_bytes(data_json([record("c"), record("d")])[:-100])
    (tmp_path / "readme.txt").write_text("not a catalogue")

    run = run_now(source(str(tmp_path)))

    assert run.state == RunState.FAILED
    assert run.message.startswith("1 of 3 files could not be read to their end: broken.json.")
    assert counts(run) == {"seen": 3, "created": 3, "problems": 1}
    assert Problem.objects.get(run=run).kind == "file-unreadable"


def test_strange_but_readable_catalogues_are_read(tmp_path: Path):
    records = [record("a", "Caf\ud800e"), record("b", "Zero\x00byte"), record("c", "Na\u00efve")]
    path = tmp_path / "data.json"
    path.write_bytes(json.dumps({"dataset": records}, ensure_ascii=True).encode() + b"\n\n")

    run = run_now(source(str(path)))

    assert counts(run) == {"seen": 3, "created": 3}
    assert sorted(Dataset.objects.values_list("title", flat=True)) == ["Caf\ufffde", "Naïve", "Zerobyte"]
    latin = tmp_path / "latin.json"
    latin.write_bytes('{"dataset": [{"identifier": "x", "title": "Café"}]}'.encode("latin-1"))
    run = run_now(source(str(latin)))
    assert (run.state, Problem.objects.get(run=run).kind) == (RunState.COMPLETED, "not-utf-8")


def test_passing_failure_brings_the_next_run_forward_and_lasting_one_does_not(portal: FaultyServer):
    now = timezone.now()
    tomorrow = now + datetime.timedelta(days=1)
    maps = source(portal.url("/data.json"))
    for status, minutes in ((503, 15), (503, 60), (503, 240), (503, None), (404, None)):
        portal.replies["/data.json"] = answer(b"", status=status)
        Source.objects.filter(id=maps.id).update(next_run_at=tomorrow)

        run_now(maps, clock=lambda: now)

        maps.refresh_from_db()
        expected = now + datetime.timedelta(minutes=minutes) if minutes else tomorrow
        assert maps.next_run_at == expected


def test_memory_of_a_good_run_is_not_relied_on_after_a_broken_one(portal: FaultyServer):
    portal.replies["/data.json"] = file(data_json([record("a")]), headers={"ETag": '"v1"'})
    maps = source(portal.url("/data.json"))
    run_now(maps)
    portal.replies["/data.json"] = file(data_json([record("a", "New"), record("b")])[:-30])
    run_now(maps)
    serve(portal, [record("a")])

    run = run_now(maps)

    assert "if-none-match" not in portal.requests[-1].headers
    assert counts(run) == {"seen": 1, "updated": 1}
