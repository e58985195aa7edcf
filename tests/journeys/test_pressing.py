"""A press is never lost: what the form's script says meanwhile moves no button from under the pointer."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories.publishers import officer
from tests.journeys.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_buttons_stand_still_when_the_score_arrives(visit, rivers, viewport):
    desk = visit(viewport=viewport)
    page = desk.sign_in(officer(rivers).email)
    held = []
    page.route("**/dataset/check/", lambda route: held.append(route))
    with page.expect_request("**/dataset/check/"):
        desk.go("/admin/catalogue/dataset/add/")
    button = page.get_by_role("button", name="Save and publish")
    before = button.bounding_box()
    for route in held:
        route.continue_()
    expect(page.locator("#live-summary")).to_contain_text("Next: ")
    assert button.bounding_box() == before


def test_what_the_form_hears_of_a_link_waits_while_a_button_is_held_down(visit, harvested, rivers):
    desk = visit()
    page = desk.sign_in(officer(rivers).email)
    desk.go("/admin/catalogue/dataset/add/")
    page.locator("#id_resources-0-url").press_sequentially(harvested.url("/salmon.csv"))
    button = page.get_by_role("button", name=re.compile("Add another File or link", re.IGNORECASE))
    page.locator("#resources-0").evaluate("group => group.scrollIntoView()")  # so that the line comes into sight too
    box = button.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    # Pressing leaves the field, so its link is looked at, and a line about it is due above the button
    with page.expect_response("**/dataset/check-link/"):
        page.mouse.down()
    expect(page.locator("#id_resources-0-format")).to_have_value("CSV")
    assert button.bounding_box() == box
    page.mouse.up()
    expect(page.locator("#id_resources-1-url")).to_be_visible()
    expect(page.get_by_text("The link works. Filled in: format CSV, size 34 bytes.")).to_be_visible()
