"""Changes of published entries that wait for approval: held, worked on, approved, sent back, taken back."""

import datetime

import pytest
from django.utils import timezone

from catalogue.actions import datasets, proposals
from catalogue.actions.amending import EditConflict, amend, with_resource
from catalogue.actions.entry import By, Entry, Origin, Result
from catalogue.actions.store import upsert_many
from catalogue.edit_point import EditPoint
from catalogue.enums import OPEN_PROPOSAL_STATES, ProposalState, Route, State, Visibility, WorkflowStep
from catalogue.models import Change, Dataset, Proposal, ProposalEdition, Revision, WorkflowNote
from catalogue.proposed import working_copy
from publishers.enums import AuditAction, Role
from publishers.models import AuditEntry, Notice
from tests.factories.catalogue import csv_file, dataset, draft
from tests.factories.publishers import PublisherFactory, officer

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def agency():
    return PublisherFactory(title="Rivers Agency", requires_approval=True)


@pytest.fixture
def editor(agency):
    return By(Route.FORM, user=officer(agency))


@pytest.fixture
def approver(agency):
    return By(Route.FORM, user=officer(agency, Role.APPROVER))


def change(entry, by, **fields):
    return amend(entry.pk, lambda said: said.with_changes(**fields), by=by, now=NOW)


def stands(entry):
    return Dataset.objects.get(pk=entry.pk)


def test_an_editors_change_waits_and_the_entry_stays_as_it_is(agency, editor, approver):
    entry = dataset(agency, title="Eels", description="Counted.")
    changes = Change.objects.count()
    stored = change(entry, editor, title="Tweed eels")
    proposal = Proposal.objects.get()
    edition = proposal.editions.get()
    assert (stored.result, stored.version, stored.edition) == (Result.HELD, 1, edition.pk)
    assert (stands(entry).title, stands(entry).version) == ("Eels", 1)
    assert (Change.objects.count(), Revision.objects.filter(dataset=entry).count()) == (changes, 1)
    assert (edition.snapshot["title"], edition.base, edition.person) == ("Tweed eels", 1, editor.user)
    note = WorkflowNote.objects.get()
    assert (note.step, note.comment) == (WorkflowStep.PROPOSED, "Title.")
    told = Notice.objects.get()
    assert (told.user, told.subject) == (approver.user, "A change of “Eels” waits for your approval")
    line = AuditEntry.objects.get(action=AuditAction.CHANGE_PROPOSED)
    assert (line.actor_id, line.detail) == (editor.user.pk, {"route": "form", "version": 1, "fields": ["title"]})


def test_what_an_approver_operator_or_machine_changes_is_not_held_nor_are_drafts(agency, editor, approver):
    entry = dataset(agency, title="Eels")
    assert change(entry, approver, title="By the approver").result == Result.UPDATED
    assert change(entry, By(Route.COMMAND, label="A machine"), title="By a machine").result == Result.UPDATED
    unpublished = dataset(agency, title="Draft", state=State.DRAFT)
    assert change(unpublished, editor, title="Mine").result == Result.UPDATED
    elsewhere = dataset(PublisherFactory(), title="No approval here")
    own = By(Route.FORM, user=officer(elsewhere.publisher))
    assert change(elsewhere, own, title="At once").result == Result.UPDATED
    assert Proposal.objects.count() == 0


def test_who_may_see_an_entry_is_held_too_and_so_is_giving_it_to_who_approves(agency, editor):
    internal = dataset(agency, visibility=Visibility.OFFICIALS)
    amend(internal.pk, lambda said: said, by=editor, now=NOW, visibility=Visibility.PUBLIC)
    assert stands(internal).visibility == Visibility.OFFICIALS
    assert working_copy(internal).fields == ["visibility"]
    free = PublisherFactory()
    given = dataset(free)
    both = By(Route.FORM, user=officer(free))
    officer_there = officer(agency)
    officer_there.memberships.update(user=both.user)
    assert change(given, both, publisher_id=agency.pk).result == Result.HELD
    assert stands(given).publisher_id == free.pk


def test_all_who_propose_work_on_one_change_and_none_loses_anything(agency, editor):
    entry = dataset(agency, title="Eels", resources=(csv_file("https://x.example/1.csv"),))
    other = By(Route.API, user=officer(agency))
    change(entry, editor, title="Tweed eels")
    amend(entry.pk, lambda said: with_resource(said, csv_file("https://x.example/2.csv")), by=other, now=NOW)
    change(entry, editor, tags=("eel",))
    copy = working_copy(entry)
    assert (copy.draft.title, copy.draft.tags) == ("Tweed eels", ("eel",))
    assert [file.url for file in copy.draft.resources] == ["https://x.example/1.csv", "https://x.example/2.csv"]
    assert copy.fields == ["title", "tags", "resources"]
    assert [edition.person for edition in copy.proposal.editions.order_by("id")] == [
        editor.user,
        other.user,
        editor.user,
    ]
    with pytest.raises(EditConflict):
        amend(entry.pk, lambda said: said, by=editor, now=NOW, expected=EditPoint(1))


