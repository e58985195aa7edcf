"""Each thing that people do leaves its line in the audit log, and one line: tried by the requests that do it."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from catalogue.enums import State
from catalogue.models import Batch, Webhook
from harvest.models import Source
from publishers.enums import AuditAction, Role
from publishers.models import ApiToken, AuditEntry, Invitation
from tests.factories.catalogue import dataset
from tests.factories.clients import signed_in
from tests.integration.admin.test_permission_matrix import NO_MEMBERS, SOURCE
from tests.integration.security.world import World

pytestmark = pytest.mark.django_db

ENTRY = "/admin/catalogue/dataset"
PUBLISHER = {"kind": "other", "title": "Agency A", "slug": "agency-a"}

#: What has tests of its own, beside the flow that it belongs to.
TRIED_ELSEWHERE = {
    "people/test_second_step.py": {
        AuditAction.SECOND_STEP_ADDED,
        AuditAction.SECOND_STEP_REMOVED,
        AuditAction.SECOND_STEP_RESET,
        AuditAction.RECOVERY_CODES_MADE,
        AuditAction.RECOVERY_CODE_USED,
    },
    "people/test_openid.py": {
        AuditAction.IDENTITY_LINKED,
        AuditAction.IDENTITY_UNLINKED,
        AuditAction.ACCOUNT_OPENED,
    },
    "webhooks/test_order.py": {AuditAction.WEBHOOK_PAUSED},
    "admin/test_proposals_admin.py": {
        AuditAction.CHANGE_PROPOSED,
        AuditAction.CHANGE_APPROVED,
        AuditAction.CHANGE_REFUSED,
        AuditAction.CHANGE_TAKEN_BACK,
    },
    "admin/test_mergers.py": {AuditAction.PUBLISHER_MERGED, AuditAction.PUBLISHER_UNMERGED},
}


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def sign_in(w: World, password: str, times: int = 1) -> None:
    for _ in range(times):
        Client().post("/admin/login/", {"username": w.attacker.email, "password": password})


def members(w: World, role: str) -> None:
    """As CKAN's scripts do it: who is a member already gets this role."""
    values = {"id": w.a.slug, "username": w.operator.email, "role": role}
    w.script.post("/api/3/action/organization_member_create", values)


def bulk(w: World) -> None:
    change = {"action": "edit_selected", "set_held_in": "on", "held_in": "Shed", "versions": "1:1", "_apply": "1"}
    w.browser.post(f"{ENTRY}/", change | {"_selected_action": [str(w.o.id)]})


def undo(w: World) -> None:
    bulk(w)
    w.browser.post(f"/admin/catalogue/batch/{Batch.objects.filter(person=w.attacker).latest('at').pk}/undo/")


def hook(w: World, **values: str) -> Webhook:
    made = {"name": "Feed", "url": "https://ours.example/", "subject": "publisher", "is_active": "on"}
    w.browser.post("/admin/catalogue/webhook/add/", made | {"publisher": str(w.a.pk)} | values)
    return Webhook.objects.filter(owner=w.attacker).latest("created_at")


def hook_changed(w: World) -> None:
    address = f"/admin/catalogue/webhook/{hook(w).pk}/change/"
    values = {"name": "Another", "url": "https://ours.example/", "subject": "publisher", "publisher": str(w.a.pk)}
    w.browser.post(address, values)


def invited(w: World) -> Invitation:
    values = {"email": "new@example.gov.uk", "name": "New", "publisher": str(w.a.pk), "role": "editor"}
    w.browser.post("/admin/publishers/invitation/add/", values)
    return Invitation.objects.filter(publisher=w.a).latest("created_at")


def accepted(w: World) -> None:
    invited(w)
    link = re.findall(r"/invitation/\S+", mail.outbox[-1].body)[0]
    Client().post(link, {"name": "New", "password": "battery staple 9"})


def token(w: World) -> ApiToken:
    w.browser.post(
        "/admin/publishers/apitoken/add/", {"name": "Load", "scope": "write", "publisher": "", "lasts": "30"}
    )
    return ApiToken.objects.filter(user=w.attacker).latest("created_at")


def new_source(w: World) -> None:
    own = {"title": "Ours", "url": "https://a.example/data.json", "publisher": str(w.a.pk), "publisher_rule": "fixed"}
    w.browser.post("/admin/harvest/source/add/", SOURCE | own)


def changed_source(w: World) -> None:
    ours = Source.objects.get(publisher=w.a)
    own = {"title": "Renamed", "url": ours.url, "publisher": str(w.a.pk), "publisher_rule": "fixed"}
    w.browser.post(f"/admin/harvest/source/{ours.pk}/change/", SOURCE | own)


Do = Callable[[World], object]
password = {"new_password1": "battery staple 9", "new_password2": "battery staple 9"}

