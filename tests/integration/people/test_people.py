"""From an invitation to a signed-in member, and what the audit log has of it."""

import csv
import datetime
import re

import pytest
from django.db import Error, connection, transaction
from django.test import Client
from django.utils import timezone

from publishers.actions import invitations
from publishers.actions.mail import unsubscribe_path
from publishers.actions.notices import choices_of
from publishers.enums import AuditAction, NoticeKind, NoticePace, Role
from publishers.models import ApiToken, AuditEntry, Invitation, Membership, SignInFailure, User
from tests.factories.clients import signed_in
from tests.factories.publishers import PublisherFactory, UserFactory, officer

pytestmark = pytest.mark.django_db


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def link_in(mail) -> str:
    return re.search(r"http://127.0.0.1:8000(/\S+)", mail.body)[1]


def test_an_administrator_invites_and_the_invited_lands_in_the_workplace(mailoutbox):
    agency = PublisherFactory(title="Rivers Agency")
    administrator = signed_in(officer(agency, Role.ADMINISTRATOR))
    values = {"email": "new@rivers.example", "name": "New Person", "publisher": str(agency.id), "role": "editor"}
    assert administrator.post("/admin/publishers/invitation/add/", values).status_code == 302
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == (["new@rivers.example"], "Work with Rivers Agency on Domesday")

    browser = Client()
    page = browser.get(link_in(mail)).content.decode()
    assert "You sign in with <strong>new@rivers.example</strong>" in page
    weak = browser.post(link_in(mail), {"name": "New Person", "password": "password"})
    assert "This password is too short" in weak.content.decode()
    done = browser.post(link_in(mail), {"name": "New Person", "password": "seven salmon upstream"})
    assert (done.status_code, done["Location"]) == (302, "/admin/")
    user = User.objects.get(email="new@rivers.example")
    assert (Membership.objects.get(user=user).role, user.name) == (Role.EDITOR, "New Person")
    assert browser.get("/admin/").status_code == 200
    assert browser.get(link_in(mail)).status_code == 404
    assert {"invited", "invitation_accepted", "member_added", "signed_in"} <= set(actions())


def test_an_invitation_ends_when_its_time_is_up_or_it_is_taken_back(mailoutbox):
    agency = PublisherFactory()
    inviter = officer(agency, Role.ADMINISTRATOR)
    long_ago = timezone.now() - datetime.timedelta(days=8)
    for now in (long_ago, timezone.now()):
        invitations.invite(email="a@x.example", publisher=agency, role=Role.VIEWER, by=inviter, now=now)
    old, new = [link_in(mail) for mail in mailoutbox]
    assert (Client().get(old).status_code, Client().get(new).status_code) == (404, 200)
    chosen = {"action": "revoke_selected", "_selected_action": [str(Invitation.objects.first().pk)]}
    signed_in(inviter).post("/admin/publishers/invitation/", chosen)
    assert Client().get(new).status_code == 404
    assert Client().post(new, {"name": "x", "password": "seven salmon upstream"}).status_code == 404
    assert not User.objects.filter(email="a@x.example").exists()


def test_whoever_may_invite_no_more_takes_their_invitations_along(mailoutbox):
    agency = PublisherFactory()
    leaver = officer(agency, Role.ADMINISTRATOR)
    invitations.invite(email="a@x.example", publisher=agency, role=Role.ADMINISTRATOR, by=leaver, now=timezone.now())
    link = link_in(mailoutbox[0])
    assert Client().get(link).status_code == 200
    for rights in ({"role": Role.EDITOR}, {"role": Role.ADMINISTRATOR}):
        Membership.objects.filter(user=leaver).update(**rights)
        expected = 404 if rights["role"] == Role.EDITOR else 200
        assert Client().get(link).status_code == expected
    User.objects.filter(pk=leaver.pk).update(is_active=False)
    assert Client().post(link, {"name": "x", "password": "seven salmon upstream"}).status_code == 404
    assert not User.objects.filter(email="a@x.example").exists()


