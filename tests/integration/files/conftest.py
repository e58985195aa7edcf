"""A server of files on loopback, and entries whose links lead there."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from catalogue.enums import LinkState
from catalogue.models import Dataset, LinkCheck, Resource
from files.actions import reports, run
from files.actions.profile import store
from files.looking import Looked, look_into
from files.models import ResourceFile
from tests.factories.catalogue import csv_file, dataset
from tests.servers import replies
from tests.servers.faulty import FaultyServer

#: The rows that most tests look at: payments, with what makes a table hard to read.
PAYMENTS = (
    "Payments over £500,,,,\n"
    ",,,,\n"
    "Supplier,Date paid,Amount,Postcode,Paid\n"
    'Acme Ltd,01/04/2024,"1,200.50",LS1 4AP,Yes\n'
    "Bell & Sons,15/04/2024,900.00,LS2 7AB,No\n"
    'Acme Ltd,30/04/2024,"12,000.00",LS1 4AP,Yes\n'
    "Crane Hire,02/05/2024,..,LS9 8ZZ,Yes\n"
    "Source: finance system,,,,\n"
)


@pytest.fixture
def server(settings: Any) -> Iterator[FaultyServer]:
    with FaultyServer() as running:
        settings.OUTBOUND_ALLOW_HOSTS = [running.address]
        yield running


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {
        **settings.STORAGES,
        "files": {"BACKEND": backend, "OPTIONS": {"location": tmp_path / "files"}},
    }
    storages.__dict__.pop("backends", None)
    storages._storages.clear()


@pytest.fixture
def published(server: FaultyServer) -> Callable[..., Resource]:
    """Publish a file: serve `body`, and make an entry whose link works."""

    def publish(body: bytes | str, name: str = "file.csv", **fields: Any) -> Resource:
        content = body.encode() if isinstance(body, str) else body
        server.replies[f"/{name}"] = replies.file(content)
        entry: Dataset = dataset(resources=(csv_file(f"http://{server.address}/{name}"),), **fields)
        LinkCheck.objects.filter(resource__dataset=entry).update(state=LinkState.OK, checked_at=timezone.now())
        return entry.resources.get()

    return publish


@pytest.fixture
def profiled(published: Callable[..., Resource]) -> Callable[..., Resource]:
    """Publish a file, and have it fetched and looked into."""

    def make(body: bytes | str, name: str = "file.csv", **fields: Any) -> Resource:
        resource = published(body, name, **fields)
        run.profile_due(now=timezone.now)
        return Resource.objects.get(id=resource.id)

    return make


@pytest.fixture(scope="session")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes, str], tuple[Looked, Path]]:
    """Look into a file, once for all tests that want the same: a process for each would take most of their time."""
    seen: dict[tuple[bytes, str], tuple[Looked, Path]] = {}

    def look(body: bytes, name: str) -> tuple[Looked, Path]:
        if (body, name) not in seen:
            folder = tmp_path_factory.mktemp("looked")
            (folder / "out").mkdir()
            (folder / "file").write_bytes(body)
            seen[body, name] = look_into(folder / "file", name=name, folder=folder / "out"), folder / "out"
        return seen[body, name]

    return look


@pytest.fixture
def stored(looked_at: Callable[[bytes, str], tuple[Looked, Path]]) -> Callable[..., Resource]:
    """An entry whose file has been looked into."""

    def make(body: bytes | str, name: str = "file.csv", **fields: Any) -> Resource:
        entry: Dataset = dataset(resources=(csv_file(f"https://data.example.gov.uk/{name}"),), **fields)
        resource = entry.resources.get()
        looked, folder = looked_at(body.encode() if isinstance(body, str) else body, name)
        file = ResourceFile.objects.create(resource=resource, url=resource.url, fetched_at=timezone.now())
        checked = reports.check(file, folder, looked, folder=folder)
        store(file, looked, folder, checked, now=timezone.now())
        return Resource.objects.get(id=resource.id)

    return make
