"""What a search finds, in which order, and what its results say."""

import datetime

import pytest

from catalogue.enums import Access
from catalogue.models import Licence, QualityReport, Topic
from catalogue.search.facets import FacetCount
from catalogue.search.query import SearchRequest, SearchUnavailable, search
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory
from tests.integration.search.waiting import found, index_now, titles

pytestmark = pytest.mark.django_db


def test_without_an_index_search_says_that_it_is_being_prepared() -> None:
    with pytest.raises(SearchUnavailable, match=r"^Search is being prepared\. Try again in a minute\.$"):
        found("anything")


def test_words_are_found_whatever_their_case_accents_and_endings() -> None:
    dataset(title="Flooding in Córdoba")
    index_now()
    assert titles("FLOODS cordoba") == ["Flooding in Córdoba"]


def test_every_part_of_an_entry_can_be_found() -> None:
    ministry = PublisherFactory(title="Ministry of Ships", abbreviation="MoS")
    topic = Topic.objects.get_or_create(slug="transport", defaults={"title": "Transport"})[0]
    dataset(
        PublisherFactory(title="Lighthouse Board", parent=ministry),
        title="Beacons",
        description="Where the **lamps** burn.",
        tags=("navigation",),
        places=("Bishop Rock",),
        identifiers=("doi:10.5555/12345678",),
        translations={"cy": {"title": "Goleudai", "description": "Lle mae'r lampau"}},
        topic_id=topic.slug,
        resources=(csv_file(title="Foghorn register"),),
    )
    index_now()
    for words in (
        *("beacons", "lamps", "navigation", "bishop rock", "12345678", "goleudai", "transport", "foghorn", "csv"),
        *("lighthouse board", "ministry of ships"),
    ):
        assert titles(words) == ["Beacons"], words


def test_an_entry_with_every_word_comes_before_those_with_some() -> None:
    dataset(title="River levels", description="Levels of every river, river by river.")
    dataset(title="Flood warnings")
    dataset(title="Notices", description="Among much else, warnings of when a river may flood.")
    index_now()
    assert titles("river flood warnings")[0] == "Notices"
    assert set(titles("river flood warnings")) == {"Notices", "River levels", "Flood warnings"}


def test_a_title_that_is_just_what_was_typed_comes_first() -> None:
    dataset(title="Bus stops and bus routes", tags=("bus stops",), description="Bus stops. Bus stops. Bus stops.")
    dataset(title="Bus stops")
    dataset(title="All bus stops in the county", tags=("bus", "stops"))
    index_now()
    assert titles("bus stops")[0] == "Bus stops"


def test_a_word_counts_more_in_the_title_than_in_the_description() -> None:
    dataset(title="Schools", description="Every playground is listed too.")
    dataset(title="Playgrounds", description="Every school is listed too.")
    index_now()
    assert titles("playground") == ["Playgrounds", "Schools"]


@pytest.mark.parametrize("typed", ["libary", "libraary", "lbirary", "librqry"])
def test_one_slip_of_the_finger_still_finds(typed: str) -> None:
    dataset(title="Library loans")
    dataset(title="Museum visits")
    index_now()
    page = found(f"{typed} loans")
    assert [hit.title for hit in page.hits] == ["Library loans"]
    assert page.corrected == (typed,)
    assert str(page.hits[0].title_html) == "<mark>Library</mark> <mark>loans</mark>"


def test_half_a_last_word_finds_what_begins_so() -> None:
    dataset(title="Transport statistics")
    index_now()
    assert titles("statistics transp") == ["Transport statistics"]


def test_two_words_written_as_one_are_found() -> None:
    dataset(title="Fly-tipping incidents")
    index_now()
    assert titles("flytipping") == ["Fly-tipping incidents"]


def test_a_word_nobody_wrote_finds_nothing_and_is_named() -> None:
    dataset(title="Library loans")
    index_now()
    assert (found("zzgqx").total, found("zzgqx").hits, found("zzgqx").unknown) == (0, [], ("zzgqx",))
    assert titles("zzgqx library") == ["Library loans"]


