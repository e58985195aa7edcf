"""Signing in at an OpenID Connect provider: the whole flow, against a real one."""

import re
import time
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from publishers.actions import invitations
from publishers.enums import AuditAction, Role
from publishers.models import AuditEntry, Membership, SignInFailure, User
from tests.factories.publishers import PublisherFactory, UserFactory, officer
from tests.servers.openid_provider import LATER_KEY, OTHER_KEY, OpenIdProvider

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(provider: OpenIdProvider) -> User:
    """Somebody who has an account, and whom the provider knows."""
    provider.users["a1"] = {"email": "Ann@x.example", "email_verified": True, "name": "Ann"}
    return UserFactory(email="ann@x.example")


def begin(browser: Client, query: str = "") -> str:
    """Follow the link of the sign-in page; return the provider's address that it leads to."""
    answer = browser.get(f"/sign-in/openid{query}")
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def come_back(browser: Client, address: str):
    """Follow the provider's redirect."""
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "http://127.0.0.1:8000/sign-in/openid/callback"
    return browser.get(f"{parts.path}?{parts.query}")


def sign_in(provider: OpenIdProvider, sub: str, browser: Client | None = None, query: str = ""):
    browser = browser or Client()
    return come_back(browser, provider.sign_in(begin(browser, query), sub))


def who(browser: Client) -> str | None:
    """The mail address of whoever is signed in."""
    user_id = browser.session.get("_auth_user_id")
    return User.objects.get(pk=user_id).email if user_id else None


def heading(answer) -> str:
    return answer.content.decode().partition("<h1")[2].partition(">")[2].partition("</h1>")[0]


def audited() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_nothing_of_it_is_there_unless_an_operator_named_a_provider():
    assert "Or with a password" not in Client().get("/admin/login/").content.decode()
    for path in ("/sign-in/openid", "/sign-in/openid/callback?code=x&state=y"):
        assert Client().get(path).status_code == 404


def test_somebody_with_an_account_signs_in_and_goes_where_they_wanted(provider, ann):
    browser = Client()
    page = browser.get("/admin/login/?next=/notices").content.decode()
    assert 'href="/sign-in/openid?next=/notices"' in page
    assert "Sign in with Government ID" in page
    answer = sign_in(provider, "a1", browser, "?next=/notices")
    assert (answer.status_code, answer["Location"]) == (302, "/notices")
    assert browser.get("/notices").status_code == 200
    assert who(browser) == "ann@x.example"
    assert audited() == [AuditAction.IDENTITY_LINKED, AuditAction.SIGNED_IN]
    assert provider.challenges == ["S256"]


def test_the_second_time_the_mail_address_no_longer_matters(provider, ann):
    sign_in(provider, "a1")
    provider.users["a1"] = {"email": "moved@y.example", "email_verified": False}
    browser = Client()
    assert sign_in(provider, "a1", browser)["Location"] == "/admin/"
    assert who(browser) == "ann@x.example"


def test_nothing_is_kept_but_who_it_is(provider, ann):
    ann.set_password("seven salmon upstream")
    ann.save()
    sign_in(provider, "a1")
    (linked,) = SocialAccount.objects.values_list("user__email", "provider", "uid", "extra_data")
    assert linked == ("ann@x.example", provider.issuer, "a1", {})
    assert SocialToken.objects.count() == 0
    ann.refresh_from_db()
    assert ann.check_password("seven salmon upstream")


def test_a_provider_that_tells_the_address_apart_is_asked_for_it(provider, ann):
    provider.tells_by_userinfo = True
    browser = Client()
    sign_in(provider, "a1", browser)
    assert who(browser) == "ann@x.example"
    assert "/userinfo" in provider.asked


@pytest.mark.parametrize(
    ("claims", "trusts", "said"),
    [
        ({"email": "ann@x.example", "email_verified": False}, True, "Your mail address is not confirmed"),
        ({"email": "ann@x.example"}, True, "Your mail address is not confirmed"),
        ({"email": "ann@x.example", "email_verified": True}, False, "There is no account for you here"),
        ({"email": "else@x.example", "email_verified": True}, True, "There is no account for you here"),
        ({}, True, "There is no account for you here"),
    ],
)
def test_an_address_counts_only_if_verified_and_the_provider_is_trusted_with_it(
    provider, ann, settings, claims, trusts, said
):
    provider.users["b2"] = claims
    settings.OIDC_TRUST_EMAIL = trusts
    browser = Client()
    answer = sign_in(provider, "b2", browser)
    assert (answer.status_code, heading(answer), who(browser)) == (403, said, None)
    assert "no-store" in answer["Cache-Control"]
    assert (User.objects.count(), SocialAccount.objects.count(), SignInFailure.objects.count()) == (1, 0, 1)


