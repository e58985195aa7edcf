"""What may not be seen is seen nowhere: every address of the site, asked with entries that must stay hidden."""

import datetime
import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from catalogue.actions import datasets, rollups
from catalogue.actions.entry import By, Origin
from catalogue.drafts import INTERNAL_FIELDS
from catalogue.enums import Route, State, Visibility
from catalogue.models import Dataset
from harvest.enums import Severity
from harvest.models import Problem, Record, Run, Source
from harvest.pipeline.counting import count_problems
from publishers.models import Publisher
from tests.factories.catalogue import csv_file, dataset
from tests.factories.harvest import source
from tests.factories.publishers import PublisherFactory, UserFactory, officer
from tests.integration.addresses import addresses

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)
BY = By(Route.COMMAND, label="test")

#: In every text of every hidden entry, and in nothing that is asked for.
SECRET = "xyzzyq"

#: Hidden entries: what makes them, and whether officials of other publishers may see them.
HIDDEN: dict[str, tuple[dict[str, Any], bool]] = {
    "draft": ({"state": State.DRAFT}, False),
    "in-review": ({"state": State.IN_REVIEW}, False),
    "for-officials": ({"visibility": Visibility.OFFICIALS}, True),
    "for-the-publisher": ({"visibility": Visibility.PUBLISHER}, False),
    "embargoed": ({"release_at": HOUR}, False),
    "for-officials-embargoed": ({"visibility": Visibility.OFFICIALS, "release_at": HOUR}, False),
}

#: Hidden entries that were withdrawn before anybody could read them: they have no tombstone.
NEVER_SEEN = ("draft", "for-officials", "for-the-publisher", "embargoed")


def hidden(publisher: Publisher, kind: str, name: str, *, origin: bool = True) -> Dataset:
    made = dict(HIDDEN[kind][0])
    if "release_at" in made:
        made["release_at"] = timezone.now() + made["release_at"]
    return dataset(
        publisher,
        title=f"Salmon {SECRET}",
        name=name,
        description=f"Salmon {SECRET} in the **river**.",
        tags=("salmon", SECRET),
        topic_id="health",
        licence_id="uk-ogl",
        extras={"note": SECRET},
        contact_email=f"{SECRET}@rivers.example",
        resources=(csv_file(f"https://rivers.example/{SECRET}.csv", title=SECRET, description=SECRET),),
        origin=Origin(id=f"guid-{name}", url="https://rivers.example/data.json", title="Rivers") if origin else None,
        **made,
    )


@pytest.fixture
def site(index) -> list[Dataset]:
    """A publisher with one public entry, made before any that is hidden."""
    agency = PublisherFactory(title="Rivers Agency", slug="rivers-agency", shows_holdings=False)
    dataset(agency, title="Salmon counts", name="salmon-counts", tags=("salmon",), resources=(csv_file(),))
    source("https://rivers.example/data.json", publisher=agency, title="Rivers catalogue")
    index()
    return agency


def hide_entries(agency: Publisher, index) -> list[Dataset]:
    """One of each kind, some of them withdrawn, and what a harvest said of them."""
    entries = [hidden(agency, kind, kind) for kind in HIDDEN]
    for kind in NEVER_SEEN:
        gone = hidden(agency, kind, f"{kind}-withdrawn")
        datasets.withdraw(gone, reason=f"Because {SECRET}.", by=BY, now=timezone.now())
        entries.append(gone)
    told_by_a_harvest(entries)
    index()
    cache.clear()
    return entries


def told_by_a_harvest(entries: list[Dataset]) -> None:
    """A run that met each entry's record and had something to say about it."""
    now = timezone.now()
    run = Run.objects.create(
        source=Source.objects.get(), state="completed", created_at=now, started_at=now, finished_at=now
    )
    for entry in entries:
        Record.objects.create(
            source=run.source,
            guid=entry.origin_id,
            dataset=entry,
            read_run=run,
            content_hash="0",
            normaliser_version=1,
            raw=b"",
            first_seen_at=now,
            last_seen_at=now,
        )
        Problem.objects.create(
            run=run,
            guid=entry.origin_id,
            severity=Severity.WARNING,
            kind="unknown-licence",
            message=f"The licence of {SECRET} is not known.",
            value=SECRET,
        )
    count_problems(run.source, now=now)


