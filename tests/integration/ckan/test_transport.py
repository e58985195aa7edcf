"""Envelope, status codes, ways of asking, JSONP and cross-origin requests."""

import json
import re

import pytest
from django.conf import settings
from django.test import Client

from catalogue.api.ckan.absent import ABSENT
from catalogue.api.ckan.registry import ACTIONS
from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory, officer

pytestmark = pytest.mark.django_db

ROOTS = ["/api/3/action", "/api/action"]


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)


def post(client, address, body, content_type="application/json", **headers):
    return client.post(address, body, content_type=content_type, headers=headers)


@pytest.mark.parametrize("root", ROOTS)
def test_an_answer_stands_in_ckans_envelope(client, settings, root):
    response = client.get(f"{root}/site_read")
    assert response.json() == {
        "help": f"{settings.SITE_URL}/api/3/action/help_show?name=site_read",
        "success": True,
        "result": True,
    }
    assert response.headers["Content-Type"] == "application/json;charset=utf-8"


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", '{"id": "the-one"}'),
        ("application/json;charset=utf-8", '{"id": "the-one"}'),
        ("application/x-www-form-urlencoded", "id=the-one"),
        ("application/x-www-form-urlencoded", '{"id": "the-one"}'),
        ("application/x-www-form-urlencoded", "%7B%22id%22%3A+%22the-one%22%7D"),
        ("text/plain", '{"id": "the-one"}'),
    ],
)
def test_reads_take_post_in_every_form_that_clients_send(client, root, content_type, body):
    dataset(name="the-one")
    assert post(client, f"{root}/package_show", body, content_type).json()["result"]["name"] == "the-one"


def test_a_multipart_form_is_read(client):
    dataset(name="the-one")
    assert client.post("/api/action/package_show", {"id": "the-one"}).json()["result"]["name"] == "the-one"


def test_an_empty_post_has_no_arguments_but_those_of_its_address(client):
    dataset(name="the-one")
    assert post(client, "/api/action/package_list", "").json()["result"] == ["the-one"]
    assert post(client, "/api/action/package_list", "{}").json()["result"] == ["the-one"]
    assert post(client, "/api/action/package_show?id=the-one", "").json()["result"]["name"] == "the-one"


def test_tokens_in_either_header_are_let_be(client):
    for headers in ({"Authorization": "not-a-token"}, {"X-CKAN-API-Key": "not-a-token"}, {"Authorization": "Bearer x"}):
        assert post(client, "/api/action/site_read", "{}", **headers).json()["result"] is True


@pytest.mark.parametrize(
    ("method", "address", "body", "status", "answer"),
    [
        ("get", "/api/3/action/no_such", None, 400, "Bad request: Action name not known: no_such"),
        ("post", "/api/action/no_such", "{}", 400, "Bad request: Action name not known: no_such"),
        (
            "post",
            "/api/action/site_read",
            "[]",
            400,
            "Bad request: JSON Error: Request data JSON decoded to a list or value, but it must be an object",
        ),
        ("put", "/api/action/site_read", "{}", 405, "Bad request: use GET or POST"),
        ("delete", "/api/action/site_read", "{}", 405, "Bad request: use GET or POST"),
    ],
)
def test_what_can_not_be_understood_is_told_in_a_bare_string(client, method, address, body, status, answer):
    arguments = {} if body is None else {"data": body, "content_type": "application/json"}
    response = getattr(client, method)(address, **arguments)
    assert (response.status_code, response.json()) == (status, answer)


@pytest.mark.parametrize(
    "body", ["{", "nonsense", '{"id": ' + "[" * 100_000, "\udcff".encode("utf-8", "surrogatepass")]
)
def test_broken_json_is_told_as_such(client, body):
    response = post(client, "/api/action/site_read", body)
    assert response.status_code == 400
    assert response.json().startswith("Bad request: JSON Error: Error decoding JSON data.")


@pytest.mark.parametrize(
    ("name", "arguments", "status", "error"),
    [
        ("package_show", {}, 409, {"name_or_id": ["Missing value"], "__type": "Validation Error"}),
        ("organization_show", {"id": " "}, 409, {"id": ["Missing value"], "__type": "Validation Error"}),
        ("package_show", {"id": "nothing"}, 404, {"message": "Not found", "__type": "Not Found Error"}),
        ("package_list", {"limit": "few"}, 409, {"limit": ["Invalid integer"], "__type": "Validation Error"}),
        ("package_list", {"limit": "-1"}, 409, {"limit": ["Must be a natural number"], "__type": "Validation Error"}),
        (
            "package_search",
            {"colour": "red"},
            400,
            {
                "message": "Search Query is invalid: Invalid search parameters: ['colour']",
                "__type": "Search Query Error",
            },
        ),
        (
            "package_search",
            {"q": "title:(unclosed"},
            400,
            {
                "message": "Search Query is invalid: it ends too early, after “title:(unclosed”",
                "__type": "Search Query Error",
            },
        ),
        (
            "package_search",
            {"fq": "{!join from=a}x"},
            400,
            {
                "message": "Search Query is invalid: local parameters are not supported",
                "__type": "Search Query Error",
            },
        ),
        (
            "package_search",
            {"fq": "metadata_modified:[yesterday TO *]"},
            400,
            {
                "message": "Search Query is invalid: “yesterday” is no date:"
                " write it as 2015-07-24T00:00:00Z or NOW-7DAYS",
                "__type": "Search Query Error",
            },
        ),
        (
            "package_search",
            {"facet.field": "tags"},
            409,
            {"facet.field": ['Must be a list: write it as ["organization", "tags"]'], "__type": "Validation Error"},
        ),
        (
            "help_show",
            {"name": "nothing"},
            404,
            {"message": "Not found: Action function not found", "__type": "Not Found Error"},
        ),
    ],
)
def test_errors_have_ckans_status_and_type(client, settings, name, arguments, status, error):
    response = client.get(f"/api/3/action/{name}", arguments)
    assert (response.status_code, response.json()) == (
        status,
        {"help": f"{settings.SITE_URL}/api/3/action/help_show?name={name}", "success": False, "error": error},
    )
    assert response.headers["Cache-Control"] == "no-store"


