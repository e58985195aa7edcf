"""Review, release and withdrawal, as people press the buttons; and what readers then see."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.enums import State
from catalogue.models import Dataset
from publishers.enums import Role
from tests.factories.catalogue import dataset
from tests.factories.clients import signed_in
from tests.factories.publishers import PublisherFactory, officer
from tests.integration.admin.test_dataset_form import ADD, change_url, values

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency():
    return PublisherFactory(title="Rivers Agency", requires_approval=True)


def review(entry: Dataset) -> str:
    return f"/admin/catalogue/dataset/{entry.pk}/review/"


def test_where_approval_is_needed_an_editor_sends_for_review_and_an_approver_publishes(agency):
    editor, approver = signed_in(officer(agency)), signed_in(officer(agency, Role.APPROVER))
    answer = editor.post(ADD, values(agency, _publish="1"))
    entry = Dataset.objects.get()
    assert (entry.state, entry.version, answer.url) == (State.IN_REVIEW, 1, review(entry))
    page = approver.get(review(entry)).content.decode()
    assert 'value="Approve and publish"' in page
    assert 'value="Approve and publish"' not in editor.get(review(entry)).content.decode()
    assert editor.post(review(entry), {"_publish": "1"}).status_code == 403
    answer = approver.post(review(entry), {"_send_back": "1", "comment": " "})
    assert "Say something first" in answer.content.decode()
    approver.post(review(entry), {"_publish": "1", "comment": "Good work."})
    entry.refresh_from_db()
    assert entry.state == State.PUBLISHED
    assert "Good work." in editor.get(review(entry)).content.decode()


def test_a_release_time_is_to_come_and_only_who_may_publish_moves_it(agency):
    editor, approver = signed_in(officer(agency)), signed_in(officer(agency, Role.APPROVER))
    tomorrow = timezone.localtime() + datetime.timedelta(days=1)
    past = editor.post(ADD, values(agency, release_at="2020-01-01T09:30"))
    assert "This time has passed" in past.content.decode()
    approver.post(ADD, values(agency, release_at=f"{tomorrow:%Y-%m-%d}T09:30", _publish="1"))
    entry = Dataset.objects.get()
    assert (entry.state, timezone.localtime(entry.release_at).time()) == (State.PUBLISHED, datetime.time(9, 30))
    assert Client().get(entry.get_absolute_url()).status_code == 404
    moved = editor.post(change_url(entry), values(agency, read_version="1", release_at=""))
    assert "Only somebody who may publish this entry can change when it is released" in moved.content.decode()
    approver.post(change_url(entry), values(agency, read_version="1", base_version="1", release_at=""))
    assert Client().get(entry.get_absolute_url()).status_code == 200
    again = approver.post(change_url(entry), values(agency, read_version="2", release_at=f"{tomorrow:%Y-%m-%d}T09:30"))
    assert "This entry is released already" in again.content.decode()


def test_a_withdrawn_entry_shows_its_tombstone_or_leads_to_what_replaces_it(agency):
    approver = signed_in(officer(agency, Role.APPROVER))
    old, new = dataset(agency, title="Old eels", name="old-eels"), dataset(agency, title="New eels", name="new-eels")
    address = f"/admin/catalogue/dataset/{old.pk}/withdraw/"
    wrong = approver.post(address, {"reason": "Merged.", "replaced_by": "no-such-entry", "redirects": "on"})
    assert "There is no entry with this address or name" in wrong.content.decode()
    assert (
        "An entry can&#x27;t replace itself"
        in approver.post(address, {"reason": "Merged.", "replaced_by": old.get_absolute_url()}).content.decode()
    )
    approver.post(address, {"reason": "Merged.", "replaced_by": f"https://x.example{new.get_absolute_url()}"})
    page = Client().get(old.get_absolute_url())
    assert page.status_code == 410
    assert f'Use <a class="govuk-link" href="{new.get_absolute_url()}">New eels</a> instead.' in page.content.decode()
    Dataset.objects.filter(pk=old.pk).update(redirects_to_replacement=True)
    led = Client().get(old.get_absolute_url())
    assert (led.status_code, led.url) == (302, new.get_absolute_url())
    Dataset.objects.filter(pk=new.pk).update(state=State.DRAFT)
    assert Client().get(old.get_absolute_url()).status_code == 410


def test_versions_are_compared_with_names_and_one_is_restored(agency):
    person = officer(agency)
    client = signed_in(person)
    entry = dataset(agency, title="First", state=State.DRAFT)
    client.post(change_url(entry), values(agency, title="Second", held_in="Shed", read_version="1", name=entry.name))
    answer = client.get(f"/admin/catalogue/dataset/{entry.pk}/versions/")
    page = answer.content.decode()
    rows = [(one.label, one.before, one.after) for one in answer.context["changes"]]
    assert {("Title", "First", "Second"), ("Held in", "", "Shed")} <= set(rows)
    assert f'<td data-label="Who">{person}</td>' in page
    client.post(f"/admin/catalogue/dataset/{entry.pk}/restore/", {"number": "1"})
    entry.refresh_from_db()
    assert (entry.title, entry.held_in, entry.version) == ("First", "", 3)
    assert "Restored version 1" in client.get(f"/admin/catalogue/dataset/{entry.pk}/versions/").content.decode()
    for number in ("9", "", "x"):
        answer = client.post(f"/admin/catalogue/dataset/{entry.pk}/restore/", {"number": number}, follow=True)
        assert "This entry never had that version." in answer.content.decode()


def test_two_who_edit_at_once_keep_the_work_of_both(agency):
    """She changes title and tags; he, who began from the same version, title and description."""
    hers, his = signed_in(officer(agency)), signed_in(officer(agency))
    entry = dataset(agency, title="Eels", tags=("eel",), frequency="daily", state=State.DRAFT)
    hers.post(
        change_url(entry),
        values(agency, title="Tweed eels", tags="eel, tweed", read_version="1", base_version="1"),
    )
    posted = values(agency, title="Eels & elvers", tags="eel", description="Both.", read_version="1", base_version="1")
    shown = his.post(change_url(entry), posted).content.decode()
    assert "Nothing is lost: this form holds your work and theirs" in shown
    assert 'name="title" value="Eels &amp; elvers"' in shown
    assert 'name="tags" value="eel, tweed"' in shown
    assert "you both changed it, so please choose" in shown
    assert 'name="read_version" value="2"' in shown
    his.post(change_url(entry), posted | {"tags": "eel, tweed", "read_version": "2"})
    entry.refresh_from_db()
    assert (entry.title, entry.tags, entry.description) == ("Eels & elvers", ["eel", "tweed"], "Both.")


def test_a_file_that_one_adds_stays_when_the_other_saves_second(agency):
    client = signed_in(officer(agency))
    entry = dataset(agency, title="Eels", state=State.DRAFT)

    def file(url: str) -> dict[str, str]:
        return {"resources-TOTAL_FORMS": "1", "resources-0-url": url, "resources-0-kind": "data"}

    first = values(agency, title="Eels", read_version="1", base_version="1", **file("https://x.example/hers.csv"))
    client.post(change_url(entry), first)
    second = values(agency, title="Eels", read_version="1", base_version="1", **file("https://x.example/his.csv"))
    assert "They also changed files and links" in client.post(change_url(entry), second).content.decode()
    client.post(change_url(entry), second | {"read_version": "2"})
    assert sorted(entry.resources.values_list("url", flat=True)) == [
        "https://x.example/hers.csv",
        "https://x.example/his.csv",
    ]
