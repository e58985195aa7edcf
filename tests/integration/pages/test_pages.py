"""Each page once: what it says, and that it asks the database the same few questions for one row and for three."""

import datetime
import re

import pytest
from django.core.cache import cache
from django.test import Client

from catalogue.actions import datasets
from catalogue.actions.entry import By, Origin
from catalogue.drafts import ResourceDraft
from catalogue.enums import LinkState, ResourceKind, Route
from catalogue.jinja import date
from catalogue.models import Dataset, LinkCheck
from harvest.enums import Severity
from harvest.models import Problem, Run
from harvest.pipeline.counting import count_problems
from publishers import actions as publisher_actions
from tests.factories.catalogue import csv_file, dataset
from tests.factories.harvest import source
from tests.factories.publishers import PublisherFactory, UserFactory

pytestmark = pytest.mark.django_db

BY = By(Route.COMMAND, label="test")
NOW = datetime.datetime(2026, 3, 3, 12, 0, tzinfo=datetime.UTC)
MOST_QUERIES = 12


def text_of(html: str) -> str:
    """What a reader reads, on one line."""
    body = html.partition("<body")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def page(address: str, status: int = 200) -> str:
    response = Client().get(address)
    assert response.status_code == status, address
    return b"".join(response).decode()


def entry(publisher=None, number=1, **fields) -> Dataset:
    """A public entry with two files and a document, one link broken."""
    made = dataset(
        publisher or PublisherFactory(title=f"Agency {number}"),
        title=f"Salmon counts {number}",
        description=f"How many salmon swam up river {number}.",
        tags=("salmon", "rivers"),
        topic_id="environment",
        licence_id="uk-ogl",
        languages=("en", "cy"),
        contact_email="data@rivers.example",
        modified=datetime.date(2026, 2, 1),
        frequency="monthly",
        places=("Tweed",),
        resources=(
            csv_file(f"https://rivers.example/{number}/counts.csv", title="Counts", size_bytes=1_500_000),
            csv_file(f"https://rivers.example/{number}/old.csv", title="Old counts"),
            ResourceDraft(
                url=f"https://rivers.example/{number}/notes.pdf",
                title="Notes",
                kind=ResourceKind.DOCUMENT,
                format="PDF",
            ),
        ),
        **fields,
    )
    for resource, state in zip(made.resources.all(), (LinkState.OK, LinkState.BROKEN), strict=False):
        LinkCheck.objects.filter(resource=resource).update(
            state=state, reason="", checked_at=NOW, failing_since=NOW if state == LinkState.BROKEN else None
        )
    return made


def queries_of(django_assert_max_num_queries, address: str) -> int:
    cache.clear()
    with django_assert_max_num_queries(MOST_QUERIES) as asked:
        page(address)
    return len(asked)


LISTS = ["/", "/search?q=salmon", "/topics", "/publishers", "/quality", "/harvest", "/sitemap.xml", "/sitemap-1.xml"]


@pytest.mark.parametrize("address", LISTS)
def test_a_list_asks_the_same_few_queries_for_one_row_and_for_three(index, django_assert_max_num_queries, address):
    def grow(number: int) -> None:
        publisher = PublisherFactory(title=f"Agency {number}", parent=PublisherFactory(title=f"Department {number}"))
        entry(publisher, number)
        catalogue = source(f"https://rivers.example/{number}.json", publisher=publisher, title=f"Source {number}")
        Run.objects.create(source=catalogue, state="completed", created_at=NOW)

    grow(1)
    index()
    one = queries_of(django_assert_max_num_queries, address)
    grow(2)
    grow(3)
    index()
    assert queries_of(django_assert_max_num_queries, address) == one


def test_an_entry_and_its_history_ask_the_same_few_queries_however_much_there_is(django_assert_max_num_queries):
    made = entry()
    addresses = [made.get_absolute_url(), f"{made.get_absolute_url()}/history", made.publisher.get_absolute_url()]
    few = [queries_of(django_assert_max_num_queries, address) for address in addresses]
    for number in (2, 3):
        files = tuple(csv_file(f"https://rivers.example/{number}/{n}.csv") for n in range(number * 3))
        draft = datasets.draft_of(made).with_changes(description=f"Version {number}", resources=files)
        datasets.edit(made.id, draft, by=BY, now=NOW)
        entry(made.publisher, number)
        PublisherFactory(parent=made.publisher)
    assert [queries_of(django_assert_max_num_queries, address) for address in addresses] == few


