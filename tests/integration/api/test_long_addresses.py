"""Addresses longer than may be, asked over a real connection of the web server that the Procfile runs."""

import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from email.message import Message
from http import HTTPStatus

import pytest

from catalogue.views.long_addresses import LONGEST
from config.embedded.client import PROJECT
from tests.waiting import PATIENCE


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Of gunicorn with one worker. It takes over a socket that listens already, so nobody waits for its start."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = ["-m", "gunicorn", "config.wsgi", "--bind", f"fd://{listening.fileno()}", "--no-control-socket"]
        process = subprocess.Popen(
            [
                sys.executable,
                *command,
                "--config",
                "python:config.web_server",
                "--threads",
                "2",
                "--log-level",
                "error",
            ],
            cwd=PROJECT,
            pass_fds=[listening.fileno()],
        )
        try:
            yield listening.getsockname()[1]
        finally:
            process.terminate()
            process.wait()


def ask(port: int, path: str, length: int) -> tuple[int, Message, str]:
    """What is answered to this address, made so long by its query."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path + "a" * (length - len(path)))
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode()
    finally:
        connection.close()


def test_an_address_of_the_greatest_length_is_answered(port):
    status, _, body = ask(port, "/api/3/action/help_show?name=package_search&pad=", LONGEST)
    assert (status, json.loads(body)["success"]) == (200, True)


@pytest.mark.parametrize("length", [LONGEST + 1, 60_000])
def test_one_that_is_too_long_is_refused_in_the_language_of_what_was_asked(port, length):
    status, headers, body = ask(port, "/api/v1/datasets?q=", length)
    assert (status, headers["Content-Type"]) == (414, "application/problem+json")
    assert json.loads(body) == {
        "type": "about:blank",
        "title": HTTPStatus(414).phrase,
        "status": 414,
        "detail": "An address may have 8,190 characters with its query. "
        "Ask for less at once, or ask CKAN’s actions by POST.",
    }
    assert (headers["Cache-Control"], headers["Access-Control-Allow-Origin"]) == ("private, no-store", "*")
    status, headers, body = ask(port, "/api/3/action/package_search?q=", length)
    assert (status, headers["Content-Type"]) == (414, "application/json;charset=utf-8")
    assert json.loads(body) == (
        "Bad request: this address is too long. Send the same arguments by POST, as JSON or as a form"
    )
    assert headers["Access-Control-Allow-Origin"] == "*"


def test_a_page_is_refused_with_a_page(client):
    response = client.get("/search", RAW_URI=f"/search?q={'a' * LONGEST}")
    assert (response.status_code, response["Content-Type"]) == (414, "text/html; charset=utf-8")
    assert '<h1 class="govuk-heading-l">This address is too long</h1>' in response.content.decode()


def test_what_is_longer_than_the_server_reads_is_refused_by_it(port):
    status, headers, _ = ask(port, "/api/v1/datasets?q=", 70_000)
    assert (status, headers["Content-Type"]) == (414, "text/html")
