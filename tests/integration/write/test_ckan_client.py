"""Scripts that wrote to a CKAN go on working: the real client, over HTTP, with many at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import ckanapi
import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.utils import timezone

from catalogue.enums import Route, State, Visibility
from catalogue.models import Dataset, Revision
from publishers.actions import tokens
from publishers.enums import Role, TokenScope
from publishers.models import ApiToken, AuditEntry, Membership, Publisher
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory, UserFactory, officer
from tests.integration.write.conftest import Caller

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 10


@pytest.fixture(scope="session", autouse=True)
def _folder_of_static_files() -> None:
    """A live server is made before any test's own settings, and warns of a folder that only collectstatic makes."""
    django_settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def agency() -> Publisher:
    return PublisherFactory(slug="agency", title="Agency")


Connect = Callable[..., ckanapi.RemoteCKAN]


@pytest.fixture
def connect(live_server, settings) -> Iterator[Connect]:
    """A client for a person, with a token of their own."""
    settings.SITE_URL = live_server.url
    opened = []

    def client(user: Any = None, scope: TokenScope = TokenScope.WRITE) -> ckanapi.RemoteCKAN:
        text = tokens.create(user=user, name="script", scope=scope, now=timezone.now())[1] if user else "not-a-token"
        opened.append(ckanapi.RemoteCKAN(live_server.url, apikey=text))
        return opened[-1]

    yield client
    for remote in opened:
        remote.close()  # or the server's thread keeps its connection to the database


@pytest.fixture
def portal(agency, connect) -> ckanapi.RemoteCKAN:
    return connect(officer(agency))


def make(portal: ckanapi.RemoteCKAN, **fields: Any) -> dict[str, Any]:
    return portal.action.package_create(**({"name": "bus-stops", "owner_org": "agency", "title": "Bus stops"} | fields))


def test_a_script_makes_updates_patches_and_deletes_a_dataset(portal):
    made = make(
        portal,
        notes="Every stop.",
        license_id="uk-ogl",
        tags=[{"name": "buses"}],
        extras=[{"key": "update_frequency", "value": "monthly"}, {"key": "our-own", "value": "kept"}],
        resources=[{"url": "https://agency.example/stops.csv", "format": "csv", "name": "Stops"}],
    )
    assert (made["name"], made["state"], made["private"]) == ("bus-stops", "active", False)
    assert made["organization"]["name"] == "agency"
    assert (made["license_id"], [tag["name"] for tag in made["tags"]]) == ("uk-ogl", ["buses"])
    assert made["resources"][0]["format"] == "CSV"
    assert portal.action.package_show(id="bus-stops") == made

    patched = portal.action.package_patch(id="bus-stops", notes="Every stop, and tram stops.")
    assert {key for key in made if made[key] != patched[key]} == {"notes", "metadata_modified"}

    # What every script does: read, change, send it all back
    patched["title"] = "Bus and tram stops"
    patched["resources"].append({"url": "https://agency.example/trams.csv"})
    updated = portal.action.package_update(**patched)
    assert updated["title"] == "Bus and tram stops"
    assert [resource["url"] for resource in updated["resources"]] == [
        "https://agency.example/stops.csv",
        "https://agency.example/trams.csv",
    ]
    assert updated["resources"][0] == patched["resources"][0]
    unchanged = portal.action.package_update(**updated)
    assert unchanged == updated

    cleared = portal.action.package_update(id=made["id"], name="bus-stops", title="Bus stops", owner_org="agency")
    assert (cleared["notes"], cleared["tags"], len(cleared["resources"])) == ("", [], 2)

    assert portal.action.package_delete(id="bus-stops") is None
    assert Dataset.objects.get().state == State.WITHDRAWN
    with pytest.raises(ckanapi.ValidationError) as taken:
        make(portal)
    assert taken.value.error_dict["name"] == ["That URL is already in use."]
    back = portal.action.package_patch(id="bus-stops", state="active")
    assert back["state"] == "active"
    assert set(Revision.objects.values_list("route", flat=True)) == {Route.CKAN_API}


