"""The demo's HTTP server: a front page, each publisher's data.json, landing pages, and links good and bad."""

import html
import json
import os
import re
import socket
import struct
import time
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from harvest.demo.catalogue import DemoCatalogue, demo_catalogue
from harvest.demo.entries import DemoEntry
from harvest.demo.files import media_type, render
from harvest.demo.links import BASE_PLACEHOLDER, Answer, DemoFile
from harvest.demo.publishers import DemoPublisher, demo_publishers

HTML_TYPE = "text/html; charset=utf-8"
HOST_HEADER = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9a-fA-F:]+\](:\d+)?")
RETRY_AFTER_SECONDS = 30
SLOW_SECONDS = (2.0, 4.0)
MAIN_HOST = "127.0.0.1"


class DemoServer(ThreadingHTTPServer):
    """Serves one edition on a loopback host; port 0 takes a free one. `slow_seconds` bounds slow answers."""

    daemon_threads = True

    def __init__(
        self,
        *,
        host: str = MAIN_HOST,
        port: int = 0,
        edition: int = 1,
        slow_seconds: tuple[float, float] = SLOW_SECONDS,
    ) -> None:
        self.host = host
        self.catalogue: DemoCatalogue = demo_catalogue(edition)
        self.slow_seconds = slow_seconds
        self.log_requests = False
        super().__init__((host, port), DemoRequestHandler)

    @property
    def address(self) -> str:
        """The server's address, as in `http://127.0.0.1:8101`."""
        return f"http://{self.host}:{self.server_port}"


def host_of(publisher: DemoPublisher) -> str:
    """Return the host that a publisher is best fetched from: its own loopback address, else everyone's.

    A polite checker asks each host twice a second at most, so a host for each publisher is what makes checking the
    whole demo take a minute or two.
    """
    with socket.socket() as probe:
        try:
            probe.bind((publisher.loopback_host, 0))
        except OSError:
            return MAIN_HOST
    return publisher.loopback_host


def demo_hosts() -> tuple[str, ...]:
    """Return all hosts that the demo is served at, the main one first."""
    return tuple(dict.fromkeys((MAIN_HOST, *(host_of(publisher) for publisher in demo_publishers()))))


class DemoRequestHandler(BaseHTTPRequestHandler):
    """Answers GET and HEAD."""

    protocol_version = "HTTP/1.1"
    server_version = "DemoSources"
    timeout = 30
    server: DemoServer

    def do_GET(self) -> None:
        """Answer a request by its path."""
        path = urlsplit(self.path).path
        slug, _, rest = path.lstrip("/").partition("/")
        publisher = next((publisher for publisher in demo_publishers() if publisher.slug == slug), None)
        if path == "/":
            self._send(HTTPStatus.OK, HTML_TYPE, _front_page(self.server.catalogue))
        elif publisher is None:
            self._send_missing()
        elif rest == "data.json":
            self._send_catalogue(publisher)
        elif rest.startswith("datasets/"):
            self._send_landing_page(publisher, rest.removeprefix("datasets/"))
        elif rest.startswith("moved/"):
            self._send_moved_file(publisher, rest.removeprefix("moved/"))
        else:
            self._answer_for_file(path)

    def do_HEAD(self) -> None:
        """Answer as to GET, without the body."""
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Log a request if the command was asked to."""
        if self.server.log_requests:
            super().log_message(format, *args)

    def _answer_for_file(self, path: str) -> None:
        file = self.server.catalogue.files_by_path.get(path)
        if file is None:
            self._send_missing()
            return
        is_head = self.command == "HEAD"
        match file.answer:
            case Answer.NOT_FOUND:
                self._send_missing()
            case Answer.GONE:
                self._send(HTTPStatus.GONE, HTML_TYPE, _page("This file has been withdrawn", ""))
            case Answer.SERVER_ERROR:
                self._send(HTTPStatus.INTERNAL_SERVER_ERROR, HTML_TYPE, _page("Something went wrong", ""))
            case Answer.TOO_MANY_REQUESTS:
                wait = {"Retry-After": str(RETRY_AFTER_SECONDS)}
                self._send(HTTPStatus.TOO_MANY_REQUESTS, HTML_TYPE, _page("Too many requests", ""), wait)
            case Answer.HEAD_FORBIDDEN if is_head:
                self._send(HTTPStatus.FORBIDDEN, HTML_TYPE, _page("Forbidden", ""))
            case Answer.HEAD_NOT_ALLOWED if is_head:
                self._send(HTTPStatus.METHOD_NOT_ALLOWED, HTML_TYPE, _page("Not allowed", ""), {"Allow": "GET"})
            case Answer.WRONG_TYPE:
                text = "<p>Sorry, we have a new website and the page you want is not where it was.</p>"
                self._send(HTTPStatus.OK, HTML_TYPE, _page("Welcome to our new website", text))
            case Answer.REDIRECT:
                moved = f"{self._base_url}{_moved_path(file)}"
                self._send(HTTPStatus.MOVED_PERMANENTLY, HTML_TYPE, _page("Moved", ""), {"Location": moved})
            case Answer.RESET:
                self._reset()
            case Answer.SLOW:
                low, high = self.server.slow_seconds
                # The name decides how slow, so that a slow link is always as slow.
                time.sleep(low + (high - low) * (len(file.file_name) % 10) / 10)
                self._send_file(file)
            case _:
                self._send_file(file)

    def _send_catalogue(self, publisher: DemoPublisher) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if self.command == "HEAD":
            return
        for piece in _data_json(publisher, self.server.catalogue):
            data = piece.replace(BASE_PLACEHOLDER, self._base_url).encode()
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def _send_landing_page(self, publisher: DemoPublisher, name: str) -> None:
        entry = self.server.catalogue.entries.get((publisher.slug, name))
        if entry is None:
            self._send_missing()
            return
        files = [file for file in self.server.catalogue.files if file.entry is entry]
        page = _landing_page(entry, files).replace(BASE_PLACEHOLDER, self._base_url)
        self._send(HTTPStatus.OK, HTML_TYPE, page)

    def _send_moved_file(self, publisher: DemoPublisher, rest: str) -> None:
        file = self.server.catalogue.files_by_path.get(f"/{publisher.slug}/{rest}")
        if file is None or file.answer is not Answer.REDIRECT:
            self._send_missing()
        else:
            self._send_file(file)

    def _send_file(self, file: DemoFile) -> None:
        content = render(file)
        headers = {"Accept-Ranges": "bytes"}
        status = HTTPStatus.OK
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted and int(wanted[1]) < len(content):
            first, last = int(wanted[1]), min(int(wanted[2] or len(content)), len(content) - 1)
            headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
            content, status = content[first : last + 1], HTTPStatus.PARTIAL_CONTENT
        self._send(status, media_type(file), content, headers)

    def _send_missing(self) -> None:
        self._send(HTTPStatus.NOT_FOUND, HTML_TYPE, _page("Page not found", "<p><a href='/'>All publishers</a></p>"))

    def _send(
        self, status: HTTPStatus, content_type: str, body: str | bytes, headers: dict[str, str] | None = None
    ) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _reset(self) -> None:
        """Drop the connection so that the other side sees a reset, not an end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # Closing the socket object would wait for its open streams, and shut it down politely first.
        os.close(self.connection.detach())

    @property
    def _base_url(self) -> str:
        host = self.headers.get("Host", "")
        return f"http://{host}" if HOST_HEADER.fullmatch(host) else self.server.address


