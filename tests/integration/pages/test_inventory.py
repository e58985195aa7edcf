"""What is held and not open: its page, its counts, and who finds it."""

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.enums import State, Visibility
from tests.factories.catalogue import dataset
from tests.factories.clients import signed_in
from tests.factories.publishers import PublisherFactory, UserFactory, officer

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    html = re.sub(r"<(style|script).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def agency():
    return PublisherFactory(title="Rivers Agency", slug="rivers", contact_email="ask@rivers.example")


def test_a_publisher_counts_what_it_holds_by_who_may_have_it(agency, client):
    for number in range(2):
        dataset(agency, title=f"Open {number}")
    dataset(agency, access="not_released", access_reason="Names people.")
    dataset(agency, access="internal", visibility=Visibility.OFFICIALS)
    dataset(agency, access="restricted", visibility=Visibility.PUBLISHER)
    dataset(agency, state=State.DRAFT)
    dataset(agency, release_at=timezone.now() + datetime.timedelta(hours=1))
    text = text_of(client.get("/publisher/rivers"))
    assert (
        "Rivers Agency holds 5 datasets, 2 open. 3 of them are described here; the rest are known to officials only. "
        "2 open 1 restricted 1 internal to government 1 not released"
    ) in text


def test_a_publisher_may_keep_its_numbers_to_itself(agency, client):
    agency.shows_holdings = False
    agency.save()
    dataset(agency, access="internal", visibility=Visibility.OFFICIALS)
    assert "What it holds" not in text_of(client.get("/publisher/rivers"))


def test_the_page_of_what_is_not_released_says_that_it_exists_and_whom_to_ask(agency, client):
    entry = dataset(
        agency,
        title="Names of anglers",
        access="not_released",
        access_reason="It names people.",
        personal_data="personal",
        held_in="Licence system",
    )
    text = text_of(client.get(entry.get_absolute_url()))
    assert "Not released Rivers Agency holds this data and has not released it. It names people." in text
    assert "ask@rivers.example" in text
    assert "Personal data Personal data" in text
    assert "Licence system" not in text


def test_whoever_is_not_signed_in_is_asked_to_and_comes_back(client):
    response = client.get("/inventory?q=eel")
    assert (response.status_code, response["Location"]) == (302, "/admin/login/?next=%2Finventory%3Fq%3Deel")


def titles(client: Client, query: str = "") -> list[str]:
    page = client.get(f"/inventory{query}").content.decode()
    return re.findall(r'app-result__title"><a[^>]*>([^<]+)</a>', page)


def test_officials_find_internal_entries_by_any_word_and_publishers_their_own(agency, index):
    dataset(agency, title="Public eels")
    dataset(agency, title="Eel poachers", visibility=Visibility.OFFICIALS, description="Whom wardens met at night.")
    dataset(agency, title="Eel informants", visibility=Visibility.PUBLISHER, held_in="Safe seven")
    dataset(agency, title="Eel drafts", visibility=Visibility.OFFICIALS, state=State.DRAFT)
    soon = timezone.now() + datetime.timedelta(hours=1)
    dataset(agency, title="Eel quotas", visibility=Visibility.OFFICIALS, release_at=soon)
    index()
    official, member = signed_in(UserFactory()), signed_in(officer(agency))
    assert titles(official) == ["Eel poachers"]
    assert titles(official, "?q=wardens+meeting") == []
    assert titles(official, "?q=warden+night") == ["Eel poachers"]
    assert titles(official, "?q=informants") == []
    assert titles(member, "?q=eels&publisher=rivers") == ["Eel quotas", "Eel informants", "Eel poachers"]
    assert titles(member, "?q=safe") == ["Eel informants"]
    assert titles(member, "?q=%00%27%22%3A%26") == []
    assert "1 entry for officials matches too." in text_of(official.get("/search?q=eels"))
    assert "for officials" not in text_of(Client().get("/search?q=eels"))


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_of_the_inventory_asks_as_much_for_one_entry_as_for_three(agency, count, django_assert_num_queries):
    for number in range(count):
        dataset(agency, title=f"Eels {number}", visibility=Visibility.OFFICIALS)
    client = signed_in(UserFactory())
    with django_assert_num_queries(6):
        assert len(titles(client, "?q=eels")) == count
