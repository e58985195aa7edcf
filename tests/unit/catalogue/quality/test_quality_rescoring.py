"""Reports in the database: written with the dataset, made anew when they no longer hold, changes recorded."""

import datetime
import io
import itertools
import json
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalogue import tasks
from catalogue.actions import quality, store
from catalogue.actions.quality import RescoreCounts
from catalogue.drafts import DatasetDraft, ResourceDraft
from catalogue.enums import Band, ChangeKind, Frequency, LinkState, Route, State
from catalogue.models import Change, Dataset, Licence, LinkCheck, QualityReport
from catalogue.quality.facts import DatasetFacts, ResourceFacts
from catalogue.quality.score import RULES_VERSION, score
from publishers.models import Publisher, User

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)
LATER = NOW + datetime.timedelta(days=1)
BY = store.By(Route.HARVEST, label="A source")


@pytest.fixture
def publisher() -> Publisher:
    """A publisher without a contact, last changed long ago."""
    publisher = Publisher.objects.create(slug="ministry-of-examples", title="Ministry of Examples")
    Publisher.objects.update(modified_at=NOW - datetime.timedelta(days=30))
    return publisher


def draft(publisher: Publisher, number: int = 1, **fields: object) -> DatasetDraft:
    return DatasetDraft(
        **{
            "title": f"Bus stops of example {number}",
            "publisher_id": publisher.id,
            "resources": (ResourceDraft(url=f"https://example.org/{number}.csv", format="CSV", title="All stops"),),
            **fields,
        }
    )


def write(*drafts: DatasetDraft, now: datetime.datetime = NOW) -> list[Dataset]:
    entries = [store.Entry(draft, state=State.PUBLISHED) for draft in drafts]
    return [Dataset.objects.get(id=stored.dataset_id) for stored in store.upsert_many(entries, by=BY, now=now)]


def check_links(state: LinkState) -> None:
    LinkCheck.objects.update(state=state, checked_at=NOW, failing_since=None if state == LinkState.OK else NOW)


def criterion(dataset: Dataset, key: str) -> dict[str, object]:
    return next(r for r in QualityReport.objects.get(dataset=dataset).results if r["key"] == key)


def quality_changes() -> int:
    return Change.objects.filter(kind=ChangeKind.QUALITY).count()


def test_a_new_dataset_has_its_report_at_once(publisher: Publisher) -> None:
    (dataset,) = write(draft(publisher))
    resource = dataset.resources.get()
    facts = DatasetFacts(
        title_length=22,
        title_words=5,
        resources=(ResourceFacts(id=str(resource.id), label="All stops", format="CSV", is_described=True),),
    )
    scored = score(facts, now=NOW)
    report = QualityReport.objects.get(dataset=dataset)
    assert DatasetFacts.from_json(report.facts) == facts
    assert report.results == [result.to_json() for result in scored.results]
    # title 4, format 12, files described 5, of the 80 points that don't hang on unchecked links
    assert (report.score, report.band) == (26, Band.POOR)
    assert (report.rules_version, report.scored_at, report.due_at) == (RULES_VERSION, NOW, None)
    assert quality_changes() == 0


def test_an_edited_dataset_is_scored_with_the_links_already_checked(publisher: Publisher) -> None:
    (dataset,) = write(draft(publisher))
    check_links(LinkState.BROKEN)
    resource = dataset.resources.get()
    edited = draft(publisher, title="Bus stops of Wales", resources=(ResourceDraft(url=resource.url, id=resource.id),))
    store.upsert_many([store.Entry(edited, dataset.id)], by=BY, now=LATER)
    assert (
        criterion(dataset, "links")["reason"] == "The only checked link doesn't work: “1.csv” (checked on 1 June 2026)."
    )