#: Headers that depend on the second at which one asks.
OF_THE_MOMENT = {"Expires", "Cache-Control"}


class Answer(NamedTuple):
    status: int
    text: str


def everything_said(client: Client, entries: list[Dataset]) -> dict[str, Answer]:
    """What every example about every entry answers, headers included."""
    source = Source.objects.get().slug
    return answers(client, [address for entry in entries for address in addresses(entry, source=source)])


def answers(client: Client, asked: Iterable[str]) -> dict[str, Answer]:
    """What each of these addresses answers, headers included."""
    said: dict[str, Answer] = {}
    for address in asked:
        if address not in said:
            response = client.get(address)
            headers = {name: value for name, value in response.headers.items() if name not in OF_THE_MOMENT}
            said[address] = Answer(response.status_code, f"{headers} {b''.join(response).decode()}")
    return said


def test_anonymous_reads_nothing_of_a_hidden_entry_at_any_address(site, index):
    entries = hide_entries(site, index)
    said = everything_said(Client(), entries)
    assert [address for address, answer in said.items() if SECRET in answer.text] == []
    # And its own addresses answer as if there were none
    own = {
        address: answer.status
        for entry in entries
        for address, answer in said.items()
        if {str(entry.id), str(entry.resources.get().id), entry.name} & set(re.split("[/?]", address))
    }
    assert {address: status for address, status in own.items() if status != 404} == {}
    assert len(own) > 100


def test_the_public_site_says_the_same_with_and_without_hidden_entries(site, index):
    """Counts, facets, figures and lists: nothing moves by a hidden entry."""
    public = [Dataset.objects.get()]
    client, now = Client(), timezone.now()
    rollups.refresh(now=now, everything=True)
    before = everything_said(client, public)
    hide_entries(site, index)
    rollups.refresh(now=now, everything=True)
    Run.objects.all().delete()
    cache.clear()
    after = everything_said(client, public)
    assert [address for address in before if before[address] != after[address]] == []


@pytest.mark.parametrize("make_user", [UserFactory, lambda: officer(PublisherFactory())], ids=["no role", "elsewhere"])
def test_officials_of_other_publishers_read_what_is_for_officials_and_no_more(site, index, make_user):
    entries = hide_entries(site, index)
    client = Client()
    client.force_login(make_user())
    pages = {
        entry.name: (
            client.get(f"/dataset/{entry.id}/{entry.name}").status_code,
            client.get(f"/api/v1/datasets/{entry.name}").status_code,
            client.get(f"/api/v1/resources/{entry.resources.get().id}").status_code,
        )
        for entry in entries
    }
    readable = {kind for kind, (_, may_officials) in HIDDEN.items() if may_officials}
    assert pages == {entry.name: (200,) * 3 if entry.name in readable else (404,) * 3 for entry in entries}
    listed = client.get("/api/v1/datasets?page_size=100").json()["results"]
    assert {row["name"] for row in listed} == readable | {"salmon-counts"}


def test_a_member_of_the_publisher_reads_every_entry(site, index):
    entries = hide_entries(site, index)
    client = Client()
    client.force_login(officer(site))
    assert [client.get(f"/dataset/{e.id}/{e.name}").status_code for e in entries] == [200] * len(entries)


def test_what_is_open_to_members_is_kept_out_of_the_shared_index_even_for_them(site, index):
    hide_entries(site, index)
    client = Client()
    client.force_login(officer(site))
    assert SECRET not in client.get("/search?q=salmon").content.decode()
    assert client.get("/api/v1/search?q=salmon").json()["count"] == 1


def test_what_an_entry_said_as_a_draft_is_not_in_its_public_history(site, index):
    entry = hidden(site, "draft", "salmon-draft", origin=False)
    draft = datasets.draft_of(entry).with_changes(
        title="Salmon open", description="", tags=(), extras={}, contact_email="", resources=()
    )
    datasets.edit(entry.id, draft, by=By(Route.FORM, label="test", comment=SECRET), now=timezone.now())
    entry.refresh_from_db()
    datasets.publish(entry, by=BY, now=timezone.now())
    index()
    for query in ("", "?from=1&to=2", "?from=1&to=3", "?to=1", "?from=2", "?page=2"):
        page = Client().get(f"/dataset/{entry.id}/salmon-draft/history{query}").content.decode()
        assert SECRET not in page
        assert "Version 3" in page
        assert "Version 1" not in page
    member = Client()
    member.force_login(officer(site))
    page = member.get(f"/dataset/{entry.id}/salmon-draft/history?from=1&to=2").content.decode()
    assert f"<del>Salmon {SECRET}</del>" in page


