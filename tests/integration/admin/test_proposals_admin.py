"""Changes that wait for approval, as people make, compare and decide on them in their browser."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from catalogue.actions.amending import amend
from catalogue.actions.entry import By, Origin
from catalogue.enums import Route, State
from catalogue.models import Batch, Dataset, Proposal
from catalogue.proposed import working_copies, working_copy
from publishers.enums import Role
from publishers.models import Notice, User
from tests.factories.catalogue import csv_file, dataset, proposed
from tests.factories.clients import signed_in
from tests.factories.publishers import MembershipFactory, PublisherFactory, officer
from tests.integration.admin.test_bulk import press
from tests.integration.admin.test_dataset_form import change_url, values

pytestmark = pytest.mark.django_db

LIST_OF_PROPOSALS = "/admin/catalogue/proposal/"


@pytest.fixture
def agency():
    return PublisherFactory(title="Rivers Agency", requires_approval=True)


def change(entry: Dataset, person: User, **fields):
    amend(entry.pk, lambda said: said.with_changes(**fields), by=By(Route.FORM, user=person), now=timezone.now())


def review(entry: Dataset) -> str:
    return f"/admin/catalogue/dataset/{entry.pk}/review/"


def posted(agency, point="1", **fields):
    return values(agency, read_version=point, base_version=point, **fields)


def files_of(*files, initial):
    """What the form has of files, those that stand among them first."""
    fields = {"resources-TOTAL_FORMS": str(len(files)), "resources-INITIAL_FORMS": str(initial)}
    for place, file in enumerate(files):
        fields |= {f"resources-{place}-{name}": value for name, value in {"kind": "data", **file}.items()}
    return fields


def test_an_editor_saves_an_approver_sees_both_and_approves(agency):
    editor, approver = signed_in(officer(agency)), signed_in(officer(agency, Role.APPROVER))
    entry = dataset(agency, title="Eels", name="eels", resources=(csv_file("https://x.example/1.csv"),))
    form = editor.get(change_url(entry)).content.decode()
    assert "What you change here waits beside the entry until somebody approves it." in form
    assert 'value="Save and send for approval"' in form
    mine = {"id": str(entry.resources.get().pk), "url": "https://x.example/1.csv", "title": "The file", "format": "CSV"}
    new = {"url": "https://x.example/2.csv", "title": "Another"}
    answer = editor.post(
        change_url(entry),
        posted(agency, title="Tweed eels", name="eels", **files_of(mine, new, initial=1)),
        follow=True,
    )
    shown = answer.content.decode()
    assert "Your change of “Eels” waits for approval. Readers don’t see it yet." in shown
    assert 'name="title" value="Tweed eels"' in shown
    assert 'value="https://x.example/2.csv"' in shown
    entry.refresh_from_db()
    assert (entry.title, entry.version, entry.resources.count()) == ("Eels", 1, 1)
    assert 'name="title" value="Eels"' in approver.get(change_url(entry)).content.decode()
    page = approver.get(review(entry))
    both = page.content.decode()
    assert '<td class="before" data-label="Published">Eels</td>' in both
    assert '<td class="after" data-label="Proposed">Tweed eels</td>' in both
    assert 'value="Approve the change"' in both
    assert 'value="Approve the change"' not in editor.get(review(entry)).content.decode()
    assert editor.post(review(entry), {"_approve": "1"}).status_code == 403
    approver.post(review(entry), {"_approve": "1", "seen": str(page.context["copy"].point)})
    entry.refresh_from_db()
    assert (entry.title, entry.version, entry.name) == ("Tweed eels", 2, "eels")
    assert [file.title for file in entry.resources.order_by("position")] == ["The file", "Another"]


def test_files_of_a_proposed_change_are_edited_and_removed_as_stored_ones_are(agency):
    editor = signed_in(officer(agency))
    entry = dataset(agency, title="Eels", name="eels", resources=(csv_file("https://x.example/1.csv"),))
    mine = {"id": str(entry.resources.get().pk), "url": "https://x.example/1.csv", "title": "The file", "format": "CSV"}
    new = {"url": "https://x.example/2.csv", "title": "Another"}
    editor.post(change_url(entry), posted(agency, title="Eels", name="eels", **files_of(mine, new, initial=1)))
    page = editor.get(change_url(entry))
    copy = page.context["copy"]
    proposed = {"id": str(copy.draft.resources[1].id), **new, "title": "Renamed"}
    again = files_of(mine | {"DELETE": "on"}, proposed, initial=2)
    editor.post(change_url(entry), posted(agency, point=str(copy.point), title="Eels", name="eels", **again))
    copy = editor.get(change_url(entry)).context["copy"]
    assert [(file.id, file.title) for file in copy.draft.resources] == [(copy.draft.resources[0].id, "Renamed")]
    assert str(copy.draft.resources[0].id) == proposed["id"]
    assert entry.resources.count() == 1


def test_two_editors_of_one_change_keep_the_work_of_both(agency):
    hers, his = signed_in(officer(agency)), signed_in(officer(agency))
    entry = dataset(agency, title="Eels", name="eels", tags=("eel",), frequency="daily")
    hers.post(change_url(entry), posted(agency, title="Tweed eels", name="eels", tags="eel, tweed"))
    answer = his.post(change_url(entry), posted(agency, title="Eels", name="eels", tags="eel", description="Both."))
    shown = answer.content.decode()
    assert "Nothing is lost: this form holds your work and theirs" in shown
    assert 'name="title" value="Tweed eels"' in shown
    point = str(answer.context["conflict"].current)
    his.post(
        change_url(entry),
        posted(agency, title="Tweed eels", name="eels", tags="eel, tweed", description="Both.")
        | {"read_version": point},
    )
    copy = his.get(change_url(entry)).context["copy"]
    assert (copy.draft.title, copy.draft.tags, copy.draft.description) == ("Tweed eels", ("eel", "tweed"), "Both.")


def test_what_the_approver_changed_meanwhile_is_shown_to_whoever_decides(agency):
    editor, approver = signed_in(officer(agency)), signed_in(officer(agency, Role.APPROVER))
    entry = dataset(agency, title="Eels", name="eels", frequency="daily")
    editor.post(change_url(entry), posted(agency, title="Tweed eels", name="eels"))
    seen = str(approver.get(review(entry)).context["copy"].point)
    form = approver.get(change_url(entry)).content.decode()
    assert "A change of this entry waits for approval. This form shows the entry as it is published." in form
    approver.post(change_url(entry), posted(agency, title="All eels", name="eels", description="Theirs."))
    answer = approver.post(review(entry), {"_approve": "1", "seen": seen}, follow=True).content.decode()
    assert "The entry or the change was edited meanwhile. Look at the difference once more." in answer
    assert "<strong>Changed since this was proposed.</strong> It said: Eels" in answer
    page = approver.get(review(entry))
    approver.post(review(entry), {"_approve": "1", "seen": str(page.context["copy"].point)})
    entry.refresh_from_db()
    assert (entry.title, entry.description, entry.version) == ("Tweed eels", "Theirs.", 3)


def test_it_is_sent_back_with_a_comment_and_taken_back(agency):
    editor, approver = signed_in(officer(agency)), signed_in(officer(agency, Role.APPROVER))
    entry = dataset(agency, title="Eels", name="eels", frequency="daily")
    editor.post(change_url(entry), posted(agency, title="Eals", name="eels"))
    seen = str(approver.get(review(entry)).context["copy"].point)
    assert "Say something first" in approver.post(review(entry), {"_refuse": "1", "seen": seen}).content.decode()
    approver.post(review(entry), {"_refuse": "1", "seen": seen, "comment": "A letter is wrong."})
    back = editor.get(change_url(entry)).content.decode()
    assert "This form shows a change that was sent back" in back
    assert "A letter is wrong." in editor.get(review(entry)).content.decode()
    editor.post(review(entry), {"_take_back": "1"})
    assert Proposal.objects.get().state == "taken_back"
    assert 'name="title" value="Eels"' in editor.get(change_url(entry)).content.decode()


def test_the_correction_of_a_harvested_entry_waits_and_becomes_an_overlay(agency):
    editor, approver = signed_in(officer(agency)), signed_in(officer(agency, Role.APPROVER))
    entry = dataset(agency, title="EELS", name="eels", frequency="daily", origin=Origin("g", url="https://s.example"))
    editor.post(change_url(entry), posted(agency, title="Eels", name="eels"))
    entry.refresh_from_db()
    assert (entry.title, entry.overlay) == ("EELS", {})
    seen = str(approver.get(review(entry)).context["copy"].point)
    approver.post(review(entry), {"_approve": "1", "seen": seen})
    entry.refresh_from_db()
    assert (entry.title, entry.overlay["title"]) == ("Eels", {"ours": "Eels", "theirs": "EELS"})


def test_nobody_else_is_told_of_it(agency):
    editor, entry = signed_in(officer(agency)), dataset(agency, title="Eels", name="eels", frequency="daily")
    editor.post(change_url(entry), posted(agency, title="A secret title", name="eels"))
    stranger = signed_in(officer(PublisherFactory()))
    assert stranger.get(review(entry), follow=True).status_code == 404
    for client in (Client(), stranger, editor):
        assert "A secret title" not in client.get(entry.get_absolute_url()).content.decode()


def test_a_change_in_bulk_waits_where_it_must_and_is_undone_as_one(agency):
    free = PublisherFactory(title="Free Agency")
    person = officer(agency)
    MembershipFactory(user=person, publisher=free)
    editor, approver = signed_in(person), signed_in(officer(agency, Role.APPROVER))
    one, other = dataset(agency, title="Eels", tags=("eel",)), dataset(agency, title="Otters", tags=("otter",))
    draft, elsewhere = dataset(agency, state=State.DRAFT), dataset(free, title="Birds")
    change(one, person, title="Tweed eels")
    wanted = {"add_tags": "river"}
    chosen = [one, other, draft, elsewhere]
    shown = press(editor, "edit_selected", chosen, "_preview", **wanted)
    assert "Of 2 of them this waits for approval" in shown.content.decode()
    press(editor, "edit_selected", chosen, "_apply", versions=shown.context["versions"], **wanted)
    batch = Batch.objects.get()
    tags = {entry.pk: tuple(entry.tags) for entry in Dataset.objects.all()}
    assert tags == {one.pk: ("eel",), other.pk: ("otter",), draft.pk: ("river",), elsewhere.pk: ("river",)}
    copies = working_copies([one, other])
    assert [(copy.draft.title, copy.draft.tags) for copy in (copies[one.pk], copies[other.pk])] == [
        ("Tweed eels", ("eel", "river")),
        ("Otters", ("otter", "river")),
    ]
    page = editor.get(f"/admin/catalogue/batch/{batch.pk}/change/").content.decode()
    assert page.count("Proposed: waits for approval") == 2
    told = Notice.objects.get(subject="Changes of 2 entries wait for your approval")
    assert told.path == "/admin/catalogue/proposal/?state__exact=waiting"
    approver.post(review(other), {"_approve": "1", "seen": str(copies[other.pk].point)})
    undone = editor.post(f"/admin/catalogue/batch/{batch.pk}/undo/", follow=True).content.decode()
    assert "3 entries are as before. 1 had been changed since" in undone
    assert {tuple(entry.tags) for entry in Dataset.objects.filter(pk__in=[draft.pk, elsewhere.pk])} == {()}
    copy = working_copy(Dataset.objects.get(pk=one.pk))
    assert (copy.draft.title, copy.draft.tags) == ("Tweed eels", ("eel",))


def test_undoing_what_an_approver_did_in_bulk_waits_for_an_approver(agency):
    editor, approver = signed_in(officer(agency)), signed_in(officer(agency, Role.APPROVER))
    entry = dataset(agency, title="Eels", tags=("eel",))
    shown = press(approver, "edit_selected", [entry], "_preview", add_tags="river")
    press(approver, "edit_selected", [entry], "_apply", versions=shown.context["versions"], add_tags="river")
    Batch.objects.update(person=User.objects.get(pk=editor.session["_auth_user_id"]))
    answer = editor.post(f"/admin/catalogue/batch/{Batch.objects.get().pk}/undo/", follow=True).content.decode()
    assert "0 entries are as before. Of 1 more this waits for approval." in answer
    entry.refresh_from_db()
    assert entry.tags == ["eel", "river"]
    assert working_copy(entry).draft.tags == ("eel",)


def test_a_table_changes_what_waits_and_leaves_the_rest_of_it(agency):
    person = officer(agency)
    editor = signed_in(person)
    entry = dataset(agency, title="Eels", description="Old.")
    table = b"".join(editor.get("/admin/catalogue/dataset/inventory.csv")).decode()
    change(entry, person, title="Tweed eels")
    file = SimpleUploadedFile("t.csv", table.replace("Old.", "New.").encode())
    answer = editor.post("/admin/catalogue/dataset/import/", {"file": file, "publisher": str(agency.pk)}, follow=True)
    assert "Of 1 of the changed entries this waits for approval" in answer.content.decode()
    editor.post(answer.redirect_chain[-1][0])
    entry.refresh_from_db()
    assert (entry.title, entry.description) == ("Eels", "Old.")
    draft = working_copy(entry).draft
    assert (draft.title, draft.description) == ("Tweed eels", "New.")


def test_the_list_and_the_home_page_lead_to_what_waits_and_several_are_approved_at_once(agency):
    person, approver = officer(agency), signed_in(officer(agency, Role.APPROVER))
    editor = signed_in(person)
    entries = [dataset(agency, title=title) for title in ("Eels", "Otters", "Moles")]
    for entry in entries:
        change(entry, person, title=f"All {entry.title.lower()}")
    elsewhere = proposed(PublisherFactory(), title="Theirs", description="Elsewhere")
    home = approver.get("/admin/").content.decode()
    assert "Changes that wait for your approval" in home
    own, colleague = editor.get("/admin/").content.decode(), signed_in(officer(agency)).get("/admin/").content.decode()
    assert "Changes that wait for your approval" not in own
    assert ["Your changes that wait" in page for page in (home, own, colleague)] == [False, True, False]
    assert [f"/admin/catalogue/dataset/{entry.pk}/review/" in own for entry in entries] == [True, True, True]
    shown = approver.get(LIST_OF_PROPOSALS + "?state__exact=waiting").content.decode()
    assert [f"/admin/catalogue/dataset/{entry.pk}/review/" in shown for entry in (*entries, elsewhere)] == [
        *([True] * 3),
        False,
    ]
    chosen = [str(proposal.pk) for proposal in Proposal.objects.filter(dataset__in=entries[:2])]
    act = {"action": "approve_selected", "_selected_action": chosen}
    assert "Approve these changes" not in editor.post(LIST_OF_PROPOSALS, act).content.decode()
    page = approver.post(LIST_OF_PROPOSALS, act)
    points = {f"seen-{copy.dataset.pk}": str(copy.point) for copy, _ in page.context["entries"]}
    assert '<td class="after" data-label="Proposed">All eels</td>' in page.content.decode()
    change(entries[1], person, title="Otters again")
    answer = approver.post(LIST_OF_PROPOSALS, act | points | {"_approve": "1"}, follow=True).content.decode()
    assert "Approved 1 change." in answer
    assert "“Otters”: The entry or the change was edited meanwhile." in answer
    titles = Dataset.objects.filter(publisher=agency).order_by("title").values_list("title", flat=True)
    assert list(titles) == ["All eels", "Moles", "Otters"]
    approver.post(review(entries[2]), {"_refuse": "1", "seen": points_of(entries[2]), "comment": "No."})
    assert "Changes that were sent back" in editor.get("/admin/").content.decode()


def points_of(entry: Dataset) -> str:
    return str(working_copy(Dataset.objects.get(pk=entry.pk)).point)
