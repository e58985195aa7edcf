"""What other sites, caches and copied cookies can do to somebody who has signed in."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from catalogue.models import Dataset
from publishers.actions import tokens
from publishers.client_address import client_address
from publishers.enums import Role, TokenScope
from tests.factories.clients import signed_in
from tests.factories.publishers import PublisherFactory, UserFactory, officer
from tests.integration.addresses import is_ckan
from tests.integration.security.world import World
from tests.integration.write.conftest import Caller

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def every_address(patterns: Iterable[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    """Every route of the site, the admin's too, with something in the place of each of its parts."""
    for pattern in patterns:
        route = prefix + re.sub(r"\\Z$|^\^|\$$|/\?$", "", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from every_address(pattern.url_patterns, route)
            continue
        filled = re.sub(r"<uuid:\w+>|\(\?P<dataset_id>(?:[^()]|\([^()]*\))*\)", NOBODY, route)
        filled = re.sub(r"<(?:int|path):\w+>|\(\?P<number>[^()]*\)", "1", filled)
        filled = re.sub(r"<(?:str:|slug:)?\w+>", "x", filled)
        filled = re.sub(r"\(\?P<\w+>([a-z]+)[^()]*\)|\(\?P<\w+>[^()]*\)", r"\1x", filled)
        yield filled.replace("\\", "")


def test_no_form_of_another_site_does_anything_for_whoever_is_signed_in() -> None:
    """Every address there is, without our token; those of the API by every method that writes."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(UserFactory(is_superuser=True))
    addresses = {address for address in every_address(get_resolver().url_patterns) if not is_ckan(address)}
    assert len(addresses) > 200
    taken = []
    for address in sorted(addresses):
        for method in ("post", "put", "patch", "delete") if address.startswith("/api/") else ("post",):
            status = getattr(browser, method)(address).status_code
            if status not in {301, 403, 404, 405}:  # 301: a slash too many
                taken.append((method, address, status))
    assert taken == []


def test_no_cache_keeps_a_page_of_the_workplace() -> None:
    w = World(Role.EDITOR)
    browser = signed_in(w.operator)
    pages = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]
    pages += [f"{page}add/" for page in pages]
    entry = f"/admin/catalogue/dataset/{w.t.id}"
    pages += [f"{entry}/{page}/" for page in ("change", "versions", "review", "withdraw")]
    pages += ["/admin/", "/notices", "/password", "/second-step", f"/dataset/{w.t.id}"]
    pages += [f"/api/v1/datasets/{w.t.id}", f"/dataset/{w.t.id}/download/{w.upload.resource_id}/x.csv"]
    kept = []
    for page in pages:
        answer = browser.get(page)
        assert answer.status_code < 500, page
        if answer.streaming:
            b"".join(answer)
        cached = set(answer.get("Cache-Control", "").replace(" ", "").split(","))
        if answer.status_code == 200 and not {"private", "no-store"} <= cached:
            kept.append((page, cached))
    assert kept == []


ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https:evil.example",
    "http:///evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    " //evil.example",
    "\t//evil.example",
    "/%09/evil.example",
    "https://127.0.0.1:8000@evil.example/",
    "https://testserver.evil.example/",
    "http://testserver:8000@evil.example/",
    "//evil.example\\@testserver/",
)


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_signing_in_leads_nowhere_but_here(wanted: str) -> None:
    person = officer(PublisherFactory())
    values = {"username": person.email, "password": "correct horse", "next": wanted}
    for address, sent in (
        ("/admin/login/", values),
        (f"/admin/login/?next={wanted}", {"username": person.email, "password": "correct horse"}),
    ):
        answer = Client().post(address, sent)
        assert answer.status_code == 302
        assert _is_here(answer["Location"])
    left = signed_in(person).post("/admin/logout/", {"next": wanted})
    assert left.status_code == 200 or _is_here(left["Location"])


def _is_here(address: str) -> bool:
    """One slash and then neither slash nor what browsers take for one."""
    return re.match(r"/(?![\\/\s])", address) is not None and not re.search(r"[\t\r\n]", address)


def test_a_session_that_was_there_before_is_not_the_one_that_is_signed_in() -> None:
    """Whoever plants a cookie in another's browser has nothing by it; signing out ends the session on our side."""
    person = officer(PublisherFactory())
    browser = Client()
    browser.force_login(officer(PublisherFactory()))
    planted = browser.cookies["sessionid"].value
    browser.post("/admin/login/", {"username": person.email, "password": "correct horse"})
    signed = browser.cookies["sessionid"].value
    assert signed != planted
    browser.post("/admin/logout/")
    for cookie in (planted, signed):
        copied = Client()
        copied.cookies["sessionid"] = cookie
        assert copied.get("/admin/").status_code == 302


def test_a_password_is_changed_at_our_own_page_alone_which_the_audit_log_knows() -> None:
    browser = signed_in(officer(PublisherFactory()))
    for method in (browser.get, browser.post):
        answer = method("/admin/password_change/")
        assert (answer.status_code, answer["Location"]) == (302, "/password")


def test_a_new_password_ends_every_other_session() -> None:
    person = officer(PublisherFactory())
    here, elsewhere = signed_in(person), signed_in(person)
    values = {"old_password": "correct horse", "new_password1": "battery staple 9", "new_password2": "battery staple 9"}
    assert here.post("/password", values).status_code == 302
    assert (here.get("/admin/").status_code, elsewhere.get("/admin/").status_code) == (200, 302)


@pytest.mark.parametrize(
    ("proxies", "told", "believed"),
    [
        (0, "203.0.113.9", "198.51.100.1"),  # nobody is believed
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1, 192.0.2.66, 203.0.113.9", "203.0.113.9"),  # only what our own proxy added
        (2, "192.0.2.66, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "198.51.100.1"),  # fewer than there should be: it came another way
        (1, "nonsense", "198.51.100.1"),
    ],
)
def test_a_header_does_not_make_another_address(proxies: int, told: str, believed: str, settings: Any) -> None:
    settings.PROXY_COUNT = proxies
    request: HttpRequest = RequestFactory(REMOTE_ADDR="198.51.100.1").get("/", headers={"X-Forwarded-For": told})
    assert client_address(request) == believed


def test_guesses_are_counted_whatever_a_header_says(settings: Any) -> None:
    person = officer(PublisherFactory())
    browser = Client()
    for number in range(5):
        browser.post(
            "/admin/login/",
            {"username": person.email, "password": "wrong"},
            headers={"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": f"203.0.113.{number}"},
        )
    values = {"username": person.email, "password": "correct horse"}
    answer = browser.post("/admin/login/", values, headers={"X-Forwarded-For": "203.0.113.99"})
    assert answer.status_code != 302


def test_an_idempotency_key_answers_only_the_token_that_sent_it(editor: Caller) -> None:
    made = editor.post("/api/v1/datasets", {"title": "X", "publisher": "leeds-city-council"}, Idempotency_Key="k")
    assert made.status_code == 201
    narrower = Caller(editor.user, scope=TokenScope.READ)
    other = narrower.post("/api/v1/datasets", {"title": "X", "publisher": "leeds-city-council"}, Idempotency_Key="k")
    again = editor.post("/api/v1/datasets", {"title": "X", "publisher": "leeds-city-council"}, Idempotency_Key="k")
    assert (other.status_code, again.status_code) == (422, 201)
    assert again.json()["id"] == made.json()["id"]
    assert Dataset.objects.count() == 1


def test_tokens_that_ended_open_nothing(editor: Caller) -> None:
    now = timezone.now()
    entry = f"/api/v1/datasets/{NOBODY}"
    who = tokens.audit.Who(editor.user)
    assert editor.get(entry).status_code == 404
    tokens.revoke(editor.token, now=now, who=who)
    for scheme in ("Bearer", "bearer", "Token", ""):
        answer = Client().get(entry, headers={"Authorization": f"{scheme} {editor.text}".strip()})
        assert answer.status_code in {401, 404}, scheme
    assert editor.get(entry).status_code == 401
