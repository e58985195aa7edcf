"""`manage.py check_links`: what it prints, and that neither Ctrl-C nor `kill -9` loses anything."""

import datetime
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from redis import Redis

from catalogue.actions import link_queue
from catalogue.enums import LinkState
from catalogue.models import LinkCheck
from tests.conftest import own_database
from tests.connections import wait_until_alone
from tests.factories.catalogue import csv_file, dataset
from tests.integration.links.conftest import Web
from tests.servers import replies
from tests.waiting import PATIENCE, until

PROJECT = Path(__file__).resolve().parents[3]


def check_links(*arguments: str) -> str:
    out = io.StringIO()
    call_command("check_links", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def mixed(web: Web) -> None:
    """Three links that are due: two work, one is gone."""
    web.server.replies = {"*": replies.file(b"a,b\n"), "/gone.csv": replies.answer(b"", status=410)}
    addresses = [web.url(f"/{name}.csv", host=name) for name in ("one", "two", "gone")]
    dataset(resources=tuple(csv_file(address) for address in addresses))


@pytest.mark.django_db
@pytest.mark.usefixtures("mixed")
def test_the_command_checks_what_is_due_and_prints_its_counts() -> None:
    assert check_links() == "Checked 3 links; the state of 3 changed.\n  Working: 2\n  Gone: 1\n"
    assert check_links() == "Checked 0 links; the state of 0 changed.\n"


@pytest.mark.django_db
@pytest.mark.usefixtures("mixed")
def test_the_command_checks_all_links_or_some_and_prints_json() -> None:
    counts = [json.loads(check_links("--json", *arguments)) for arguments in ([], ["--all"], ["--all", "--limit=1"])]
    assert counts == [
        {"checked": 3, "changed": 3, "ignored": 0, "states": {"ok": 2, "gone": 1}},
        {"checked": 3, "changed": 0, "ignored": 0, "states": {"ok": 2, "gone": 1}},
        {"checked": 1, "changed": 0, "ignored": 0, "states": counts[2]["states"]},
    ]


@pytest.mark.django_db
def test_the_command_refuses_a_limit_that_is_none() -> None:
    with pytest.raises(CommandError, match="“0” is not a number of links: give one such as 100"):
        check_links("--limit", "0")


@pytest.mark.django_db
def test_the_command_fails_when_our_own_network_is_down(web: Web) -> None:
    addresses = [web.url("/1.csv", host=f"h{number}") for number in range(12)]
    dataset(resources=tuple(csv_file(address) for address in addresses))
    web.is_cut_off = True
    with pytest.raises(CommandError, match="check this machine's own network"):
        check_links()
    assert set(LinkCheck.objects.values_list("state", flat=True)) == {LinkState.UNCHECKED}


@contextmanager
def command_under_way(web: Web) -> Iterator[subprocess.Popen[str]]:
    """`manage.py check_links` in a process of its own, which has checked one link and waits for a silent server."""
    address = connection.settings_dict
    database = f"postgresql://{address['USER']}:{quote(address['PASSWORD'])}@{address['HOST']}:{address['PORT']}"
    # Another database of the same Valkey: killed, the process leaves a host closed for two minutes
    valkey = own_database(settings.REDIS_URL, beside=1)
    with Redis.from_url(valkey) as client:
        client.flushdb()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": f"{database}/{address['NAME']}",
        "REDIS_URL": valkey,
        "OUTBOUND_ALLOW_HOSTS": ",".join(f"{host}:{web.server.port}" for host in ("127.0.0.1", "localhost")),
    }
    with subprocess.Popen(
        [sys.executable, "manage.py", "check_links"],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            until(
                lambda: (
                    process.poll() is not None
                    or (
                        LinkCheck.objects.filter(state=LinkState.OK).exists() and ("HEAD", "/2.csv") in web.server.asked
                    )
                )
            )
            assert process.poll() is None, process.communicate()[1]
            yield process
        finally:
            process.kill()


@pytest.fixture
def one_silent(web: Web) -> None:
    web.server.replies = {"/1.csv": replies.file(b"a,b\n"), "/2.csv": replies.silence()}
    dataset(resources=(csv_file(web.server.url("/1.csv")), csv_file(web.server.url("/2.csv", host="localhost"))))


def rows() -> list[tuple[str, bool, bool]]:
    """(state, is due, is leased) of both links."""
    soon = timezone.now() + datetime.timedelta(minutes=1)
    return [
        (check.state, check.next_check_at <= soon, check.leased_until is not None)
        for check in LinkCheck.objects.order_by("resource__position")
    ]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("one_silent")
def test_ctrl_c_keeps_what_was_checked_and_gives_the_rest_back(web: Web) -> None:
    with command_under_way(web) as process:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
        assert errors.endswith("CommandError: Stopped. What was checked is kept; the rest is still due.\n")
        assert process.returncode == 1
    assert rows() == [(LinkState.OK, False, False), (LinkState.UNCHECKED, True, False)]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("one_silent")
def test_links_of_a_killed_process_are_checked_by_the_next(web: Web) -> None:
    with command_under_way(web) as process:
        process.kill()
    wait_until_alone()  # its locks end with its connection, not with itself
    assert rows() == [(LinkState.OK, False, False), (LinkState.UNCHECKED, True, True)]
    now = timezone.now()
    assert link_queue.claim_due(now, limit=10) == []
    # Nobody is checking links any more, so the next run need not wait for the lease to end.
    web.server.replies["/2.csv"] = replies.file(b"a,b\n")
    assert check_links() == "Checked 1 links; the state of 1 changed.\n  Working: 1\n"
