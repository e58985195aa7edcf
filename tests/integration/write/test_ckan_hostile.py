"""Hostile bodies sent to the actions that write: a refusal in CKAN's own shapes, never a fault of ours."""

import json

import pytest
from django.test import Client

from catalogue.api.ckan.registry import WRITES
from catalogue.enums import State
from publishers.enums import Role, TokenScope
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import UserFactory, officer
from tests.integration.write.conftest import Caller

pytestmark = pytest.mark.django_db

VALUES = [None, 7, 1.5, True, "", "\u0000", "\ud800", [], [[]], [None], {}, {"x": [1]}, "x" * 5_000, -(10**30), "é"]
FIELDS = ("id", "name", "title", "owner_org", "resources", "extras", "tags", "groups", "url", "package_id", "order")
MORE_FIELDS = ("private", "state", "notes", "license_id", "size", "jti", "expires_in", "role", "username", "user")


@pytest.mark.parametrize("action", WRITES)
def test_no_value_is_a_fault_of_ours(action, publisher):
    entry = dataset(publisher, name="target", resources=(csv_file(),))
    file = entry.resources.get()
    operator = Caller(UserFactory(is_superuser=True), scope=TokenScope.ADMIN)
    is_resource = action.startswith("resource_")
    sound = {
        "id": str(file.id) if is_resource else publisher.slug if action.startswith("organization") else "target",
        "package_id": "target",
        "name": "another",
        "owner_org": publisher.slug,
        "url": "https://x.example/1.csv",
        "order": [str(file.id)],
        "role": "editor",
        "username": officer(publisher, Role.VIEWER).email,
    }
    wrong = []
    fields = [*FIELDS, *MORE_FIELDS]
    start = list(WRITES).index(action)
    for place, value in enumerate(VALUES):
        # Each action gets every value, and the actions together every field
        for field in {"id", fields[(start + place) % len(fields)]}:
            body = json.dumps({**sound, field: value}).encode()
            answer = operator.post(f"/api/3/action/{action}", body)
            if answer.status_code not in {200, 400, 403, 404, 409}:
                wrong.append((field, value, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"a":' * 5_000, b"x=1&y=2", b"null", b"7"])
def test_a_body_that_is_none_is_refused(body, publisher):
    caller = Caller(officer(publisher))
    answer = caller.post("/api/action/package_create", body)
    assert answer.status_code in {400, 409}


def test_a_page_of_another_site_cannot_write_or_read_what_is_hidden_by_script(publisher):
    dataset(publisher, name="hidden", state=State.DRAFT)
    caller = Caller(officer(publisher))
    assert caller.get("/api/action/package_show?id=hidden").status_code == 200
    assert caller.get("/api/action/package_show?id=hidden&callback=f").status_code == 404
    signed_in = Client()
    signed_in.force_login(officer(publisher))
    assert signed_in.get("/api/action/package_show?id=hidden").status_code == 404
    refused = signed_in.post(
        "/api/action/package_patch", {"id": "hidden", "title": "X"}, content_type="application/json"
    )
    assert refused.status_code == 403
