"""`manage.py demo_sources`: arguments and environment."""

import socket
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from harvest.demo.publishers import demo_publishers
from harvest.demo.server import DemoServer, demo_hosts


def test_busy_port_is_refused_with_what_to_do() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        with pytest.raises(CommandError, match="Choose another with --port"):
            call_command("demo_sources", port=busy.getsockname()[1])


def test_port_that_is_no_port_is_refused() -> None:
    with pytest.raises(CommandError, match=r"Cannot listen on 127\.0\.0\.1 port 70000"):
        call_command("demo_sources", port=70000)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("DEMO_EDITION", "3", "DEMO_EDITION is 3; set it to 1 or 2."),
        ("DEMO_EDITION", "new", "DEMO_EDITION is 'new'; set it to a whole number, or leave it out."),
        ("DEMO_SOURCES_PORT", "http", "DEMO_SOURCES_PORT is 'http'; set it to a whole number, or leave it out."),
    ],
)
def test_environment_that_makes_no_sense_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(CommandError) as error:
        call_command("demo_sources")

    assert str(error.value) == message


def test_address_is_printed_and_interrupt_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(self: DemoServer, poll_interval: float = 0.5) -> None:
        if self.host == "127.0.0.1":
            raise KeyboardInterrupt

    monkeypatch.delenv("DEMO_SOURCES_PORT", raising=False)
    monkeypatch.setenv("DEMO_EDITION", "2")
    monkeypatch.setattr(DemoServer, "serve_forever", interrupt)
    out = StringIO()
    call_command("demo_sources", stdout=out)
    first, second = out.getvalue().splitlines()

    assert first.startswith("Demo sources at http://127.0.0.1:")
    assert first.endswith("/ (edition 2). Stop with Ctrl-C.")
    assert second == "Demo sources stopped."


def test_every_publisher_has_a_loopback_host_of_its_own_where_the_system_allows() -> None:
    hosts = demo_hosts()

    assert hosts[0] == "127.0.0.1"
    assert len(hosts) in (1, len(demo_publishers()) + 1)