def test_somebody_invited_gets_their_account_and_role_by_it(provider, mailoutbox):
    agency = PublisherFactory()
    inviter = officer(agency, Role.ADMINISTRATOR)
    invitations.invite(email="New@x.example", publisher=agency, role=Role.APPROVER, by=inviter, now=timezone.now())
    provider.users["n3"] = {"email": "new@x.example", "email_verified": True, "name": "Nell New"}
    browser = Client()
    sign_in(provider, "n3", browser)
    user = User.objects.get(email="New@x.example")
    assert (user.name, user.has_usable_password(), who(browser)) == ("Nell New", False, "New@x.example")
    assert Membership.objects.get(user=user).role == Role.APPROVER
    assert browser.get("/admin/").status_code == 200


def test_an_allowed_mail_domain_gives_an_account_and_no_role(provider, settings):
    settings.OIDC_ALLOW_DOMAINS = ["x.example"]
    provider.users["n3"] = {"email": "new@x.example", "email_verified": True, "name": "Nell New"}
    provider.users["n4"] = {"email": "new@sub.x.example", "email_verified": True}
    assert sign_in(provider, "n3")["Location"] == "/admin/"
    user = User.objects.get()
    assert (user.email, user.is_superuser, user.memberships.count()) == ("new@x.example", False, 0)
    assert sign_in(provider, "n4").status_code == 403
    assert audited()[:2] == [AuditAction.ACCOUNT_OPENED, AuditAction.IDENTITY_LINKED]


def test_somebody_switched_off_can_not_come_in(provider, ann):
    sign_in(provider, "a1")
    for field in ("is_active", "is_staff"):
        User.objects.update(**{"is_active": True, "is_staff": True, field: False})
        browser = Client()
        answer = sign_in(provider, "a1", browser)
        assert (answer.status_code, heading(answer), who(browser)) == (403, "Your account is closed", None)


def test_an_address_that_passes_to_somebody_new_does_not_bring_the_account(provider, ann):
    sign_in(provider, "a1")
    provider.users["new"] = {"email": "ann@x.example", "email_verified": True}
    browser = Client()
    answer = sign_in(provider, "new", browser)
    assert (heading(answer), who(browser)) == ("This account belongs to another sign-in", None)


@pytest.mark.parametrize(
    "lies",
    [
        {"exp": -3600},
        {"iat": 3600},
        {"aud": "another client"},
        {"aud": ["domesday:here", "another client"]},
        {"azp": "another client"},
        {"iss": "https://elsewhere.example"},
        {"nonce": "of another attempt"},
        {"nonce": None},
        {"exp": None},
        {"sub": None},
        {"sub": ""},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_now_is_not_believed(provider, ann, lies):
    """Times are seconds from now: written in the parameters, they would give the test another name in each process."""
    provider.lies = {key: round(time.time()) + lie if isinstance(lie, int) else lie for key, lie in lies.items()}
    browser = Client()
    answer = sign_in(provider, "a1", browser)
    assert (answer.status_code, heading(answer), who(browser)) == (403, "You could not be signed in", None)
    assert SocialAccount.objects.count() == 0


def test_a_signature_by_another_key_is_not_believed_and_the_keys_are_read_anew(provider, ann):
    assert sign_in(provider, "a1").status_code == 302
    provider.key = OTHER_KEY
    browser = Client()
    answer = sign_in(provider, "a1", browser)
    assert (heading(answer), who(browser), provider.asked.count("/keys")) == ("You could not be signed in", None, 2)


def test_a_provider_may_change_its_keys(provider, ann):
    assert [sign_in(provider, "a1").status_code, sign_in(provider, "a1").status_code] == [302, 302]
    assert (provider.asked.count("/keys"), provider.asked.count("/.well-known/openid-configuration")) == (1, 1)
    provider.key, provider.listed = LATER_KEY, [LATER_KEY]
    assert sign_in(provider, "a1").status_code == 302


def test_a_code_is_good_once_and_for_the_browser_that_began(provider, ann):
    browser, other = Client(), Client()
    back = provider.sign_in(begin(browser), "a1")
    assert heading(come_back(other, back)) == "We do not know this attempt to sign in"
    assert come_back(browser, back).status_code == 302
    browser.post("/admin/logout/")
    assert heading(come_back(browser, back)) == "We do not know this attempt to sign in"

    # The same code with a state of another attempt: the provider has seen it before, and its verifier differs
    state = parse_qs(urlsplit(begin(other)).query)["state"][0]
    code = parse_qs(urlsplit(back).query)["code"][0]
    answer = other.get("/sign-in/openid/callback", {"code": code, "state": state})
    assert (heading(answer), who(other)) == ("You could not be signed in", None)


def test_a_code_that_somebody_intercepted_is_worth_nothing_without_the_verifier(provider, ann):
    thief, victim = Client(), Client()
    code = parse_qs(urlsplit(provider.sign_in(begin(victim), "a1")).query)["code"][0]
    state = parse_qs(urlsplit(begin(thief)).query)["state"][0]
    answer = thief.get("/sign-in/openid/callback", {"code": code, "state": state})
    assert (heading(answer), who(thief)) == ("You could not be signed in", None)


def test_whoever_stops_at_the_provider_is_told_so(provider, ann):
    answer = sign_in(provider, "")
    assert (answer.status_code, heading(answer)) == (403, "You did not sign in")


def test_a_provider_that_is_down_is_said_to_be(provider, ann):
    browser = Client()
    back = provider.sign_in(begin(browser), "a1")
    provider.stop()
    on_the_way_back = come_back(browser, back)
    cache.clear()
    for answer in (on_the_way_back, Client().get("/sign-in/openid")):
        assert (answer.status_code, heading(answer)) == (503, "Signing in there does not work just now")
    assert SignInFailure.objects.count() == 0
    assert Client().get("/admin/login/").status_code == 200


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": None},
        {"jwks_uri": "ftp://127.0.0.1/keys"},
        {"authorization_endpoint": 5},
    ],
    ids=str,
)
def test_a_provider_that_says_it_is_another_or_says_too_little_is_not_used(provider, described):
    provider.described = described
    answer = Client().get("/sign-in/openid")
    assert (answer.status_code, heading(answer)) == (403, "You could not be signed in")