def test_what_was_for_officials_once_stays_theirs_in_the_history(site, index):
    entry = hidden(site, "for-officials", "salmon-officials", origin=False)
    draft = datasets.draft_of(entry).with_changes(
        title="Salmon open", description="", tags=(), extras={}, contact_email="", resources=()
    )
    datasets.edit(entry.id, draft, by=BY, now=timezone.now(), visibility=Visibility.PUBLIC)
    address = f"/dataset/{entry.id}/salmon-officials/history?from=1&to=2"
    assert SECRET not in Client().get(address).content.decode()
    official = Client()
    official.force_login(UserFactory())
    assert SECRET in official.get(address).content.decode()


def test_what_an_embargoed_entry_said_before_its_release_is_not_in_its_public_history(site, index):
    entry = hidden(site, "embargoed", "salmon-embargoed", origin=False)
    draft = datasets.draft_of(entry).with_changes(
        title="Salmon open", description="", tags=(), extras={}, contact_email="", resources=()
    )
    datasets.edit(entry.id, draft, by=BY, now=timezone.now())
    Dataset.objects.filter(id=entry.id).update(release_at=timezone.now())
    page = Client().get(f"/dataset/{entry.id}/salmon-embargoed/history?from=1&to=2").content.decode()
    assert "Version 2" in page
    assert SECRET not in page


def test_who_holds_a_public_entry_is_for_officials_alone_in_whatever_version(site, index):
    entry = Dataset.objects.get(name="salmon-counts")
    for text in ("first", "second"):
        draft = datasets.draft_of(entry).with_changes(**dict.fromkeys(INTERNAL_FIELDS, f"{SECRET} {text}"))
        datasets.edit(entry.id, draft, by=BY, now=timezone.now())
    index()
    said = everything_said(Client(), [entry])
    assert [address for address, answer in said.items() if SECRET in answer.text] == []
    official = Client()
    official.force_login(UserFactory())
    assert f"<dd>{SECRET} second</dd>" in official.get(entry.get_absolute_url()).content.decode()
    assert official.get(f"/api/v1/datasets/{entry.id}").json()["inventory"]["held_in"] == f"{SECRET} second"
    assert f"{SECRET} first" in official.get(f"{entry.get_absolute_url()}/history?from=2&to=3").content.decode()


def test_a_publisher_tells_how_many_it_holds_and_nothing_else_of_them(site, index):
    """The site's publisher keeps its numbers to itself, or the comparison above would find the count."""
    hide_entries(site, index)
    Publisher.objects.update(shows_holdings=True)
    page = Client().get("/publisher/rivers-agency").content.decode()
    assert "Rivers Agency holds 3 datasets, 3 open. 1 of them is described here" in page
    assert SECRET not in page


def test_a_tombstone_does_not_tell_of_a_hidden_successor(site, index):
    successor = hidden(site, "draft", "the-successor")
    gone = Dataset.objects.get(name="salmon-counts")
    datasets.withdraw(gone, reason="Merged.", by=BY, now=timezone.now(), replaced_by=successor)
    response = Client().get(f"/dataset/{gone.id}/{gone.name}")
    assert response.status_code == 410
    assert "Merged." in response.content.decode()
    assert SECRET not in response.content.decode()
    assert "the-successor" not in response.content.decode()


def test_credentials_of_a_source_are_shown_nowhere(site, index):
    Source.objects.update(url=f"https://harvester:{SECRET}@rivers.example/data.json")
    said = everything_said(Client(), [Dataset.objects.get()])
    assert "https://rivers.example/data.json" in said[f"/harvest/{Source.objects.get().slug}"].text
    assert [address for address, answer in said.items() if SECRET in answer.text] == []


def test_the_change_feed_has_no_changes_of_hidden_entries(site, index):
    entries = hide_entries(site, index)
    seen = json.loads(Client().get("/api/v1/changes?page_size=1000").content)["results"]
    assert {change["dataset_id"] for change in seen} & {str(entry.id) for entry in entries} == set()
    assert seen
