"""Attacks on who may do what, with real requests: none changes what is another's, none reads it, none is our fault.

docs/security.md tells which were tried, and where the others are tested.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from publishers.enums import Role
from tests.integration.security.world import SECRET, World

pytestmark = pytest.mark.django_db

ENTRY = "/admin/catalogue/dataset"
FORM = {
    "title": "Ours",
    "kind": "dataset",
    "access": "open",
    "classification": "not_applicable",
    "visibility": "public",
    "frequency": "daily",
    "read_version": "1",
}
NO_FILES = {"resources-TOTAL_FORMS": "0", "resources-INITIAL_FORMS": "0"}

Attack = Callable[[World], Iterator[Any]]


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def pages_of_anothers_entry(w: World) -> Iterator[Any]:
    for page in ("change/", "history/", "versions/", "versions/?from=1&to=2", "review/", "withdraw/", "delete/", ""):
        yield w.browser.get(f"{ENTRY}/{w.t.id}/{page}")


def steps_of_anothers_entry(w: World) -> Iterator[Any]:
    for page, values in (
        ("change/", FORM | NO_FILES | {"publisher": str(w.a.id), "_publish": "1"}),
        ("change/", FORM | NO_FILES | {"publisher": str(w.b.id), "_saveasnew": "1"}),
        ("restore/", {"number": "1"}),
        ("review/", {"_publish": "1"}),
        ("review/", {"_comment": "1", "comment": "Hm."}),
        ("withdraw/", {"reason": "Because."}),
        ("delete/", {"post": "yes"}),
    ):
        for entry in (w.t, w.public):
            yield w.browser.post(f"{ENTRY}/{entry.id}/{page}", values)


def ones_own_form_with_ids_of_another(w: World) -> Iterator[Any]:
    """Hidden fields changed: the file's id, the entry's id in the inline, the publisher, the entry's own key."""
    own = FORM | {"publisher": str(w.a.id)}
    inline = {
        "resources-TOTAL_FORMS": "1",
        "resources-INITIAL_FORMS": "1",
        "resources-0-id": str(w.r.id),
        "resources-0-dataset": str(w.t.id),
        "resources-0-url": "https://evil.example/",
        "resources-0-kind": "download",
    }
    yield w.browser.post(f"{ENTRY}/{w.o.id}/change/", own | inline)
    yield w.browser.post(f"{ENTRY}/{w.o.id}/change/", own | inline | {"resources-0-dataset": str(w.o.id)})
    yield w.browser.post(f"{ENTRY}/{w.o.id}/change/", own | inline | {"resources-0-DELETE": "on"})
    yield w.browser.post(f"{ENTRY}/{w.o.id}/change/", own | NO_FILES | {"publisher": str(w.b.id)})
    key = {"id": str(w.t.id), "pk": str(w.t.id), "object_id": str(w.t.id), "_popup": "1", "_to_field": "id"}
    yield w.browser.post(f"{ENTRY}/{w.o.id}/change/", own | NO_FILES | key)
    yield w.browser.post(f"{ENTRY}/add/", own | NO_FILES | key | {"publisher": str(w.b.id), "read_version": "0"})
    yield w.browser.get(f"{ENTRY}/add/?publisher={w.b.id}&in_series={w.s.id}&_changelist_filters=q%3D{w.t.id}")


def references_to_what_is_hidden(w: World) -> Iterator[Any]:
    own = FORM | NO_FILES | {"publisher": str(w.a.id)}
    for wish in (str(w.s.id), w.s.name, f"/dataset/{w.s.id}/x"):
        yield w.browser.post(f"{ENTRY}/{w.o.id}/change/", own | {"in_series": wish})
        yield w.script.patch(f"/api/v1/datasets/{w.o.id}", {"in_series": wish}, If_Match="*")
    for wish in (str(w.t.id), w.t.name):
        yield w.browser.post(f"{ENTRY}/{w.o.id}/withdraw/", {"reason": "x", "replaced_by": wish, "redirects": "on"})
        yield w.script.post(f"/api/v1/datasets/{w.o.id}/withdraw", {"reason": "x", "replaced_by": wish}, If_Match="*")
    yield Client().get(f"/dataset/{w.o.id}")


def the_list_and_its_filters(w: World) -> Iterator[Any]:
    for query in (
        f"q={SECRET}",
        f"q={w.t.id}",
        f"publisher={w.b.slug}",
        f"id__exact={w.t.id}",
        f"id={w.t.id}",
        f"publisher__id__exact={w.b.id}",
        f"publisher__memberships__user__password__startswith={'p'}",
        f"replaced_by__title__startswith={SECRET}",
        f"in_series__title__contains={SECRET}",
        "needs=review&state__exact=draft",
        "o=1.2.3&p=0&all=",
        "e=1",
    ):
        yield w.browser.get(f"{ENTRY}/?{query}")


