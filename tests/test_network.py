"""Tests reach nothing but loopback, and so does the code when it isn't told where to go."""

import ast
import socket
from pathlib import Path

import pytest

from services.http import HttpError, HttpErrorKind, OutboundPolicy, open_stream

ROOT = Path(__file__).resolve().parents[1]
APPS = ("catalogue", "config", "files", "harvest", "publishers", "services")

#: Modules that speak to other machines.
OUTWARD = {"aiohttp", "httpx", "requests", "urllib3", "urllib.request", "http.client", "ftplib", "smtplib", "telnetlib"}

#: The guarded client, and the supervisor, which asks its own web process whether it serves yet.
MAY_USE = ("services/http/", "services/ftp.py", "config/embedded/site.py")

#: Signing in speaks allauth's language, which is that of requests: it takes its classes, and asks by our client.
TAKES_CLASSES = "publishers/signing_in/"
CLASSES = {"ConnectionError", "Request", "RequestException", "Response"}


@pytest.mark.parametrize("address", ["192.0.2.1", "8.8.8.8", "10.0.0.1", "2001:db8::1"])
def test_a_test_that_connects_anywhere_but_loopback_fails(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as one, pytest.raises(AssertionError, match="only loopback is allowed"):
        one.connect((address, 80))


def test_loopback_is_reached():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as one:
        one.connect(server.getsockname())


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8080/", "http://[::1]:8080/", "http://169.254.169.254/latest", "http://10.0.0.1/"]
)
def test_the_guarded_client_refuses_private_addresses_before_it_connects(address):
    with pytest.raises(HttpError) as refused:
        open_stream(address, OutboundPolicy())
    assert refused.value.kind == HttpErrorKind.REFUSED_ADDRESS


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def test_nothing_but_the_guarded_client_has_a_way_out():
    users = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if imported(path) & OUTWARD and not str(path.relative_to(ROOT)).startswith((*MAY_USE, TAKES_CLASSES))
    }
    assert users == set()


def test_signing_in_takes_nothing_of_requests_but_classes():
    for path in (ROOT / TAKES_CLASSES).rglob("*.py"):
        nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)]
        taken = {node.attr for node in nodes if isinstance(node.value, ast.Name) and node.value.id == "requests"}
        taken |= {name.removeprefix("requests.") for name in imported(path) if name.startswith("requests.")}
        assert taken <= CLASSES, path
        assert imported(path) & OUTWARD <= {"requests"}, path
