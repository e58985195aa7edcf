"""The list of links in the admin: officers read about their own publishers' links and have them checked again."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.actions import quality
from catalogue.enums import BROKEN_LINK_STATES, LinkState
from catalogue.models import LinkCheck
from publishers.enums import Role
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory, UserFactory, officer

pytestmark = pytest.mark.django_db

LIST = "/admin/catalogue/linkcheck/"
HOUR = datetime.timedelta(hours=1)


def link(publisher: Any, name: str, *, state: LinkState = LinkState.OK, hours: int = 2) -> LinkCheck:
    """A link that was checked some hours ago and is not due."""
    now = timezone.now()
    stored = dataset(publisher, title=f"About {name}", resources=(csv_file(f"https://data.example/{name}.csv"),))
    failing = state in BROKEN_LINK_STATES
    LinkCheck.objects.filter(resource__dataset=stored).update(
        state=state,
        reason="The server has nothing at this address (status 404)." if failing else "The link works.",
        checked_at=now - hours * HOUR,
        failing_since=now - hours * HOUR if failing else None,
        next_check_at=now + 20 * HOUR,
    )
    quality.rescore([stored.id], now=now)
    return LinkCheck.objects.get(resource__dataset=stored)


def signed_in(publisher: Any, role: Role = Role.EDITOR) -> Client:
    client = Client()
    user = officer(publisher, role)
    user.is_staff = True
    user.save()
    client.force_login(user)
    return client


def listed(client: Client, **query: str) -> list[str]:
    page = client.get(LIST, query)
    assert page.status_code == 200
    return [row.resource.url for row in page.context["cl"].result_list]


def test_officers_see_their_own_links_longest_failing_first() -> None:
    own, other = PublisherFactory(), PublisherFactory()
    link(own, "works")
    link(own, "lately", state=LinkState.BROKEN, hours=1)
    link(own, "long", state=LinkState.BROKEN, hours=9)
    link(other, "elsewhere")
    client = signed_in(own)
    assert listed(client) == [f"https://data.example/{name}.csv" for name in ("long", "lately")]
    assert listed(client, state="ok") == ["https://data.example/works.csv"]
    everything = [f"https://data.example/{name}.csv" for name in ("lately", "long", "works")]
    assert sorted(listed(client, state="all")) == everything
    assert listed(client, state="all", q="About works") == ["https://data.example/works.csv"]
    assert listed(client, state="all", q="https://data.example/w") == ["https://data.example/works.csv"]
    assert sorted(listed(client, state="all", q="data.example")) == everything
    assert listed(client, state="all", q="another.example") == []
    text = client.get(LIST).content.decode()
    assert "The server has nothing at this address (status 404)." in text
    assert "elsewhere" not in text


def test_operators_see_all_links() -> None:
    for name in ("one", "two"):
        link(PublisherFactory(), name, state=LinkState.BROKEN)
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert sorted(listed(client)) == ["https://data.example/one.csv", "https://data.example/two.csv"]


def test_nobody_writes_by_hand_what_checks_found() -> None:
    own = PublisherFactory()
    check = link(own, "works")
    client = signed_in(own, Role.ADMINISTRATOR)
    assert client.get(f"{LIST}add/").status_code == 403
    page = client.get(f"{LIST}{check.pk}/change/")
    assert page.status_code == 200
    assert 'name="state"' not in page.content.decode()
    assert client.post(f"{LIST}{check.pk}/change/", {"state": "broken"}).status_code == 403
    assert client.post(f"{LIST}{check.pk}/delete/", {"post": "yes"}).status_code == 403


def test_anothers_link_is_refused() -> None:
    check = link(PublisherFactory(), "elsewhere")
    page = signed_in(PublisherFactory()).get(f"{LIST}{check.pk}/change/")
    assert (page.status_code, page.headers.get("Location")) == (302, "/admin/")


def test_officers_have_links_checked_again() -> None:
    own = PublisherFactory()
    check = link(own, "broken", state=LinkState.BROKEN)
    client = signed_in(own)
    form = {"action": "check_again", "_selected_action": [str(check.pk)]}
    assert "1 link will be checked in a moment." in client.post(LIST, form, follow=True).content.decode()
    check.refresh_from_db()
    assert check.next_check_at <= timezone.now()
    again = client.post(LIST, form, follow=True).content.decode()
    assert "These links are waiting for a check already, or had one within the last minute." in again


def test_an_entry_leads_to_its_links_which_are_checked_again_there() -> None:
    own = PublisherFactory()
    one, other = link(own, "one"), link(own, "other")
    client = signed_in(own)
    entry = one.resource.dataset_id
    address = f"{LIST}?state=all&amp;q={entry}"
    assert f'<a href="{address}">Links</a>' in client.get(f"/admin/catalogue/dataset/{entry}/change/").content.decode()

    assert listed(client, state="all", q=str(entry)) == ["https://data.example/one.csv"]
    client.post(
        f"{LIST}?state=all&q={entry}", {"action": "check_again", "_selected_action": [one.pk], "select_across": "1"}
    )

    one.refresh_from_db()
    other.refresh_from_db()
    assert one.next_check_at
    assert other.next_check_at
    assert one.next_check_at <= timezone.now() < other.next_check_at


def test_all_links_to_a_server_that_is_back_are_checked_again_at_once() -> None:
    own, now = PublisherFactory(), timezone.now()
    files = tuple(csv_file(f"https://dead.example/{number}.csv") for number in range(55))
    entry = dataset(own, title="Much", resources=(*files, csv_file("https://other.example/1.csv")))
    links = LinkCheck.objects.filter(resource__dataset=entry)
    links.update(state=LinkState.BROKEN, failing_since=now - HOUR, checked_at=now - HOUR, next_check_at=now + HOUR)
    quality.rescore([entry.id], now=now)
    client = signed_in(own)
    assert len(listed(client, q="dead.example")) == 50  # a page of them

    chosen = {"action": "check_again", "select_across": "1", "index": "0", "_selected_action": [str(links[0].pk)]}
    page = client.post(f"{LIST}?q=dead.example", chosen, follow=True)

    assert "55 links will be checked in a moment." in page.content.decode()
    assert links.filter(next_check_at__lte=timezone.now()).count() == 55
    assert links.get(host="other.example").next_check_at == now + HOUR


def test_viewers_only_look() -> None:
    own = PublisherFactory()
    check = link(own, "broken", state=LinkState.BROKEN)
    client = signed_in(own, Role.VIEWER)
    client.post(LIST, {"action": "check_again", "_selected_action": [str(check.pk)]})
    check.refresh_from_db()
    assert check.next_check_at > timezone.now()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_queries_for_one_link_as_for_three(count: int, django_assert_num_queries: Any) -> None:
    own = PublisherFactory()
    for number in range(count):
        link(own, f"file-{number}", state=LinkState.GONE)
    client = signed_in(own)
    with django_assert_num_queries(9):
        assert len(listed(client)) == count
