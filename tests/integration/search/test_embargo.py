"""An embargoed release: seen by no one a second before its time, by everyone two seconds after, search included."""

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
from tests.integration.search.waiting import titles, until

SECRET = "xyzzyq"


def seen(entry: Dataset, client: Client) -> set[str]:
    """The addresses at which the entry shows."""
    return {address for address in addresses(entry) if SECRET in b"".join(client.get(address)).decode(errors="replace")}


@pytest.mark.django_db(transaction=True)
def test_an_embargoed_release_is_seen_by_no_one_before_and_by_everyone_two_seconds_after(following: Following) -> None:
    """9:29:59 and 9:30:02, but for the minute: the clock is the real one, and nobody does anything at that moment."""
    agency = PublisherFactory()
    with following():
        beacons = dataset(agency, title="Beacons")
        until(lambda: titles("beacons") == ["Beacons"])
        started = time.monotonic()
        seen(beacons, Client())
        walk = time.monotonic() - started  # every address is asked before the release, however slow the machine is now
        cache.clear()
        release = timezone.now() + datetime.timedelta(seconds=6 + 2 * walk)
        entry = dataset(
            agency,
            title=f"Unemployment {SECRET}",
            tags=("salmon", SECRET),
            topic_id="health",
            resources=(csv_file(title=SECRET),),
            state=State.PUBLISHED,
            release_at=release,
        )
        time.sleep(max(0.0, (release - timezone.now()).total_seconds() - 2 - 2 * walk))
        assert seen(entry, Client()) == set()
        assert titles(SECRET) == []
        elsewhere, colleague = Client(), Client()
        elsewhere.force_login(officer(PublisherFactory(), Role.ADMINISTRATOR))
        colleague.force_login(officer(agency, Role.VIEWER))
        assert elsewhere.get(entry.get_absolute_url()).status_code == 404
        assert SECRET in colleague.get(entry.get_absolute_url()).content.decode()
        assert timezone.now() < release, "This machine is too slow for this test to say anything."

        time.sleep(max(0.0, (release - timezone.now()).total_seconds() + 2))
        assert titles(SECRET) == [f"Unemployment {SECRET}"]
        cache.clear()  # figures of the whole catalogue may be a minute old
        shown = seen(entry, Client())
        assert {
            f"/dataset/{entry.id}/{entry.name}",
            f"/api/v1/datasets/{entry.id}",
            "/api/v1/search",
            "/search?q=salmon",
            f"/publisher/{agency.slug}",
            f"/api/3/action/package_show?id={entry.id}",
            "/api/3/action/package_search?q=salmon&rows=100&facet.field=[%22organization%22,%22tags%22]",
        } <= shown
