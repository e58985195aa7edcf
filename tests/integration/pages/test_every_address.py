"""What holds for every public address: how caches may keep it, what it lets run, which methods it takes."""

import datetime
import re

import pytest
from django.test import Client

from catalogue.views.reader import public_age
from publishers.models import Publisher
from tests.factories.catalogue import csv_file, dataset
from tests.factories.harvest import source
from tests.factories.publishers import PublisherFactory, officer
from tests.integration.addresses import EXAMPLES, UNKNOWN_API, addresses, ckan_actions_without_example, is_ckan, routes

pytestmark = pytest.mark.django_db


def test_every_route_of_the_site_is_listed_with_examples() -> None:
    assert set(EXAMPLES) == set(routes())
    assert ckan_actions_without_example() == set()


@pytest.fixture
def site(index) -> list[str]:
    """Every address of a site with one public entry, its file, its publisher and their source."""
    publisher = PublisherFactory(title="Rivers Agency")
    entry = dataset(publisher, title="Salmon counts", name="salmon-counts", resources=(csv_file(),))
    catalogue = source("https://rivers.example/data.json", publisher=publisher, title="Rivers catalogue")
    index()
    return addresses(entry, source=catalogue.slug)


def directives(response) -> set[str]:
    return set(response["Cache-Control"].split(", "))


def _is_shared(response) -> bool:
    """Kept by anybody's cache until the minute is over, so never across a release."""
    scope, age = sorted(directives(response), reverse=True)
    return scope == "public" and 0 < int(age.removeprefix("max-age=")) <= 60


def test_no_cache_keeps_an_answer_across_the_minute_of_a_release():
    """Entries are released at whole minutes."""
    half_past = datetime.datetime(2026, 11, 26, 9, 30, tzinfo=datetime.UTC)
    for before in (0.001, 1, 29.5, 59.999, 60):
        now = half_past - datetime.timedelta(seconds=before)
        assert now + datetime.timedelta(seconds=public_age(now)) <= half_past + datetime.timedelta(seconds=1)


def test_anonymous_answers_set_no_cookie_and_may_be_shared_for_a_minute(site):
    wrong = []
    for address in site:
        response = Client().get(address)
        kept = response.status_code in {200, 301, 302, 410} and address != "/healthz"
        good = _is_shared(response) if kept else "no-store" in directives(response)
        varies = "Cookie" in response.headers.get("Vary", "") or is_ckan(address)
        if not good or response.cookies or (kept and not varies):
            wrong.append((address, response.headers))
    assert wrong == []


def test_answers_to_someone_signed_in_are_kept_nowhere_and_leave_the_session_alone(site):
    client = Client()
    client.force_login(officer(Publisher.objects.get()))
    wrong = []
    for address in [address for address in site if not is_ckan(address)]:
        response = client.get(address)
        if not {"private", "no-store"} <= directives(response) or "public" in directives(response) or response.cookies:
            wrong.append((address, response.headers))
    assert wrong == []


def test_what_has_not_changed_is_not_sent_again(site):
    sent_again = []
    for address in site:
        first = Client().get(address)
        if first.status_code == 200 and not first.streaming and "no-store" not in directives(first):
            again = Client().get(address, headers={"If-None-Match": first["ETag"]})
            if (again.status_code, again.content) != (304, b""):
                sent_again.append(address)
    assert sent_again == []


def test_every_answer_says_what_a_browser_may_run(site):
    loose = []
    for address in site:
        response = Client().get(address)
        policy = response["Content-Security-Policy"]
        scripts = re.fullmatch(r".*script-src 'self' 'sha256-[\w+/=]+'(;.*|)", policy)
        if "default-src 'self'" not in policy or "unsafe" in policy or not scripts:
            loose.append((address, policy))
        if response["X-Content-Type-Options"] != "nosniff" or response["X-Frame-Options"] != "DENY":
            loose.append((address, response.headers))
    assert loose == []


def test_head_answers_as_get_without_a_body(site):
    wrong = []
    for address in site:
        got, head = Client().get(address), Client().head(address)
        same = head.status_code == got.status_code and head.headers["Content-Type"] == got.headers["Content-Type"]
        if not same or b"".join(head):
            wrong.append(address)
    assert wrong == []


def test_nothing_can_be_written_through_a_public_address(site):
    client = Client(enforce_csrf_checks=True)
    unknown = {example for example in EXAMPLES[UNKNOWN_API] if "{" not in example}
    taken = []
    for address in [address for address in site if not is_ckan(address)]:
        for method in (client.post, client.put, client.patch, client.delete):
            response = method(address)
            if response.status_code == 401 and address.startswith("/api/v1/"):
                continue  # an address of the API that is written to, by those whom it knows
            if response.status_code != (404 if address in unknown or "/nothing/" in address else 405):
                taken.append((address, method.__name__, response.status_code))
    assert taken == []