def bulk_actions_on_ids_of_another(w: World) -> Iterator[Any]:
    chosen = [str(w.t.id), str(w.public.id)]
    for values in (
        {"action": "publish_selected"},
        {"action": "submit_selected"},
        {"action": "edit_selected", "set_held_in": "on", "held_in": "Shed"},
        {"action": "replace_selected", "find": "https://", "replace": "https://evil.example/"},
        {"action": "move_selected", "publisher": str(w.a.id)},
        {"action": "download_csv"},
        {"action": "download_xlsx"},
        {"action": "delete_selected", "post": "yes"},
    ):
        for extra in ({"_preview": "1"}, {"_apply": "1", "versions": "3:2"}, {"select_across": "1", "_apply": "1"}):
            yield w.browser.post(f"{ENTRY}/", values | extra | {"_selected_action": chosen})
    own = {"action": "move_selected", "publisher": str(w.b.id), "versions": "1:1", "_apply": "1"}
    yield w.browser.post(f"{ENTRY}/", own | {"_selected_action": [str(w.o.id)]})
    yield w.browser.get(f"{ENTRY}/inventory.csv?publisher={w.b.id}")


def what_the_admin_completes_and_leads_to(w: World) -> Iterator[Any]:
    """Suggestions in forms, and the address that leads from a key to a page."""
    for model, field in (("uploadedfile", "dataset"), ("dataset", "replaced_by"), ("dataset", "in_series")):
        asked = {"app_label": "catalogue", "model_name": model, "field_name": field}
        yield w.browser.get("/admin/autocomplete/", asked | {"term": SECRET})
        yield w.browser.get("/admin/autocomplete/", asked | {"term": str(w.t.id)})
    yield w.browser.get("/admin/autocomplete/?app_label=publishers&model_name=membership&field_name=user&term=@")
    for label, one in (
        ("dataset", w.t),
        ("resource", w.r),
        ("uploadedfile", w.upload),
        ("webhook", w.hook),
        ("batch", w.batch),
    ):
        kind = ContentType.objects.get(app_label="catalogue", model=label)
        answer = w.browser.get(f"/admin/r/{kind.pk}/{one.pk}/", follow=True)
        assert answer.status_code == 404, label
        yield answer


def live_checks(w: World) -> Iterator[Any]:
    inline = {
        "resources-TOTAL_FORMS": "1",
        "resources-INITIAL_FORMS": "1",
        "resources-0-id": str(w.r.id),
        "resources-0-dataset": str(w.t.id),
        "resources-0-url": "https://x.example/",
    }
    for entry in (str(w.t.id), str(w.o.id), ""):
        for title in (w.t.title, "Bus stops"):
            values = {"entry": entry, "title": title, "publisher": str(w.b.id), "in_series": str(w.s.id)}
            yield w.browser.post(f"{ENTRY}/check/", values | inline)
    for url in ("http://127.0.0.1/", "http://169.254.169.254/", "file:///etc/passwd", "gopher://x/"):
        yield w.browser.post(f"{ENTRY}/check-link/", {"url": url})


def tables(w: World) -> Iterator[Any]:
    """Inventories with keys of another's, for another publisher, and another person's upload."""
    for content in (
        f"id,title\n{w.t.id},Taken\n{w.public.id},Taken\n",
        f"id,title,publisher\n{w.o.id},Given,{w.b.slug}\n",
        f"title,publisher\nPlanted,{w.b.slug}\n",
        f"id,title,resource_id,url\n{w.o.id},Ours,{w.r.id},https://evil.example/\n",
    ):
        table = SimpleUploadedFile("table.csv", content.encode())
        answer = w.browser.post(f"{ENTRY}/import/", {"file": table, "publisher": str(w.a.id)})
        yield answer
        if answer.status_code == 302:
            page = w.browser.get(answer["Location"])
            assert page.content.decode().count(SECRET) == 0
            yield w.browser.post(answer["Location"], {"publish": "on"})
    table = SimpleUploadedFile("table.csv", b"title\nPlanted\n")
    yield w.browser.post(f"{ENTRY}/import/", {"file": table, "publisher": str(w.b.id)})
    for method in (w.browser.get, w.browser.post):
        yield method(f"{ENTRY}/import/{w.table.pk}/")