def test_approved_it_is_a_revision_by_its_author_that_names_who_approved(agency, editor, approver):
    entry = dataset(agency, title="Eels", resources=(csv_file("https://x.example/1.csv"),))
    change(entry, editor, title="Tweed eels", resources=(csv_file("https://x.example/2.csv", id=None),))
    files = working_copy(entry).draft.resources
    later = NOW + datetime.timedelta(minutes=5)
    stored = proposals.approve(entry, seen=working_copy(entry).point, by=approver, now=later, comment="Right.")
    entry = stands(entry)
    assert (stored.result, entry.title, entry.version) == (Result.UPDATED, "Tweed eels", 2)
    assert [file.id for file in entry.resources.all()] == [file.id for file in files]
    revision = Revision.objects.get(dataset=entry, number=2)
    assert (revision.actor, revision.route) == (editor.user, "form")
    assert revision.comment == f"Approved by {approver.user}"
    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.decided_by, proposal.decided_at) == ("approved", approver.user, later)
    told = Notice.objects.get(kind="comment")
    assert (told.user, told.subject) == (editor.user, "Your change of “Eels” was approved")
    actions = AuditEntry.objects.filter(object_id=str(entry.pk)).order_by("id").values_list("action", "actor_id")
    assert list(actions) == [("change_proposed", editor.user.pk), ("change_approved", approver.user.pk)]
    with pytest.raises(proposals.CannotDecide):
        proposals.approve(entry, seen=None, by=approver, now=NOW)


def test_sent_back_it_is_worked_on_and_waits_again_or_is_taken_back(agency, editor, approver):
    entry = dataset(agency, title="Eels")
    change(entry, editor, title="Eals")
    proposals.send_back(entry, seen=working_copy(entry).point, by=approver, now=NOW, comment="Look at the title.")
    assert Proposal.objects.get().state == ProposalState.RETURNED
    assert Notice.objects.get(kind="comment").subject == "Your change of “Eels” was sent back to you"
    with pytest.raises(proposals.CannotDecide):
        proposals.approve(entry, seen=None, by=approver, now=NOW)
    change(entry, editor, title="Tweed eels")
    assert (Proposal.objects.get().state, ProposalEdition.objects.count()) == (ProposalState.WAITING, 2)
    proposals.take_back(entry, by=editor, now=NOW)
    assert (Proposal.objects.get().state, stands(entry).title) == (ProposalState.TAKEN_BACK, "Eels")
    change(entry, editor, title="Another")
    assert Proposal.objects.filter(state__in=OPEN_PROPOSAL_STATES).count() == 1


def test_whoever_puts_everything_back_as_it_was_takes_the_change_back(agency, editor):
    entry = dataset(agency, title="Eels")
    change(entry, editor, title="Tweed eels")
    assert change(entry, editor, title="Eels").edition == 0
    assert Proposal.objects.get().state == ProposalState.TAKEN_BACK
    assert change(entry, editor, title="Eels").result == Result.UNCHANGED


def test_a_harvest_meanwhile_is_kept_and_what_both_changed_is_pointed_at(agency, editor, approver):
    origin = Origin("guid-1", url="https://source.example")
    entry = dataset(agency, title="Eels", description="Old.", tags=("eel",), origin=origin)
    change(entry, editor, title="Tweed eels", tags=("eel", "tweed"))
    seen = working_copy(entry).point
    harvested = draft(agency, title="EELS 2026", description="New.", tags=("eel",), resources=(csv_file(),))
    upsert_many([Entry(harvested, entry.pk, origin=origin)], by=By(Route.HARVEST, label="A source"), now=NOW)
    with pytest.raises(proposals.CannotDecide):
        proposals.approve(entry, seen=seen, by=approver, now=NOW)
    copy = working_copy(stands(entry))
    assert (copy.clashes, copy.base["title"]) == ({"title"}, "Eels")
    assert (copy.draft.title, copy.draft.description, copy.draft.tags) == ("Tweed eels", "New.", ("eel", "tweed"))
    proposals.approve(entry, seen=copy.point, by=approver, now=NOW)
    entry = stands(entry)
    assert (entry.title, entry.description, entry.resources.count()) == ("Tweed eels", "New.", 1)
    assert entry.overlay == {
        "title": {"ours": "Tweed eels", "theirs": "EELS 2026"},
        "tags": {"ours": ["eel", "tweed"], "theirs": ["eel"]},
    }


def test_a_version_restored_by_an_editor_is_held(agency, editor, approver):
    entry = dataset(agency, title="Eels")
    change(entry, approver, title="Tweed eels")
    assert datasets.restore(stands(entry), number=1, by=editor, now=NOW).is_held
    assert stands(entry).title == "Tweed eels"
