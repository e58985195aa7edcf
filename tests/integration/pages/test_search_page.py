"""Narrowing a search by where and when, what its page says when nothing is found, and its results in other formats."""

import csv
import datetime
import io
import re
from collections.abc import Callable
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publishers.models import Publisher, PublisherName
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory
from tests.integration.pages.test_pages import page, text_of

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


def titles_on(html: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", title) for title in re.findall(r'app-result__title"><a[^>]*>(.*?)</a>', html)]


@pytest.fixture
def catalogue(index: Callable[[], None]) -> None:
    leeds = PublisherFactory(title="Leeds City Council", slug="leeds-council")
    ministry = PublisherFactory(title="Ministry of Roads", slug="roads")
    agency = PublisherFactory(title="Kerb Agency", slug="kerbs", parent=ministry)
    dataset(leeds, title="Bus lanes", temporal_start=datetime.date(2019, 1, 1), temporal_end=datetime.date(2020, 3, 31))
    dataset(
        ministry, title="Road lengths of every county", places=("England",), west=-6.2, south=49.9, east=2.1, north=55.8
    )
    dataset(agency, title="Kerbs of Kent", tags=("=kerbs",), resources=(csv_file(),))
    index()


def test_a_place_brings_what_is_filed_under_it_and_then_what_covers_it(catalogue: None) -> None:
    assert titles_on(page("/search?area=leeds")) == ["Bus lanes", "Road lengths of every county"]
    assert titles_on(page("/search?area=Kent")) == ["Kerbs of Kent", "Road lengths of every county"]
    assert titles_on(page("/search?area=Cardiff")) == []


def test_a_place_with_several_meanings_offers_the_others(catalogue: None) -> None:
    html = page("/search?area=durham")
    assert "Area: County Durham" in text_of(html)
    assert '<a class="govuk-link" href="/search?area=PC-DH">Durham, postcode area</a>' in html


def test_a_box_brings_what_lies_in_it_and_stands_on_the_map(catalogue: None) -> None:
    html = page("/search?bbox=-1.8,53.7,-1.3,53.9")
    # What says no box of its own has that of the place it is filed under
    assert titles_on(html) == ["Bus lanes", "Road lengths of every county"]
    assert re.search(r'<rect class="app-map__area" x="[\d.]+" y="[\d.]+" width="[\d.]+" height="[\d.]+"/>', html)


@pytest.mark.parametrize(
    ("address", "titles"),
    [
        ("covers_from=2019&covers_to=2019", ["Bus lanes"]),
        ("covers_from=April+2020", []),
        ("covers_to=31/12/2018", []),
        ("updated_from=2000", ["Bus lanes", "Kerbs of Kent", "Road lengths of every county"]),
        ("updated_to=1999", []),
    ],
)
def test_time_is_asked_for_as_people_write_it(catalogue: None, address: str, titles: list[str]) -> None:
    html = page(f"/search?{address}")
    assert sorted(titles_on(html)) == titles


def test_results_stand_by_title_where_that_is_asked_for_and_stay_so_while_they_are_narrowed(catalogue: None) -> None:
    html = page("/search?sort=title")
    assert titles_on(html) == ["Bus lanes", "Kerbs of Kent", "Road lengths of every county"]
    assert '<strong aria-current="true">Title</strong>' in html
    assert '<a class="govuk-link" href="/search?sort=recent">Most recent</a>' in html
    assert '<input type="hidden" name="sort" value="title">' in html
    assert (
        '<link rel="alternate" href="/search.atom" type="application/atom+xml" title="Results, newest first">' in html
    )
    rows = list(csv.DictReader(io.StringIO(Client().get("/search.csv?sort=title").content.decode("utf-8-sig"))))
    assert [row["Title"] for row in rows] == titles_on(html)


def test_what_was_typed_stays_in_its_field_and_each_limit_can_be_let_go_of(catalogue: None) -> None:
    html = page("/search?covers_from=March+2019&area=leeds&filters[publisher]=leeds-council")
    assert 'name="covers_from" value="March 2019"' in html
    assert re.findall(
        r'app-chip" href="([^"]+)"><span class="govuk-visually-hidden">Remove filter </span>([^<]+)', html
    ) == [
        ("/search?filters%5Bpublisher%5D=leeds-council&amp;covers_from=2019-03-01", "Area: Leeds"),
        ("/search?filters%5Bpublisher%5D=leeds-council&amp;area=E08000035", "Covers from 1 March 2019"),
        ("/search?area=E08000035&amp;covers_from=2019-03-01", "Publisher: Leeds City Council"),
    ]


def test_what_cannot_be_meant_is_told_beside_its_field_and_at_the_top(catalogue: None) -> None:
    html = page("/search?area=Atlantis&updated_from=yesterday&bbox=1,2")
    assert "<title>Error: Search" in html
    assert re.findall(r'<li><a href="#(\w+)">', html) == ["area", "bbox", "updated_from"]
    assert 'id="area-error"' in html
    assert 'value="Atlantis" autocomplete="off" spellcheck="false" aria-describedby="area-hint area-error"' in html


def test_nothing_found_says_what_to_loosen_with_how_much_that_finds_and_whom_to_ask(catalogue: None) -> None:
    html = page("/search?q=kerbs&filters[publisher]=leeds-council&covers_from=2019")
    text = text_of(html)
    assert "No datasets match your search" in text
    assert "1 dataset without any filter" in text
    assert 'ask <a class="govuk-link" href="/publisher/leeds-council">' in html
    assert "freedom of information" in text
    one = text_of(page("/search?q=kerbs&filters[publisher]=leeds-council"))
    assert "1 dataset with any publisher" in one
    assert "without any filter" not in one  # it is the same


def test_all_publishers_of_a_search_stand_in_their_tree(catalogue: None) -> None:
    html = page("/search/filters/publisher")
    rows = re.findall(r'app-values__row--(\d)"><label class="app-option"><input[^>]*value="([^"]+)"', html)
    assert rows == [("0", "leeds-council"), ("0", "roads"), ("1", "kerbs")]
    assert "Ministry of Roads , 2 datasets" in text_of(html)
    found = page("/search/filters/publisher?find=kerb&q=kent&area=kent")
    assert re.findall(r'type="checkbox"[^>]*value="([^"]+)"', found) == ["kerbs"]
    assert '<input type="hidden" name="area" value="E10000016">' in found


def test_there_is_no_page_for_a_filter_that_there_is_not(catalogue: None) -> None:
    assert Client().get("/search/filters/shoe-size").status_code == 404


def test_the_page_leads_to_its_results_in_other_formats(catalogue: None) -> None:
    html = page("/search?q=kerbs")
    links = re.findall(r'<link rel="alternate" href="([^"]+)" type="([^"]+)"', html)
    assert links == [
        ("/search.atom?q=kerbs", "application/atom+xml"),
        ("/search.csv?q=kerbs", "text/csv"),
        ("/search.json?q=kerbs", "application/json"),
    ]
    assert "/api/v1/search?q=kerbs</code>" in html


def test_atom_has_the_newest_first_and_who_published_them(catalogue: None) -> None:
    response = Client().get("/search.atom?q=kerbs")
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.content)
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Kerbs of Kent"]
    assert entries[0].findtext(f"{ATOM}author/{ATOM}name") == "Kerb Agency"


