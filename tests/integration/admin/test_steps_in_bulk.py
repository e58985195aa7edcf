"""Many entries go their way at once: drafts sent for review by who may not publish, published by who may, undone."""

import pytest
from django.utils import timezone

from catalogue.actions import workflow
from catalogue.actions.entry import By
from catalogue.enums import Route, State, Visibility
from catalogue.models import Batch, Dataset, WorkflowNote
from publishers.enums import AuditAction, Role
from publishers.models import AuditEntry, Notice
from tests.factories.catalogue import dataset
from tests.factories.clients import signed_in
from tests.factories.publishers import MembershipFactory, PublisherFactory, officer
from tests.integration.admin.test_bulk import LIST, press, versions

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency():
    return PublisherFactory(title="Rivers Agency", slug="rivers", requires_approval=True)


def states() -> dict[str, str]:
    return dict(Dataset.objects.values_list("title", "state"))


def told() -> list[tuple[str, str, str]]:
    return sorted(Notice.objects.values_list("user__email", "subject", "path"))


def test_an_editor_sends_an_inventory_for_review_and_an_approver_publishes_it_each_told_once(agency):
    editor, approver = officer(agency), officer(agency, Role.APPROVER)
    entries = [
        *(dataset(agency, title=title, state=State.DRAFT) for title in ("Eels", "Newts", "Voles")),
        dataset(agency, title="Otters"),
        dataset(agency, title="Mink"),
    ]
    workflow.withdraw(entries[-1], reason="No mink is left.", by=By(Route.COMMAND), now=timezone.now())
    client = signed_in(editor)
    assert "publish_selected" not in client.get(LIST).content.decode()
    shown = client.post(LIST, {"action": "submit_selected", "_selected_action": [str(one.pk) for one in entries]})
    page = shown.content.decode()
    assert "3 of 5 would change" in page
    assert "Do it: send for review 3" in page
    assert set(states().values()) == {State.DRAFT, State.PUBLISHED, State.WITHDRAWN}
    press(client, "submit_selected", entries, "_apply", versions=versions(shown), comment="All of 2026.")
    review = {"Eels": "in_review", "Newts": "in_review", "Voles": "in_review"}
    assert states() == review | {"Otters": "published", "Mink": "withdrawn"}
    assert Batch.objects.get().title == "Sent 3 drafts for review"
    said = set(WorkflowNote.objects.filter(person=editor).values_list("dataset__title", "step", "comment"))
    assert said == {(title, "submitted", "All of 2026.") for title in review}
    waits = (approver.email, "3 entries wait for your review", f"{LIST}?publisher=rivers&needs=review")
    assert told() == [waits]

    client = signed_in(approver)
    shown = press(client, "publish_selected", entries, "_preview")
    answer = press(client, "publish_selected", entries, "_apply", versions=versions(shown))
    assert states() == dict.fromkeys(("Eels", "Newts", "Otters", "Voles"), "published") | {"Mink": "withdrawn"}
    approved = (editor.email, "3 entries you worked on were approved", f"{LIST}?publisher=rivers")
    assert told() == sorted([waits, approved])
    logged = AuditEntry.objects.filter(action=AuditAction.DATASET_PUBLISHED, actor_id=approver.pk)
    assert sorted(logged.values_list("object_label", flat=True)) == ["Eels", "Newts", "Voles"]

    client.post(answer.url.replace("/change/", "/undo/"))
    assert states() == review | {"Otters": "published", "Mink": "withdrawn"}


def test_nobody_publishes_or_submits_in_bulk_what_is_not_theirs_to_publish(agency):
    """Somebody who approves for one body and edits for another publishes the first's alone."""
    other, strange = PublisherFactory(title="Moles Agency", requires_approval=True), PublisherFactory()
    person = officer(agency, Role.APPROVER)
    MembershipFactory(user=person, publisher=other, role=Role.EDITOR)
    ours = dataset(agency, title="Eels", state=State.DRAFT, visibility=Visibility.PUBLISHER)
    theirs = dataset(other, title="Moles", state=State.IN_REVIEW)
    hidden = dataset(strange, title="Secrets", state=State.DRAFT)
    client = signed_in(person)
    chosen = [ours, theirs, hidden]
    shown = press(client, "publish_selected", chosen, "_preview")
    page = shown.content.decode()
    assert "1 stays as it is, since you may not publish it." in page
    assert "Secrets" not in page
    press(client, "publish_selected", chosen, "_apply", versions=versions(shown))
    assert states() == {"Eels": "published", "Moles": "in_review", "Secrets": "draft"}
    press(client, "submit_selected", [hidden], "_apply", versions="1:1")
    # Who may publish nowhere gains nothing by sending what the list does not offer them
    press(signed_in(officer(other)), "publish_selected", [theirs], "_apply", versions="1:1")
    assert states() == {"Eels": "published", "Moles": "in_review", "Secrets": "draft"}
