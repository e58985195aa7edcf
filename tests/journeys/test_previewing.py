"""From an entry's page into its file: sorted, filtered, paged, downloaded, drawn; without scripts, and on a phone."""

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from catalogue.models import Dataset
from files.actions import run
from tests.journeys.conftest import PHONE, Visit
from tests.servers.faulty import FaultyServer
from tests.servers.replies import file

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

RIVERS = ("Tweed", "Tay", "Spey", "Dee")
ROWS = [(RIVERS[n % 4], f"{1 + n % 28:02}/{1 + n % 12:02}/2024", 1000 - 7 * n, 55 + n / 100, -3.5) for n in range(120)]


@pytest.fixture
def entry(harvested: FaultyServer) -> Dataset:
    """Looked into before the browser starts."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([("River", "Day", "Salmon", "Latitude", "Longitude"), *ROWS])
    harvested.replies["/salmon.csv"] = file(out.getvalue().encode())
    run.profile_due(now=timezone.now)
    return Dataset.objects.get(title="Salmon counts by river and year")


def column(page: Page, place: int) -> list[str]:
    return page.locator(f".app-data tbody tr td:nth-of-type({place})").all_inner_texts()


def downloaded(visit: Visit, link: Locator, folder: Path) -> Path:
    with visit.page.expect_download() as download:
        link.click()
    target = folder / download.value.suggested_filename
    download.value.save_as(target)
    return target


def test_rows_are_sorted_filtered_paged_and_taken_home_without_scripts(entry, visit, tmp_path):
    window = visit(javascript=False)
    page = window.go(entry.get_absolute_url())
    page.get_by_role("link", name="Preview").first.click()
    expect(page.get_by_text("120 rows, page 1 of 3")).to_be_visible()
    assert column(page, 3)[:2] == ["1000", "993"]

    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("120 rows, page 2 of 3")).to_be_visible()
    page.get_by_role("link", name="Salmon", exact=True).click()
    expect(page.get_by_text("120 rows, page 1 of 3")).to_be_visible()
    assert column(page, 3)[:2] == ["167", "174"]

    page.get_by_label("Only where").select_option("River")
    page.get_by_label("How to compare").select_option("is")
    page.get_by_label("Value").fill("Tay")
    page.get_by_role("button", name="Show rows").click()
    expect(page.get_by_text("30 rows of 120")).to_be_visible()
    assert (set(column(page, 1)), column(page, 3)[0]) == ({"Tay"}, "181")

    chosen = sorted((row for row in ROWS if row[0] == "Tay"), key=lambda row: row[2])
    taken = downloaded(window, page.get_by_role("link", name="CSV"), tmp_path)
    as_csv = list(csv.reader(taken.read_text().splitlines()))
    assert as_csv[1] == ["Tay", *map(str, chosen[0][1:4]), "-3.5"]
    assert len(as_csv) == 31
    as_json = json.loads(downloaded(window, page.get_by_role("link", name="JSON"), tmp_path).read_text())
    assert [row["salmon"] for row in as_json] == [row[2] for row in chosen]
    whole = downloaded(window, page.get_by_role("link", name="Parquet"), tmp_path)
    assert duckdb.sql(f"SELECT count(*) FROM '{whole}'").fetchall() == [(120,)]

    page.get_by_role("link", name="Remove this filter").click()
    expect(page.get_by_text("120 rows, page 1 of 3")).to_be_visible()
    page.get_by_role("link", name="Back to Salmon counts").click()
    expect(page.get_by_role("heading", name="Salmon counts by river and year")).to_be_visible()


def test_no_view_of_a_file_has_anything_for_axe_to_find_wide_or_narrow(entry, visit):
    address = f"{entry.get_absolute_url()}/datafile/{entry.resources.get().id}/preview"
    for window in (visit(), visit(viewport=PHONE)):
        for view in ("table", "columns", "chart", "map", "checks"):
            page = window.go(f"{address}?view={view}")
            found = Axe().run(page).response["violations"]
            assert [(view, one["id"]) for one in found] == []
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), view
    page = window.go(f"{address}?view=map")
    expect(page.locator("#map .leaflet-interactive").first).to_be_visible()
