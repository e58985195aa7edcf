"""Looking at a page as a judge of it does: what axe-core finds, what is too wide, what the keyboard can't do."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys.keyboard import walked


def looked_at(page: Page) -> dict[str, list[str]]:
    """What axe-core finds wrong with the page as it stands."""
    # Without `preload`: it would put stylesheets anew into the page, which our policy forbids and the browser tells of
    found = Axe().run(page, options={"preload": False}).response["violations"]
    return {page.url: [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]} if found else {}


def gone_through(page: Page) -> dict[str, list[str]]:
    """The same, with what is too wide and what stops somebody who has a keyboard alone."""
    page.wait_for_load_state("networkidle")  # what scripts bring is there: nothing comes or goes on the way
    found = [*looked_at(page).get(page.url, []), *(f"wide: {one}" for one in wider_than_the_window(page))]
    found += walked(page)
    return {page.url: found} if found else {}


def wider_than_the_window(page: Page) -> list[str]:
    """What sticks out to the right, if anything can be scrolled to."""
    return page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= width) return [];
            return [...document.querySelectorAll("body *")]
                .filter((element) => element.getBoundingClientRect().right > width + 1)
                .slice(0, 5)
                .map((element) => element.outerHTML.slice(0, 120));
        }"""
    )
