"""An embargoed release: seen by no one before its time, by everyone after it, search included."""

import datetime
import time

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from catalogue.enums import State
from catalogue.models import Dataset
from publishers.enums import Role
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory, officer
from tests.integration.addresses import addresses
from tests.integration.search.conftest import Following
from tests.integration.search.waiting import titles
from tests.waiting import until

#: Words that nothing else has, one for each attempt.
SECRETS = ("xyzzyq", "plughwob", "frotzkin")


def seen(entry: Dataset, secret: str, client: Client) -> set[str]:
    """The addresses at which the entry shows."""
    return {address for address in addresses(entry) if secret in b"".join(client.get(address)).decode(errors="replace")}


@pytest.mark.django_db(transaction=True)
def test_an_embargoed_release_is_seen_by_no_one_before_and_by_everyone_after(following: Following) -> None:
    """9:29:59 and 9:30:02, but for the minute: the clock is the real one, and nobody does anything at that moment."""
    agency = PublisherFactory()
    elsewhere, colleague = Client(), Client()
    elsewhere.force_login(officer(PublisherFactory(), Role.ADMINISTRATOR))
    colleague.force_login(officer(agency, Role.VIEWER))
    with following():
        beacons = dataset(agency, title="Beacons")
        until(lambda: titles("beacons") == ["Beacons"])
        started = time.monotonic()
        seen(beacons, SECRETS[0], Client())
        walk = 2 + 2 * (time.monotonic() - started)  # seconds that asking every address may take
        for secret in SECRETS:
            cache.clear()
            release = timezone.now() + datetime.timedelta(seconds=4 + walk)
            entry = dataset(
                agency,
                title=f"Unemployment {secret}",
                tags=("salmon", secret),
                topic_id="health",
                resources=(csv_file(title=secret),),
                state=State.PUBLISHED,
                release_at=release,
            )
            time.sleep(max(0.0, (release - timezone.now()).total_seconds() - walk))
            public, found = seen(entry, secret, Client()), titles(secret)
            status = elsewhere.get(entry.get_absolute_url()).status_code
            is_shown = secret in colleague.get(entry.get_absolute_url()).content.decode()
            if timezone.now() < release:
                break
            walk *= 3  # the machine was busy, and this says nothing: again, with more time
        assert (public, found, status, is_shown) == (set(), [], 404, True)

        time.sleep(max(0.0, (release - timezone.now()).total_seconds()))
        until(lambda: titles(secret) == [f"Unemployment {secret}"])
        cache.clear()  # figures of the whole catalogue may be a minute old
        shown = seen(entry, secret, Client())
        assert {
            f"/dataset/{entry.id}/{entry.name}",
            f"/api/v1/datasets/{entry.id}",
            "/api/v1/search",
            "/search?q=salmon",
            f"/publisher/{agency.slug}",
            f"/api/3/action/package_show?id={entry.id}",
            "/api/3/action/package_search?q=salmon&rows=100&facet.field=[%22organization%22,%22tags%22]",
        } <= shown