def test_csv_has_a_row_for_each_and_nothing_that_a_spreadsheet_would_run(catalogue: None) -> None:
    response = Client().get("/search.csv?q=kerbs")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [(row["Title"], row["Publisher"], row["Formats"], row["Tags"]) for row in rows] == [
        ("Kerbs of Kent", "Kerb Agency", "CSV", "'=kerbs")
    ]


def test_json_is_what_the_api_answers(catalogue: None) -> None:
    theirs = Client().get("/api/v1/search?q=kerbs&area=kent&page_size=100").json()
    assert Client().get("/search.json?q=kerbs&area=kent").json() == theirs
    assert [result["title"] for result in theirs["results"]] == ["Kerbs of Kent"]


def test_a_program_is_told_what_it_wrote_wrong(catalogue: None) -> None:
    response = Client().get("/search.csv?covers_to=never")
    assert (response.status_code, response.content.decode()) == (
        400,
        "covers_to: Give a day, month or year: 31/3/2019, March 2019 or 2019.\n",
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["q", "area", "bbox", "covers_from", "updated_to", "page", "sort", "filters[place]", "find"]),
        st.text(max_size=60),
    )
)
def test_no_address_makes_the_pages_fail(catalogue: None, query: dict[str, str]) -> None:
    for path in ("/search", "/search/filters/place", "/search.csv"):
        assert Client().get(path, query).status_code in (200, 302, 400)


