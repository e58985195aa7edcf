"""`/quality` and what lies below it: figures, lists of what to mend, tables, frozen quarters."""

import csv
import datetime
import io
import re
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.actions import quality, rollups
from catalogue.enums import LinkState, Visibility
from catalogue.models import LinkCheck, QualityDay, QualityRollup, QualitySnapshot
from catalogue.quality.figures import CriterionCounts, Figures
from catalogue.quality.score import RULES, RULES_VERSION
from publishers.models import Publisher
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory, officer
from tests.integration.pages.test_pages import page, text_of

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def rivers() -> Publisher:
    """A publisher of six datasets of which one has a broken link, and a small one below it."""
    agency = PublisherFactory(title="Rivers Agency", slug="rivers-agency")
    for number in range(6):
        dataset(
            agency,
            title=f"Salmon counted in river {number}",
            topic_id="environment",
            licence_id="uk-ogl",
            resources=(csv_file(f"https://rivers.example/{number}.csv"),),
        )
    LinkCheck.objects.update(state=LinkState.OK, checked_at=timezone.now())
    broken = LinkCheck.objects.filter(resource__url="https://rivers.example/3.csv")
    broken.update(state=LinkState.GONE, failing_since=timezone.now())
    dataset(PublisherFactory(title="Weir Board", slug="weir-board", parent=agency), title="Weirs of the Tweed")
    dataset(agency, title="Secret salmon", visibility=Visibility.PUBLISHER)
    quality.rescore(None, now=timezone.now())
    rollups.refresh(now=timezone.now())
    return agency


ADDRESSES = (
    *("/", "/publishers", "/topics", "/publisher/rivers-agency", "/quality", "/quality/publishers"),
    *("/quality/publishers/rivers-agency", "/quality/topics", "/quality/topics/environment"),
    *("/quality/criteria/links", "/quality/criteria/links?publisher=rivers-agency", "/quality/method"),
    "/quality/snapshots",
)