def test_words_that_say_how_one_asks_are_left_out() -> None:
    dataset(title="Air quality readings")
    dataset(title="Where can I find what there is")
    index_now()
    assert titles("where can I find data on air quality?") == ["Air quality readings"]


def test_a_quoted_phrase_must_stand_together() -> None:
    dataset(title="House of Commons")
    dataset(title="Commons near the house")
    dataset(title="House", tags=("of", "commons"))
    index_now()
    assert titles('"house of commons"') == ["House of Commons"]


def test_a_word_after_a_minus_must_not_be_there() -> None:
    dataset(title="Bus timetables")
    dataset(title="Bus stops")
    dataset(title="Train timetables")
    index_now()
    assert titles("bus -stops") == ["Bus timetables"]
    assert titles('-"bus stops" -train') == ["Bus timetables"]


def test_marks_show_what_was_found_and_nothing_written_there_becomes_markup() -> None:
    dataset(
        title="Floods <script>alert(1)</script>",
        description="Word " * 200 + 'then <b>flooding</b> & "risk" were mapped. ' + "Word " * 200,
    )
    index_now()
    hit = found("flood risk").hits[0]
    assert str(hit.title_html) == "<mark>Floods</mark> &lt;script&gt;alert(1)&lt;/script&gt;"
    assert "<mark>flooding</mark> &amp; &quot;<mark>risk</mark>&quot; were mapped." in str(hit.snippet_html)
    assert str(hit.snippet_html).startswith("… Word")
    assert str(hit.snippet_html).endswith("Word …")
    assert hit.why == "Matched in: title, description"
    assert hit.highlights == {"title": str(hit.title_html), "description": str(hit.snippet_html), "elsewhere": ""}


def test_words_that_only_tags_files_or_columns_have_are_shown_marked_there() -> None:
    dataset(
        title="Beacons",
        description="Where the lamps burn.",
        tags=("aids to navigation", "coast"),
        resources=(csv_file(title="Foghorn <b> register"), csv_file(url="https://data.example.gov.uk/2", title="Keys")),
    )
    index_now()
    hit = found("beacon navigation foghorn csv data").hits[0]
    assert hit.highlights == {
        "title": "<mark>Beacons</mark>",
        "description": "Where the lamps burn.",
        "elsewhere": "Tags: aids to <mark>navigation</mark>, coast."
        " Files: <mark>Foghorn</mark> &lt;b&gt; register · Keys",
    }
    assert found("lamps").hits[0].highlights["elsewhere"] == ""


def test_a_result_carries_what_its_card_shows() -> None:
    licence = Licence.objects.get_or_create(code="uk-ogl", defaults={"title": "OGL", "is_open": True})[0]
    topic = Topic.objects.get_or_create(slug="health", defaults={"title": "Health"})[0]
    publisher = PublisherFactory(slug="health-board", title="Health Board")
    stored = dataset(
        publisher,
        title="Waiting times",
        topic_id=topic.slug,
        licence_id=licence.code,
        access=Access.RESTRICTED,
        tags=("clinics",),
        modified=datetime.date(2024, 5, 6),
        resources=(csv_file(), csv_file(url="https://data.example.gov.uk/file.json", format="JSON")),
    )
    report = QualityReport.objects.get(dataset=stored)
    index_now()
    hit = found("clinics").hits[0]
    assert (hit.id, hit.name, hit.url) == (stored.id, "waiting-times", f"/dataset/{stored.id}/waiting-times")
    assert (hit.publisher_slug, hit.publisher_title) == ("health-board", "Health Board")
    assert (hit.topic, hit.licence_code, hit.access) == ("health", "uk-ogl", "restricted")
    assert (hit.formats, hit.tags, hit.updated_at) == (("CSV", "JSON"), ("clinics",), datetime.date(2024, 5, 6))
    assert (hit.quality_score, hit.quality_band) == (report.score, report.band)
    assert (hit.kind, hit.origin_id, hit.why) == ("dataset", "", "Matched in: tags")