def batches_files_hooks_and_tokens_of_another(w: World) -> Iterator[Any]:
    for path in (
        f"catalogue/batch/{w.batch.pk}/change/",
        f"catalogue/uploadedfile/{w.upload.pk}/change/",
        f"catalogue/uploadedfile/?q={SECRET}",
        f"catalogue/webhook/{w.hook.pk}/change/",
        f"catalogue/webhook/?secret__startswith=&q={SECRET}",
        f"catalogue/webhookdelivery/?q={w.hook.pk}",
        f"catalogue/linkcheck/?q={SECRET}&state=unchecked",
        f"publishers/apitoken/{w.token.pk}/change/",
        f"publishers/apitoken/?digest__startswith=&q={SECRET}",
        f"publishers/invitation/{w.invitation.pk}/change/",
        f"publishers/publisher/{w.b.pk}/change/",
        f"publishers/publisher/{w.b.pk}/history/",
        "publishers/auditentry/",
        "publishers/auditentry/?publisher_id=" + str(w.b.pk),
        "auth/group/",
        "socialaccount/socialapp/",
        f"harvest/source/{w.source.pk}/change/",
    ):
        yield w.browser.get(f"/admin/{path}")
    for path, values in (
        (f"catalogue/batch/{w.batch.pk}/undo/", {}),
        (f"catalogue/webhook/{w.hook.pk}/secret/", {}),
        (f"catalogue/webhook/{w.hook.pk}/take-over/", {}),
        (f"catalogue/webhook/{w.hook.pk}/change/", {"name": "Mine", "url": "https://evil.example/"}),
        ("catalogue/webhook/", {"action": "delete_selected", "post": "yes", "_selected_action": str(w.hook.pk)}),
        (f"publishers/apitoken/{w.token.pk}/revoke/", {}),
        ("publishers/apitoken/", {"action": "revoke_selected", "_selected_action": str(w.token.pk)}),
        ("publishers/invitation/", {"action": "revoke_selected", "_selected_action": str(w.invitation.pk)}),
        ("publishers/invitation/add/", {"email": "x@example.gov.uk", "publisher": str(w.b.pk), "role": "editor"}),
        ("catalogue/linkcheck/", {"action": "check_again", "_selected_action": str(w.r.pk)}),
        (f"harvest/source/{w.source.pk}/change/", {"title": "Mine", "publisher": str(w.a.pk)}),
        ("harvest/source/", {"action": "harvest_now", "_selected_action": str(w.source.pk)}),
    ):
        yield w.browser.post(f"/admin/{path}", values)


def uploads_to_anothers_entry(w: World) -> Iterator[Any]:
    def file() -> SimpleUploadedFile:
        return SimpleUploadedFile("x.csv", b"a\n1\n")

    yield w.browser.post("/admin/catalogue/uploadedfile/add/", {"dataset": str(w.t.pk), "file": file()})
    yield w.browser.post(
        "/admin/catalogue/uploadedfile/add/", {"dataset": str(w.o.pk), "file": file(), "replaces": str(w.r.pk)}
    )
    script = Client(headers={"Authorization": f"Bearer {w.script.text}"})
    yield script.post(f"/api/v1/datasets/{w.t.pk}/files", {"file": file()})
    yield script.post(f"/api/v1/datasets/{w.public.pk}/files", {"file": file()})
    yield script.put(f"/api/v1/resources/{w.upload.resource_id}/file", {"file": file()})
    for one in (w.browser, script):
        yield one.get(f"/api/v1/resources/{w.upload.resource_id}/file")
        yield one.get(f"/dataset/{w.t.pk}/download/{w.upload.resource_id}/{w.upload.file_name}")
        # By way of an entry that is the attacker's own
        yield one.get(f"/dataset/{w.o.pk}/download/{w.upload.resource_id}/{w.upload.file_name}")
        yield one.get(f"/dataset/{w.o.pk}/x/datafile/{w.r.pk}/preview")


