"""Suggestions while typing, with the keyboard alone: what a screen reader is told, and that nothing gets in the way."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.looking import wider_than_the_window
from tests.journeys.test_journeys import search_until_found

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_suggestions_are_walked_through_told_of_and_let_go_of_by_keyboard(visit, harvested, viewport):
    window = visit(viewport=viewport)
    search_until_found(window.page, f"{window.site}/search?q=salmon", "Salmon counts by river and year")
    page = window.go("/search")
    box, options = page.get_by_role("combobox", name="Search datasets"), page.get_by_role("option")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.focus()
    page.keyboard.insert_text("counts")

    # They come by themselves and are told of; the box keeps the focus and what was typed
    expect(options).to_have_count(6)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status").filter(has_text="suggestions")).to_have_text(
        "6 suggestions. Use the up and down arrows to go through them."
    )
    expect(box).not_to_have_attribute("aria-activedescendant", re.compile("."))
    assert Axe().run(page).response["violations"] == []
    assert wider_than_the_window(page) == []

    # Down and up: the first, the box again, the last
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", str(options.first.get_attribute("id")))
    expect(box).to_be_focused()
    expect(box).to_have_value("counts")
    page.keyboard.press("ArrowUp")
    expect(box).not_to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    expect(options.first).to_have_attribute("aria-selected", "false")
    # The caret's own keys lead back to the text
    page.keyboard.press("Home")
    expect(options.last).to_have_attribute("aria-selected", "false")
    expect(box).not_to_have_attribute("aria-activedescendant", re.compile("."))

    # Escape lets go of them and leaves what was typed; an arrow brings them back
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("counts")
    page.keyboard.press("ArrowDown")
    expect(options).to_have_count(6)

    # Enter opens the one that is marked; with none marked it searches for what was typed
    page.keyboard.press("ArrowDown")
    title = options.first.locator(".app-suggestions__label").inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page = window.go("/search")
    page.get_by_role("combobox", name="Search datasets").focus()
    page.keyboard.insert_text("counts")
    expect(page.get_by_role("option")).to_have_count(6)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=counts*")
    expect(page.get_by_role("listbox")).to_have_count(0)