@pytest.mark.parametrize("count", [1, 3])
def test_writing_reports_takes_as_many_queries_for_one_dataset_as_for_three(
    publisher: Publisher, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    datasets = write(*(draft(publisher, number) for number in range(count)))
    batch = [(dataset, list(dataset.resources.all())) for dataset in datasets]
    with django_assert_num_queries(2):  # publishers, reports
        quality.score_stored(batch, now=NOW)
    Dataset.objects.update(version=2)
    batch = [(dataset, list(dataset.resources.all())) for dataset in Dataset.objects.all()]
    with django_assert_num_queries(3):  # links too
        quality.score_stored(batch, now=NOW)


def test_rescoring_records_a_change_for_each_score_that_moved(publisher: Publisher) -> None:
    broken, _ = write(draft(publisher, 1), draft(publisher, 2))
    LinkCheck.objects.filter(resource__dataset=broken).update(state=LinkState.BROKEN, checked_at=NOW, failing_since=NOW)
    assert quality.rescore(None, now=LATER) == RescoreCounts(scored=2, changed=1)
    assert QualityReport.objects.get(dataset=broken).score == 21  # 21 of all 100 points
    change = Change.objects.get(kind=ChangeKind.QUALITY)
    assert (change.dataset_id, change.at) == (broken.id, LATER)
    assert quality.rescore(None, now=LATER) == RescoreCounts(scored=2, changed=0)
    assert quality_changes() == 1


def test_rescoring_single_datasets_leaves_the_others_alone(publisher: Publisher) -> None:
    one, other = write(draft(publisher, 1), draft(publisher, 2))
    assert quality.rescore([one.id, uuid4()], now=LATER) == RescoreCounts(scored=1, changed=0)
    assert QualityReport.objects.get(dataset=one).scored_at == LATER
    assert QualityReport.objects.get(dataset=other).scored_at == NOW


def test_a_missing_report_is_made(publisher: Publisher) -> None:
    write(draft(publisher))
    QualityReport.objects.all().delete()
    assert quality.rescore(None, now=NOW) == RescoreCounts(scored=1, changed=1)
    assert QualityReport.objects.get().score == 26


def test_every_batch_is_scored_and_told_to_progress(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "_BATCH", 2)
    datasets = write(*(draft(publisher, number) for number in range(5)))
    told: list[int] = []
    assert quality.rescore(None, now=LATER, progress=told.append) == RescoreCounts(scored=5, changed=0)
    assert told == [2, 2, 1]
    told.clear()
    assert quality.rescore((d.id for d in datasets), now=LATER, progress=told.append).scored == 5
    assert told == [2, 2, 1]


@pytest.mark.parametrize("count", [1, 3])
def test_a_batch_takes_the_same_queries_however_many_datasets(publisher: Publisher, count: int) -> None:
    datasets = write(*(draft(publisher, number) for number in range(count)))
    with CaptureQueriesContext(connection) as queries:
        quality.rescore([dataset.id for dataset in datasets], now=NOW)
    statements = [q["sql"].split()[0] for q in queries if "SAVEPOINT" not in q["sql"]]
    # datasets, resources, old scores, links, publishers; then the reports, with where each entry stands
    assert statements == ["SELECT"] * 5 + ["WITH"]


def test_what_is_due_is_an_update_that_did_not_come(publisher: Publisher) -> None:
    monthly = {"frequency": Frequency.MONTHLY, "modified": datetime.date(2026, 5, 20)}
    due, _ = write(draft(publisher, 1, **monthly), draft(publisher, 2))
    due_at = QualityReport.objects.get(dataset=due).due_at
    assert due_at == datetime.datetime(2026, 6, 27, 23, tzinfo=datetime.UTC)
    assert quality.rescore_due(now=due_at - datetime.timedelta(seconds=1)) == RescoreCounts()
    assert quality.rescore_due(now=due_at) == RescoreCounts(scored=1, changed=1)
    assert criterion(due, "up_to_date")["points"] == 8
    assert quality.rescore_due(now=due_at) == RescoreCounts()


def test_reports_of_other_rules_are_made_anew_within_the_limit(publisher: Publisher) -> None:
    write(*(draft(publisher, number) for number in range(3)))
    QualityReport.objects.update(rules_version=0)
    assert quality.rescore_due(now=LATER, limit=2) == RescoreCounts(scored=2, changed=0)
    assert quality.rescore_due(now=LATER, limit=2) == RescoreCounts(scored=1, changed=0)
    assert set(QualityReport.objects.values_list("rules_version", flat=True)) == {RULES_VERSION}


@pytest.mark.parametrize(("seconds", "scored"), [(3_600, 5), (100, 4), (0, 2)])
def test_new_rules_reach_everything_turn_by_turn_as_long_as_there_is_time(
    publisher: Publisher, seconds: float, scored: int
) -> None:
    """The clock is looked at as the work begins and before each turn; here a minute passes every time."""
    write(*(draft(publisher, number) for number in range(5)))
    QualityReport.objects.update(rules_version=0)
    minutes = itertools.count()
    counts = quality.rescore_all_due(
        clock=lambda: LATER + datetime.timedelta(minutes=next(minutes)), seconds=seconds, limit=2
    )
    assert counts == RescoreCounts(scored=scored, changed=0)
    assert QualityReport.objects.filter(rules_version=RULES_VERSION).count() == scored


def test_a_publishers_new_contact_reaches_the_entries_that_name_none(publisher: Publisher) -> None:
    own, inheriting = write(
        draft(publisher, 1, contact_email="stops@example.org"), draft(publisher, 2, contact_name="Stops team")
    )
    Publisher.objects.update(contact_email="office@example.org", modified_at=NOW + datetime.timedelta(hours=1))
    assert quality.rescore_due(now=LATER) == RescoreCounts(scored=1, changed=1)
    assert criterion(inheriting, "contact")["reason"] == "Questions go to the publisher's own contact."
    assert QualityReport.objects.get(dataset=own).scored_at == NOW
    assert quality.rescore_due(now=LATER) == RescoreCounts()


def test_the_command_prints_its_counts(publisher: Publisher) -> None:
    write(draft(publisher, 1), draft(publisher, 2))
    check_links(LinkState.OK)
    out = io.StringIO()
    call_command("rescore", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"scored": 2, "changed": 2}
    out = io.StringIO()
    call_command("rescore", stdout=out)
    assert out.getvalue() == "Scored 2 datasets; the score of 0 changed.\n"


def test_the_task_rescores_what_is_due(publisher: Publisher) -> None:
    (dataset,) = write(draft(publisher), now=timezone.now())
    QualityReport.objects.update(rules_version=0)
    tasks.rescore_due()
    assert QualityReport.objects.get(dataset=dataset).rules_version == RULES_VERSION


def test_opening_a_licence_in_the_admin_lets_its_datasets_be_scored_anew(publisher: Publisher, client: Client) -> None:
    Licence.objects.create(code="house-licence", title="House licence", is_open=False)
    under_it, other = write(draft(publisher, licence_id="house-licence"), draft(publisher, 2))
    assert criterion(under_it, "licence")["points"] == 6
    client.force_login(User.objects.create_superuser(email="operator@example.org", password="correct horse"))
    form = {"code": "house-licence", "title": "House licence", "url": "", "is_open": "on", "position": 100}
    response = client.post("/admin/catalogue/licence/house-licence/change/", form)
    assert response.status_code == 302
    assert quality.rescore_due(now=timezone.now()).scored == 1
    assert criterion(under_it, "licence")["points"] == 12
    assert criterion(other, "licence")["points"] == 0
