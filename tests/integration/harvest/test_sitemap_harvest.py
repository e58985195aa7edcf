"""Websites with schema.org datasets, from the sitemap of a real web server into the catalogue."""

import datetime

import pytest

from catalogue.enums import State
from catalogue.models import Change, Dataset, Resource
from harvest.enums import RunState, SourceKind
from harvest.models import Problem, Source
from harvest.sources import ADAPTERS
from harvest.sources.sitemap import SitemapAdapter
from tests.factories.harvest import counts, run_now, source
from tests.servers.fake_site import FakeSite, described
from tests.servers.faulty import FaultyServer
from tests.servers.replies import answer

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def site(portal: FaultyServer) -> FakeSite:
    names = [f"d{number}" for number in range(12)]
    pages = {f"/dataset/{name}": described(name) for name in names}
    return FakeSite(
        portal, {"/about": "<html><h1>About us</h1></html>", **pages}, dict.fromkeys(pages, "2024-01-01T10:00:00Z")
    )


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited before each page, without the waiting."""
    waited: list[float] = []
    adapter = SitemapAdapter(pauses=(0.01,), sleep=waited.append)
    monkeypatch.setitem(ADAPTERS, SourceKind.SITEMAP, adapter)  # type: ignore[arg-type]
    return waited


def source_of(site: FakeSite, **config: object) -> Source:
    return source(site.sitemap, kind=SourceKind.SITEMAP, config=config)


def problems() -> list[tuple[str, str]]:
    return list(Problem.objects.order_by("id").values_list("kind", "value"))


def test_every_page_that_describes_a_dataset_becomes_an_entry(site: FakeSite, waits: list[float]):
    run = run_now(source_of(site))

    assert (run.state, run.message, run.expected) == (RunState.COMPLETED, "12 records: 12 new.", 13)
    entry = Dataset.objects.get(origin_id="https://data.example.gov.uk/id/d3")
    assert (entry.title, entry.licence_id) == ("Dataset d3", "uk-ogl")
    assert entry.landing_page == site.server.url("/dataset/d3")
    assert Resource.objects.get(dataset=entry).url == "https://data.example.gov.uk/d3.csv"
    assert waits == [0.5] * 13


def test_only_pages_of_another_date_are_asked_for_again(site: FakeSite, waits: list[float]):
    ours = source_of(site, only="/dataset/")
    run_now(ours)
    asked, changes = len(site.pages_asked), Change.objects.count()
    site.clock += DAY

    assert counts(run_now(ours)) == {"seen": 12, "unchanged": 12}
    assert (len(site.pages_asked), Change.objects.count()) == (asked, changes)

    site.clock += DAY
    site.pages["/dataset/d3"] = described("d3", name="Another title")
    site.dates["/dataset/d3"] = "2024-05-02T10:00:00Z"
    site.pages["/dataset/new"] = described("new")
    site.dates["/dataset/new"] = "2024-05-02T10:00:00Z"

    assert counts(run_now(ours)) == {"seen": 2, "updated": 1, "created": 1}
    assert site.pages_asked[asked:] == ["/dataset/d3", "/dataset/new"]
    assert Dataset.objects.get(origin_id="https://data.example.gov.uk/id/d3").title == "Another title"


def test_page_that_is_gone_is_withdrawn_by_a_whole_gather(site: FakeSite, waits: list[float]):
    ours = source_of(site)
    run_now(ours)
    site.clock += DAY
    del site.pages["/dataset/d3"]

    assert counts(run_now(ours)) == {"seen": 11, "unchanged": 11, "retired": 1}
    assert Dataset.objects.get(origin_id="https://data.example.gov.uk/id/d3").state == State.WITHDRAWN


def test_indexes_of_zipped_sitemaps_are_followed_and_other_sites_are_not(site: FakeSite, waits: list[float]):
    site.parts = {
        "/sitemap-1.xml.gz": ["/dataset/d1", "/dataset/d2", "https://elsewhere.example/dataset/1"],
        "/sitemap-2.xml.gz": ["/dataset/d3"],
    }

    assert counts(run_now(source_of(site))) == {"seen": 3, "created": 3, "problems": 1}
    assert [kind for kind, _ in problems()] == ["other-site"]


def test_part_of_a_sitemap_that_cannot_be_read_withdraws_nothing(site: FakeSite, waits: list[float]):
    site.parts = {"/sitemap-1.xml.gz": ["/dataset/d1", "/dataset/d2"], "/sitemap-2.xml.gz": ["/dataset/d3"]}
    ours = source_of(site)
    run_now(ours)
    site.clock += DAY
    site.instead["/sitemap-2.xml.gz"] = answer(b"", status=500)

    run = run_now(ours)

    assert (run.state, counts(run)) == (RunState.COMPLETED, {"seen": 2, "unchanged": 2, "problems": 2})
    assert Dataset.objects.filter(state=State.PUBLISHED).count() == 3
    site.instead.clear()
    assert counts(run_now(ours)) == {"seen": 3, "unchanged": 3}


def test_robots_txt_is_heeded_with_its_delay(site: FakeSite, waits: list[float]):
    site.robots = "User-agent: *\nCrawl-delay: 3\nDisallow: /dataset/d1\n"

    run = run_now(source_of(site))

    assert counts(run) == {"seen": 9, "created": 9, "problems": 1}
    assert not [path for path in site.pages_asked if path.startswith("/dataset/d1")]
    assert set(waits) == {3.0}
    assert problems() == [("robots", site.server.url("/dataset/d1"))]


def test_page_that_cannot_be_read_costs_itself_and_withdraws_nothing(site: FakeSite, waits: list[float]):
    ours = source_of(site)
    run_now(ours)
    site.clock += 8 * DAY
    site.instead = {"/dataset/d3": answer(b"", status=500), "/dataset/d4": answer(b"", status=404)}
    site.pages["/dataset/d5"] = '<html><script type="application/ld+json">{"@type": "Dataset", </script></html>'

    run = run_now(ours)

    assert counts(run) == {"seen": 10, "unchanged": 9, "failed": 1, "problems": 4}
    assert [kind for kind, _ in problems()] == [
        "file-unreadable",
        "listed-not-there",
        "broken-json-ld",
        "incomplete-list",
    ]
    assert Dataset.objects.filter(state=State.PUBLISHED).count() == 12


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<!DOCTYPE html><html><h1>Welcome</h1></html>", "The source gave a web page instead of a sitemap"),
        (b"<?xml version='1.0'?><rss><channel/></rss>", "it is an XML document of the kind “rss”"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><urlset>&b;</urlset>', "The sitemap can't be read"),
        (b"<urlset></urlset>", "The sitemap names no page. Nothing was changed."),
    ],
)
def test_what_is_no_sitemap_fails_with_a_sentence(site: FakeSite, waits: list[float], body: bytes, message: str):
    site.instead["/sitemap.xml"] = answer(body)

    run = run_now(source_of(site))

    assert run.state == RunState.FAILED
    assert message in run.message


def test_site_without_a_dataset_says_so(site: FakeSite, waits: list[float]):
    site.pages = {"/a": "<html></html>", "/b": "<html></html>"}

    run = run_now(source_of(site))

    assert run.state == RunState.FAILED
    assert run.message.startswith("None of the 2 pages of the sitemap describes a dataset")