def test_only_an_operators_provider_may_be_on_a_private_network(provider, ann):
    provider.described = {"token_endpoint": "http://127.0.0.1:9/token"}
    answer = sign_in(provider, "a1")
    assert (answer.status_code, heading(answer)) == (503, "Signing in there does not work just now")


def test_nobody_is_led_elsewhere_nor_bends_what_the_provider_is_asked(provider, ann):
    address = begin(Client(), "?next=https://evil.example/&scope=admin&auth_params=redirect_uri%3Dhttps://evil.example")
    asked = parse_qs(urlsplit(address).query)
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    assert asked["redirect_uri"] == ["http://127.0.0.1:8000/sign-in/openid/callback"]
    assert sign_in(provider, "a1", query="?next=https://evil.example/")["Location"] == "/admin/"


def test_too_many_failures_from_one_address_end_it_for_a_while(provider, ann, monkeypatch):
    provider.lies = {"nonce": "wrong"}
    monkeypatch.setattr("publishers.actions.sign_in.PER_ADDRESS", 3)
    for _ in range(3):
        sign_in(provider, "a1")
    answer = Client().get("/sign-in/openid")
    assert (answer.status_code, heading(answer)) == (429, "There were too many attempts to sign in")
    assert Client().get("/sign-in/openid", REMOTE_ADDR="198.51.100.7").status_code == 302


def test_no_page_of_allauths_own_is_there():
    for path in ("/accounts/signup/", "/accounts/login/", "/accounts/email/", "/accounts/social/signup/", "/accounts/"):
        assert Client().get(path).status_code == 404


def link(browser: Client) -> str:
    """Ask to link; return the provider's address that the page leads to."""
    page = browser.post("/sign-in/openid/link")
    assert page.status_code == 200, page.content.decode()
    return unescape(re.search(r'href="(http://127[^"]+)"', page.content.decode())[1])


def test_whoever_is_signed_in_links_an_account_of_a_provider_that_is_not_trusted(provider, ann, settings):
    settings.OIDC_TRUST_EMAIL = False
    browser = Client()
    browser.post("/admin/login/", {"username": ann.email, "password": "correct horse"})
    assert "is not linked to yours here" in browser.get("/second-step").content.decode()
    assert come_back(browser, provider.sign_in(link(browser), "a1"))["Location"] == "/second-step"
    assert "You can sign in with Government ID." in browser.get("/second-step").content.decode()
    other = Client()
    assert sign_in(provider, "a1", other)["Location"] == "/admin/"
    assert who(other) == "ann@x.example"


def test_nobody_else_comes_back_to_a_link_and_no_other_site_begins_one(provider, ann, settings):
    settings.OIDC_TRUST_EMAIL = False
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ann)
    assert browser.post("/sign-in/openid/link").status_code == 403
    assert browser.get("/sign-in/openid/link").status_code == 405
    assert Client().post("/sign-in/openid/link")["Location"].startswith("/admin/login/")

    browser = Client()
    browser.post("/admin/login/", {"username": ann.email, "password": "correct horse"})
    back = provider.sign_in(link(browser), "a1")
    browser.post("/admin/logout/")
    assert come_back(browser, back).status_code == 403
    assert SocialAccount.objects.count() == 0


def test_an_account_there_is_one_persons_and_an_operator_unlinks_it(provider, ann):
    sign_in(provider, "a1")
    bob, operator = Client(), Client()
    bob.post("/admin/login/", {"username": UserFactory().email, "password": "correct horse"})
    operator.force_login(UserFactory(is_superuser=True))
    assert heading(come_back(bob, provider.sign_in(link(bob), "a1"))) == "This account belongs to another sign-in"
    operator.post("/admin/publishers/user/", {"action": "unlink_identities", "_selected_action": [str(ann.pk)]})
    assert SocialAccount.objects.count() == 0
    assert AuditAction.IDENTITY_UNLINKED in audited()