def test_one_who_has_an_account_keeps_its_password(mailoutbox):
    agency = PublisherFactory()
    there = UserFactory(email="there@x.example")
    invitations.invite(
        email="There@x.example",
        publisher=agency,
        role=Role.EDITOR,
        by=officer(agency, Role.ADMINISTRATOR),
        now=timezone.now(),
    )
    before = there.password
    assert Client().post(link_in(mailoutbox[0]), {"password": "seven salmon upstream"}).status_code == 302
    there.refresh_from_db()
    assert (there.password, Membership.objects.get(user=there).role) == (before, Role.EDITOR)


@pytest.mark.parametrize(
    ("role", "may"), [(Role.VIEWER, False), (Role.EDITOR, False), (Role.APPROVER, False), (Role.ADMINISTRATOR, True)]
)
def test_only_administrators_invite_and_only_for_their_own(role, may, mailoutbox):
    agency, other = PublisherFactory(), PublisherFactory()
    browser = signed_in(officer(agency, role))
    for publisher in (agency, other):
        values = {"email": "x@x.example", "publisher": str(publisher.id), "role": "administrator"}
        browser.post("/admin/publishers/invitation/add/", values)
    assert [invitation.publisher for invitation in Invitation.objects.all()] == ([agency] if may else [])


def attempt(browser: Client, password: str, email: str = "a@x.example", **extra: str) -> str:
    page = browser.post("/admin/login/?next=/admin/", {"username": email, "password": password}, **extra)
    return "in" if page.status_code == 302 else "refused" if "too many attempts" in page.content.decode() else "wrong"


def test_after_five_failures_an_account_is_let_in_no_more_from_there_for_a_while():
    user = officer(PublisherFactory())
    User.objects.filter(pk=user.pk).update(email="a@x.example")
    browser = Client()
    assert [attempt(browser, "nonsense") for _ in range(6)] == ["wrong"] * 5 + ["refused"]
    assert attempt(browser, "correct horse", "A@X.example") == "refused"
    assert attempt(browser, "correct horse", REMOTE_ADDR="198.51.100.7") == "in"
    SignInFailure.objects.update(at=timezone.now() - datetime.timedelta(minutes=16))
    assert attempt(Client(), "correct horse") == "in"
    assert {AuditAction.SIGN_IN_FAILED, AuditAction.SIGN_IN_REFUSED, AuditAction.SIGNED_IN} <= set(actions())


def test_signing_in_forgets_what_was_mistyped_before():
    user = officer(PublisherFactory())
    browser = Client()
    for _ in range(3):
        assert [attempt(browser, "no", user.email) for _ in range(4)] == ["wrong"] * 4
        assert attempt(browser, "correct horse", user.email) == "in"


def test_a_forgotten_password_is_replaced_by_mail(mailoutbox):
    user = officer(PublisherFactory())
    for email in (user.email, "nobody@x.example"):
        sent = Client().post("/password/forgotten", {"email": email})
        assert (sent.status_code, sent["Location"]) == (302, "/password/sent")
    (mail,) = mailoutbox
    browser = Client()
    page = browser.get(link_in(mail), follow=True)
    values = {"new_password1": "seven salmon upstream", "new_password2": "seven salmon upstream"}
    assert browser.post(page.redirect_chain[0][0], values)["Location"] == "/admin/"
    user.refresh_from_db()
    assert user.check_password("seven salmon upstream")
    assert Client().get(link_in(mail), follow=True).content.decode().count("This link is over") >= 1
    assert actions()[-3:] == ["password_reset_asked", "password_changed", "signed_in"]


def test_pages_about_people_are_kept_nowhere_and_read_well():
    user = officer(PublisherFactory())
    for path in ("/password/forgotten", "/password/sent", "/notices", "/password"):
        page = signed_in(user).get(path)
        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]
        assert page.content.decode().count("<h1") == 1
    assert Client().get("/notices")["Location"].startswith("/admin/login/")


