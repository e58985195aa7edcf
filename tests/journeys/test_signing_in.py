"""A second step to sign in, set up and taken with the keyboard alone. axe-core may find nothing on any page."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from publishers.models import User
from tests.factories.publishers import officer
from tests.journeys.conftest import PHONE
from tests.journeys.keyboard import fill, press
from tests.journeys.looking import looked_at

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, person: User) -> None:
    fill(page, "#id_username", person.email)
    fill(page, "#id_password", "correct horse")
    press(page, page.get_by_role("button", name="Sign in", exact=True))


def test_a_second_step_is_set_up_and_taken_with_the_keyboard_alone(visit, rivers, settings):
    settings.SECOND_STEP_FOR = "everybody"
    settings.MFA_TOTP_TOLERANCE = 20  # half minutes: a busy machine is slower than people are
    person, wrong = officer(rivers), {}
    page = visit(viewport=PHONE).go("/admin/")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Sign in")
    wrong |= looked_at(page)
    sign_in(page, person)

    expect(heading).to_have_text("Set up your second step")
    wrong |= looked_at(page)
    secret = page.locator(".app-secret").inner_text().replace(" ", "")
    fill(page, "#id_code", format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    press(page, page.get_by_role("button", name="Set it up"))
    expect(heading).to_have_text("Your recovery codes")
    wrong |= looked_at(page)
    code = page.locator(".app-codes li").first.inner_text()
    press(page, page.get_by_role("button", name="I have kept them: continue"))
    press(page, page.get_by_role("button", name="Sign out"))

    expect(heading).to_have_text("You are signed out")
    wrong |= looked_at(page)
    press(page, page.get_by_role("link", name="Sign in again"))
    sign_in(page, person)
    expect(heading).to_have_text("Your second step")
    wrong |= looked_at(page)
    fill(page, "#id_code", code)
    press(page, page.get_by_role("button", name="Continue"))
    press(page, page.get_by_role("link", name="How I sign in"))
    expect(page.get_by_text("You have 9 recovery codes left")).to_be_visible()
    wrong |= looked_at(page)
    assert wrong == {}
