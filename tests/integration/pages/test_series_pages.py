"""A series and its members, on the pages of both: each names only what the reader may see."""

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.actions import datasets
from catalogue.actions.entry import By
from catalogue.enums import DatasetKind, Route, State, Visibility
from catalogue.models import Dataset
from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory, officer
from tests.integration.addresses import addresses

pytestmark = pytest.mark.django_db

SECRET = "xyzzyq"
HIDING = (
    {"state": State.DRAFT},
    {"visibility": Visibility.OFFICIALS},
    {"visibility": Visibility.PUBLISHER},
    {"release_at": timezone.now() + datetime.timedelta(days=9)},
)


def say(entry: Dataset, **changes) -> None:
    draft = datasets.draft_of(entry).with_changes(**changes)
    datasets.edit(entry.id, draft, by=By(Route.COMMAND, label="test"), now=timezone.now())


def test_a_member_names_its_series_and_the_series_its_members_the_latest_first(client):
    agency = PublisherFactory()
    series = dataset(agency, title="Salmon, all years", kind=DatasetKind.SERIES)
    for title, year in (("Undated", None), ("Salmon 2025", 2025), ("Salmon 2026", 2026)):
        dataset(agency, title=title, in_series_id=series.id, temporal_start=year and datetime.date(year, 1, 1))
    member = Dataset.objects.get(title="Salmon 2026")
    page = client.get(member.get_absolute_url()).content.decode()
    link = f'<a class="govuk-link" href="{series.get_absolute_url()}">Salmon, all years</a>'
    assert f"<dt>Part of the series</dt><dd>{link}</dd>" in page
    _, _, rest = client.get(series.get_absolute_url()).content.decode().partition('id="members">')
    assert re.findall(r">([^<>]*)</a>", rest.partition("</ul>")[0]) == ["Salmon 2026", "Salmon 2025", "Undated"]
    assert b'id="members"' not in client.get(member.get_absolute_url()).content


@pytest.mark.parametrize("hiding", HIDING)
def test_nothing_tells_of_a_hidden_series_or_a_hidden_member(hiding):
    agency, other = PublisherFactory(), PublisherFactory()
    series = dataset(agency, title="Salmon, all years", kind=DatasetKind.SERIES)
    hidden_member = dataset(agency, title=f"Salmon {SECRET}", name=f"{SECRET}-1", in_series_id=series.id, **hiding)
    hidden_series = dataset(agency, title=f"All {SECRET}", name=f"{SECRET}-2", kind=DatasetKind.SERIES, **hiding)
    member = dataset(agency, title="Salmon 2026")
    say(member, in_series_id=hidden_series.id)
    secrets = (SECRET, str(hidden_member.id), str(hidden_series.id))
    client = Client()
    said = {
        address: b"".join(client.get(address)).decode()
        for entry in (series, member)
        for address in addresses(entry, source="none")
        if SECRET not in address
    }
    assert [address for address, text in said.items() if any(secret in text for secret in secrets)] == []
    history = f"{member.get_absolute_url()}/history"
    assert "A series that is not shown" in said.get(history, client.get(history).content.decode())

    own = Client()
    own.force_login(officer(agency))
    assert f"All {SECRET}" in own.get(member.get_absolute_url()).content.decode()
    assert f"All {SECRET}" in own.get(history).content.decode()
    stranger = Client()
    stranger.force_login(officer(other))
    sees = hiding == {"visibility": Visibility.OFFICIALS}
    assert (SECRET in stranger.get(member.get_absolute_url()).content.decode()) is sees


def test_an_old_version_is_restored_without_a_series_that_is_no_more():
    agency = PublisherFactory()
    series = dataset(agency, kind=DatasetKind.SERIES)
    member = dataset(agency, title="Salmon 2026", in_series_id=series.id)
    say(member, in_series_id=None)
    say(series, kind=DatasetKind.DATASET)
    datasets.restore(member, number=1, by=By(Route.COMMAND, label="test"), now=timezone.now())
    member.refresh_from_db()
    assert member.in_series is None
    say(series, kind=DatasetKind.SERIES)
    datasets.restore(member, number=1, by=By(Route.COMMAND, label="test"), now=timezone.now())
    member.refresh_from_db()
    assert member.in_series == series
