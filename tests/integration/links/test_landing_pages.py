"""Landing pages are looked at as links are, and begin anew when their address changes."""

import datetime
from typing import Any

import pytest
from django.test import Client

from catalogue.actions import landing_pages
from catalogue.enums import LinkState
from catalogue.models import Dataset, LandingCheck
from tests.factories.catalogue import dataset
from tests.servers import replies

pytestmark = pytest.mark.django_db(transaction=True)


def check(clock: Any) -> int:
    landing_pages.note_new(now=clock())
    return landing_pages.check_due(now=clock, interval=0.01)


def test_landing_pages_get_their_state_and_are_confirmed_and_mended(web: Any, clock: Any):
    web.server.replies = {"/good": replies.answer(b"<html>Salmon"), "/gone": replies.answer(b"", status=404)}
    good = dataset(title="Good", landing_page=web.url("/good"))
    bad = dataset(title="Bad", landing_page=web.url("/gone"))
    dataset(title="None")

    assert (check(clock), check(clock)) == (2, 0)

    states = dict(LandingCheck.objects.values_list("dataset__title", "state"))
    assert states == {"Good": LinkState.OK, "Bad": LinkState.SUSPECTED}
    clock.advance(hours=2)
    assert check(clock) == 1
    row = LandingCheck.objects.get(dataset=bad)
    assert (row.state, row.status_code, row.failure_count) == (LinkState.BROKEN, 404, 2)
    page = Client().get("/links").content.decode()
    assert "Bad" in page
    assert "The server has nothing at this address (status 404)." in page
    assert LandingCheck.objects.get(dataset=good).next_check_at > clock() + datetime.timedelta(hours=9)

    Dataset.objects.filter(id=bad.id).update(landing_page=web.url("/good"))
    assert check(clock) == 1
    assert LandingCheck.objects.get(dataset=bad).state == LinkState.OK
