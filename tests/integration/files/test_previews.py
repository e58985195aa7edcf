"""The preview page, its downloads and the rows API, on a real file."""

import csv
import io
import json
import re

import pytest

from catalogue.enums import Visibility
from files.models import ResourceFile
from files.views.preview import address
from tests.integration.files.conftest import PAYMENTS

pytestmark = pytest.mark.django_db

PLACES = "Name,Latitude,Longitude\nLeeds,53.80,-1.55\nYork,53.96,-1.08\nHull,53.74,-0.33\n"


def cells(html: str) -> list[list[str]]:
    body = html.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [row for row in body.split("<tr>") if "<td" in row]
    return [[text.strip() for text in re.findall(r"<td[^>]*>(.*?)</td>", row)] for row in rows]


def test_a_table_is_shown_as_published_and_sorts_and_filters_by_value(stored, client):
    page = address(stored(PAYMENTS))
    shown = client.get(page)
    assert shown.status_code == 200
    assert [row[2] for row in cells(shown.text)] == ["1,200.50", "900.00", "12,000.00", ".."]
    assert [row[2] for row in cells(client.get(page, {"sort": "-amount"}).text)] == [
        *("12,000.00", "1,200.50", "900.00", ".."),
    ]
    found = client.get(page, {"column": "amount", "operator": "gte", "value": "1200"})
    assert [row[0] for row in cells(found.text)] == ["Acme Ltd", "Acme Ltd"]
    assert [row[0] for row in cells(client.get(page, {"q": "bell"}).text)] == ["Bell &amp; Sons"]


def test_a_filter_that_cannot_be_meant_is_explained_and_left_out(stored, client):
    page = address(stored(PAYMENTS))
    shown = client.get(page, {"filter": "amount:gte:lots"})
    assert "“Amount” holds numbers; “lots” is none." in shown.text
    assert len(cells(shown.text)) == 4


def test_pages_of_a_long_table_follow_one_another(stored, client):
    rows = "".join(f"{n},{n * n}\n" for n in range(1, 121))
    page = address(stored("Number,Square\n" + rows))
    last = client.get(page, {"page": "3"})
    assert [row[0] for row in cells(last.text)] == [str(n) for n in range(101, 121)]
    assert "page 3 of 3" in last.text


@pytest.mark.parametrize("view", ["table", "columns", "chart", "checks", "map"])
def test_no_view_of_a_preview_makes_more_than_a_few_queries(stored, client, view, django_assert_max_num_queries):
    page = address(stored(PLACES))
    with django_assert_max_num_queries(6):
        assert client.get(page, {"view": view}).status_code == 200


def test_a_pair_of_columns_gives_a_chart_with_its_table(stored, client):
    page = address(stored(PAYMENTS))
    shown = client.get(page, {"view": "chart"}).text
    assert "Total of “Amount” by “Date paid”" in shown
    assert '<polyline points="' in shown
    assert '<th scope="row">2024-04-01</th><td class="app-number">1,200.5</td>' in shown.replace("1,200", "1,200", 1)


def test_places_are_drawn_and_given_as_geojson(stored, client):
    page = address(stored(PLACES))
    shown = client.get(page, {"view": "map"}).text
    assert shown.count("<circle") == 3
    outline = client.get(page.replace("/preview", "/download.geojson")).json()
    assert [feature["geometry"]["coordinates"] for feature in outline["features"]] == [
        [-1.55, 53.8],
        [-1.08, 53.96],
        [-0.33, 53.74],
    ]


def test_downloads_carry_the_filter_and_every_format_tells_the_same(stored, client):
    base = address(stored(PAYMENTS)).replace("/preview", "/download")
    answer = client.get(f"{base}.csv", {"filter": "supplier:eq:Acme Ltd", "sort": "-amount"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert rows == [
        ["Supplier", "Date paid", "Amount", "Postcode", "Paid"],
        ["Acme Ltd", "30/04/2024", "12,000.00", "LS1 4AP", "Yes"],
        ["Acme Ltd", "01/04/2024", "1,200.50", "LS1 4AP", "Yes"],
    ]
    records = json.loads(b"".join(client.get(f"{base}.json").streaming_content))
    assert records[0] == {
        "supplier": "Acme Ltd",
        "date_paid": "2024-04-01",
        "amount": 1200.5,
        "postcode": "LS1 4AP",
        "paid": True,
    }
    assert records[3]["amount"] == ".."
    assert b"".join(client.get(f"{base}.parquet").streaming_content)[:4] == b"PAR1"


def test_a_file_without_a_table_says_why(stored, client):
    resource = stored("Only a sentence, and no more.")
    shown = client.get(address(resource))
    assert shown.status_code == 200
    assert "It is text without rows and columns." in shown.text


def test_a_stale_name_leads_to_the_right_one(stored, client):
    resource = stored(PAYMENTS)
    stale = f"/dataset/{resource.dataset_id}/old-name/datafile/{resource.id}/preview?sort=amount"
    answer = client.get(stale)
    assert (answer.status_code, answer["Location"]) == (301, f"{address(resource)}?sort=amount")


def test_the_dataset_page_leads_to_the_preview(stored, client):
    resource = stored(PAYMENTS)
    shown = client.get(resource.dataset.get_absolute_url())
    assert f'href="{address(resource)}"' in shown.text


def test_what_the_public_may_not_see_has_no_preview_rows_or_download(stored, client):
    resource = stored(PAYMENTS, visibility=Visibility.PUBLISHER)
    page = address(resource)
    assert ResourceFile.objects.get().tables.count() == 1
    for url in (
        page,
        page.replace("/preview", "/download.csv"),
        page.replace("/preview", "/download.parquet"),
        f"/api/v1/resources/{resource.id}/rows",
        f"/api/v1/resources/{resource.id}/profile",
    ):
        assert client.get(url).status_code == 404, url