def test_by_date_the_newest_come_first() -> None:
    for year in (2021, 2024, 2019):
        dataset(title=f"Budget {year}", modified=datetime.date(year, 4, 1))
    dataset(title="Budget of a year that can't be", modified=datetime.date(2999, 1, 1))
    index_now()
    page = search(SearchRequest(q="budget", sort="recent"))
    assert [hit.title for hit in page.hits] == [
        *("Budget of a year that can't be", "Budget 2024", "Budget 2021", "Budget 2019"),
    ]
    assert page.hits[0].updated_at == datetime.date(2999, 1, 1)


def test_by_date_entries_with_only_some_words_stay_away_while_any_has_all() -> None:
    dataset(title="Parking fines", modified=datetime.date(2020, 1, 1))
    dataset(title="Parking places", modified=datetime.date(2025, 1, 1))
    index_now()
    page = search(SearchRequest(q="parking fines", sort="recent"))
    assert ([hit.title for hit in page.hits], page.matching) == (["Parking fines"], "all")


def test_nothing_typed_finds_everything_newest_first() -> None:
    for year in (2021, 2024, 2019):
        dataset(title=f"Budget {year}", modified=datetime.date(year, 4, 1))
    index_now()
    assert titles() == ["Budget 2024", "Budget 2021", "Budget 2019"]
    assert found().hits[0].why == ""


def test_quality_decides_between_entries_that_match_alike() -> None:
    first, second = dataset(title="Potholes"), dataset(title="Potholes")
    QualityReport.objects.filter(dataset=first).update(score=20, band="poor")
    QualityReport.objects.filter(dataset=second).update(score=90, band="excellent")
    index_now()
    assert [hit.id for hit in found("potholes").hits] == [second.id, first.id]


def test_pages_neither_repeat_nor_skip_and_end() -> None:
    publisher = PublisherFactory()
    for number in range(23):
        dataset(publisher, title=f"Survey {number}")
    index_now()
    pages = [search(SearchRequest(q="survey", page=page, page_size=10)) for page in (1, 2, 3, 4)]
    assert [len(page.hits) for page in pages] == [10, 10, 3, 0]
    assert len({hit.id for page in pages for hit in page.hits}) == 23
    assert [(page.total, page.pages, page.is_capped) for page in pages] == [(23, 3, False)] * 4


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "(" * 3000,
            "NOT " * 500,
            '"',
            '""',
            '"the',
            "-",
            "--",
            '-"',
            "\x00",
            "a\x00b",
            "*",
            "title:x",
            "x^5",
            "~",
            "\\",
        ),
        *(
            "\ud800",
            "🦆",
            "ﬁ",
            "ß",
            "İ",
            "中文",
            "e\u0301",
            "a" * 5000,
            "a b " * 5000,
            '"' * 999,
            "'; DROP TABLE x; --",
        ),
        *(
            "\u202e",
            "ـ",
            "x" * 70,
            "AND",
            "OR",
            "[1 TO 2]",
            "{",
            "/.*/",
            "<script>",
            "the",
            '"the"',
            '"of the"',
            "-the",
        ),
        *(" ", "\n\t", "1", "2015/16", "PM2.5", "£500", "m&s", "C++", "a-b-c -d-e", "“curly quotes”"),
    ],
)
def test_nothing_that_anybody_types_can_raise(typed: str) -> None:
    dataset(title="A title", description="The text of it")
    index_now()
    page = search(SearchRequest(q=typed, filters={"publisher": (typed,), "nonsense": ("x",), "topic": ()}, page=10**12))
    assert page.hits == []
    assert len(search(SearchRequest(q=typed, page=-5, page_size=10**9)).hits) <= 1


