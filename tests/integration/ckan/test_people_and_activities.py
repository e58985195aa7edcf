"""Actions about people, followers, activities, and what a token lets a search find."""

import datetime

import pytest
from django.utils import timezone

from catalogue.actions.changes import assign_positions
from catalogue.actions.datasets import withdraw
from catalogue.actions.entry import By
from catalogue.enums import Route, State, Visibility
from publishers.enums import Role, TokenScope
from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory, UserFactory, officer
from tests.integration.write.conftest import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency():
    return PublisherFactory(slug="agency", title="Agency")


@pytest.fixture
def asking(agency):
    """Ask with the token of an officer of the agency."""

    def by(role=Role.EDITOR, **token):
        caller = Caller(officer(agency, role), **token)

        def ask(name, expected=200, **arguments):
            response = caller.post(f"/api/3/action/{name}", arguments)
            assert response.status_code == expected, response.json()
            return response.json()["result" if expected == 200 else "error"]

        return ask, caller.user

    return by


def test_everybody_is_told_of_themselves_alone(asking, agency):
    ask, user = asking()
    other = UserFactory()
    assert ask("user_show")["email"] == user.email
    assert ask("user_show", id=user.email) == ask("user_show", id=str(user.pk))
    assert [one["name"] for one in ask("user_list")] == [user.email]
    assert ask("user_list", all_fields=False) == [user.email]
    assert ask("user_show", 403, id=other.email)["__type"] == "Authorization Error"
    assert ask("user_follower_count", id=user.email) == 0


def test_operators_are_told_of_everybody():
    operator = UserFactory(is_superuser=True)
    other = UserFactory(email="somebody@agency.example")
    caller = Caller(operator, scope=TokenScope.ADMIN)
    found = caller.post("/api/3/action/user_show", {"id": "SOMEBODY@agency.example"}).json()["result"]
    assert (found["id"], found["sysadmin"]) == (str(other.pk), False)
    listed = caller.post("/api/3/action/user_list", {"q": "somebody"}).json()["result"]
    assert [one["email"] for one in listed] == [other.email]
    assert caller.post("/api/3/action/user_show", {"id": "nobody@x.example"}).status_code == 404


def test_nobody_else_learns_who_works_here(call, client, agency):
    person = officer(agency, Role.ADMINISTRATOR)
    for name, arguments in (("user_show", {"id": person.email}), ("user_list", {})):
        assert client.get(f"/api/3/action/{name}", arguments).status_code == 403
    assert call("member_list", id="agency", object_type="user") == []
    assert call("organization_list_for_user") == []


def test_organisations_for_which_one_may_do_something(asking, agency):
    below = PublisherFactory(slug="branch", title="Branch", parent=agency)
    PublisherFactory(slug="council")
    dataset(below)
    ask, _ = asking(Role.VIEWER)
    found = ask("organization_list_for_user", permission="read", include_dataset_count=True)
    assert [(one["name"], one["capacity"], one["package_count"]) for one in found] == [
        ("agency", "member", 0),
        ("branch", "member", 1),
    ]
    assert ask("organization_list_for_user", permission="create_dataset") == []
    assert ask("organization_list_for_user", 403, id="somebody@else.example")["__type"] == "Authorization Error"


def test_members_are_told_to_those_who_manage_them(asking, agency):
    ask, user = asking(Role.ADMINISTRATOR, scope=TokenScope.ADMIN)
    own = dataset(agency, topic_id="health")
    assert ask("member_list", id="agency") == [
        [str(user.pk), "user", "admin"],
        [str(own.id), "package", "public"],
    ]
    assert ask("member_list", id="agency", object_type="user", capacity="editor") == []
    assert ask("member_list", id="health") == [[str(own.id), "package", "public"]]
    assert ask("member_list", 404, id="nothing")["__type"] == "Not Found Error"


