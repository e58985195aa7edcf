"""Files and links written one at a time, and who may write at all."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.models import Dataset, Resource
from publishers.actions import tokens
from publishers.enums import Role, TokenScope
from publishers.models import ApiToken
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory, UserFactory, officer
from tests.integration.write.conftest import Caller

pytestmark = pytest.mark.django_db


def urls(entry: Dataset) -> list[str]:
    return [resource.url.rpartition("/")[2] for resource in entry.resources.order_by("position")]


def test_resources_come_change_move_and_go(editor, publisher):
    entry = dataset(publisher, resources=(csv_file("https://d.example/1.csv"),))
    first = entry.resources.get().id
    added = editor.post(f"/api/v1/datasets/{entry.name}/resources", {"url": "https://d.example/2.csv", "format": "CSV"})
    assert (added.status_code, added["ETag"]) == (201, '"2"')
    second = added.json()["id"]
    address = added["Location"]
    assert editor.get(address)["ETag"].startswith('"2.')

    patched = editor.patch(address, {"title": "The second"})
    assert (patched.json()["title"], patched.json()["url"]) == ("The second", "https://d.example/2.csv")
    replaced = editor.put(address, {"url": "https://d.example/2b.csv"})
    assert (replaced.json()["title"], replaced.json()["id"]) == ("", second)
    assert urls(entry) == ["1.csv", "2b.csv"]

    assert editor.put(f"/api/v1/datasets/{entry.id}/resources/order", {"order": [second]}).status_code == 200
    assert urls(entry) == ["2b.csv", "1.csv"]
    stale = editor.delete(f"/api/v1/resources/{first}", If_Match='"2"')
    assert stale.status_code == 412
    assert editor.delete(f"/api/v1/resources/{first}").status_code == 204
    assert urls(entry) == ["2b.csv"]
    assert editor.delete(f"/api/v1/resources/{first}").status_code == 404


def test_without_a_token_nothing_is_written_and_a_bad_one_is_told_so(client, publisher):
    entry = dataset(publisher)
    for method, path in (
        ("post", "/api/v1/datasets"),
        ("put", f"/api/v1/datasets/{entry.id}"),
        ("post", f"/api/v1/datasets/{entry.id}/publish"),
        ("post", f"/api/v1/datasets/{entry.id}/resources"),
    ):
        for headers in ({}, {"Authorization": "Bearer domesday_nonsense"}):
            refused = getattr(client, method)(path, data={}, content_type="application/json", headers=headers)
            assert (refused.status_code, refused["Content-Type"]) == (401, "application/problem+json")
            assert refused["WWW-Authenticate"] == 'Bearer realm="api"'
    assert client.get("/api/v1/datasets", headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_a_signed_in_browser_writes_only_with_its_csrf_token(publisher):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(officer(publisher))
    body = {"title": "X", "publisher": publisher.slug}
    assert browser.post("/api/v1/datasets", body, content_type="application/json").status_code == 403


def test_tokens_end_when_revoked_when_their_time_is_up_and_with_their_owner(publisher):
    person = officer(publisher)
    now = timezone.now()
    caller = Caller(person)
    assert caller.post("/api/v1/datasets", {"title": "1", "publisher": publisher.slug}).status_code == 201
    assert ApiToken.objects.get().last_used_at >= now
    past = Caller(person, expires_at=now - datetime.timedelta(seconds=1))
    assert past.get("/api/v1/datasets").status_code == 401
    tokens.revoke(caller.token, now=now)
    assert caller.get("/api/v1/datasets").status_code == 401
    third = Caller(person)
    person.is_active = False
    person.save()
    assert third.get("/api/v1/datasets").status_code == 401


def test_only_the_digest_of_a_token_is_stored(publisher):
    caller = Caller(officer(publisher))
    row = ApiToken.objects.values().get()
    assert caller.text not in str(row)
    assert row["digest"] == tokens.digest_of(caller.text)


def test_a_token_does_no_more_than_its_scope_and_publisher(publisher):
    child = PublisherFactory(parent=publisher, slug="parks")
    other = PublisherFactory(slug="other")
    operator = UserFactory(is_superuser=True)
    administrator = officer(publisher, Role.ADMINISTRATOR)

    def create(caller: Caller, slug: str) -> int:
        return caller.post("/api/v1/datasets", {"title": "X", "publisher": slug}).status_code

    reader = Caller(administrator, scope=TokenScope.READ)
    held = Caller(operator, publisher=publisher)
    assert [create(reader, slug) for slug in (publisher.slug, child.slug)] == [403, 403]
    assert [create(held, slug) for slug in (publisher.slug, child.slug, other.slug)] == [201, 201, 403]
    assert [create(Caller(operator), slug) for slug in ("leeds-city-council", "other", "nobody")] == [201, 201, 400]
    draft = Dataset.objects.filter(publisher=publisher).first()
    assert draft
    assert reader.get(f"/api/v1/datasets/{draft.id}").json()["state"] == "draft"
    assert Caller(officer(other)).get(f"/api/v1/datasets/{draft.id}").status_code == 404


def test_moving_an_entry_needs_the_right_to_create_there(editor, publisher):
    entry = dataset(publisher)
    PublisherFactory(slug="other")
    address = f"/api/v1/datasets/{entry.id}"
    assert editor.patch(address, {"publisher": "other"}, If_Match="*").status_code == 403
    assert Dataset.objects.get().publisher == publisher
    assert Resource.objects.count() == 0