def test_facets_count_each_value_and_ignore_their_own_choice() -> None:
    north, south = PublisherFactory(slug="north"), PublisherFactory(slug="south")
    json = csv_file(url="https://data.example.gov.uk/a.json", format="JSON")
    dataset(north, title="One", resources=(csv_file(),))
    dataset(north, title="Two", resources=(csv_file(), json))
    dataset(south, title="Three", resources=(json,))
    dataset(south, title="Four")
    index_now()
    facets = found().facets
    assert facets["publisher"] == [FacetCount("north", 2, False), FacetCount("south", 2, False)]
    assert facets["format"] == [FacetCount("CSV", 2, False), FacetCount("JSON", 2, False)]
    assert facets["access"] == [FacetCount("open", 4, False)]
    page = found(publisher=("north",))
    assert page.total == 2
    assert page.facets["publisher"] == [FacetCount("north", 2, True), FacetCount("south", 2, False)]
    assert page.facets["format"] == [FacetCount("CSV", 2, False), FacetCount("JSON", 1, False)]


def test_values_of_one_facet_mean_any_and_facets_together_mean_all() -> None:
    north, south, west = (PublisherFactory(slug=slug) for slug in ("north", "south", "west"))
    dataset(north, title="One", resources=(csv_file(),))
    dataset(south, title="Two")
    dataset(west, title="Three", resources=(csv_file(),))
    index_now()
    assert set(titles(publisher=("north", "south"))) == {"One", "Two"}
    assert titles(publisher=("north", "south"), format=("CSV",)) == ["One"]


def test_a_choice_that_nothing_has_is_still_shown() -> None:
    dataset(title="One")
    index_now()
    page = found(format=("XLS",))
    assert (page.total, page.facets["format"]) == (0, [FacetCount("XLS", 0, True)])


def test_a_department_includes_the_bodies_below_it() -> None:
    department = PublisherFactory(slug="department")
    agency = PublisherFactory(slug="agency", parent=department)
    office = PublisherFactory(slug="office", parent=agency)
    for publisher in (department, agency, office):
        dataset(publisher, title=f"Of the {publisher.slug}")
    index_now()
    assert found(publisher=("agency",)).total == 2
    assert found().facets["publisher"] == [
        *(FacetCount("department", 3, False), FacetCount("agency", 2, False), FacetCount("office", 1, False)),
    ]


def test_a_facet_value_gives_as_many_results_as_its_count_says() -> None:
    north, south = PublisherFactory(slug="north"), PublisherFactory(slug="south")
    for number in range(60):
        dataset(north, title=f"River level station {number}")
    dataset(south, title="River crossings")
    index_now()
    page = found("river level")
    assert (page.matching, page.total) == ("all", 60)
    assert page.facets["publisher"] == [FacetCount("north", 60, False)]
    assert titles("river level", publisher=("south",)) == ["River crossings"]


def test_letters_that_a_publisher_is_known_by_ask_for_its_own_entries_first() -> None:
    dataset(PublisherFactory(title="Office for National Statistics"), title="Population of wards, estimated")
    dataset(PublisherFactory(title="Calder Council"), title="Population forecast", description="Source: ONS.")
    dataset(PublisherFactory(title="Calder Council North"), title="Population", description="ONS figures of ours.")
    index_now()
    assert titles("ons population wards")[0] == "Population of wards, estimated"
    assert set(titles("ons population")) == {"Population of wards, estimated", "Population forecast", "Population"}


def test_what_a_slip_means_is_found_beside_an_entry_that_has_the_same_slip() -> None:
    dataset(title="Loans", description="Of each libary.")
    for number in range(60):
        dataset(title=f"Library {number}")
    index_now()
    page = found("libary")
    assert (page.total, page.hits[0].title, page.did_you_mean) == (61, "Loans", "library")


def test_lay_words_are_not_taken_for_slips() -> None:
    for number in range(60):
        dataset(title=f"Rail timetable {number}")
    dataset(title="Prisons")
    index_now()
    page = found("jail")
    assert ([hit.title for hit in page.hits], page.did_you_mean) == (["Prisons"], "")


def test_a_postcode_that_no_entry_has_is_read_as_its_town() -> None:
    dataset(title="Schools of Leeds")
    dataset(title="Schools of Hull")
    dataset(title="Parks", places=("LS1",), description="About LS2.")
    index_now()
    assert titles("schools LS7")[0] == "Schools of Leeds"
    assert titles("M15 4AB") == []
    assert titles("LS2") == ["Parks"]
