"""Signing in at a provider in a real browser, with the keyboard alone: what goes well and what does not."""

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from playwright.sync_api import Page, expect

from publishers.enums import Role
from publishers.models import User
from tests.factories.publishers import officer
from tests.integration.people.conftest import provider  # noqa: F401  (a fixture)
from tests.journeys.conftest import PHONE
from tests.journeys.keyboard import fill, press
from tests.journeys.looking import gone_through

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def come_by_it(page: Page, name: str) -> None:
    """From the sign-in page to the provider, and back as one whom it knows."""
    press(page, page.get_by_role("button", name="Sign in with Government ID"))
    press(page, page.get_by_role("button", name=name))


def sign_out(page: Page) -> None:
    """And wait until it is done: another address asked for meanwhile would break it off."""
    press(page, page.get_by_role("button", name="Sign out"))
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")


def test_an_account_is_linked_used_and_refused_once_it_is_closed(visit, rivers, provider, settings):  # noqa: F811
    settings.OIDC_TRUST_EMAIL = False  # so that the account has to be linked by hand
    person, wrong = officer(rivers, Role.EDITOR), {}
    provider.users["a1"] = {"email": person.email, "email_verified": True, "name": "Ann"}
    provider.users["b2"] = {"email": "bob@elsewhere.example", "email_verified": True, "name": "Bob"}
    window = visit()
    page, heading = window.page, window.page.get_by_role("heading", level=1)
    window.go("/admin/login/")
    wrong |= gone_through(page)

    come_by_it(page, "Bob")
    expect(heading).to_have_text("There is no account for you here")
    wrong |= gone_through(page)
    press(page, page.get_by_role("link", name="Sign in another way"))
    fill(page, "#id_username", person.email)
    fill(page, "#id_password", "correct horse")
    press(page, page.get_by_role("button", name="Sign in", exact=True))
    expect(page.get_by_role("heading", name="What needs you")).to_be_visible()
    press(page, page.get_by_role("link", name="How I sign in"))
    expect(page.get_by_text("Your account there is not linked to yours here.")).to_be_visible()
    wrong |= gone_through(page)
    press(page, page.get_by_role("button", name="Link it"))
    expect(heading).to_have_text("Link your account at Government ID")
    wrong |= gone_through(page)
    press(page, page.get_by_role("button", name="Continue to Government ID"))
    press(page, page.get_by_role("button", name="Ann"))
    expect(page.get_by_text("You can sign in with Government ID.")).to_be_visible()
    wrong |= gone_through(page)
    press(page, page.get_by_role("link", name="Back to your work"))
    expect(page.get_by_role("heading", name="What needs you")).to_be_visible()
    sign_out(page)

    window.go("/admin/login/")
    come_by_it(page, "Ann")
    expect(page.get_by_role("heading", name="What needs you")).to_be_visible()
    sign_out(page)
    User.objects.filter(pk=person.pk).update(is_active=False)
    window.go("/admin/login/")
    come_by_it(page, "Ann")
    expect(heading).to_have_text("Your account is closed")
    wrong |= gone_through(page)

    provider.stop()
    cache.clear()  # what it said of itself is kept for a time
    window.go("/admin/login/")
    press(page, page.get_by_role("button", name="Sign in with Government ID"))
    expect(heading).to_have_text("Signing in there does not work just now")
    wrong |= gone_through(page)
    # Of our own pages only those that refuse are told of by the browser itself; the provider has no icon
    ours = [told for told in window.complaints if provider.issuer not in told]
    window.complaints[:] = [told for told in ours if "403" not in told and "503" not in told]
    assert wrong == {}


def test_whoever_loses_their_app_makes_new_recovery_codes_and_removes_the_step(visit, rivers):
    person, wrong = officer(rivers), {}
    TOTP.activate(person, generate_totp_secret())
    codes = RecoveryCodes.activate(person).get_unused_codes()
    window = visit(viewport=PHONE)
    page, heading = window.page, window.page.get_by_role("heading", level=1)
    window.go("/second-step")
    fill(page, "#id_username", person.email)
    fill(page, "#id_password", "correct horse")
    press(page, page.get_by_role("button", name="Sign in", exact=True))
    expect(heading).to_have_text("Your second step")
    wrong |= gone_through(page)
    press(page, page.locator("summary", has_text="I don’t have my app with me"))
    expect(page.get_by_text("Each is good once.")).to_be_visible()
    wrong |= gone_through(page)
    fill(page, "#id_code", "000000")
    press(page, page.get_by_role("button", name="Continue"))
    expect(page.get_by_role("alert")).to_be_visible()
    wrong |= gone_through(page)
    fill(page, "#id_code", codes[0])
    press(page, page.get_by_role("button", name="Continue"))
    expect(heading).to_have_text("How you sign in")
    wrong |= gone_through(page)
    press(page, page.get_by_role("link", name="Make new recovery codes"))
    expect(heading).to_have_text("Make new recovery codes?")
    wrong |= gone_through(page)
    press(page, page.get_by_role("button", name="Make new codes"))
    expect(heading).to_have_text("Your recovery codes")
    wrong |= gone_through(page)
    window.go("/second-step/codes")
    expect(page.get_by_text("They were shown once, when they were made. You have 10 codes left.")).to_be_visible()
    wrong |= gone_through(page)
    window.go("/second-step/remove")
    expect(heading).to_have_text("Remove your second step?")
    wrong |= gone_through(page)
    press(page, page.get_by_role("button", name="Remove it"))
    expect(page.get_by_text("You have none. With one,")).to_be_visible()
    assert wrong == {}