@pytest.mark.parametrize("kind", ["dataset", "organization", "group"])
def test_nobody_follows_anything(call, client, agency, kind):
    dataset(agency, name="salmon")
    key = {"dataset": "salmon", "organization": "agency", "group": "health"}[kind]
    assert call(f"{kind}_follower_count", id=key) == 0
    assert client.get(f"/api/3/action/{kind}_follower_count", {"id": "nothing"}).status_code == 404


def test_activities_tell_what_happened_the_latest_first(call, agency):
    entry = dataset(agency, name="salmon", title="Salmon", topic_id="health")
    dataset(name="other", title="Other")
    withdraw(entry, reason="No more fish.", by=By(Route.COMMAND, label="test"), now=timezone.now())
    assign_positions()
    lists = {
        "organization_activity_list": {"id": "agency"},
        "group_activity_list": {"id": "health"},
    }
    expected = [("deleted package", "salmon"), ("changed package", "salmon"), ("new package", "salmon")]
    for name, arguments in lists.items():
        found = call(name, **arguments)
        assert [(one["activity_type"], one["data"]["package"]["name"]) for one in found] == expected
    everything = call("recently_changed_packages_activity_list")
    assert [one["data"]["package"]["name"] for one in everything] == ["salmon", "salmon", "other", "salmon"]
    assert call("recently_changed_packages_activity_list", limit=1, offset=1) == everything[1:2]
    assert call("package_activity_list", id="other") == everything[2:3]
    assert len(everything[0]["timestamp"]) == len("2015-06-03T10:59:40.961657")
    assert len({one["id"] for one in everything}) == 4


@pytest.fixture
def every_kind(agency, index):
    soon = timezone.now() + datetime.timedelta(hours=1)
    for name, fields in {
        "public": {},
        "draft": {"state": State.DRAFT},
        "in-review": {"state": State.IN_REVIEW},
        "for-officials": {"visibility": Visibility.OFFICIALS},
        "embargoed": {"release_at": soon},
    }.items():
        dataset(agency, name=f"salmon-{name}", title=f"Salmon {name}", tags=("fish",), **fields)
    dataset(name="trout-draft", title="Trout draft", state=State.DRAFT)
    index()


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ({}, ["public"]),
        ({"include_private": True}, ["embargoed", "for-officials", "public"]),
        ({"include_drafts": True}, ["draft", "in-review", "public"]),
        ({"include_drafts": True, "fq": "state:draft"}, ["draft", "in-review"]),
        ({"include_drafts": True, "q": "salmon", "fq": "-state:active"}, ["draft", "in-review"]),
        ({"include_private": True, "fq": "capacity:private"}, ["for-officials"]),
        ({"include_private": True, "include_drafts": True, "q": "title:officials"}, ["for-officials"]),
        ({"fq": "state:draft"}, []),
    ],
)
def test_a_token_finds_what_its_flags_add(every_kind, asking, arguments, names):
    ask, _ = asking(Role.EDITOR)
    found = ask("package_search", sort="name asc", rows=10, **arguments)
    assert [package["name"].removeprefix("salmon-") for package in found["results"]] == names
    assert found["count"] == len(names)


def test_flags_without_a_token_add_nothing(every_kind, call):
    flags = {"include_private": "true", "include_drafts": "true", "include_deleted": "true"}
    assert call("package_search", **flags)["count"] == 1
    assert call("package_search", **flags, q="salmon")["count"] == 1


def test_facets_count_what_a_token_finds(every_kind, asking):
    ask, _ = asking(Role.EDITOR)
    found = ask("package_search", include_drafts=True, rows=0, **{"facet.field": ["tags", "state"]})
    assert found["facets"] == {"tags": {"fish": 3}, "state": {"draft": 2, "active": 1}}


def test_what_every_public_dataset_is_narrows_nothing(every_kind, call):
    found = call(
        "package_search",
        fq="+state:active +dataset_type:dataset capacity:public",
        also={"facet.field": '["tags","organization"]'},
    )
    assert (found["count"], found["facets"]) == (1, {"tags": {"fish": 1}, "organization": {"agency": 1}})
