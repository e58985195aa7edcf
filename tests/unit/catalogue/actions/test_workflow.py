"""The way of an entry to its readers, and who is told."""

import datetime

import pytest
from django.utils import timezone

from catalogue.actions import workflow
from catalogue.actions.entry import By, Release
from catalogue.enums import Route, State
from catalogue.models import Dataset, Revision
from publishers.enums import Role
from publishers.models import Notice
from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory, officer

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 11, 20, 9, 0, tzinfo=datetime.UTC)


@pytest.fixture
def team():
    department = PublisherFactory(title="Department for Water")
    agency = PublisherFactory(title="Rivers Agency", parent=department, requires_approval=True)
    return agency, officer(agency), officer(department, Role.APPROVER)


def by(user) -> By:
    return By(Route.FORM, user=user)


def steps(entry: Dataset) -> list[tuple[str, str]]:
    return [(note.step, note.comment) for note in reversed(entry.workflow_notes.all())]


def told(person) -> list[tuple[str, str]]:
    return list(Notice.objects.filter(user=person).order_by("id").values_list("kind", "subject"))


def test_an_entry_goes_to_review_back_and_out_and_everybody_is_told(team):
    agency, editor, approver = team
    entry = dataset(agency, title="Eels", state=State.DRAFT)
    workflow.submit(entry, by=by(editor), now=NOW, comment="Please look.")
    workflow.send_back(entry, by=by(approver), now=NOW, comment="Which rivers?")
    workflow.submit(entry, by=by(editor), now=NOW)
    workflow.publish(entry, by=by(approver), now=NOW, comment="Good.")
    entry.refresh_from_db()
    assert entry.state == State.PUBLISHED
    assert steps(entry) == [
        ("submitted", "Please look."),
        ("returned", "Which rivers?"),
        ("submitted", ""),
        ("published", "Good."),
    ]
    assert told(approver) == [("review_request", "“Eels” waits for your review")]
    assert told(editor) == [
        ("comment", "“Eels” was sent back to you"),
        ("comment", "“Eels” was approved and published"),
    ]
    states = [revision.snapshot["state"] for revision in Revision.objects.filter(dataset=entry).order_by("number")]
    assert states == ["draft", "in_review", "draft", "in_review", "published"]


def test_a_step_that_does_not_follow_is_refused(team):
    agency, editor, _ = team
    entry = dataset(agency, state=State.PUBLISHED)
    with pytest.raises(workflow.WrongStep, match=r"Only a draft .* is sent for review\. This one is published\."):
        workflow.submit(entry, by=by(editor), now=NOW)
    with pytest.raises(workflow.WrongStep, match="Only an entry that is in review can be sent back"):
        workflow.send_back(entry, by=by(editor), now=NOW, comment="No.")
    assert steps(entry) == []


def test_a_release_is_scheduled_at_a_whole_minute_and_said_so(team):
    agency, _, approver = team
    entry = dataset(agency, state=State.DRAFT)
    at = datetime.datetime(2026, 11, 26, 9, 30, 40, 5, tzinfo=datetime.UTC)
    workflow.publish(entry, by=by(approver), now=NOW, release=Release(at))
    entry.refresh_from_db()
    assert entry.release_at == at.replace(second=0, microsecond=0)
    assert steps(entry) == [("scheduled", "For release on 26 November 2026 at 09:30.")]
    latest = Revision.objects.filter(dataset=entry).first()
    assert latest.snapshot["release_at"] == "2026-11-26T09:30:00+00:00"
    assert not Dataset.objects.public(entry.release_at - datetime.timedelta(seconds=1)).contains(entry)
    assert Dataset.objects.public(entry.release_at).contains(entry)


def test_withdrawing_names_what_replaces_it_and_publishing_again_forgets_that(team):
    agency, _, approver = team
    entry, successor = dataset(agency), dataset(agency)
    workflow.withdraw(
        entry, reason="Merged.", by=by(approver), now=timezone.now(), replaced_by=successor, redirects=True
    )
    entry.refresh_from_db()
    assert (entry.state, entry.replaced_by, entry.redirects_to_replacement) == (State.WITHDRAWN, successor, True)
    workflow.publish(entry, by=by(approver), now=timezone.now())
    entry.refresh_from_db()
    assert (entry.state, entry.replaced_by, entry.redirects_to_replacement) == (State.PUBLISHED, None, False)
    assert steps(entry) == [("withdrawn", "Merged."), ("published", "")]
