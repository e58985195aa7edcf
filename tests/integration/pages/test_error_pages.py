"""What a reader and a program see when something goes wrong, each in its own shape."""

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.test import Client

from catalogue import queries
from catalogue.quality import rollups

pytestmark = pytest.mark.django_db

#: What the code behind a page may raise, and what its reader is told.
FAULTS = [
    (RuntimeError("boom"), 500, "Sorry, something went wrong", "Internal Server Error"),
    (PermissionDenied(), 403, "You may not see this page", "Forbidden"),
    (SuspiciousOperation("boom"), 400, "We could not read that address", "Bad Request"),
]


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.fixture(params=FAULTS, ids=[str(status) for _, status, _, _ in FAULTS])
def fault(request, monkeypatch):
    def fail(*args, **kwargs):
        raise request.param[0]

    monkeypatch.setattr(rollups, "standing", fail)
    return request.param


def test_a_fault_is_a_page_for_readers(client, fault):
    response = client.get("/quality")
    _, status, heading, _ = fault
    assert response.status_code == status
    page = response.content.decode()
    assert f'<h1 class="govuk-heading-l">{heading}</h1>' in page
    assert "boom" not in page
    assert "no-store" in response["Cache-Control"]
    assert "script-src 'self'" in response["Content-Security-Policy"]


def test_a_fault_is_a_problem_for_programs(client, fault):
    response = client.get("/api/v1/quality")
    _, status, _, title = fault
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    problem = response.json()
    assert (problem["type"], problem["title"], problem["status"]) == ("about:blank", title, status)
    assert problem["detail"]
    assert "boom" not in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_the_page_for_faults_needs_no_database_and_no_template(client, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("boom")

    monkeypatch.setattr(queries, "figures", fail)
    monkeypatch.setattr("catalogue.views.errors.render", fail)
    response = client.get("/")
    assert (response.status_code, response.content.decode()) == (
        500,
        "Sorry, something went wrong. Try again in a few minutes.",
    )


def test_a_host_that_is_not_ours_is_refused(client):
    page = client.get("/", headers={"Host": "evil.example"})
    assert page.status_code == 400
    assert "We could not read that address" in page.content.decode()
    assert "evil.example" not in page.content.decode()
    assert client.get("/api/v1/quality", headers={"Host": "evil.example"}).json()["status"] == 400


def test_a_form_that_stood_open_too_long_says_so():
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x", "password": "y"})
    assert response.status_code == 403
    assert "it may have stood open too long" in response.content.decode()


def test_the_error_pages_of_the_site_are_the_ones_that_django_calls():
    assert django_settings.DEBUG is False
    assert Client().get("/nowhere").content.decode().count("Page not found") == 2  # title and heading
