"""An officer's first day: from the invitation in their mailbox to a published dataset, with the keyboard alone.

Every page on the way is looked at by axe-core; it may find nothing.
"""

import re
import time

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from catalogue.enums import State
from catalogue.models import Dataset
from publishers.actions import invitations
from publishers.enums import Role
from tests.factories.publishers import officer
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.keyboard import choose, fill, press
from tests.journeys.looking import gone_through, looked_at
from tests.journeys.test_journeys import search_until_found

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

#: Seconds that the whole way may take. People have five minutes; a machine looks at each page by axe-core besides, and
#: may have twenty other things to do.
LONGEST = 900


def test_from_an_invitation_to_a_published_dataset_by_keyboard(visit, harvested, rivers):
    administrator = officer(rivers, Role.ADMINISTRATOR)
    invitations.invite(
        email="new@rivers.example",
        publisher=rivers,
        role=Role.EDITOR,
        by=administrator,
        now=timezone.now(),
        name="Nia New",
    )
    address = re.search(r"http://\S+/invitation/\S+", mail.outbox[-1].body)
    assert address
    began, wrong = time.monotonic(), {}
    desk = visit()
    page = desk.page
    page.goto(address[0])
    wrong |= looked_at(page)
    fill(page, "input[name=name]", "Nia New")
    fill(page, "input[name=password]", "correct horse battery")
    press(page, page.get_by_role("button", name="Start"))

    expect(page.get_by_role("heading", name="What needs you")).to_be_visible()
    wrong |= looked_at(page)
    press(page, page.get_by_role("link", name="Register a dataset"))

    expect(page.get_by_role("heading", name="Add dataset")).to_be_visible()
    wrong |= looked_at(page)
    fill(page, "#id_title", "Beaver dams of the Tweed")
    fill(page, "#id_description", "Every dam that beavers built along the Tweed, with its position, height and age.")
    choose(page, "#id_topic", "Environment")
    fill(page, "#id_tags", "beavers, rivers, wildlife")
    fill(page, "#id_resources-0-url", harvested.url("/salmon.csv"))
    page.keyboard.press("Tab")
    expect(page.get_by_text("The link works. Filled in: format CSV, size 34 bytes.")).to_be_visible()
    fill(page, "#id_resources-0-title", "Dams as a table")
    choose(page, "#id_frequency", "Monthly")
    fill(page, "#id_modified", "01/11/2026")
    fill(page, "#id_places", "Scotland, England")
    expect(page.locator("#live-summary")).to_contain_text("Quality ")
    expect(page.locator("#live-title")).to_have_text("24 of 65 characters.")
    wrong |= looked_at(page)
    press(page, page.get_by_role("button", name="Save and publish"))

    expect(page.get_by_text("“Beaver dams of the Tweed” is published.")).to_be_visible()
    took = time.monotonic() - began
    wrong |= looked_at(page)
    assert wrong == {}
    assert took < LONGEST
    made = Dataset.objects.get(title="Beaver dams of the Tweed")
    file = made.resources.get()
    assert (made.state, made.publisher, file.format, file.size_bytes) == (State.PUBLISHED, rivers, "CSV", 34)
    search_until_found(page, f"{desk.site}/search?q=beaver", "Beaver dams of the Tweed")


def test_every_page_of_the_workplace_is_accessible_on_a_desk_and_a_phone_and_by_keyboard(visit, harvested, rivers):
    entry = Dataset.objects.filter(publisher=rivers).first()
    assert entry
    person = officer(rivers, Role.ADMINISTRATOR)
    prefix = "/admin/catalogue/dataset"
    wrong = {}
    for viewport in (DESKTOP, PHONE):
        desk = visit(viewport=viewport)
        page = desk.sign_in(person.email)
        for address in (
            "/admin/",
            f"{prefix}/",
            f"{prefix}/?needs=links",
            f"{prefix}/{entry.pk}/change/",
            f"{prefix}/{entry.pk}/review/",
            f"{prefix}/{entry.pk}/versions/",
            f"{prefix}/{entry.pk}/withdraw/",
            f"{prefix}/import/",
            "/admin/catalogue/batch/",
            "/admin/catalogue/proposal/",
            "/admin/catalogue/webhook/add/",
            "/admin/publishers/auditentry/",
            "/admin/files/resourcefile/",
            "/admin/files/alarm/",
            f"/admin/publishers/publisher/{rivers.pk}/change/",
            "/inventory",
        ):
            desk.go(address)
            # The keyboard goes the same way on both
            look = gone_through if viewport is DESKTOP else looked_at
            wrong |= {f"{viewport['width']} {url}": found for url, found in look(page).items()}
    assert wrong == {}