def the_api_on_anothers_entry(w: World) -> Iterator[Any]:
    for key in (w.t.id, w.t.name, w.public.id):
        path = f"/api/v1/datasets/{key}"
        yield w.script.put(path, {"title": "Taken", "publisher": w.a.slug}, If_Match="*")
        yield w.script.patch(path, {"title": "Taken"}, If_Match="*")
        yield w.script.patch(path, {"publisher": w.a.slug}, If_Match="*")
        yield w.script.delete(path, If_Match="*")
        for step in ("submit", "publish"):
            yield w.script.post(f"{path}/{step}", If_Match="*")
        yield w.script.post(f"{path}/withdraw", {"reason": "x"}, If_Match="*")
        yield w.script.post(f"{path}/resources", {"url": "https://evil.example/"})
        yield w.script.post(f"{path}/resources/order", {"order": []}, If_Match="*")
    for one in (w.r.id, w.public.resources.get().id):
        yield w.script.patch(f"/api/v1/resources/{one}", {"url": "https://evil.example/"})
        yield w.script.put(f"/api/v1/resources/{one}", {"url": "https://evil.example/"})
        yield w.script.delete(f"/api/v1/resources/{one}")
        yield w.script.post(f"/api/v1/resources/{one}/check")
    for path in (f"datasets/{w.t.id}", f"datasets/{w.t.id}/quality", f"resources/{w.r.id}", f"resources/{w.r.id}/rows"):
        yield w.script.get(f"/api/v1/{path}")
    for query in (
        "datasets?state=draft",
        f"datasets?publisher={w.b.slug}",
        f"datasets?tag={SECRET}",
        "changes?since=0",
    ):
        yield w.script.get(f"/api/v1/datasets{query}")
    yield w.script.get("/api/v1/changes?since=0")


def fields_that_are_not_the_writers_to_set(w: World) -> Iterator[Any]:
    """Mass assignment: everything a row has, sent with a change to one's own."""
    for field, value in {
        "id": str(w.t.id),
        "publisher": w.b.slug,
        "publisher_id": str(w.b.id),
        "state": "published",
        "version": 99,
        "origin_id": "x",
        "is_harvested": True,
        "created_at": "2001-01-01T00:00:00Z",
        "quality": {"score": 100},
        "release_at": "2001-01-01T00:00:00Z",
        "replaced_by": str(w.t.id),
        "resources": [{"id": str(w.r.id), "url": "https://evil.example/", "dataset": str(w.t.id)}],
    }.items():
        yield w.script.patch(f"/api/v1/datasets/{w.o.id}", {field: value}, If_Match="*")
        yield w.script.post("/api/v1/datasets", {"title": "New", "publisher": w.a.slug, field: value})
    yield w.script.post(f"/api/v1/datasets/{w.o.id}/resources", {"id": str(w.r.id), "url": "https://evil.example/"})
    yield w.script.post(f"/api/v1/datasets/{w.o.id}/resources/order", {"order": [str(w.r.id)]}, If_Match="*")


def ckans_actions(w: World) -> Iterator[Any]:
    evil = "https://evil.example/"
    for action, values in (
        ("package_show", {"id": w.t.name}),
        ("package_update", {"id": str(w.t.id), "title": "Taken", "owner_org": w.a.slug}),
        ("package_patch", {"id": str(w.public.id), "title": "Taken"}),
        ("package_patch", {"id": str(w.o.id), "owner_org": w.b.slug}),
        ("package_create", {"id": str(w.t.id), "name": "taken", "owner_org": w.a.slug}),
        ("package_create", {"name": "planted", "owner_org": w.b.slug}),
        ("package_create", {"name": w.t.name, "owner_org": w.a.slug}),
        ("package_delete", {"id": str(w.public.id)}),
        ("dataset_purge", {"id": str(w.t.id)}),
        ("package_owner_org_update", {"id": str(w.t.id), "organization_id": w.a.slug}),
        ("package_revise", {"match": {"id": str(w.t.id)}, "update": {"title": "Taken"}}),
        ("resource_create", {"package_id": str(w.t.id), "url": evil}),
        ("resource_update", {"id": str(w.r.id), "package_id": str(w.o.id), "url": evil}),
        ("resource_patch", {"id": str(w.r.id), "url": evil}),
        ("resource_delete", {"id": str(w.r.id)}),
        ("package_resource_reorder", {"id": str(w.t.id), "order": [str(w.r.id)]}),
        ("resource_search", {"query": f"name:{SECRET}", "include_private": True}),
        ("package_search", {"q": SECRET, "include_drafts": True, "include_private": True}),
        ("package_search", {"fq": f"owner_org:{w.b.pk}", "include_drafts": True, "include_private": True}),
        ("package_activity_list", {"id": str(w.t.id)}),
        ("organization_patch", {"id": w.b.slug, "description": "Taken"}),
        ("organization_delete", {"id": w.b.slug}),
        ("organization_member_create", {"id": w.b.slug, "username": w.attacker.email, "role": "admin"}),
        ("organization_member_delete", {"id": w.b.slug, "username": w.victim.email}),
        ("member_create", {"id": w.b.slug, "object": str(w.attacker.pk), "object_type": "user", "capacity": "admin"}),
        ("api_token_create", {"user": w.victim.email, "name": "mine"}),
        ("api_token_list", {"user": w.victim.email}),
        ("api_token_revoke", {"jti": str(w.token.pk)}),
        ("user_show", {"id": w.victim.email, "include_datasets": True}),
        ("user_list", {"q": "@"}),
        ("user_update", {"id": w.victim.email, "password": "hunter2hunter2"}),
        ("harvest_source_show", {"id": str(w.source.pk)}),
        ("harvest_job_create", {"source_id": str(w.source.pk)}),
    ):
        yield w.script.post(f"/api/3/action/{action}", values)


