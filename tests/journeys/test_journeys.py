"""The catalogue from end to end, in a real browser: a harvest, a citizen, an officer, and the API in the end."""

import re

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from catalogue.models import Dataset
from tests.factories.publishers import officer
from tests.journeys.conftest import PHONE
from tests.waiting import until

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def search_until_found(page: Page, address: str, title: str) -> None:
    """Load the results again and again until they have the title."""

    def is_found() -> int:
        page.goto(address)
        return page.get_by_role("link", name=title).count()

    until(is_found, what=f"“{title}” among the results")


def test_from_a_harvest_to_a_citizen_and_from_an_officer_to_the_api(visit, harvested, rivers):
    # A citizen searches what was harvested a moment ago
    citizen = visit()
    page = citizen.page
    search_until_found(page, f"{citizen.site}/search?q=salmon", "Salmon counts by river and year")
    citizen.go("/")
    page.get_by_role("combobox").fill("counts by river")
    page.get_by_role("combobox").press("Enter")
    expect(page.get_by_role("heading", name="6 datasets")).to_be_visible()

    # … narrows to what comes as CSV, and opens the one whose file is there
    page.locator("summary", has_text="Format").click()
    page.get_by_role("checkbox", name=re.compile("^CSV")).check()
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("heading", name="2 datasets")).to_be_visible()
    expect(page.get_by_role("link", name="Remove filter Format: CSV")).to_be_visible()
    page.get_by_role("link", name="Salmon counts by river and year").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Salmon counts by river and year")

    # … and sees the file, whether its link works, and how good the entry is
    row = page.get_by_role("row", name=re.compile("Salmon by river"))
    expect(row).to_contain_text("CSV")
    expect(row).to_contain_text("Working")
    expect(page.locator("#score-heading + .app-score")).to_contain_text("out of 100")
    expect(page.get_by_role("heading", name="Fix this first")).to_be_visible()
    expect(page.locator("#contact ~ .app-contact").first).to_contain_text("wardens@rivers.example")

    # An officer signs in, registers an entry with a file, and publishes it
    user = officer(rivers)
    desk = visit()
    page = desk.sign_in(user.email)
    page.get_by_role("link", name="Datasets", exact=True).first.click()
    page.get_by_role("link", name=re.compile("Add dataset", re.IGNORECASE)).first.click()
    page.get_by_label("Title:").first.fill("Beaver dams of the Tweed")
    page.get_by_label("Summary:").fill("Every dam that beavers built along the Tweed, with its position and height.")
    page.locator("#id_resources-0-title").fill("Dams")
    page.locator("#id_resources-0-url").fill("https://rivers.example/dams.geojson")
    page.get_by_role("button", name="Save and publish").click()
    expect(page.get_by_text("“Beaver dams of the Tweed” is published.")).to_be_visible()

    # … and it is found, with nobody doing anything for it
    search_until_found(page, f"{desk.site}/search?q=beaver", "Beaver dams of the Tweed")
    page.get_by_role("link", name="Beaver dams of the Tweed").click()
    expect(page.get_by_role("row", name=re.compile("Dams"))).to_contain_text("GeoJSON")

    # The API says the same
    made = Dataset.objects.get(title="Beaver dams of the Tweed")
    found = Client().get("/api/v1/search?q=beaver").json()
    assert [(hit["id"], hit["title"]) for hit in found["results"]] == [(str(made.id), made.title)]
    assert Client().get(f"/api/v1/datasets/{made.id}").json()["resources"][0]["format"] == "GeoJSON"


def test_a_citizen_on_a_phone_without_javascript_gets_as_far(visit, harvested):
    phone = visit(viewport=PHONE, javascript=False)
    page = phone.page
    search_until_found(page, f"{phone.site}/search?q=trout", "Trout counts by river and year")
    phone.go("/")
    page.get_by_role("searchbox").fill("trout")
    page.get_by_role("button", name="Search").click()
    page.get_by_text("Filter results").first.click()
    page.locator("summary", has_text="Format").click()
    page.get_by_role("checkbox", name=re.compile("^CSV")).check()
    page.get_by_role("button", name="Apply filters").click()
    page.get_by_role("link", name="Trout counts by river and year").click()
    expect(page.get_by_role("row", name=re.compile("Trout by river"))).to_contain_text("May be broken")