def test_a_publisher_deep_in_the_tree_asks_no_more_queries_than_one_at_the_top(django_assert_max_num_queries):
    body = top = PublisherFactory(title="Top")
    for level in range(6):
        body = PublisherFactory(title=f"Level {level}", parent=body)
    shallow = queries_of(django_assert_max_num_queries, top.get_absolute_url())
    assert queries_of(django_assert_max_num_queries, body.get_absolute_url()) <= shallow + 2
    assert "Top Level 0 Level 1 Level 2 Level 3 Level 4" in text_of(page(body.get_absolute_url()))


def test_a_harvest_source_asks_the_same_few_queries_for_one_run_and_for_three(django_assert_max_num_queries):
    catalogue = source("https://rivers.example/data.json", title="Rivers catalogue")

    def grow() -> None:
        run = Run.objects.create(source=catalogue, state="completed", created_at=NOW, seen=3, problems=1)
        Problem.objects.create(run=run, guid="r1", severity=Severity.WARNING, kind="bad-link", message="No address.")

    grow()
    one = queries_of(django_assert_max_num_queries, f"/harvest/{catalogue.slug}")
    grow()
    grow()
    assert queries_of(django_assert_max_num_queries, f"/harvest/{catalogue.slug}") == one


def test_home_shows_figures_topics_and_what_changed():
    made = entry()
    text = text_of(page("/"))
    assert "1 dataset 1 publisher 2 links checked, 50% working" in text
    assert "Environment" in text
    assert f"Salmon counts 1 Agency 1, {date(made.modified_at)}" in text
    assert f'href="{made.get_absolute_url()}"' in page("/")


def test_home_of_an_empty_catalogue():
    assert "0 datasets 0 publishers" in text_of(page("/"))


def test_search_shows_hits_facets_and_what_was_chosen(index):
    made = entry()
    entry(PublisherFactory(title="Trout Office"), 2)
    index()
    html = page("/search?q=salmon&filters[publisher]=" + made.publisher.slug)
    text = text_of(html)
    assert "1 dataset for salmon" in text
    assert f'<a class="govuk-link" href="{made.get_absolute_url()}"><mark>Salmon</mark> counts 1</a>' in html
    assert "Published by Agency 1 · Last updated 1 February 2026" in text
    assert f'href="/publisher/{made.publisher.slug}"' in html
    assert re.search(r"Agency 1 , 1 dataset .*Trout Office , 1 dataset", text)
    assert "Remove filter Publisher: Agency 1" in text
    assert 'href="/search?q=salmon"' in html


def test_search_that_finds_nothing_says_what_to_do(index):
    entry()
    index()
    text = text_of(page("/search?q=zymurgy"))
    assert "0 datasets" in text
    assert "No datasets match your search" in text
    assert "check the spelling" in text


def test_search_says_which_words_it_read_as_others(index):
    entry()
    index()
    text = text_of(page("/search?q=slamon"))
    assert "Salmon counts 1" in text
    assert "No dataset mentions “slamon”, so these are for words like it." in text


def test_search_beyond_the_last_page_leads_to_the_last(index):
    for number in range(1, 4):
        entry(number=number)
    index()
    response = Client().get("/search?q=salmon&sort=recent&page=400")
    assert (response.status_code, response["Location"]) == (302, "/search?q=salmon&sort=recent")


def test_search_without_an_index_says_to_wait(settings, tmp_path, index):
    response = Client().get("/search?q=salmon")
    assert response.status_code == 503
    assert "Search is not ready" in response.content.decode()
    assert response["Retry-After"] == "60"


def test_an_entry_shows_its_files_links_licence_and_quality():
    made = entry(
        origin=Origin(id="guid-1", url="https://rivers.example/data.json", title="Rivers catalogue"),
        extras={"river_basin": "Tweed", "harvest_object_id": "x", "_kept": "y"},
    )
    html = page(made.get_absolute_url())
    text = text_of(html)
    for words in (
        "How many salmon swam up river 1.",
        "Last updated 1 February 2026",
        "Licence UK Open Government Licence",
        "Topic Environment",
        "Updated how often Monthly",
        "Counts , download, format CSV, dataset Salmon counts 1",
        "CSV 1.5 MB",
        "Working Checked 3 March 2026",
        "Broken Failing since 3 March 2026",
        "Supporting documents",
        "Language English, Welsh",
        "Places covered Tweed",
        "River basin Tweed",
        "Harvested from Rivers catalogue",
        "Identifier there: guid-1",
        "Enquiries data@rivers.example",
        f"Agency 1 ({made.created_at.year}). Salmon counts 1. http://127.0.0.1:8000/dataset/{made.id}",
    ):
        assert words in text
    assert re.search(r"Quality of this entry \d+ out of 100: \w+", text)
    assert "Fix this first" in text
    assert "Harvest object id" not in text
    assert "kept" not in text
    assert 'href="mailto:data@rivers.example"' in html
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{made.get_absolute_url()}">' in html
    assert f'<link rel="alternate" href="/api/v1/datasets/{made.id}" type="application/json" title="JSON">' in html


