"""Every public page at the width of a desktop and of a phone: accessible, no wider than the window, nothing in the
console; and the keyboard gets everywhere."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from catalogue.actions import datasets
from catalogue.actions.entry import By
from catalogue.enums import Route
from catalogue.models import Dataset
from harvest.models import Run, Source
from tests.journeys.conftest import DESKTOP, PHONE
from tests.journeys.looking import wider_than_the_window
from tests.journeys.test_journeys import search_until_found

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pages(harvested, site) -> list[str]:
    """An example of every page that a reader may meet."""
    salmon = Dataset.objects.get(title__startswith="Salmon")
    by, now = By(Route.COMMAND, label="test"), salmon.modified_at
    edited = datasets.draft_of(salmon).with_changes(description="Counted anew.\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    datasets.edit(salmon.id, edited, by=by, now=now)
    heron = Dataset.objects.get(title__startswith="Heron")
    datasets.withdraw(heron, reason="Herons count themselves.", by=by, now=now, replaced_by=salmon)
    return [
        "/",
        "/search",
        "/search?q=counts&filters[format]=CSV&filters[publisher]=rivers",
        "/search?q=zymurgy",
        "/search?area=durham&bbox=-1.8,53.7,-1.3,53.9&covers_from=2019&updated_from=yesterday",
        "/search?q=counts&filters[format]=CSV&filters[topic]=health&area=Leeds",
        "/search/filters/publisher?q=counts",
        salmon.get_absolute_url(),
        Dataset.objects.get(title__startswith="Trout").get_absolute_url(),
        f"{salmon.get_absolute_url()}/history",
        heron.get_absolute_url(),
        "/topics",
        "/publishers",
        "/publishers?view=tree",
        "/publisher/rivers",
        "/quality",
        "/quality/publishers",
        "/quality/publishers/rivers",
        "/quality/topics",
        "/quality/criteria/contact",
        "/quality/snapshots",
        "/quality/method",
        "/harvest",
        f"/harvest/{Source.objects.get().slug}?run={Run.objects.get().pk}",
        "/api",
        "/api/v1/docs",
        "/accessibility",
        "/privacy",
        "/no/such/page",
    ]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_is_accessible_and_fits(visit, pages, viewport):
    window = visit(viewport=viewport)
    search_until_found(window.page, f"{window.site}/search?q=counted+anew", "Salmon counts by river and year")
    axe, wrong = Axe(), {}
    for address in pages:
        page = window.go(address)
        found = [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in axe.run(page).response["violations"]]
        found += [f"wide: {element}" for element in wider_than_the_window(page)]
        if found:
            wrong[address] = found
    # Only the missing and the withdrawn page are told of by the browser itself
    window.complaints[:] = [text for text in window.complaints if "404" not in text and "410" not in text]
    assert wrong == {}
    # The judge itself is awake
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=/static/images/mark.svg>')")
    assert [found["id"] for found in axe.run(page).response["violations"]] == ["image-alt"]


def test_the_keyboard_reaches_the_skip_link_first_and_the_search_box_soon(visit, pages):
    window = visit()
    for address in ("/", "/publishers", Dataset.objects.get(title__startswith="Salmon").get_absolute_url()):
        page = window.go(address)
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        expect(focused).to_have_text("Skip to main content")
        expect(focused).to_be_visible()
        for _ in range(12):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.getAttribute('type')") == "search":
                break
        assert page.evaluate("document.activeElement.getAttribute('name')") == "q"
        page.keyboard.type("salmon")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=salmon*")
    # The skip link does what it says
    page = window.go("/quality")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main-content"
