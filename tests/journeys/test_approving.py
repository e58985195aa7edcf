"""An approver goes through what waits, approves some of it at once and leaves one out, with the keyboard alone."""

import pytest
from playwright.sync_api import expect

from catalogue.models import Dataset
from publishers.enums import Role
from tests.factories.catalogue import proposed
from tests.factories.publishers import PublisherFactory, officer
from tests.journeys.conftest import PHONE
from tests.journeys.keyboard import choose, fill, press, tab_to
from tests.journeys.looking import gone_through

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_several_changes_are_looked_at_and_approved_at_once(visit):
    agency = PublisherFactory(title="Eel Agency", requires_approval=True)
    for title in ("Eels", "Moles", "Otters"):
        proposed(agency, title=f"{title} of the Tweed", name=title.lower(), description=f"Every one of the {title}.")
    person, wrong = officer(agency, Role.APPROVER), {}
    page = visit(viewport=PHONE).go("/admin/")
    fill(page, "#id_username", person.email)
    fill(page, "#id_password", "correct horse")
    press(page, page.get_by_role("button", name="Sign in", exact=True))
    expect(page.get_by_role("heading", name="Changes that wait for your approval")).to_be_visible()
    page.goto(f"{page.url}catalogue/proposal/?state__exact=waiting")
    wrong |= gone_through(page)
    choose(page, "select[name=action]", "Approve the chosen changes")
    tab_to(page, page.locator("#action-toggle"))
    page.keyboard.press("Space")
    expect(page.locator("input[name=_selected_action]:checked")).to_have_count(3)
    tab_to(page, page.get_by_role("button", name="Go"))
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Approve these changes")
    wrong |= gone_through(page)
    one = page.get_by_role("checkbox", name="Approve this one").nth(1)
    left_out = Dataset.objects.get(pk=str(page.locator("section").nth(1).get_attribute("aria-labelledby"))[6:])
    tab_to(page, one)
    page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Approve the ticked changes"))
    expect(page.get_by_text("Approved 2 changes.")).to_be_visible()
    approved = Dataset.objects.filter(publisher=agency, title__endswith="of the Tweed").order_by("name")
    names = [entry.name for entry in approved]
    assert names == sorted({"eels", "moles", "otters"} - {left_out.name})
    page.goto(f"{page.url.partition('/admin/')[0]}/admin/catalogue/dataset/{left_out.pk}/review/")
    wrong |= gone_through(page)
    assert wrong == {}
