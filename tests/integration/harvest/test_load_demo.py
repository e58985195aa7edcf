"""The demo: publishers harvested over real HTTP, and people to sign in as."""

import threading
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from catalogue.models import Dataset
from harvest.demo.publishers import demo_publishers
from harvest.demo.server import DemoServer
from harvest.management import foreground
from harvest.management.commands import load_demo
from harvest.models import Run, Source
from publishers.models import Membership, Publisher, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo_server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[DemoServer]:
    run_harvest = foreground.run_harvest
    monkeypatch.setattr(
        foreground, "run_harvest", lambda lease, **options: run_harvest(lease, beat_every=3600, **options)
    )
    monkeypatch.setattr(load_demo, "host_of", lambda publisher: "127.0.0.1")
    with DemoServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.OUTBOUND_ALLOW_HOSTS = [f"127.0.0.1:{server.server_port}"]
        settings.SITE_URL = "http://127.0.0.1:8000"
        monkeypatch.setenv("DEMO_SOURCES_PORT", str(server.server_port))
        yield server
        server.shutdown()


def load() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out, stderr=StringIO())
    return out.getvalue()


def test_demo_is_loaded_once_and_brought_up_to_date_after(demo_server: DemoServer):
    printed = load()

    slugs = {publisher.slug for publisher in demo_publishers()}
    assert set(Publisher.objects.values_list("slug", flat=True)) == slugs
    assert set(Source.objects.values_list("slug", flat=True)) == slugs
    count = Dataset.objects.count()
    assert count > 400
    assert "operator@domesday.example" in printed
    assert Client().login(email="officer@journeys.example", password=load_demo.PASSWORD)
    assert User.objects.filter(is_superuser=True).count() == 1
    assert Membership.objects.count() == 2

    load()

    assert Dataset.objects.count() == count
    assert Membership.objects.count() == 2
    for run in Run.objects.order_by("-id")[: len(slugs)]:
        assert (run.created, run.updated, run.retired) == (0, 0, 0)


def test_known_passwords_stay_on_this_machine(demo_server: DemoServer, settings: Any):
    settings.SITE_URL = "https://data.example.gov.uk"

    with pytest.raises(CommandError, match="only loads where SITE_URL is this machine"):
        load()

    assert User.objects.count() == 0