def test_a_dataset_is_revised_if_it_still_says_what_was_thought(portal, connect):
    files = [{"url": "https://agency.example/1.csv", "name": "One"}, {"url": "https://agency.example/2.csv"}]
    made = make(portal, resources=files, tags=[{"name": "buses"}], notes="Every stop.")
    second = made["resources"][1]["id"]
    answer = portal.call_action("package_revise", {
        "match": {"name": "bus-stops", "notes": "Every stop."},
        "filter": ["-tags"],
        "update": {"title": "Stops"},
        f"update__resources__{second[:5]}__name": "Two",
        "update__resources__extend": [{"url": "https://agency.example/3.csv"}],
        "include": ["+package__title", "+package__resources__*__name", "-*"],
    })  # fmt: skip
    assert answer == {"package": {"title": "Stops", "resources": [{"name": "One"}, {"name": "Two"}, {"name": ""}]}}
    now = portal.action.package_show(id="bus-stops")
    assert (now["title"], now["notes"], now["tags"]) == ("Stops", "Every stop.", [])
    assert [one["id"] for one in now["resources"][:2]] == [one["id"] for one in made["resources"]]
    for refused, error in (
        ({"match": {"name": "bus-stops", "title": "Bus stops"}}, {"message": [{"match": ["title"]}]}),
        ({"match": {"title": "Stops"}}, {"match": ["Must include id or name"]}),
        ({"match__name": "bus-stops", "update__resources__9__name": "x"}, {
            "update__resources__9__name": ["Unmatched key 9"],
        }),
    ):  # fmt: skip
        with pytest.raises(ckanapi.ValidationError) as found:
            portal.call_action("package_revise", {**refused, "update": {"notes": "Lost"}})
        assert found.value.error_dict == {**error, "__type": "Validation Error"}
    with pytest.raises(ckanapi.NotAuthorized):
        connect(officer(PublisherFactory(slug="other"))).call_action(
            "package_revise", {"match": {"name": "bus-stops"}, "update": {"title": "Taken"}}
        )
    assert portal.action.package_show(id="bus-stops") == now
    none_left = portal.call_action("package_revise", {"match__id": made["id"], "filter": "-resources"})
    assert none_left["package"]["resources"] == []


def test_drafts_and_private_datasets_are_their_publishers_own(portal, connect):
    make(portal, name="draft", state="draft")
    make(portal, name="private", private=True)
    assert (Dataset.objects.get(name="draft").state, Dataset.objects.get(name="private").visibility) == (
        State.DRAFT,
        Visibility.PUBLISHER,
    )
    for name in ("draft", "private"):
        assert portal.action.package_show(id=name)["name"] == name
        with pytest.raises(ckanapi.NotFound):
            connect().action.package_show(id=name)
    assert portal.action.package_patch(id="draft", state="active")["state"] == "active"
    assert portal.action.package_patch(id="private", private=False)["private"] is False
    assert connect().action.package_list() == ["draft", "private"]


def test_resources_one_at_a_time(portal):
    make(portal)
    one = portal.action.resource_create(package_id="bus-stops", url="https://agency.example/1.csv", name="One")
    two = portal.action.resource_create(package_id="bus-stops", url="https://agency.example/2.csv", format="CSV")
    assert portal.action.resource_patch(id=one["id"], description="The first.")["name"] == "One"
    assert portal.action.resource_update(id=one["id"], url="https://agency.example/1b.csv")["name"] == ""
    assert portal.action.package_resource_reorder(id="bus-stops", order=[two["id"]]) == {
        "id": str(Dataset.objects.get().id),
        "order": [two["id"], one["id"]],
    }
    assert portal.action.resource_delete(id=two["id"]) is None
    assert [one["url"] for one in portal.action.package_show(id="bus-stops")["resources"]] == [
        "https://agency.example/1b.csv"
    ]
    with pytest.raises(ckanapi.NotFound):
        portal.action.resource_delete(id=two["id"])
    with pytest.raises(ckanapi.ValidationError) as invalid:
        portal.action.resource_create(package_id="bus-stops", url="nowhere")
    assert list(invalid.value.error_dict) == ["url", "__type"]