def test_an_unknown_sort_is_an_invalid_query(client):
    response = client.get("/api/3/action/package_search", {"sort": "name upwards"})
    assert (response.status_code, response.json()["error"]["__type"]) == (400, "Search Query Error")


def test_words_without_an_index_say_that_search_is_not_ready(client, settings, tmp_path):
    settings.SEARCH_DIR = tmp_path
    response = client.get("/api/3/action/package_search", {"q": "salmon"})
    assert (response.status_code, response.json()["error"]["__type"]) == (503, "Search Connection Error")


def test_a_callback_wraps_the_answer_as_a_script(client):
    response = client.get("/api/3/action/site_read", {"callback": "jsonp.cb_1"})
    assert response.headers["Content-Type"] == "application/javascript"
    text = response.content.decode()
    assert text.startswith("jsonp.cb_1(")
    assert text.endswith(");")
    assert json.loads(text.removeprefix("jsonp.cb_1(").removesuffix(");"))["result"] is True


def test_a_callback_that_is_no_name_is_refused(client):
    response = client.get("/api/3/action/site_read", {"callback": "alert(1)//"})
    assert (response.status_code, response.json()) == (400, "Bad request: callback is no JavaScript name")


def test_errors_are_not_wrapped(client):
    response = client.get("/api/3/action/package_show", {"callback": "cb", "id": "nothing"})
    assert (response.status_code, response.json()["success"]) == (404, False)


def test_any_site_may_ask(client):
    response = client.options(
        "/api/3/action/package_search",
        headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"},
    )
    assert (response.status_code, response.content) == (200, b"")
    for answer in (response, client.get("/api/3/action/site_read"), client.get("/api/3/action/package_show")):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type, X-CKAN-API-Key"


def test_version_and_the_page_for_people(client):
    assert client.get("/api/3").json() == {"version": 3}
    assert client.get("/api/3/").json() == {"version": 3}
    page = client.get("/api")
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_no_address_redirects_and_none_ends_in_a_slash(client):
    expected = "Not found: actions are at /api/3/action/<name>, without a slash at the end"
    for address in ("/api/3/action/site_read/", "/api/action/site_read/", "/api/3/action", "/api/3/action/a/b"):
        for response in (client.get(address), post(client, address, "{}")):
            assert (response.status_code, response.json()) == (404, expected)


def test_every_action_explains_itself(client):
    explained = {name: client.get("/api/3/action/help_show", {"name": name}).json()["result"] for name in ACTIONS}
    assert [name for name, text in explained.items() if len(text) < 20] == []


def test_answers_may_be_shared_for_a_minute_and_set_no_cookie(client):
    client.force_login(officer(PublisherFactory()))
    response = client.get("/api/3/action/package_list")
    assert re.fullmatch("public, max-age=([1-9]|[1-5][0-9]|60)", response.headers["Cache-Control"])
    assert not response.cookies
    again = client.get("/api/3/action/package_list", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert post(client, "/api/3/action/package_list", "{}").headers["Cache-Control"] == "no-store"


def test_characters_that_the_database_refuses_find_nothing(client):
    for text in ("a\x00b", "\ud800"):
        response = post(client, "/api/action/package_show", json.dumps({"id": text}))
        assert response.status_code == 404
        response = post(client, "/api/action/package_search", json.dumps({"fq": f'name:"{text}"'}))
        assert response.json()["result"]["count"] == 0


def test_the_search_of_before_actions(client, index):
    dataset(name="salmon-counts", title="Salmon counts")
    dataset(name="water-levels", title="Water levels")
    index()
    bare = client.get("/api/search/dataset", {"q": "salmon", "fl": "name", "limit": "5", "offset": "0"}).json()
    assert (bare["count"], bare["results"]) == (1, [{"name": "salmon-counts"}])
    by_field = client.get("/api/search/dataset", {"title": "water", "all_fields": "1"}).json()
    assert [package["name"] for package in by_field["results"]] == ["water-levels"]
    wrapped = client.get("/api/3/search/dataset", {"q": "salmon", "rows": "5"}).json()
    assert wrapped["result"]["results"] == wrapped["results"]
    assert (wrapped["success"], wrapped["count"]) == (True, 1)


def test_an_action_of_ckans_that_is_not_here_says_what_to_use_instead(client):
    for ask in (client.get, client.post):
        response = ask("/api/3/action/datastore_search_sql?sql=SELECT+1")
        assert (response.status_code, response.json()) == (
            400,
            {
                "help": f"{settings.SITE_URL}/api/3/action/help_show?name=datastore_search_sql",
                "success": False,
                "error": {
                    "message": "There is no datastore_search_sql here. No SQL is taken: ask datastore_search, or "
                    "/api/v1/resources/<id>/rows, which filters, sorts, groups and sums.",
                    "__type": "Action Not Supported Error",
                },
            },
        )
    assert not set(ABSENT) & set(ACTIONS)
    # Clients probe for actions by asking for their help
    assert client.get("/api/3/action/help_show", {"name": "datastore_search_sql"}).status_code == 404
    assert client.get("/api/3/action/no_such_thing").json() == "Bad request: Action name not known: no_such_thing"
