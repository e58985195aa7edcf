"""Where: a place typed on the front page without scripts, and a box drawn on the small map with them."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE
from tests.journeys.test_journeys import search_until_found

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_place_is_found_by_its_name_without_scripts_on_a_phone(visit, harvested):
    window = visit(viewport=PHONE, javascript=False)
    search_until_found(window.page, f"{window.site}/search?q=salmon", "Salmon counts by river and year")
    page = window.go("/")
    page.get_by_label("Council area, county, region, country or postcode").fill("lloegr")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", name="6 datasets")).to_be_visible()
    page.get_by_role("link", name="Remove filter Area: England").click()
    expect(page.get_by_role("link", name="Remove filter")).to_have_count(0)

    # The filters are folded away, and unfold without scripts too
    expect(page.get_by_label("Place")).not_to_be_visible()
    page.locator("summary", has_text="Filter results").click()
    page.locator("summary", has_text="Area").click()
    page.get_by_label("Place", exact=True).fill("Orkney Islands")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("heading", name="0 datasets")).to_be_visible()
    expect(page.get_by_role("link", name="6 datasets")).to_have_attribute("href", "/search")


def test_a_box_is_drawn_on_the_map(visit, harvested):
    window = visit()
    search_until_found(window.page, f"{window.site}/search?q=salmon", "Salmon counts by river and year")
    page = window.go("/search?q=counts")
    page.locator("summary", has_text="Area").click()
    sheet = page.locator("svg.app-map")
    sheet.scroll_into_view_if_needed()
    shown = sheet.bounding_box()
    page.mouse.move(shown["x"] + 0.3 * shown["width"], shown["y"] + 0.3 * shown["height"])
    page.mouse.down()
    page.mouse.move(shown["x"] + 0.6 * shown["width"], shown["y"] + 0.6 * shown["height"], steps=4)
    page.mouse.up()
    sides = [float(side) for side in page.get_by_label("Box").input_value().split(",")]
    assert [round(side) for side in sides] == [-7, 54, -3, 58]
    page.get_by_role("button", name="Apply filters").click()
    page.wait_for_url("**/search?q=counts&bbox=*")
    assert re.search(r"[?&](area|covers_from|updated_to)=", page.url) is None  # what is empty stays out of the address
    expect(page.get_by_role("link", name="Remove filter Area: box on the map")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