def test_people_choose_what_they_are_told():
    user = officer(PublisherFactory())
    values = dict.fromkeys(NoticeKind.values, "weekly") | {"overdue": "never"}
    assert "From now on" in signed_in(user).post("/notices", values).content.decode()
    assert choices_of(user) == dict.fromkeys(NoticeKind, NoticePace.WEEKLY) | {NoticeKind.OVERDUE: NoticePace.NEVER}


def test_one_click_in_a_mail_stops_a_kind_and_opening_the_link_does_not():
    user = officer(PublisherFactory())
    path = unsubscribe_path(user, NoticeKind.COMMENT)
    assert Client().get(path).status_code == 200
    assert choices_of(user)[NoticeKind.COMMENT] == NoticePace.AT_ONCE
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert choices_of(user)[NoticeKind.COMMENT] == NoticePace.NEVER
    assert Client().get(path[:-2]).status_code == 404


def test_a_token_is_shown_once_and_revoked_by_its_owner():
    user = officer(PublisherFactory())
    browser = signed_in(user)
    made = browser.post("/admin/publishers/apitoken/add/", {"name": "Nightly", "scope": "write", "lasts": "30"})
    text = re.search(r'value="(domesday_[\w-]+)"', made.content.decode())[1]
    token = ApiToken.objects.get()
    assert (token.user, token.scope, (token.expires_at - token.created_at).days) == (user, "write", 30)
    listed = browser.get("/admin/publishers/apitoken/").content.decode()
    assert "Nightly" in listed
    assert text not in listed
    headers = {"Authorization": f"Bearer {text}"}
    assert Client().get("/api/v1/datasets", headers=headers).status_code == 200
    stranger = signed_in(officer(PublisherFactory()))
    assert "Nightly" not in stranger.get("/admin/publishers/apitoken/").content.decode()
    assert stranger.post(f"/admin/publishers/apitoken/{token.id}/revoke/").status_code == 403
    assert browser.post(f"/admin/publishers/apitoken/{token.id}/revoke/").status_code == 302
    assert Client().get("/api/v1/datasets", headers=headers).status_code == 401
    assert [action for action in actions() if "token" in action] == ["token_created", "token_revoked"]


def test_the_log_is_added_to_and_never_changed():
    officer(PublisherFactory())
    invitations.invite(
        email="a@x.example", publisher=PublisherFactory(), role=Role.EDITOR, by=UserFactory(), now=timezone.now()
    )
    for sql in ("UPDATE publishers_auditentry SET actor_label = ''", "DELETE FROM publishers_auditentry"):
        with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert AuditEntry.objects.count() == 1


def test_administrators_read_and_export_the_log_of_their_own_publishers():
    agency, other = PublisherFactory(title="Rivers"), PublisherFactory(title="Roads")
    for publisher in (agency, other):
        invitations.invite(
            email=f"=a@{publisher.slug}.example",
            publisher=publisher,
            role=Role.EDITOR,
            by=UserFactory(name="=cmd|x"),
            now=timezone.now(),
        )
    browser = signed_in(officer(agency, Role.ADMINISTRATOR))
    page = browser.get("/admin/publishers/auditentry/").content.decode()
    assert (agency.slug in page, other.slug in page) == (True, False)
    exported = b"".join(browser.get("/admin/publishers/auditentry/export.csv?action=invited").streaming_content)
    rows = list(csv.DictReader(exported.decode("utf-8-sig").splitlines()))
    assert [(row["action"], row["publisher"], row["who"][:5]) for row in rows] == [
        ("Invited somebody", "Rivers", "'=cmd")
    ]
    editor = signed_in(officer(agency))
    assert editor.get("/admin/publishers/auditentry/").status_code == 403
    assert editor.get("/admin/publishers/auditentry/export.csv").status_code == 403