#: Queries of each page, however many rows there are.
QUERIES = {
    "/": 6,
    "/publishers": 2,
    "/topics": 2,
    "/publisher/rivers-agency": 6,
    "/quality": 4,
    "/quality/publishers": 3,
    "/quality/publishers/rivers-agency": 6,
    "/quality/topics": 3,
    "/quality/topics/environment": 5,
    "/quality/criteria/links": 3,
    "/quality/criteria/links?publisher=rivers-agency": 4,
    "/quality/method": 0,
    "/quality/snapshots": 1,
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_read_rolled_up_rows_in_few_queries(rivers, django_assert_num_queries, address):
    with django_assert_num_queries(QUERIES[address]):
        page(address)
    for number in range(3):
        dataset(PublisherFactory(parent=rivers), title=f"More of them {number}", topic_id="health")
    rollups.refresh(now=timezone.now() + DAY)
    with django_assert_num_queries(QUERIES[address]):
        page(address)


def test_the_overview_shows_three_scores_bands_criteria_and_when(rivers):
    text = text_of(page("/quality"))
    assert re.search(r"\d+\.\d of 100 on average: \w+ \d+ of 405 in the European score", text)
    assert "7 datasets 83% of 6 checked links work, 1 is broken" in text
    assert re.search(r"Figures as of \d+ \w+ \d{4} at [\d:]+[ap]m\. Only what anybody may see is counted\.", text)
    assert "Links work Accuracy 20 71% 2 0" in text
    assert "No quarter has ended since scoring began here" in text
    assert "3 stars 5 71%" in text


def test_figures_of_one_publisher_with_and_without_the_bodies_below_it(rivers):
    text = text_of(page("/quality/publishers/rivers-agency"))
    assert "6 datasets 83% of 6 checked links work" in text
    assert "With the bodies below it: 7 datasets" in text
    assert 'href="/quality/criteria/links?publisher=rivers-agency"' in page("/quality/publishers/rivers-agency")
    assert "With the bodies below it" not in text_of(page("/quality/publishers/weir-board"))


def test_the_league_table_ranks_those_that_are_big_enough(rivers):
    text = text_of(page("/quality/publishers"))
    assert "1 publisher with at least 5 scored datasets is ranked" in text
    assert "1 smaller one follows without a rank" in text
    assert re.search(
        r"1 Rivers Agency 6 [\d.]+ \w+ \d+ [\d.]+ 1 of 6 – Weir Board 1 [\d.]+ \w+ \d+ 0\.0 Not checked", text
    )
    assert "Rivers Agency 7" in text_of(page("/quality/publishers?with=below"))


def test_the_league_table_as_csv(rivers):
    response = Client().get("/quality/publishers.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    table = list(csv.DictReader(io.StringIO(b"".join(response).decode("utf-8-sig"))))
    assert [(row["rank"], row["publisher"], row["datasets"], row["links broken"]) for row in table] == [
        ("1", "Rivers Agency", "6", "1"),
        ("", "Weir Board", "1", "0"),
    ]
    assert table[0]["links: % met"] == "83.3"
    assert table[1]["links: % met"] == "0.0"


def test_a_title_that_looks_like_a_formula_is_none_in_the_csv():
    dataset(PublisherFactory(title="=SUM(1)"))
    rollups.refresh(now=timezone.now())
    assert b"'=SUM(1)" in b"".join(Client().get("/quality/publishers.csv"))


def test_a_criterion_lists_what_lacks_it_and_why(rivers):
    text = text_of(page("/quality/criteria/links"))
    assert "5 of the 7 datasets about which we know meet it (71%); 2 do not." in text
    assert "2 datasets lack it, wholly or in part" in text
    assert "The only checked link doesn’t work: “The file”" in text.replace("'", "’").replace("&#39;", "’")
    assert text.index("Weirs of the Tweed") < text.index("Salmon counted in river 3")
    assert "Secret salmon" not in text
    narrowed = text_of(page("/quality/criteria/links?publisher=weir-board"))
    assert "Weirs of the Tweed" in narrowed
    assert "river 3" not in narrowed
    assert "1 dataset lacks it" in narrowed


def test_the_list_of_a_criterion_is_read_to_its_end_page_by_page(rivers):
    """Sixty entries of which many score alike: each is listed once, the worst first."""
    for number in range(60):
        dataset(rivers, title=f"Weir {number}", description="Short." * (number % 3))
    rollups.refresh(now=timezone.now())
    found, address = [], "/quality/criteria/contact?publisher=rivers-agency"
    while address:
        html = page(address)
        found += re.findall(r'href="/dataset/[^"]+/([^"/#]+)#criterion-contact"', html)
        onward = re.search(r'href="([^"]+)" rel="next"', html)
        address = unescape(onward[1]) if onward else ""
    lacking = rivers.datasets.public().filter(quality__marks__contains=["contact:unmet"])
    assert found == list(lacking.order_by("quality__score", "id").values_list("name", flat=True))
    assert len(found) == 66
    assert 'href="/quality/criteria/contact?publisher=rivers-agency">' in html
    assert text_of(page("/quality/criteria/contact?after=nonsense")) == text_of(page("/quality/criteria/contact"))


@pytest.mark.parametrize(
    "address",
    [
        "/quality/criteria/nothing",
        "/quality/criteria/links?publisher=nobody",
        "/quality/criteria/links?topic=none",
        "/quality/publishers/nobody",
        "/quality/topics/none",
        "/quality/snapshots/2026-Q3.csv",
    ],
)
def test_what_is_not_there_is_not_found(address):
    assert Client().get(address).status_code == 404


def test_every_criterion_has_its_page_and_every_dimension_says_what_it_can_not_see():
    for rule in RULES:
        assert rule.title in text_of(page(f"/quality/criteria/{rule.key}"))
    text = text_of(page("/quality/method"))
    for words in ("Accuracy", "Completeness", "Uniqueness", "Consistency", "Timeliness", "Validity"):
        assert words in text
    assert "Whether the figures in the data are right. Nobody can tell" in text


def test_trend_and_what_changed_since_last_quarter(rivers):
    now = timezone.now()
    day = QualityDay.objects.get(scope="whole")
    standing = Figures.from_json(day.figures)
    earlier = Figures.from_json(
        standing.to_json() | {"score_sum": standing.score_sum - 70, "criteria": {"links": [2, 0, 5, 0]}}
    )
    then = (now - 100 * DAY).date()
    QualityDay.objects.create(scope="whole", day=then, rules_version=RULES_VERSION, figures=earlier.to_json())
    assert earlier.of("links") == CriterionCounts(met=2, unmet=5)
    rollups.refresh(now=now + DAY)
    html = page("/quality")
    text = text_of(html)
    assert '<polyline class="app-chart__line" points="34.0,' in html
    assert "style=" not in html
    assert re.search(r"the average score is [\d.]+: up 10\.0 points", text)
    assert "Links work 28.6% 71.4% up 42.9 +8.57" in text
    assert "The figures behind the chart" in text
    frozen = text_of(page("/quality/snapshots"))
    assert QualitySnapshot.objects.order_by("-number")[0].digest in frozen
    assert "all of them are what was frozen" in frozen
    quarter = QualitySnapshot.objects.latest("number").quarter
    table = b"".join(Client().get(f"/quality/snapshots/{quarter}.csv")).decode("utf-8-sig")
    assert table.splitlines()[1].startswith("1,whole,,The whole catalogue,")


def test_while_entries_wait_for_new_rules_the_pages_say_so(rivers):
    QualityRollup.objects.filter(scope="whole").update(
        figures={**QualityRollup.objects.get(scope="whole").figures, "outdated": 4}
    )
    assert "4 datasets wait to be scored anew" in text_of(page("/quality"))


def test_an_entry_explains_its_three_scores_with_evidence_and_leads_an_officer_to_the_field(rivers):
    entry = rivers.datasets.get(title="Salmon counted in river 3")
    html = page(entry.get_absolute_url())
    text = text_of(html)
    file = entry.resources.get()
    assert "Mend or remove the broken link." in text
    assert f'<a class="govuk-link" href="#link-{file.id}">The file</a>' in html
    assert f'id="link-{file.id}"' in html
    assert re.search(r"\+\d+ points ?, to \d+", text)
    assert "0 stars of 5: not open, or not to be had." in text
    assert re.search(r"\d+ of 405 points: \w+, as data.europa.eu counts them", text)
    assert "Mend this now" not in text
    client = Client()
    client.force_login(officer(rivers))
    mine = client.get(entry.get_absolute_url()).content.decode()
    assert f'href="/admin/catalogue/dataset/{entry.id}/change/#id_resources-0-url"' in mine
    assert f'href="/admin/catalogue/dataset/{entry.id}/change/#id_description"' in mine
    form = client.get(f"/admin/catalogue/dataset/{entry.id}/change/").content.decode()
    assert 'href="#id_description"' in form
    assert 'id="id_description"' in form
    assert 'id="id_resources-0-url"' in form


def test_the_api_gives_roll_ups_history_snapshots_and_each_entry(rivers):
    client = Client()
    whole = client.get("/api/v1/quality").json()
    assert (whole["datasets"], whole["links"]) == (7, {"listed": 6, "checked": 6, "working": 5, "broken": 1})
    table = client.get("/api/v1/quality/publishers").json()
    assert [(row["slug"], row["rank"], row["datasets"]) for row in table["results"]] == [
        ("rivers-agency", 1, 6),
        ("weir-board", None, 1),
    ]
    assert client.get("/api/v1/quality/publishers?with=below").json()["results"][0]["datasets"] == 7
    assert client.get("/api/v1/quality/publishers?with=above").status_code == 400
    assert [row["slug"] for row in client.get("/api/v1/quality/topics").json()["results"]] == ["environment"]
    history = client.get("/api/v1/quality/history?publisher=rivers-agency").json()
    assert [row["datasets"] for row in history["results"]] == [6]
    assert client.get("/api/v1/quality/history?topic=none").status_code == 400
    assert client.get("/api/v1/quality/snapshots").json() == {"count": 0, "results": []}
    rollups.refresh(now=timezone.now() + 100 * DAY)
    quarters = client.get("/api/v1/quality/snapshots").json()["results"]
    rows = client.get(f"/api/v1/quality/snapshots/{quarters[-1]['quarter']}").json()["results"]
    assert rows[-1]["digest"] == quarters[-1]["digest"]
    assert rows[0]["figures"]["datasets"] == 7
    entry = rivers.datasets.get(title="Salmon counted in river 3")
    report = client.get(f"/api/v1/datasets/{entry.id}/quality").json()
    assert report["stars"]["stars"] == 0
    assert report["mqa"]["points"] == sum(indicator["points"] for indicator in report["mqa"]["indicators"])
    steps = report["fix_first"]
    assert steps[-1]["score_after"] == 100
    assert report["score"] + sum(step["gain"] for step in steps) == 100
    link = next(step for step in steps if step["key"] == "links")
    assert link["evidence"][0]["link"] == "gone"
