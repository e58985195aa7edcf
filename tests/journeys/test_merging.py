"""An operator merges two publishers, sees that it was a mistake, and takes it back, with the keyboard alone."""

import pytest
from playwright.sync_api import expect

from catalogue.models import Dataset
from publishers.enums import Role
from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory, UserFactory, officer
from tests.journeys.conftest import PHONE
from tests.journeys.keyboard import choose, fill, press
from tests.journeys.looking import gone_through

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_a_merger_is_made_and_taken_back(visit):
    old, new = PublisherFactory(title="Eel Agency"), PublisherFactory(title="Otter Agency")
    entry = dataset(old, title="Eels of the Tweed", name="eels")
    officer(old, Role.EDITOR)
    person, wrong = UserFactory(is_superuser=True), {}
    desk = visit(viewport=PHONE)
    page = desk.go("/admin/")
    fill(page, "#id_username", person.email)
    fill(page, "#id_password", "correct horse")
    press(page, page.get_by_role("button", name="Sign in", exact=True))
    expect(page.get_by_role("heading", name="What needs you")).to_be_visible()

    desk.go(f"/admin/publishers/publisher/{old.pk}/change/")
    press(page, page.get_by_role("link", name="Merge into another"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Merge Eel Agency into another publisher")
    choose(page, "#id_into", "Otter Agency")
    press(page, page.get_by_role("button", name="Show what would happen"))
    expect(page.get_by_role("heading", level=2)).to_contain_text("becomes part of Otter Agency")
    wrong |= gone_through(page)
    press(page, page.get_by_role("button", name="Merge the two now"))
    expect(page.get_by_text("1 entry is now of Otter Agency")).to_be_visible()
    assert Dataset.objects.get(pk=entry.pk).publisher_id == new.pk

    desk.go(f"/admin/publishers/publisher/{old.pk}/change/")
    wrong |= gone_through(page)
    press(page, page.get_by_role("link", name="Undo its merger"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Undo the merger of Eel Agency into Otter Agency")
    expect(page.get_by_role("row", name="Entries")).to_contain_text("1 go back")
    wrong |= gone_through(page)
    press(page, page.get_by_role("button", name="Undo the merger"))
    expect(page.get_by_text("Eel Agency is separate from Otter Agency again: 1 entry is its own.")).to_be_visible()
    wrong |= gone_through(page)
    desk.go(f"/publisher/{old.slug}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Eel Agency")
    assert Dataset.objects.get(pk=entry.pk).publisher_id == old.pk
    assert wrong == {}