def _data_json(publisher: DemoPublisher, catalogue: DemoCatalogue) -> Iterator[str]:
    """Yield the catalogue piece by piece: its head, then a record at a time."""
    head = {
        "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
        "@id": f"{BASE_PLACEHOLDER}{publisher.data_json_path}",
        "@type": "dcat:Catalog",
        "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
        "describedBy": "https://project-open-data.cio.gov/v1.1/schema/catalog.json",
    }
    yield json.dumps(head, indent=1)[:-2] + ',\n "dataset": ['
    for number, record in enumerate(catalogue.records[publisher.slug]):
        yield (",\n" if number else "\n") + json.dumps(record, ensure_ascii=False, indent=1)
    yield "\n]}\n"


def _moved_path(file: DemoFile) -> str:
    slug = file.entry.publisher.slug
    return f"/{slug}/moved/{file.path.removeprefix(f'/{slug}/')}"


def _front_page(catalogue: DemoCatalogue) -> str:
    items = "".join(
        f"<li><h2>{html.escape(publisher.title)}</h2><p>{html.escape(publisher.description)}</p>"
        f"<p><a href='{publisher.data_json_path}'>{publisher.data_json_path}</a>: "
        f"{len(catalogue.records[publisher.slug])} records</p></li>"
        for publisher in demo_publishers()
    )
    text = "<p>Invented publishers with invented data, for trying out a catalogue.</p>"
    return _page("Example publishers", f"{text}<ul>{items}</ul>")


def _landing_page(entry: DemoEntry, files: list[DemoFile]) -> str:
    sentences = " ".join((entry.opening, *entry.details))
    links = "".join(f"<li><a href='{html.escape(file.url)}'>{html.escape(file.file_name)}</a></li>" for file in files)
    columns = "".join(f"<li><code>{html.escape(name)}</code></li>" for name in entry.family.columns)
    return _page(
        entry.title.strip(),
        f"<p>{html.escape(entry.publisher.title)}</p><p>{html.escape(sentences)}</p>"
        f"<h2>Files</h2><ul>{links}</ul><h2>Columns</h2><ul>{columns}</ul>",
    )


def _page(title: str, text: str) -> str:
    safe = html.escape(title)
    return (
        f"<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>{safe}</title></head>\n"
        f"<body><h1>{safe}</h1>{text}</body></html>\n"
    )