def becoming_more(w: World) -> Iterator[Any]:
    """One's own publisher's form, one's own account, other people's."""
    values = {"title": w.a.title, "slug": w.a.slug, "kind": "other", "parent": str(w.b.pk)}
    rows = {"memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "1"}
    for publisher, of in ((w.a, w.b), (w.b, w.b), (w.a, w.a)):
        theirs = {
            "memberships-0-id": str(w.membership.pk),
            "memberships-0-publisher": str(of.pk),
            "memberships-0-user": str(w.attacker.pk),
            "memberships-0-role": "administrator",
        }
        yield w.browser.post(f"/admin/publishers/publisher/{publisher.pk}/change/", values | rows | theirs)
        yield w.browser.post(
            f"/admin/publishers/publisher/{publisher.pk}/change/",
            values | rows | theirs | {"memberships-0-DELETE": "on"},
        )
    planted = {"memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0", "memberships-0-publisher": str(w.b.pk)}
    planted |= {"memberships-0-user": str(w.operator.pk), "memberships-0-role": "viewer"}
    if w.attacker.memberships.get().role != Role.ADMINISTRATOR:  # whose right it is to add people to their own
        yield w.browser.post(f"/admin/publishers/publisher/{w.a.pk}/change/", values | planted)
    password = {"password1": "a long new one", "password2": "a long new one"}
    person = {"email": w.attacker.email, "is_superuser": "on", "is_staff": "on", "is_active": "on"}
    for one in (w.attacker, w.victim, w.operator):
        yield w.browser.post(f"/admin/publishers/user/{one.pk}/change/", person)
        yield w.browser.post(f"/admin/publishers/user/{one.pk}/password/", password)
        yield w.browser.post("/admin/publishers/user/", {"action": "unlink_identities", "_selected_action": one.pk})
        yield w.browser.post("/admin/publishers/user/", {"action": "reset_second_step", "_selected_action": one.pk})
        yield w.browser.post("/admin/publishers/user/", {"action": "delete_selected", "_selected_action": one.pk})
    yield w.browser.post("/admin/publishers/user/add/", person | password)
    for query in ("password__startswith=", f"memberships__publisher__datasets__title__contains={SECRET}"):
        yield w.browser.get(f"/admin/publishers/user/?{query}")
    yield w.browser.post("/admin/publishers/publisher/add/", values | {"slug": "new-body"})


ATTACKS: tuple[Attack, ...] = (
    pages_of_anothers_entry,
    steps_of_anothers_entry,
    ones_own_form_with_ids_of_another,
    references_to_what_is_hidden,
    the_list_and_its_filters,
    bulk_actions_on_ids_of_another,
    what_the_admin_completes_and_leads_to,
    live_checks,
    tables,
    batches_files_hooks_and_tokens_of_another,
    uploads_to_anothers_entry,
    the_api_on_anothers_entry,
    fields_that_are_not_the_writers_to_set,
    ckans_actions,
    becoming_more,
)


def said(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return f"{answer.headers}{content.decode('utf-8', 'replace')}"


@pytest.mark.parametrize(
    ("attack", "role"),
    [*((attack, Role.ADMINISTRATOR) for attack in ATTACKS), (becoming_more, Role.EDITOR)],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_an_attack_changes_nothing_of_anothers_and_reads_nothing_of_it(attack: Attack, role: Role, index: Any) -> None:
    w = World(role)
    index()
    before = w.guarded()
    faults, told = [], []
    for number, answer in enumerate(attack(w)):
        request = answer.wsgi_request
        what = f"{number}: {request.method} {request.get_full_path()}"
        if answer.status_code >= 500:
            faults.append(what)
        # What the attacker typed may be said back to them: only what they could not know counts
        typed = f"{request.get_full_path()}{request.POST.dict()}"
        text = said(answer)
        if (SECRET in text and SECRET not in typed) or f"Plans of {SECRET}" in text or f"About {SECRET}" in text:
            told.append((what, answer.status_code))
    assert (faults, told) == ([], [])
    after = w.guarded()
    assert {at: (before.get(at), after.get(at)) for at in before | after if before.get(at) != after.get(at)} == {}