def test_an_entry_without_anything_still_makes_sense():
    made = dataset(title="Bare")
    text = text_of(page(made.get_absolute_url()))
    assert "No link to the data This entry gives no link to the data itself." in text
    assert "Licence None given" in text
    assert f"Last updated {date(made.modified_at)}" in text


def test_an_entry_that_is_not_released_says_why_and_when():
    made = dataset(
        access="not_released", access_reason="Names patients.", planned_release="spring 2027", foi_email="foi@x.example"
    )
    text = text_of(page(made.get_absolute_url()))
    assert (
        f"Not released {made.publisher.title} holds this data and has not released it. Names patients. "
        "Planned release: spring 2027. You can ask for it , or make a freedom of information request."
    ) in text, text


def test_other_addresses_of_an_entry_lead_to_it():
    made = entry()
    file = made.resources.first()
    draft = datasets.draft_of(made).with_changes(name="river-salmon")
    datasets.edit(made.id, draft, by=BY, now=NOW)
    target = f"/dataset/{made.id}/river-salmon"
    for address in (
        f"/dataset/{made.id}",
        f"/dataset/{made.id}/salmon-counts-1",
        f"/dataset/{made.id}/whatever",
        "/dataset/river-salmon",
        "/dataset/salmon-counts-1",
        f"/dataset/river-salmon/resource/{file.id}",
        f"/dataset/salmon-counts-1/resource/{file.id}",
        f"/dataset/{made.id}/resource/{file.id}",
        f"/dataset/{str(made.id).upper()}",
    ):
        response = Client().get(address)
        assert (address, response.status_code, response["Location"]) == (address, 301, target)
    history = Client().get(f"/dataset/{made.id}/salmon-counts-1/history?from=1&to=2")
    assert (history.status_code, history["Location"]) == (301, f"{target}/history?from=1&to=2")


def test_a_name_of_32_hexadecimal_digits_is_a_name():
    made = dataset(name="0123456789abcdef0123456789abcdef")
    response = Client().get("/dataset/0123456789abcdef0123456789abcdef")
    assert (response.status_code, response["Location"]) == (301, made.get_absolute_url())
    assert Client().get("/api/v1/datasets/0123456789abcdef0123456789abcdef").json()["id"] == str(made.id)


