"""A release at its minute: before it nothing leaves by any way out, after it the entry leaves by every one.

What “every way out” is, a twin tells: an entry like it, published in the ordinary way. Wherever the twin shows, the
released one has to show, and until its minute it moves no answer. `test_embargo` has the follower work by the real
clock; here the minute is brought to now instead, and nothing waits.
"""

import datetime
import functools
import gzip
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import duckdb
import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from catalogue.actions import datasets, dumps, rollups, webhook_notes, webhooks
from catalogue.actions.entry import By
from catalogue.actions.quality import rescore
from catalogue.dumps.formats import FILES
from catalogue.enums import LinkState, Route, WebhookSubject
from catalogue.models import Change, Dataset, LinkCheck, WebhookDelivery
from harvest.models import Source
from publishers.models import Publisher
from tests.factories.catalogue import csv_file, dataset
from tests.factories.harvest import source
from tests.factories.publishers import PublisherFactory, officer
from tests.integration.addresses import EXAMPLES, addresses
from tests.integration.pages.test_no_leaks import Answer, everything_said
from tests.integration.search.waiting import index_now

pytestmark = pytest.mark.django_db

#: In every text of the embargoed entry, and of its twin.
SECRET, OPEN = "xyzzyq", "plughwob"

A_MONTH_AGO = timezone.now() - datetime.timedelta(days=30)