def test_the_front_page_leads_to_what_there_is_most_of(catalogue: None) -> None:
    text = text_of(page("/"))
    assert "Publishers with most data Ministry of Roads 2 datasets" in text
    assert "Kerb Agency 1 dataset" in text
    assert "CSV 1" in text
    assert "Often tagged: =kerbs" in text


def test_a_publisher_is_searched_with_the_bodies_below_it(catalogue: None) -> None:
    html = page("/publisher/roads")
    assert "Search its 2 datasets, those of bodies below it included" in text_of(html)
    assert 'href="/search?filters%5Bpublisher%5D=roads&amp;filters%5Bformat%5D=CSV">CSV <span' in html
    assert '<link rel="alternate" href="/search.atom?filters[publisher]=roads"' in html.replace("%5B", "[").replace(
        "%5D", "]"
    )


def test_publishers_as_a_tree_count_what_is_below_them(catalogue: None) -> None:
    text = text_of(page("/publishers?view=tree"))
    assert "Leeds City Council 1 dataset Ministry of Roads 2 datasets Kerb Agency 1 dataset" in text


@pytest.mark.parametrize(
    "query",
    [
        {"filters[publisher]": "leeds-corporation"},
        {"filters[publisher]": ["leeds-corporation", "leeds-council"]},
        {"q": "publisher:leeds-corporation"},
        {"q": 'bus publisher:"Leeds-Corporation"'},
    ],
)
def test_a_publisher_is_found_by_the_name_that_it_once_had(catalogue: None, query: dict[str, str | list[str]]) -> None:
    PublisherName.objects.create(slug="leeds-corporation", publisher=Publisher.objects.get(slug="leeds-council"))
    address = f"/search?{urlencode(query, doseq=True)}"
    html = page(address)
    assert titles_on(html) == ["Bus lanes"]
    assert "leeds-corporation" not in html
    for other in ("/search.json", "/api/v1/search"):
        assert [hit["title"] for hit in Client().get(other, query).json()["results"]] == ["Bus lanes"]


def test_values_of_one_facet_stay_comparable_when_some_are_chosen(catalogue: None) -> None:
    def counts(**filters: str | list[str]) -> dict[str, tuple[int, bool]]:
        facets = Client().get("/api/v1/search", {f"filters[{name}]": value for name, value in filters.items()}).json()
        return {each["value"]: (each["count"], each["selected"]) for each in facets["facets"]["publisher"]}

    # A parent counts its children; what else is chosen narrows, the facet's own values don't
    assert counts() == {"roads": (2, False), "kerbs": (1, False), "leeds-council": (1, False)}
    assert counts(publisher="kerbs") == {"kerbs": (1, True), "roads": (2, False), "leeds-council": (1, False)}
    assert counts(publisher=["kerbs", "leeds-council"], format="CSV") == {
        "kerbs": (1, True),
        "roads": (1, False),
        "leeds-council": (0, True),
    }
