"""The officer's home and the list of entries: what needs work, counted and found by where each entry stands."""

import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from catalogue.actions import quality, workflow
from catalogue.actions.entry import By, Release
from catalogue.attention import NEEDS, counts_of
from catalogue.enums import Frequency, LinkState, Route, State
from catalogue.models import Dataset, LinkCheck, Standing
from publishers.enums import Role
from publishers.models import Publisher
from tests.factories.catalogue import csv_file, dataset
from tests.factories.clients import signed_in
from tests.factories.publishers import PublisherFactory, UserFactory, officer

pytestmark = pytest.mark.django_db

LIST = "/admin/catalogue/dataset/"
DAY = datetime.timedelta(days=1)


@pytest.fixture
def agency() -> Publisher:
    return PublisherFactory(title="Rivers Agency")


def listed(client: Client, **query: str) -> list[str]:
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    return [entry.title for entry in answer.context["cl"].result_list]


def break_link(entry: Dataset) -> None:
    now = timezone.now()
    LinkCheck.objects.filter(resource__dataset=entry).update(
        state=LinkState.BROKEN, checked_at=now, failing_since=now, reason="Nothing is there."
    )
    quality.rescore([entry.pk], now=now)


def one_of_each(agency: Publisher) -> None:
    """An entry for each need, called by it, and one that needs nothing but a better description."""
    now, today = timezone.now(), timezone.localdate()
    by = By(Route.COMMAND, label="test")
    dataset(agency, title="draft", state=State.DRAFT)
    workflow.submit(dataset(agency, title="review", state=State.DRAFT), by=by, now=now)
    break_link(dataset(agency, title="links", **GOOD))
    dataset(agency, title="overdue", **GOOD | {"modified": today - 120 * DAY, "frequency": Frequency.MONTHLY})
    dataset(agency, title="in time", **GOOD | {"modified": today - 20 * DAY, "frequency": Frequency.MONTHLY})
    waiting = dataset(agency, title="embargo", state=State.DRAFT, **GOOD)
    workflow.publish(waiting, by=by, now=now, release=Release(now + DAY))
    dataset(agency, title="quality")


#: What keeps an entry out of the poor ones.
GOOD: dict[str, Any] = {
    "description": "Every salmon that passed the counter at Tadcaster weir, day by day, since the counter was built.",
    "contact_email": "fish@rivers.example",
    "licence_id": "uk-ogl",
    "topic_id": "environment",
    "tags": ("salmon", "rivers", "fish"),
    "resources": (csv_file(description="Counts by day", size_bytes=100),),
}


def test_each_need_is_counted_and_leads_to_its_entries(agency: Publisher) -> None:
    one_of_each(agency)
    other = PublisherFactory()
    dataset(other, title="of another", state=State.DRAFT)
    client = signed_in(officer(agency))
    assert {need: listed(client, needs=need) for need in NEEDS} == {need: [need] for need in NEEDS}
    assert counts_of([agency.pk], timezone.now()) == dict.fromkeys(NEEDS, 1)
    assert counts_of(None, timezone.now()) == dict.fromkeys(NEEDS, 1) | {"draft": 2}
    home = client.get("/admin/").content.decode()
    assert [f'href="{LIST}?needs={need}"' in home for need in NEEDS] == [True] * len(NEEDS)
    assert "of another" not in home


def test_where_an_entry_stands_follows_every_change_to_it(agency: Publisher) -> None:
    entry = dataset(agency, title="Salmon", state=State.DRAFT, resources=(csv_file(),))
    stands = Standing.objects.filter(dataset=entry)
    assert stands.values_list("publisher", "state", "broken_links", "late_after").get() == (agency.pk, "draft", 0, None)
    by, now = By(Route.COMMAND, label="test"), timezone.now()
    workflow.publish(entry, by=by, now=now, release=Release(now + DAY))
    assert stands.get().state == State.PUBLISHED
    assert stands.get().release_at == Dataset.objects.get().release_at
    break_link(entry)
    assert (stands.get().broken_links, stands.get().score) == (1, Dataset.objects.get().quality.score)
    workflow.withdraw(entry, reason="Gone.", by=by, now=now)
    assert stands.get().state == State.WITHDRAWN
    assert [counts_of(None, now)[need] for need in ("links", "embargo")] == [0, 0]


def test_everybody_sorts_by_quality(agency: Publisher) -> None:
    dataset(agency, title="good", **GOOD)
    dataset(agency, title="poor")
    operator = signed_in(UserFactory(is_superuser=True, is_staff=True))
    for client in (operator, signed_in(officer(agency))):
        assert listed(client, o="4") == ["poor", "good"]
        assert listed(client, o="-4") == ["good", "poor"]


@pytest.mark.parametrize("count", [1, 3])
def test_home_and_list_take_as_many_queries_however_many_entries(
    agency: Publisher, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        one_of_each(agency)
    client = signed_in(officer(agency, Role.APPROVER))
    cache.clear()
    with django_assert_num_queries(13):
        client.get("/admin/")
    with django_assert_num_queries(11):
        client.get(LIST)


def test_the_foot_of_public_pages_leads_whoever_has_signed_in_to_their_work(agency: Publisher) -> None:
    link = '<a class="govuk-link" href="/admin/">{}</a>'
    assert link.format("Publisher sign in") in Client().get("/accessibility").content.decode()
    assert link.format("Your work") in signed_in(officer(agency)).get("/accessibility").content.decode()


def test_an_empty_list_says_so_and_leads_out_of_what_narrows_it(agency: Publisher) -> None:
    client = signed_in(officer(agency))
    assert "There is nothing in this list." in client.get(LIST).content.decode()
    dataset(agency, title="Eels")
    page = client.get(LIST, {"q": "otters"}).content.decode()
    assert 'Nothing is like that. <a href="?">Show the whole list</a>' in page
    assert "nothing-listed" not in client.get(LIST).content.decode()
