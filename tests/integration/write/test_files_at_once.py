"""Files sent at once, broken off and under hostile names: versions are whole, numbered, and none is lost."""

import hashlib
import io
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, RequestFactory, encode_multipart

from catalogue.models import Dataset, Resource, UploadedFile
from publishers.models import Publisher
from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory, officer
from tests.integration.write.conftest import Caller
from tests.integration.write.test_files import CSV, local, send


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def sent_to(path: str, content: bytes, caller: Caller, *, most: int | None = None) -> int:
    """PUT a file by way of the application that servers run; of its body no more than `most` bytes arrive."""
    form = io.BytesIO(content)
    form.name = "stops.csv"
    body = encode_multipart(BOUNDARY, {"file": form})
    authorization = {"Authorization": f"Bearer {caller.text}"}
    request = RequestFactory().put(path, body, content_type=MULTIPART_CONTENT, headers=authorization)
    environ = request.environ | {"wsgi.input": io.BytesIO(body[:most])}
    statuses: list[str] = []
    application = WSGIHandler()
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # the test's own transaction goes on
    try:
        answer = application(environ, lambda status, headers: statuses.append(status))
        b"".join(answer)
        answer.close()  # type: ignore[attr-defined]
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
    return int(statuses[0].split()[0])


@pytest.mark.django_db
def test_a_file_that_broke_off_midway_is_not_taken(settings: Any, editor: Caller, publisher: Publisher) -> None:
    made = send(editor, "post", f"/api/v1/datasets/{dataset(publisher).id}/files", CSV).json()
    path, longer = f"/api/v1/resources/{made['id']}/file", CSV * 10_000
    version = Dataset.objects.get().version
    for most in (1, 300, 65_536, 100_000, len(longer)):
        assert sent_to(path, longer, editor, most=most) == 400
    assert (Dataset.objects.get().version, UploadedFile.objects.count()) == (version, 1)
    assert len(stored(settings.MEDIA_ROOT)) == 1
    assert sent_to(path, longer, editor) == 200
    assert UploadedFile.objects.get(number=2).sha256 == hashlib.sha256(longer).hexdigest()


@pytest.mark.django_db
def test_a_worker_that_is_killed_while_it_stores_leaves_nothing_referenced(
    settings: Any, editor: Caller, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stored, and then no more: what `SIGTERM` does to a worker in the midst of its work."""
    entry = dataset(publisher)

    def killed(*args: Any, **kwargs: Any) -> None:
        raise SystemExit

    for where, what in ((default_storage, "_save"), (UploadedFile.objects, "create")):
        with monkeypatch.context() as patch:
            patch.setattr(where, what, killed)
            with pytest.raises(SystemExit):
                send(editor, "post", f"/api/v1/datasets/{entry.id}/files", CSV)
    assert (Resource.objects.count(), UploadedFile.objects.count(), stored(settings.MEDIA_ROOT)) == (0, 0, [])


@pytest.mark.django_db(transaction=True)
def test_versions_that_are_sent_at_once_are_all_kept_and_numbered() -> None:
    publisher = PublisherFactory()
    editor = Caller(officer(publisher))
    made = send(editor, "post", f"/api/v1/datasets/{dataset(publisher).id}/files", CSV).json()
    statuses: list[int] = []

    def put(number: int) -> None:
        try:
            content = CSV + f"{number},Headrow\n".encode()
            statuses.append(send(editor, "put", f"/api/v1/resources/{made['id']}/file", content).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=put, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 4
    versions = UploadedFile.objects.order_by("number")
    assert [version.number for version in versions] == [1, 2, 3, 4, 5]
    assert len({version.sha256 for version in versions}) == 5
    latest = versions.last()
    assert latest is not None
    assert Resource.objects.get().checksum == f"sha256:{latest.sha256}"
    for version in versions:
        given = b"".join(Client().get(f"{local(made['url'])}?version={version.number}").streaming_content)
        assert hashlib.sha256(given).hexdigest() == version.sha256


HOSTILE = {
    "../../../etc/passwd": "passwd",
    "..\\..\\windows\\win.ini": "win.ini",
    "/absolute/stops.csv": "stops.csv",
    "stops.csv\r\nSet-Cookie: a=b": None,
    'a"; filename="evil.html': None,
    "‮vsc.exe": None,
    "page.html": "page.html",
    "picture.svg": "picture.svg",
    "page.xhtml": "page.xhtml",
    "script.js": "script.js",
    ".htaccess": None,
    "CON.csv": None,
    "a" * 400 + ".csv": None,
    "％2e％2e％2fx.csv": None,
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:30])
def test_whatever_its_name_a_file_is_an_attachment_of_ours_and_no_page(
    name: str, settings: Any, editor: Caller, publisher: Publisher
) -> None:
    evil = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>"
    entry = dataset(publisher)
    made = send(editor, "post", f"/api/v1/datasets/{entry.id}/files", evil, name=name)
    assert made.status_code in {201, 400}
    assert all(path.parent.name == str(entry.id) for path in stored(settings.MEDIA_ROOT))
    if made.status_code == 201:
        given = Client().get(local(made.json()["url"]))
        assert b"".join(given.streaming_content) == evil
        kind = given["Content-Type"].partition(";")[0]
        assert kind not in {"text/html", "application/xhtml+xml", "image/svg+xml", "text/javascript", "text/xml"}
        assert given["Content-Disposition"].startswith("attachment")
        assert (given["X-Content-Type-Options"], given.get("Set-Cookie")) == ("nosniff", None)
        assert UploadedFile.objects.get().file_name == (HOSTILE[name] or UploadedFile.objects.get().file_name)
        assert not set('/\\\r\n"') & set(UploadedFile.objects.get().file_name)