@pytest.fixture(autouse=True)
def _own_dumps(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def agency():
    publisher = PublisherFactory(title="Rivers Agency", slug="rivers-agency")
    source("https://rivers.example/data.json", publisher=publisher, title="Rivers catalogue")
    return publisher


def entry(publisher: Publisher, word: str, **fields: Any) -> Dataset:
    """Entered a month ago, as a release long planned is."""
    made = dataset(
        publisher,
        title=f"Salmon {word}",
        name=f"salmon-{word}",
        description=f"Salmon {word} in the river.",
        tags=("salmon", word),
        topic_id="health",
        licence_id="uk-ogl",
        west=-1.6,
        south=53.7,
        east=-1.4,
        north=53.9,
        contact_email=f"{word}@rivers.example",
        resources=(csv_file(f"https://data.example.gov.uk/{word}.csv", title=word, description=word),),
        now=A_MONTH_AGO,
        **fields,
    )
    # With a link that works no more, so that the reports of links have something to tell
    LinkCheck.objects.filter(resource__dataset=made).update(
        state=LinkState.BROKEN, reason="Not found.", status_code=404, failing_since=A_MONTH_AGO, checked_at=A_MONTH_AGO
    )
    rescore([made.id], now=A_MONTH_AGO)
    return made


def embargoed(publisher: Publisher) -> Dataset:
    return entry(publisher, SECRET, release_at=timezone.now() + datetime.timedelta(hours=1))


def its_minute_comes(released: Dataset) -> None:
    """Time passes: nobody writes anything else."""
    Dataset.objects.filter(id=released.id).update(release_at=timezone.now())


def the_machines_go_round(now: datetime.datetime) -> None:
    """What runs by itself, every second or every minute."""
    index_now()
    rollups.refresh(now=now)
    cache.clear()


def said_of(*entries: Dataset) -> dict[str, Answer]:
    """What every address answers to anybody who asks about the entries."""
    return everything_said(Client(), list(entries))


def told(said: dict[str, Answer], of: Dataset, word: str) -> set[str]:
    """The examples that tell of an entry, by its words or its UUID."""
    examples = [example for several in EXAMPLES.values() for example in several]
    asked = addresses(of, source=Source.objects.get().slug)
    return {example for example, address in zip(examples, asked, strict=True) if _tells(said[address], of, word)}


def _tells(answer: Answer, of: Dataset, word: str) -> bool:
    return answer.status < 400 and (word in answer.text or str(of.id) in answer.text)


def test_every_page_and_api_is_silent_before_the_minute_and_tells_of_it_after(agency: Publisher) -> None:
    now = timezone.now()
    dataset(agency, title="Trout")  # the first change, for “since=1” leaves that out
    twin = entry(agency, OPEN)
    the_machines_go_round(now)
    before = said_of(twin)
    released = embargoed(agency)
    the_machines_go_round(now)
    kept_back = said_of(twin, released)
    # Not one entry more in any list, count, header or redirect, and nothing at its own addresses
    assert [address for address in before if before[address] != kept_back[address]] == []
    assert told(kept_back, released, SECRET) == set()
    assert [address for address, answer in kept_back.items() if SECRET in answer.text] == []
    assert {answer.status for address, answer in kept_back.items() if str(released.id) in address} == {404}

    its_minute_comes(released)
    the_machines_go_round(timezone.now())
    after = said_of(released)
    assert told(after, released, SECRET) == told(before, twin, OPEN)
    assert {
        "/dataset/{id}/{name}",
        "/dataset/{id}.ttl",
        "/dataset/{id}.jsonld",
        "/api/v1/datasets",
        "/api/v1/datasets/{id}",
        "/api/v1/changes",
        "/search?q=salmon",
        "/search.atom?q=salmon",
        "/search.csv",
        "/search.json?q=salmon&area=england",
        "/api/v1/search",
        "/api/v1/suggest?q=salm",
        "/publisher/{publisher}",
        "/feeds/catalogue.atom",
        "/feeds/publisher/{publisher}.atom",
        "/data.json",
        "/catalog.ttl",
        "/sitemap-1.xml",
        "/links.csv",
        "/quality/criteria/links",
        "/api/3/action/package_show?id={id}",
        "/api/3/action/package_list?limit=1000",
        "/api/3/action/package_search?q=salmon&rows=100&facet.field=[%22organization%22,%22tags%22]",
    } <= told(after, released, SECRET)


def counts() -> dict[str, int]:
    """How many entries there are, wherever a number is given."""

    def answer(address: str) -> Any:
        return json.loads(Client().get(address).getvalue())

    return {
        "API": len(answer("/api/v1/datasets")["results"]),
        "search": answer("/api/v1/search?q=salmon")["count"],
        "topic": answer("/api/v1/search?filters[topic]=health")["count"],
        "publisher": answer("/api/v1/publishers/rivers-agency")["dataset_count"],
        "figures": answer("/api/v1/quality")["datasets"],
        "package_list": len(answer("/api/3/action/package_list")["result"]),
        "package_search": answer("/api/3/action/package_search")["result"]["count"],
        "organization": answer("/api/3/action/organization_show?id=rivers-agency")["result"]["package_count"],
        "group": answer("/api/3/action/group_show?id=health")["result"]["package_count"],
        "data.json": len(answer("/data.json")["dataset"]),
        "broken links": len(Client().get("/links.csv").getvalue().splitlines()) - 1,
    }


def test_no_number_counts_it_before_the_minute_and_every_number_after(agency: Publisher) -> None:
    entry(agency, OPEN)
    released = embargoed(agency)
    the_machines_go_round(timezone.now())
    before = counts()
    its_minute_comes(released)
    the_machines_go_round(timezone.now())
    after = counts()
    assert before == dict.fromkeys(before, 1)
    assert after == dict.fromkeys(after, 2)


def test_whoever_asks_what_is_new_is_told_of_a_release_that_was_entered_weeks_before(agency: Publisher) -> None:
    """To them it is news of the minute at which it came out."""
    released = embargoed(agency)
    other = dataset(agency, title="Salmon counted anew", now=timezone.now() - datetime.timedelta(minutes=1))
    the_machines_go_round(timezone.now())
    begins = timezone.now()
    its_minute_comes(released)
    the_machines_go_round(timezone.now())
    released.refresh_from_db()
    assert released.modified_at == released.release_at
    since = quote(begins.isoformat())
    client = Client()
    assert [row["title"] for row in client.get(f"/api/v1/datasets?modified_since={since}").json()["results"]] == [
        released.title
    ]
    newest_first = client.get("/api/v1/search?q=salmon&sort=recent").json()["results"]
    assert [row["title"] for row in newest_first][:2] == [released.title, other.title]
    atom = ElementTree.fromstring(client.get("/feeds/catalogue.atom").content)
    assert atom.findtext("{*}entry/{*}title") == released.title
    ckan = client.get("/api/3/action/package_search?sort=metadata_modified+desc&rows=1").json()["result"]["results"]
    assert [package["title"] for package in ckan] == [released.title]
    kinds = Change.objects.filter(dataset_id=released.id).order_by("position").values_list("kind", flat=True)
    assert list(kinds) == ["created", "quality", "updated"]


def dumped(word: str) -> set[str]:
    """Files of a dump made now that have this word in them."""
    manifest = dumps.make(now=timezone.now())
    return {file.name for file in manifest.files if word in _text(manifest.path(file))}


def _text(path: Path) -> str:
    if path.suffix == ".parquet":
        return str(duckdb.execute(f"SELECT COLUMNS(*)::VARCHAR FROM '{path}'").fetchall())
    return gzip.decompress(path.read_bytes()).decode()


def test_a_dump_has_it_from_the_minute_on_in_every_file(agency: Publisher) -> None:
    released = embargoed(agency)
    assert dumped(SECRET) == set()
    its_minute_comes(released)
    assert dumped(SECRET) == {file.name for file in FILES}


def test_webhooks_call_at_the_minute_and_not_before(agency: Publisher) -> None:
    released = embargoed(agency)
    entry(agency, OPEN)
    index_now()
    follow = functools.partial(webhooks.add, owner=officer(agency), url="https://hooks.example/", now=timezone.now())
    hooks = [
        follow(name="publisher", subject=WebhookSubject.PUBLISHER, publisher=agency),
        follow(name="dataset", subject=WebhookSubject.DATASET, dataset_id=released.id),
        follow(name="search", subject=WebhookSubject.SEARCH, search="/search?q=salmon"),
    ]
    for hook in hooks:
        webhooks.go_on(hook, now=timezone.now())
    datasets.edit(
        released.id,
        datasets.draft_of(released).with_changes(description="Corrected before its release."),
        by=By(Route.COMMAND, label="test"),
        now=timezone.now(),
    )
    index_now()
    assert webhook_notes.note_changes(now=timezone.now()) == 0
    its_minute_comes(released)
    index_now()
    assert webhook_notes.note_changes(now=timezone.now()) == len(hooks)
    assert [
        [(change["dataset_id"], change["kind"]) for change in json.loads(call.body)["changes"]]
        for call in WebhookDelivery.objects.all()
    ] == [[(str(released.id), "updated")]] * len(hooks)
    assert webhook_notes.note_changes(now=timezone.now()) == 0
