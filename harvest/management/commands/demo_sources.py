"""Serve the demo's invented publishers over HTTP."""

import os
import threading
from contextlib import ExitStack
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from harvest.demo.catalogue import EDITIONS
from harvest.demo.server import DemoServer, demo_hosts


class Command(BaseCommand):
    """Runs until interrupted; needs no database."""

    help = (
        "Serve example publishers, with a data.json each and links good and bad, on 127.0.0.1 "
        "and, where the system has them, on a loopback address for each publisher. "
        "DEMO_EDITION=2 serves the same publishers a fortnight later, with some entries changed, added and gone."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --port."""
        parser.add_argument("--port", type=int, help="port to listen on (default: DEMO_SOURCES_PORT, else a free one)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Start the server, print its address, and serve."""
        port = options["port"] if options["port"] is not None else _number_from_environment("DEMO_SOURCES_PORT", 0)
        edition = _number_from_environment("DEMO_EDITION", 1)
        if edition not in EDITIONS:
            raise CommandError(f"DEMO_EDITION is {edition}; set it to 1 or 2.")
        with ExitStack() as servers:
            main, *others = _listen(servers, port=port, edition=edition, log_requests=options["verbosity"] > 1)
            for other in others:
                threading.Thread(target=other.serve_forever, daemon=True).start()
            self.stdout.write(f"Demo sources at {main.address}/ (edition {edition}). Stop with Ctrl-C.")
            self.stdout.flush()
            try:
                main.serve_forever()
            except KeyboardInterrupt:
                self.stdout.write("Demo sources stopped.")


def _listen(servers: ExitStack, *, port: int, edition: int, log_requests: bool) -> list[DemoServer]:
    """Listen on every demo host at one port; the servers are closed with the stack."""
    listening: list[DemoServer] = []
    for host in demo_hosts():
        try:
            server = servers.enter_context(DemoServer(host=host, port=port, edition=edition))
        except (OSError, OverflowError) as error:
            raise CommandError(f"Cannot listen on {host} port {port}: {error}. Choose another with --port.") from error
        server.log_requests = log_requests
        port = server.server_port
        listening.append(server)
    return listening


def _number_from_environment(name: str, default: int) -> int:
    text = os.environ.get(name, "")
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise CommandError(f"{name} is {text!r}; set it to a whole number, or leave it out.") from None