#: In this order: what one does, the next goes on from.
ACTIONS: dict[AuditAction, Do] = {
    AuditAction.SIGN_IN_FAILED: lambda w: sign_in(w, "wrong"),
    AuditAction.SIGNED_IN: lambda w: sign_in(w, "correct horse"),
    AuditAction.SIGNED_OUT: lambda w: w.browser.post("/admin/logout/"),
    AuditAction.SIGN_IN_REFUSED: lambda w: sign_in(w, "wrong", times=6),
    AuditAction.PASSWORD_CHANGED: lambda w: w.browser.post("/password", password | {"old_password": "correct horse"}),
    AuditAction.PASSWORD_RESET_ASKED: lambda w: Client().post("/password/forgotten", {"email": w.attacker.email}),
    AuditAction.TOKEN_CREATED: token,
    AuditAction.TOKEN_REVOKED: lambda w: w.browser.post(f"/admin/publishers/apitoken/{token(w).pk}/revoke/"),
    AuditAction.INVITED: invited,
    AuditAction.INVITATION_ACCEPTED: accepted,
    AuditAction.INVITATION_REVOKED: lambda w: w.browser.post(
        "/admin/publishers/invitation/", {"action": "revoke_selected", "_selected_action": str(invited(w).pk)}
    ),
    AuditAction.MEMBER_ADDED: lambda w: members(w, "editor"),
    AuditAction.MEMBER_CHANGED: lambda w: members(w, "admin"),
    AuditAction.MEMBER_REMOVED: lambda w: w.script.post(
        "/api/3/action/organization_member_delete", {"id": w.a.slug, "username": w.operator.email}
    ),
    AuditAction.USER_CHANGED: lambda w: signed_in(w.operator).post(
        f"/admin/publishers/user/{w.victim.pk}/change/", {"email": w.victim.email, "name": "New", "is_active": "on"}
    ),
    AuditAction.PUBLISHER_CREATED: lambda w: signed_in(w.operator).post(
        "/admin/publishers/publisher/add/", PUBLISHER | NO_MEMBERS | {"slug": "new", "title": "New body"}
    ),
    AuditAction.PUBLISHER_CHANGED: lambda w: w.browser.post(
        f"/admin/publishers/publisher/{w.a.pk}/change/", PUBLISHER | NO_MEMBERS | {"abbreviation": "AA"}
    ),
    AuditAction.DATASET_CREATED: lambda w: w.script.post("/api/v1/datasets", {"title": "X", "publisher": w.a.slug}),
    AuditAction.DATASET_CHANGED: lambda w: w.script.patch(f"/api/v1/datasets/{w.o.id}", {"title": "X"}, If_Match="*"),
    AuditAction.DATASET_SUBMITTED: lambda w: w.browser.post(f"{ENTRY}/{w.o.id}/review/", {"_submit": "1"}),
    AuditAction.DATASET_PUBLISHED: lambda w: w.browser.post(f"{ENTRY}/{w.o.id}/review/", {"_publish": "1"}),
    AuditAction.DATASET_UNPUBLISHED: lambda w: w.browser.post(
        f"{ENTRY}/{dataset(w.a, state=State.IN_REVIEW).id}/review/", {"_send_back": "1", "comment": "Not yet."}
    ),
    AuditAction.DATASET_WITHDRAWN: lambda w: w.browser.post(
        f"{ENTRY}/{dataset(w.a).id}/withdraw/", {"reason": "Because."}
    ),
    AuditAction.BULK_CHANGED: bulk,
    AuditAction.BULK_UNDONE: undo,
    AuditAction.SOURCE_CREATED: new_source,
    AuditAction.SOURCE_CHANGED: changed_source,
    AuditAction.WEBHOOK_CREATED: hook,
    AuditAction.WEBHOOK_CHANGED: hook_changed,
    AuditAction.WEBHOOK_DELETED: lambda w: w.browser.post(
        f"/admin/catalogue/webhook/{hook(w).pk}/delete/", {"post": "yes"}
    ),
    AuditAction.WEBHOOK_SECRET_CHANGED: lambda w: w.browser.post(f"/admin/catalogue/webhook/{hook(w).pk}/secret/"),
    AuditAction.FILE_UPLOADED: lambda w: w.browser.post(
        "/admin/catalogue/uploadedfile/add/", {"dataset": str(w.o.pk), "file": SimpleUploadedFile("a.csv", b"a\n1\n")}
    ),
}


def test_every_action_that_the_log_knows_is_tried() -> None:
    elsewhere: set[AuditAction] = set().union(*TRIED_ELSEWHERE.values())
    unused = {AuditAction.SOURCE_DELETED}  # nobody can: sources are paused
    assert set(ACTIONS) | elsewhere | unused == set(AuditAction)


def test_each_leaves_one_line_and_the_table_of_all_has_it() -> None:
    w = World(Role.ADMINISTRATOR)
    added: dict[AuditAction, list[AuditEntry]] = {}
    for action, do in ACTIONS.items():
        w.attacker.refresh_from_db()  # one of them changes the password
        w.browser = signed_in(w.attacker)
        w.o = dataset(w.a, state=State.DRAFT)
        before = AuditEntry.objects.filter(action=action).count()
        do(w)
        added[action] = list(AuditEntry.objects.filter(action=action).order_by("id")[before:])
    assert {action: len(lines) for action, lines in added.items() if len(lines) != 1} == {}
    assert [action for action, (line,) in added.items() if not line.actor_label and not line.object_label] == []
    by_browser = set(ACTIONS) - {AuditAction.DATASET_CREATED, AuditAction.DATASET_CHANGED}
    assert [action for action in by_browser if action.value.startswith("sign") and not added[action][0].address] == []

    answer = signed_in(w.operator).get("/admin/publishers/auditentry/export.csv")
    table = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    exported = list(csv.reader(io.StringIO(table)))
    assert len(exported) == 1 + AuditEntry.objects.count()
    assert {str(action.label) for action in ACTIONS} <= {row[2] for row in exported}