def test_mistakes_come_under_ckans_names(portal):
    for fields, where in (
        ({"name": ""}, "name"),
        ({"name": "Bus Stops"}, "name"),
        ({"owner_org": ""}, "owner_org"),
        ({"owner_org": "nobody"}, "owner_org"),
        ({"resources": [{"url": "https://agency.example/1.csv"}, {"url": "nowhere"}]}, "resources"),
    ):
        with pytest.raises(ckanapi.ValidationError) as invalid:
            make(portal, **fields)
        assert where in invalid.value.error_dict
    assert invalid.value.error_dict["resources"] == [{}, {"url": ["This is no web address: begin it with https://."]}]
    assert Dataset.objects.count() == 0


def test_who_may_not_is_not_authorised(agency, connect, portal):
    make(portal)
    stranger = connect(officer(PublisherFactory(slug="another")))
    for refused in (
        connect(),
        stranger,
        connect(officer(agency, Role.VIEWER)),
        connect(officer(agency), TokenScope.READ),
    ):
        for action, fields in (
            ("package_create", {"name": "x-1", "owner_org": "agency"}),
            ("package_patch", {"id": "bus-stops", "title": "X"}),
            ("package_update", {"id": "bus-stops", "name": "bus-stops"}),
            ("package_delete", {"id": "bus-stops"}),
            ("dataset_purge", {"id": "bus-stops"}),
            ("resource_create", {"package_id": "bus-stops", "url": "https://x.example/"}),
            ("organization_create", {"name": "new-org"}),
            ("organization_patch", {"id": "agency", "title": "X"}),
            ("organization_member_create", {"id": "agency", "username": "x@x.uk", "role": "admin"}),
        ):
            with pytest.raises(ckanapi.NotAuthorized):
                refused.call_action(action, fields)
    assert Dataset.objects.get().version == 1
    with pytest.raises(ckanapi.NotAuthorized) as purge:
        portal.action.dataset_purge(id="bus-stops")
    assert "Nothing is purged here" in str(purge.value)


def test_organisations_and_their_members(agency, connect):
    operator = connect(UserFactory(is_superuser=True), TokenScope.ADMIN)
    made = operator.action.organization_create(name="new-body", title="New body", groups=[{"name": "agency"}])
    assert (made["title"], Publisher.objects.get(slug="new-body").parent) == ("New body", agency)
    assert operator.action.organization_patch(id="new-body", description="What it does.")["title"] == "New body"
    assert operator.action.organization_update(id="new-body", title="Renamed")["description"] == ""
    with pytest.raises(ckanapi.NotAuthorized):
        operator.action.organization_delete(id="new-body")

    colleague = UserFactory(email="c@agency.example")
    administrator = connect(officer(agency, Role.ADMINISTRATOR), TokenScope.ADMIN)
    administrator.action.organization_member_create(id="new-body", username="C@agency.example", role="editor")
    assert Membership.objects.get(user=colleague).role == Role.EDITOR
    administrator.action.organization_member_delete(id="new-body", username="c@agency.example")
    assert not Membership.objects.filter(user=colleague).exists()
    actions = list(
        AuditEntry.objects.filter(object_id=str(colleague.pk)).order_by("id").values_list("action", flat=True)
    )
    assert actions == ["member_added", "member_removed"]


def test_tokens_beget_tokens_of_no_more_than_their_own_right(agency, connect):
    person = officer(agency)
    portal = connect(person)
    made = portal.action.api_token_create(user=person.email, name="another", expires_in=1, unit=3600)
    assert ApiToken.objects.get(id=made["id"]).scope == TokenScope.WRITE
    assert {token["name"] for token in portal.action.api_token_list(user_id=person.email)} == {"script", "another"}
    other = ckanapi.RemoteCKAN(portal.address, apikey=made["token"])
    make(other)
    portal.action.api_token_revoke(jti=made["id"])
    with pytest.raises(ckanapi.NotAuthorized):
        make(other, name="second")
    other.close()
    with pytest.raises(ckanapi.NotAuthorized):
        portal.action.api_token_list(user_id="somebody@else.uk")


def test_a_write_by_get_is_refused_as_ckan_refuses_it(client):
    answer = client.get("/api/3/action/package_create?name=x")
    assert (answer.status_code, answer.json()) == (
        400,
        "Bad request: JSON Error: Invalid request. Please use POST method for your request",
    )


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """What ten threads give that begin together."""
    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(work, range(WRITERS)))


