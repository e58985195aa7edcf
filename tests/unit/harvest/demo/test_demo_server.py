"""The demo's server over real HTTP: catalogues parse, and every link answers as promised."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from harvest.demo.catalogue import demo_catalogue
from harvest.demo.files import media_type, render
from harvest.demo.links import Answer, DemoFile
from harvest.demo.publishers import demo_publishers
from harvest.demo.server import DemoServer
from tests.waiting import PATIENCE

GET_STATUS = {
    Answer.OK: 200,
    Answer.SLOW: 200,
    Answer.REDIRECT: 301,
    Answer.HEAD_FORBIDDEN: 200,
    Answer.HEAD_NOT_ALLOWED: 200,
    Answer.TOO_MANY_REQUESTS: 429,
    Answer.NOT_FOUND: 404,
    Answer.GONE: 410,
    Answer.SERVER_ERROR: 500,
    Answer.WRONG_TYPE: 200,
}
HEAD_STATUS = GET_STATUS | {Answer.HEAD_FORBIDDEN: 403, Answer.HEAD_NOT_ALLOWED: 405}

Reply = tuple[int, dict[str, str], bytes]


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(slow_seconds=(0.2, 0.3)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(server: DemoServer, path: str, *, method: str = "GET", headers: dict[str, str] | None = None) -> Reply:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=PATIENCE)
    try:
        connection.request(method, path, headers=headers or {})
        response = connection.getresponse()
        return response.status, dict(response.headers), response.read()
    finally:
        connection.close()


def file_that(answer: Answer) -> DemoFile:
    return next(file for file in demo_catalogue(1).files if file.answer is answer)


def request_target(file: DemoFile) -> str:
    parts = urlsplit(file.url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@pytest.mark.parametrize("publisher", demo_publishers(), ids=lambda publisher: publisher.slug)
def test_data_json_parses_and_points_at_the_server_itself(server: DemoServer, publisher) -> None:
    status, headers, body = ask(server, publisher.data_json_path)
    text = body.decode()

    assert status == 200
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert len(json.loads(text)["dataset"]) == len(demo_catalogue(1).records[publisher.slug])
    assert "demo-sources.invalid" not in text
    assert f"{server.address}/{publisher.slug}/" in text


def test_addresses_follow_the_host_header(server: DemoServer) -> None:
    path = demo_publishers()[0].data_json_path
    named = json.loads(ask(server, path, headers={"Host": "demo.localhost:8101"})[2])
    hostile = json.loads(ask(server, path, headers={"Host": '"><script>'})[2])

    assert named["@id"] == f"http://demo.localhost:8101{path}"
    assert hostile["@id"] == f"{server.address}{path}"


@pytest.mark.slow
def test_every_link_answers_as_promised(server: DemoServer) -> None:
    seen = 0
    for file in demo_catalogue(1).files_by_path.values():
        if file.answer in (Answer.RESET, Answer.SLOW):
            continue
        status, headers, body = ask(server, request_target(file))
        assert status == GET_STATUS[file.answer], file.path
        if file.answer is Answer.OK:
            assert headers["Content-Type"] == media_type(file)
            assert len(body) == int(headers["Content-Length"]) > 100
        else:
            assert ask(server, request_target(file), method="HEAD")[0] == HEAD_STATUS[file.answer], file.path
        seen += 1
    assert seen > 900


@pytest.mark.parametrize("answer", [Answer.OK, Answer.HEAD_FORBIDDEN, Answer.HEAD_NOT_ALLOWED])
def test_link_that_works_gives_the_file(server: DemoServer, answer: Answer) -> None:
    file = file_that(answer)
    status, headers, body = ask(server, request_target(file))

    assert (status, headers["Content-Type"], body) == (200, media_type(file), render(file))


def test_slow_link_takes_its_time(server: DemoServer) -> None:
    began = time.monotonic()

    assert ask(server, request_target(file_that(Answer.SLOW)))[0] == 200
    assert time.monotonic() - began >= 0.2


def test_redirect_leads_to_the_file(server: DemoServer) -> None:
    file = file_that(Answer.REDIRECT)
    location = ask(server, request_target(file))[1]["Location"]
    status, headers, body = ask(server, urlsplit(location).path)

    assert location.startswith(server.address)
    assert (status, headers["Content-Type"], body) == (200, media_type(file), render(file))


def test_reset_link_resets_the_connection(server: DemoServer) -> None:
    for method in ("HEAD", "GET"):
        with pytest.raises(ConnectionResetError):
            ask(server, request_target(file_that(Answer.RESET)), method=method)


def test_wrong_type_is_a_web_page_where_data_was_promised(server: DemoServer) -> None:
    file = file_that(Answer.WRONG_TYPE)
    _, headers, body = ask(server, request_target(file))

    assert file.format != "html"
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"Welcome to our new website" in body


def test_too_many_requests_says_when_to_come_back(server: DemoServer) -> None:
    assert ask(server, request_target(file_that(Answer.TOO_MANY_REQUESTS)))[1]["Retry-After"] == "30"


def test_head_has_the_length_of_get_and_no_body(server: DemoServer) -> None:
    file = file_that(Answer.OK)
    _, headers, body = ask(server, request_target(file), method="HEAD")

    assert (headers["Content-Length"], body) == (str(len(render(file))), b"")


def test_range_gives_a_part(server: DemoServer) -> None:
    file = file_that(Answer.OK)
    content = render(file)
    status, headers, body = ask(server, request_target(file), headers={"Range": "bytes=10-29"})

    assert (status, body) == (206, content[10:30])
    assert headers["Content-Range"] == f"bytes 10-29/{len(content)}"


def test_landing_page_names_the_entry_and_its_files(server: DemoServer) -> None:
    file = file_that(Answer.OK)
    entry = file.entry
    status, _, body = ask(server, f"/{entry.publisher.slug}/datasets/{entry.name}")

    assert status == 200
    assert f"<h1>{entry.title}</h1>" in body.decode()
    assert f"{server.address}{file.path}" in body.decode()


def test_front_page_lists_every_publisher(server: DemoServer) -> None:
    page = ask(server, "/")[2].decode()

    assert [publisher.slug for publisher in demo_publishers() if publisher.data_json_path not in page] == []


@pytest.mark.parametrize("path", ["/nobody/data.json", "/lanterbridge-city-council/files/none.csv", "/favicon.ico"])
def test_unknown_path_is_not_found(server: DemoServer, path: str) -> None:
    assert ask(server, path)[0] == 404
