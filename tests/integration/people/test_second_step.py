"""A second step to sign in: set up, asked for on every way in, and no way around it."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from catalogue.models import Dataset
from publishers.actions import tokens
from publishers.enums import AuditAction, Role, TokenScope
from publishers.models import AuditEntry, SignInFailure, User
from tests.factories.publishers import PublisherFactory, UserFactory, officer

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse"


def code_of(secret: str, steps: int = 0) -> str:
    """What an authenticator app shows now, or so many half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def wrong_code(secret: str) -> str:
    """One that no half minute shows from an hour ago until in an hour."""
    shown = {code_of(secret, steps) for steps in range(-120, 120)}
    return next(code for number in range(1000) if (code := f"{number:06}") not in shown)


def by_password(user: User, browser: Client | None = None, next_url: str = "/admin/") -> tuple[Client, Any]:
    browser = browser or Client()
    return browser, browser.post(
        f"/admin/login/?next={next_url}", {"username": user.email, "password": PASSWORD, "next": next_url}
    )


def set_up(browser: Client) -> tuple[str, list[str]]:
    """Set up a second step; return the app's secret and the recovery codes."""
    page = browser.get("/second-step/set-up").content.decode()
    secret = re.search(r'app-secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    done = browser.post("/second-step/set-up", {"code": code_of(secret)})
    assert (done.status_code, done["Location"]) == (302, "/second-step/codes"), done.content.decode()
    codes = re.findall(r"<li>(\d{8})</li>", browser.get("/second-step/codes").content.decode())
    assert len(codes) == 10
    forget_used(browser)
    return secret, codes


def forget_used(browser: Client) -> None:
    """As if half a minute had passed since the last code was used."""
    for authenticator in Authenticator.objects.filter(type="totp"):
        authenticator.data.pop("used", None)
        authenticator.save()


def is_in(browser: Client) -> bool:
    return browser.get("/admin/").status_code == 200


def heading(answer: Any) -> str:
    return answer.content.decode().partition("<h1")[2].partition(">")[2].partition("</h1>")[0]


def audited() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


@pytest.fixture(autouse=True)
def _slow_hands(settings: Any) -> None:
    settings.MFA_TOTP_TOLERANCE = 20  # half minutes: a busy machine is slower than people are


@pytest.fixture
def ann() -> User:
    return officer(PublisherFactory(), Role.ADMINISTRATOR)


@pytest.fixture
def protected(ann: User) -> tuple[User, str, list[str]]:
    """Somebody with a second step, the secret of their app, and their recovery codes."""
    browser, _ = by_password(ann)
    secret, codes = set_up(browser)
    assert is_in(browser)
    return ann, secret, codes


def test_it_is_set_up_with_a_picture_that_comes_from_nowhere_else(ann):
    browser, _ = by_password(ann)
    page = browser.get("/second-step/set-up")
    assert page.content.decode().count('<img src="data:image/svg+xml;base64,') == 1
    assert "no-store" in page["Cache-Control"]
    shown = re.search(r'app-secret">([A-Z2-7 ]+)<', page.content.decode())[1].replace(" ", "")
    wrong = browser.post("/second-step/set-up", {"code": wrong_code(shown)})
    assert "That code is not right" in wrong.content.decode()
    assert "You have none." in browser.get("/second-step").content.decode()
    secret, _ = set_up(browser)
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in kept
    assert "You have 10 recovery codes left" in browser.get("/second-step").content.decode()
    assert AuditAction.SECOND_STEP_ADDED in audited()


def test_recovery_codes_are_shown_once_only(protected):
    user, secret, codes = protected
    browser, _ = by_password(user)
    browser.post("/sign-in/code", {"code": code_of(secret)})
    again = browser.get("/second-step/codes").content.decode()
    assert not any(code in again for code in codes)
    assert "They were shown once" in again
    assert browser.get("/second-step/codes/download").status_code == 404


@pytest.mark.parametrize("next_url", ["/admin/", "/notices"])
def test_it_is_asked_for_after_the_password_and_leads_on(protected, next_url):
    user, secret, _ = protected
    browser, answer = by_password(user, next_url=next_url)
    assert (answer.status_code, answer["Location"], is_in(browser)) == (302, "/sign-in/code", False)
    wrong = browser.post("/sign-in/code", {"code": wrong_code(secret)})
    assert (heading(wrong), "That code is not right" in wrong.content.decode()) == ("Your second step", True)
    right = browser.post("/sign-in/code", {"code": code_of(secret)})
    assert (right.status_code, right["Location"]) == (302, next_url)
    assert is_in(browser)


def test_a_code_is_good_once_though_another_process_is_asked(protected):
    user, secret, _ = protected
    code = code_of(secret)
    first, _ = by_password(user)
    assert first.post("/sign-in/code", {"code": code}).status_code == 302
    cache.clear()  # what allauth remembers, it remembers for one process
    second, _ = by_password(user)
    assert "That code is not right" in second.post("/sign-in/code", {"code": code}).content.decode()
    assert not is_in(second)


def test_a_recovery_code_lets_in_once_and_its_owner_is_told(protected, mailoutbox):
    user, _, codes = protected
    browser, _ = by_password(user)
    assert browser.post("/sign-in/code", {"code": codes[3]}).status_code == 302
    assert is_in(browser)
    assert [mail.subject for mail in mailoutbox] == ["Somebody signed in to Domesday as you, with a recovery code."]
    other, _ = by_password(user)
    assert "That code is not right" in other.post("/sign-in/code", {"code": codes[3]}).content.decode()
    assert "You have 9 recovery codes left" in browser.get("/second-step").content.decode()


def test_guessing_codes_is_throttled_like_guessing_passwords(protected):
    user, secret, _ = protected
    browser, _ = by_password(user)
    for _ in range(5):
        browser.post("/sign-in/code", {"code": wrong_code(secret)})
    assert SignInFailure.objects.count() == 5
    refused = browser.post("/sign-in/code", {"code": code_of(secret)})
    assert ("There were too many attempts" in refused.content.decode(), is_in(browser)) == (True, False)


def reset_password(user: User, mailoutbox: Any) -> Client:
    browser = Client()
    browser.post("/password/forgotten", {"email": user.email})
    link = re.search(r"http://127.0.0.1:8000(/\S+)", mailoutbox[-1].body)[1]
    page = browser.get(link, follow=True)
    values = {"new_password1": "seven salmon upstream", "new_password2": "seven salmon upstream"}
    answer = browser.post(page.redirect_chain[0][0], values)
    assert answer["Location"] == "/sign-in/code"
    return browser


WAYS_IN: dict[str, Callable[[User, Any], Client]] = {
    "password": lambda user, _: by_password(user)[0],
    "any code that calls login": lambda user, _: forced(user),
    "forgotten password": reset_password,
}


def forced(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.mark.parametrize("way", WAYS_IN)
def test_without_it_no_page_and_no_api_knows_them(protected, mailoutbox, way):
    user, _, _ = protected
    browser = WAYS_IN[way](user, mailoutbox)
    for path in ("/admin/", "/notices", "/inventory", "/password", "/second-step", "/admin/publishers/apitoken/add/"):
        answer = browser.get(path)
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/admin/login/"), path
    for path in ("/second-step/set-up", "/second-step/codes", "/second-step/new-codes", "/second-step/remove"):
        assert browser.get(path)["Location"].startswith("/admin/login/"), path
    written = browser.post("/api/v1/datasets", {"title": "x"}, content_type="application/json")
    assert written.status_code in (401, 403)
    package = {"name": "x", "owner_org": user.memberships.get().publisher.slug, "title": "x", "notes": "x"}
    ckan = browser.post("/api/3/action/package_create", package, content_type="application/json")
    assert (ckan.status_code, Dataset.objects.count()) == (403, 0)
    assert browser.post("/second-step/remove").status_code == 302
    assert Authenticator.objects.filter(user=user).count() == 2


def test_scripts_go_on_with_their_tokens(protected):
    user, _, _ = protected
    _, text = tokens.create(user=user, name="script", scope=TokenScope.READ, now=timezone.now())
    assert Client().get("/api/v1/datasets", headers={"Authorization": f"Bearer {text}"}).status_code == 200


def test_a_session_of_before_ends_when_somebody_sets_it_up_or_sets_up_another(ann):
    here, there = by_password(ann)[0], by_password(ann)[0]
    assert is_in(there)
    set_up(here)
    assert (is_in(here), is_in(there)) == (True, False)


def test_it_is_removed_by_its_owner_only_and_they_are_told(protected, mailoutbox):
    user, secret, _ = protected
    browser, _ = by_password(user)
    browser.post("/sign-in/code", {"code": code_of(secret)})
    assert heading(browser.get("/second-step/remove")) == "Remove your second step?"
    assert browser.post("/second-step/remove")["Location"] == "/second-step"
    assert Authenticator.objects.count() == 0
    assert is_in(browser)
    assert [mail.subject for mail in mailoutbox] == ["Your second step to sign in to Domesday was removed."]
    assert audited()[-1] == AuditAction.SECOND_STEP_REMOVED


def test_whoever_signed_in_a_while_ago_shows_again_who_they_are(protected, monkeypatch):
    user, secret, _ = protected
    browser, _ = by_password(user)
    browser.post("/sign-in/code", {"code": code_of(secret)})
    forget_used(browser)
    monkeypatch.setattr("publishers.signing_in.adapters._RECENT", -1)
    asked = browser.get("/second-step/remove")
    assert asked["Location"] == "/second-step/code-again?next=%2Fsecond-step%2Fremove"
    assert heading(browser.get(asked["Location"])) == "Show once more that it is you"
    assert "That code is not right" in browser.post(asked["Location"], {"code": "1"}).content.decode()
    cache.clear()
    assert browser.post(asked["Location"], {"code": code_of(secret, 1)})["Location"] == "/second-step/remove"
    assert heading(browser.get("/second-step/remove")) == "Remove your second step?"


def test_one_without_a_second_step_shows_their_password_again(ann, monkeypatch):
    browser, _ = by_password(ann)
    monkeypatch.setattr("publishers.signing_in.adapters._RECENT", -1)
    asked = browser.get("/second-step/set-up")
    assert asked["Location"] == "/second-step/password-again?next=%2Fsecond-step%2Fset-up"
    for _ in range(5):
        assert "That is not your password" in browser.post(asked["Location"], {"password": "x"}).content.decode()
    refused = browser.post(asked["Location"], {"password": PASSWORD})
    assert "There were too many attempts" in refused.content.decode()
    SignInFailure.objects.all().delete()
    assert browser.post(asked["Location"], {"password": PASSWORD})["Location"] == "/second-step/set-up"


def test_new_codes_end_the_earlier_ones(protected):
    user, secret, codes = protected
    browser, _ = by_password(user)
    browser.post("/sign-in/code", {"code": code_of(secret)})
    assert "The 10 codes that you have left" in browser.get("/second-step/new-codes").content.decode()
    assert browser.post("/second-step/new-codes")["Location"] == "/second-step/codes"
    made = re.findall(r"<li>(\d{8})</li>", browser.get("/second-step/codes").content.decode())
    assert (len(made), set(made) & set(codes)) == (10, set())
    other, _ = by_password(user)
    assert "That code is not right" in other.post("/sign-in/code", {"code": codes[0]}).content.decode()
    assert other.post("/sign-in/code", {"code": made[0]}).status_code == 302


@pytest.mark.parametrize(
    ("setting", "asked"),
    [
        ("", set()),
        ("operators", {"operator"}),
        ("administrators", {"operator", Role.ADMINISTRATOR}),
        ("approvers", {"operator", Role.ADMINISTRATOR, Role.APPROVER}),
        ("everybody", {"operator", *Role}),
    ],
)
def test_an_operator_of_the_site_may_demand_it(settings, setting, asked):
    settings.SECOND_STEP_FOR = setting
    agency = PublisherFactory()
    people = {role: officer(agency, role) for role in Role} | {"operator": UserFactory(is_superuser=True)}
    demanded = {role for role, person in people.items() if not is_in(by_password(person)[0])}
    assert demanded == asked


def test_whoever_must_have_one_sets_it_up_before_anything_else_and_keeps_it(settings, ann):
    settings.SECOND_STEP_FOR = "administrators"
    browser, _ = by_password(ann)
    assert browser.get("/api/v1/datasets").status_code == 200
    assert browser.post("/api/v1/datasets", {}, content_type="application/json").status_code in (401, 403)
    landed = browser.get("/admin/", follow=True)
    assert landed.redirect_chain[-1][0] == "/second-step/set-up"
    set_up(browser)
    assert is_in(browser)
    assert heading(browser.get("/second-step/remove")) == "You must have a second step"
    browser.post("/second-step/remove")
    assert Authenticator.objects.count() == 2


def test_an_administrator_resets_it_for_their_own_and_the_log_says_so(protected, mailoutbox):
    user, _, _ = protected
    publisher = user.memberships.get().publisher
    chosen = {"action": "reset_second_step", "_selected_action": [str(user.pk)]}
    stranger, colleague = (
        forced(officer(PublisherFactory(), Role.ADMINISTRATOR)),
        officer(publisher, Role.ADMINISTRATOR),
    )
    assert "an operator must reset" in stranger.post("/admin/publishers/user/", chosen, follow=True).content.decode()
    assert forced(officer(publisher, Role.APPROVER)).post("/admin/publishers/user/", chosen).status_code == 403
    assert Authenticator.objects.filter(user=user).count() == 2

    page = forced(colleague).post("/admin/publishers/user/", chosen, follow=True).content.decode()
    assert f"The second step of {user} is reset. A mail tells them." in page
    assert Authenticator.objects.filter(user=user).count() == 0
    line = AuditEntry.objects.get(action=AuditAction.SECOND_STEP_RESET)
    assert (line.actor_id, line.object_label) == (colleague.pk, user.email)
    assert [mail.to for mail in mailoutbox] == [[user.email]]
    assert is_in(by_password(user)[0])


def test_an_operator_is_reset_by_operators_only():
    agency = PublisherFactory()
    operator = officer(agency, Role.EDITOR)
    User.objects.filter(pk=operator.pk).update(is_superuser=True)
    set_up(by_password(operator)[0])
    chosen = {"action": "reset_second_step", "_selected_action": [str(operator.pk)]}
    forced(officer(agency, Role.ADMINISTRATOR)).post("/admin/publishers/user/", chosen)
    assert Authenticator.objects.count() == 2
    forced(UserFactory(is_superuser=True)).post("/admin/publishers/user/", chosen)
    assert Authenticator.objects.count() == 0


def test_a_key_that_was_changed_opens_nothing(protected, settings):
    user, secret, codes = protected
    settings.SECRET_KEY = "another key, of which the first is not a fallback"
    browser, _ = by_password(user)
    for code in (code_of(secret), codes[0]):
        assert "That code is not right" in browser.post("/sign-in/code", {"code": code}).content.decode()


def test_it_is_asked_for_after_the_provider_too(protected, provider):
    user, secret, _ = protected
    provider.users["a1"] = {"email": user.email, "email_verified": True}
    browser = Client()
    back = provider.sign_in(browser.get("/sign-in/openid?next=/notices")["Location"], "a1")
    answer = browser.get(back.removeprefix("http://127.0.0.1:8000"))
    assert (answer["Location"], is_in(browser)) == ("/sign-in/code", False)
    assert browser.post("/sign-in/code", {"code": code_of(secret)})["Location"] == "/notices"
    assert is_in(browser)