@pytest.mark.parametrize(
    "address",
    [
        "/dataset/no-such-name",
        "/dataset/2d4d9b6c-7cbb-4a35-9b7a-8f1c1d9c0b57/name",
        "/dataset/2d4d9b6c-7cbb-4a35-9b7a-8f1c1d9c0b57/name/history",
        "/dataset/A name/resource/2d4d9b6c-7cbb-4a35-9b7a-8f1c1d9c0b57",
        "/publisher/nobody",
        "/harvest/nothing",
        "/sitemap-0.xml",
        "/sitemap-2.xml",
        "/no/such/page",
        "/dataset/a%00b",
        "/dataset/%FF%FE",
        "/publisher/%00",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(address):
    text = text_of(page(address, 404))
    assert "Page not found If you typed the address, check that it is right." in text
    assert "search the datasets" in text


def test_history_compares_the_latest_two_versions_and_any_two():
    made = entry()
    other = PublisherFactory(title="Lakes Agency")
    datasets.edit(made.id, datasets.draft_of(made).with_changes(title="Salmon"), by=BY, now=NOW)
    made.refresh_from_db()
    datasets.edit(made.id, datasets.draft_of(made).with_changes(publisher_id=other.id), by=BY, now=NOW)
    made.refresh_from_db()
    html = page(f"{made.get_absolute_url()}/history")
    assert "Version 2 compared with version 3" in text_of(html)
    assert "<del>Agency 1</del>" in html
    assert "<ins>Lakes Agency</ins>" in html
    html = page(f"{made.get_absolute_url()}/history?from=1&to=2")
    assert "Version 1 compared with version 2" in text_of(html)
    assert "<del>Salmon counts 1</del>" in html
    assert "<ins>Salmon</ins>" in html
    same = text_of(page(f"{made.get_absolute_url()}/history?from=2&to=2"))
    assert "The two versions say the same." in same


def test_history_names_the_source_and_no_person():
    user = UserFactory(name="Joan Smith", email="joan@rivers.example")
    made = entry()
    draft = datasets.draft_of(made).with_changes(title="Salmon")
    datasets.edit(made.id, draft, by=By(Route.FORM, user=user), now=NOW)
    datasets.edit(made.id, draft.with_changes(title="Trout"), by=By(Route.HARVEST, label="Rivers catalogue"), now=NOW)
    text = text_of(page(f"{made.get_absolute_url()}/history"))
    assert "Rivers catalogue Harvest" in text
    assert "Agency 1 Form" in text
    assert "Joan" not in text
    assert "joan@" not in text


def test_history_of_many_versions_is_paged():
    made = entry()
    for number in range(2, 33):
        datasets.edit(made.id, datasets.draft_of(made).with_changes(title=f"Title {number}"), by=BY, now=NOW)
    first, last = (
        text_of(page(f"{made.get_absolute_url()}/history")),
        text_of(page(f"{made.get_absolute_url()}/history?page=99")),
    )
    assert "Version 32 " in first
    assert "Version 2 " not in first
    assert "Version 2 " in last
    assert "Version 1 " in last


def test_an_erased_version_is_named_and_not_shown():
    made = entry()
    datasets.edit(made.id, datasets.draft_of(made).with_changes(title="Salmon"), by=BY, now=NOW)
    made.revisions.filter(number=1).update(snapshot=None, erased_at=NOW)
    text = text_of(page(f"{made.get_absolute_url()}/history"))
    assert "was erased for a legal reason" in text
    assert "Content erased on 3 March 2026" in text


def test_a_withdrawn_entry_says_why_and_what_took_its_place():
    made, successor = entry(), entry(PublisherFactory(), 2)
    datasets.withdraw(made, reason="Merged into the new list.", by=BY, now=NOW, replaced_by=successor)
    for address in (made.get_absolute_url(), f"{made.get_absolute_url()}/history", f"/dataset/{made.id}"):
        html = page(address, 410)
        text = text_of(html)
        assert "Withdrawn dataset Salmon counts 1 Agency 1 withdrew this dataset on 3 March 2026." in text
        assert "Merged into the new list. Use Salmon counts 2 instead." in text
        assert '<meta name="robots" content="noindex">' in html
    response = Client().get(f"/dataset/{made.name}")
    assert (response.status_code, response["Location"]) == (301, made.get_absolute_url())


def test_publishers_are_listed_by_letter_and_filtered_by_name():
    entry(PublisherFactory(title="Rivers Agency", abbreviation="RA"))
    PublisherFactory(title="Zoo Board")
    PublisherFactory(title="2020 Commission")
    text = text_of(page("/publishers"))
    assert "3 publishers" in text
    assert "# 2020 Commission 0 datasets R Rivers Agency (RA) 1 dataset Z Zoo Board 0 datasets" in text
    assert "1 publisher for “zoo”. Show all publishers" in text_of(page("/publishers?q=zoo"))
    assert "Rivers Agency" in text_of(page("/publishers?q=RA"))
    assert "No publisher has that in its name" in text_of(page("/publishers?q=nobody"))


def test_a_publisher_shows_its_entries_its_bodies_and_its_place():
    department = PublisherFactory(title="Department for Water", slug="water")
    agency = PublisherFactory(
        title="Rivers Agency",
        slug="rivers",
        parent=department,
        kind="executive-agency",
        description="We look after **rivers**.",
        homepage="https://www.rivers.example/",
        contact_email="help@rivers.example",
        foi_email="foi@rivers.example",
    )
    PublisherFactory(title="Weir Board", parent=agency)
    entry(agency)
    html = page("/publisher/rivers")
    text = text_of(html)
    assert "Home Publishers Department for Water Executive agency Rivers Agency" in text
    assert "<strong>rivers</strong>" in html
    assert "Recently changed Salmon counts 1" in text
    assert "1 broken link in 2 checked" in text
    assert "Bodies that belong to it Weir Board (0)" in text
    assert "Website rivers.example" in text
    assert "Enquiries help@rivers.example" in text
    assert "requests foi@rivers.example" in text


def test_a_past_name_of_a_publisher_leads_to_it():
    publisher = publisher_actions.add(title="Rivers Agency", slug="rivers")
    publisher.slug = "water-agency"
    publisher.save()
    response = Client().get("/publisher/rivers")
    assert (response.status_code, response["Location"]) == (302, "/publisher/water-agency")


def test_topics_are_listed_with_counts():
    entry()
    assert re.search(r"Environment [^.]*\. ?1 dataset|Environment .{5,200} 1 dataset", text_of(page("/topics")))


def test_quality_of_an_empty_catalogue():
    assert "No dataset has been scored yet." in text_of(page("/quality"))


def test_harvest_sources_and_one_of_them():
    catalogue = source("https://rivers.example/data.json", title="Rivers catalogue")
    assert "Rivers catalogue" in text_of(page("/harvest"))
    run = Run.objects.create(source=catalogue, state="completed", created_at=NOW, started_at=NOW, seen=3, problems=1)
    Problem.objects.create(
        run=run, guid="r1", severity=Severity.WARNING, kind="bad-link", message="It has no address.", value="TBC"
    )
    text = text_of(page("/harvest"))
    assert "Completed" in text
    assert "3 records" in text
    text = text_of(page(f"/harvest/{catalogue.slug}"))
    assert "Outstanding problems" in text
    assert "Not known before the first harvest has ended." in text
    count_problems(catalogue, now=NOW)
    text = text_of(page(f"/harvest/{catalogue.slug}"))
    assert "None." in text  # no record has this problem any more
    text = text_of(page(f"/harvest/{catalogue.slug}?run={run.id}"))
    assert "Problems found on 3 March 2026 at midday" in text
    assert "Bad link : 1 (warning)" in text or "Bad link: 1 (warning)" in text
    assert "r1 It has no address. It says: TBC" in text
    for number in (run.id + 99, "x", ""):
        assert "Outstanding problems" in text_of(page(f"/harvest/{catalogue.slug}?run={number}"))


def test_api_pages_show_how_to_call_it():
    text = text_of(page("/api"))
    assert "curl &#39;http://127.0.0.1:8000/api/v1/search?q=air+quality" in text or "curl 'http" in text
    reference = text_of(page("/api/v1/docs"))
    assert "GET /api/v1/datasets/{key}" in reference
    assert "modified_since" in reference


@pytest.mark.parametrize("address", ["/accessibility", "/privacy"])
def test_pages_about_the_site_name_whom_to_write_to_where_that_is_set(settings, address):
    assert "body that runs this site" in text_of(page(address))
    settings.CONTACT_EMAIL = "catalogue@example.gov.uk"
    assert '<a class="govuk-link" href="mailto:catalogue@example.gov.uk">' in page(address)


def test_each_part_of_the_site_map_says_when_it_last_changed(monkeypatch):
    monkeypatch.setattr("catalogue.views.sitemap.PER_FILE", 2)
    made = sorted((entry(name=f"entry-{number}") for number in range(3)), key=lambda one: one.id)
    for number, one in enumerate(made):
        moment = datetime.datetime(2020, 1, 1 + number, tzinfo=datetime.UTC)
        Dataset.objects.filter(id=one.id).update(modified_at=moment)
    expected = "".join(
        f"<sitemap><loc>http://127.0.0.1:8000/sitemap-{number}.xml</loc><lastmod>2020-01-0{day}T00:00:00Z</lastmod>"
        "</sitemap>\n"
        for number, day in ((1, 2), (2, 3))
    )
    assert expected in page("/sitemap.xml")


def test_robots_and_site_map_list_what_is_public():
    made = entry()
    assert Client().get("/robots.txt").content.decode() == (
        "User-agent: *\nDisallow: /admin/\nDisallow: /search\nSitemap: http://127.0.0.1:8000/sitemap.xml\n"
    )
    changed = f"<lastmod>{made.modified_at:%Y-%m-%dT%H:%M:%SZ}</lastmod>"
    assert f"<loc>http://127.0.0.1:8000/sitemap-1.xml</loc>{changed}</sitemap>" in page("/sitemap.xml")
    part = b"".join(Client().get("/sitemap-1.xml")).decode()
    assert part.count("<url>") == 1
    assert (
        f"<loc>http://127.0.0.1:8000{made.get_absolute_url()}</loc><lastmod>{made.modified_at:%Y-%m-%dT%H:%M:%S}Z"
        in part
    )


def test_healthz_says_how_far_search_is_behind(index):
    assert Client().get("/healthz").json() == {
        "status": "ok",
        "database": "working",
        "search": "not built yet",
        "search_changes_behind": None,
    }
    entry()
    index()
    assert Client().get("/healthz").json()["search"] == "working"
    assert Client().get("/healthz").json()["search_changes_behind"] == 0