def test_ten_writers_who_add_files_to_one_dataset_lose_none(portal, connect, agency):
    """ckan/ckan#6420: there, half of them were lost."""
    make(portal)
    clients = [connect(officer(agency)) for _ in range(WRITERS)]

    def add(number: int) -> list[str]:
        return [
            clients[number].action.resource_create(
                package_id="bus-stops", url=f"https://agency.example/{number}-{turn}.csv"
            )["id"]
            for turn in range(3)
        ]

    ids = [resource_id for made in at_once(add) for resource_id in made]
    shown = portal.action.package_show(id="bus-stops")["resources"]
    assert {resource["id"] for resource in shown} == set(ids)
    assert len(ids) == len(set(ids)) == 3 * WRITERS
    assert [resource["position"] for resource in shown] == list(range(3 * WRITERS))
    assert Dataset.objects.get().version == 1 + 3 * WRITERS


def test_ten_writers_who_patch_different_fields_lose_none(portal, connect, agency):
    make(portal, resources=[{"url": f"https://agency.example/{n}.csv"} for n in range(WRITERS)])
    resources = portal.action.package_show(id="bus-stops")["resources"]
    clients = [connect(officer(agency)) for _ in range(WRITERS)]
    at_once(lambda n: clients[n].action.resource_patch(id=resources[n]["id"], name=f"File {n}"))
    assert [resource["name"] for resource in portal.action.package_show(id="bus-stops")["resources"]] == [
        f"File {number}" for number in range(WRITERS)
    ]
    fields = [
        ("notes", "N"),
        ("version", "2"),
        ("url", "https://agency.example/p"),
        ("title", "T"),
        ("license_id", "uk-ogl"),
    ]
    at_once(lambda n: clients[n].call_action("package_patch", {"id": "bus-stops", **dict([fields[n % len(fields)]])}))
    found = portal.action.package_show(id="bus-stops")
    assert {name: found[name] for name, _ in fields} == dict(fields)


def test_ten_datasets_of_one_title_made_at_once_get_ten_names(connect, agency, live_server):
    callers = [Caller(officer(agency)) for _ in range(WRITERS)]

    def create(number: int) -> int:
        try:
            body = {"title": "Bus stops", "publisher": "agency"}
            return callers[number].post("/api/v1/datasets", body).status_code
        finally:
            connections.close_all()

    assert at_once(create) == [201] * WRITERS
    assert Dataset.objects.values("name").distinct().count() == WRITERS


def test_what_ckan_cannot_say_stays(portal, agency):
    entry = dataset(
        agency,
        name="kept",
        title="Kept",
        planned_release="Spring",
        data_steward="Mary",
        related_links=("https://agency.example/more",),
        resources=(csv_file(period_text="2019", extras={"own": "x"}),),
    )
    portal.action.package_patch(id="kept", title="Kept indeed")
    entry.refresh_from_db()
    assert (entry.title, entry.planned_release, entry.data_steward) == ("Kept indeed", "Spring", "Mary")
    assert entry.related_links == ["https://agency.example/more"]
    assert [(resource.period_text, resource.extras) for resource in entry.resources.all()] == [("2019", {"own": "x"})]


def test_a_file_is_uploaded_as_ckans_scripts_do_it(portal, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    make(portal)
    path = tmp_path / "stops.csv"
    path.write_bytes(b"a,b\n1,2\n")
    with path.open("rb") as file:
        made = portal.action.resource_create(package_id="bus-stops", name="Stops", upload=file)
    assert (made["name"], made["format"], made["size"]) == ("Stops", "CSV", 8)
    assert made["url"].endswith(f"/download/{made['id']}/stops.csv")
    assert "upload" not in made
    path.write_bytes(b"a,b\n1,2\n3,4\n")
    with path.open("rb") as file:
        again = portal.action.resource_patch(id=made["id"], upload=file, description="Two rows.")
    assert (again["id"], again["size"], again["description"], again["name"]) == (made["id"], 12, "Two rows.", "Stops")
