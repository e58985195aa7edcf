"""Nothing that anybody may not see comes out of any action: neither whole, nor counted, nor named."""

import datetime
import json

import pytest
from django.test import Client
from django.utils import timezone

from catalogue.api.ckan.registry import ACTIONS, WRITES
from catalogue.enums import State, Visibility
from catalogue.models import Dataset
from publishers.enums import Role
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory, officer

pytestmark = pytest.mark.django_db

SECRET = "xyzzy"
HOUR = datetime.timedelta(hours=1)

#: Arguments that would bring each action to tell of a dataset: `{id}`, `{file}`, `{name}` and `{org}` are filled in.
ASKING = {
    "package_search": [
        {"rows": "1000"},
        {"q": SECRET},
        {"q": f"title:{SECRET}*"},
        {"q": "id:{id}"},
        {"q": "{name}"},
        {"fq": "name:{name}", "include_private": "true", "include_drafts": "true", "include_deleted": "true"},
        {"fq": f"tags:{SECRET}"},
        {"fq": f"extras_{SECRET}:*"},
        {"fq": "state:draft"},
        {"fq": "state:(draft OR deleted OR active)"},
        {"fq": "-state:active"},
        {"fq": "capacity:private"},
        {"facet.field": f'["tags","organization","name","title_string","res_format","{SECRET}"]', "rows": "0"},
    ],
    "package_list": [{}],
    "package_show": [{"id": "{id}"}, {"id": "{name}"}, {"name_or_id": "{name}"}],
    "current_package_list_with_resources": [{}],
    "package_relationships_list": [{"id": "{id}"}, {"id": "{name}"}],
    "package_autocomplete": [{"q": SECRET}, {"q": "{name}"}],
    "resource_show": [{"id": "{file}"}],
    "resource_search": [{"query": f"name:{SECRET}"}, {"query": "id:{file}"}, {"query": "url:https"}],
    "format_autocomplete": [{"q": SECRET}],
    "organization_list": [{"all_fields": "true"}],
    "organization_show": [{"id": "{org}", "include_datasets": "true"}],
    "organization_autocomplete": [{"q": "a"}],
    "group_list": [{"all_fields": "true"}],
    "group_show": [{"id": "health", "include_datasets": "true"}],
    "group_package_show": [{"id": "health"}],
    "group_autocomplete": [{"q": "a"}],
    "tag_list": [{}, {"query": SECRET}, {"all_fields": "1"}],
    "tag_show": [{"id": SECRET, "include_datasets": "true"}],
    "tag_search": [{"query": SECRET}],
    "tag_autocomplete": [{"q": SECRET}],
    "vocabulary_list": [{}],
    "vocabulary_show": [{"id": SECRET}],
    "user_show": [{"id": "1"}, {}],
    "user_list": [{}],
    "organization_list_for_user": [{}],
    "member_list": [{"id": "{org}"}, {"id": "health", "object_type": "package"}],
    "member_roles_list": [{}],
    "dataset_follower_count": [{"id": "{id}"}],
    "organization_follower_count": [{"id": "{org}"}],
    "group_follower_count": [{"id": "health"}],
    "user_follower_count": [{"id": "1"}],
    "package_activity_list": [{"id": "{id}"}, {"id": "{name}"}],
    "recently_changed_packages_activity_list": [{}],
    "organization_activity_list": [{"id": "{org}"}],
    "group_activity_list": [{"id": "health"}],
    "datastore_search": [{"resource_id": "{file}"}],
    "datastore_info": [{"id": "{file}"}],
    "resource_view_list": [{"id": "{file}"}],
    "resource_view_show": [{"id": "{file}"}],
    "harvest_source_list": [{}],
    "harvest_source_show": [{"id": "a-source"}],
    "harvest_job_list": [{}],
    "harvest_job_show": [{"id": "1"}],
    "harvest_job_report": [{"id": "1"}],
    "harvest_object_show": [{"id": "1"}, {"dataset_id": "{id}"}, {"dataset_id": "{name}"}],
    "harvest_object_list": [{"source_id": "a-source"}],
    "license_list": [{}],
    "status_show": [{}],
    "site_read": [{}],
    "help_show": [{"name": "package_show"}],
}


@pytest.fixture
def hidden(index) -> list[Dataset]:
    """One of every kind that anonymous must not see, and a public one beside them."""
    agency = PublisherFactory(slug="agency", title="Agency")
    now = timezone.now()
    dataset(agency, name="the-public-one", title="The public one", topic_id="health", resources=(csv_file(),))
    kinds = {
        "draft": {"state": State.DRAFT},
        "in-review": {"state": State.IN_REVIEW},
        "for-officials": {"visibility": Visibility.OFFICIALS},
        "for-the-publisher": {"visibility": Visibility.PUBLISHER},
        "embargoed": {"release_at": now + HOUR},
        "withdrawn-unseen": {"state": State.DRAFT},
    }
    made = [
        dataset(
            agency,
            name=f"{SECRET}-{kind}",
            title=f"{SECRET} {kind}",
            description=SECRET,
            tags=(SECRET,),
            topic_id="health",
            extras={SECRET: SECRET},
            resources=(csv_file(title=SECRET, format="", format_text=SECRET),),
            **fields,
        )
        for kind, fields in kinds.items()
    ]
    Dataset.objects.filter(name=f"{SECRET}-withdrawn-unseen").update(
        state=State.WITHDRAWN, withdrawn_at=now, published_at=None
    )
    index()
    return made


def asked(entries: list[Dataset]):
    for entry in entries:
        values = {
            "{id}": str(entry.id),
            "{name}": entry.name,
            "{file}": str(entry.resources.get().id),
            "{org}": entry.publisher.slug,
        }
        for name, calls in ASKING.items():
            for call in calls:
                filled = {
                    key: next((text.replace(sign, value) for sign, value in values.items() if sign in text), text)
                    for key, text in call.items()
                }
                yield name, filled


def test_every_action_is_asked():
    assert set(ASKING) == set(ACTIONS) - set(WRITES)  # which take POST and a token


def test_no_action_tells_of_what_is_not_public(hidden):
    told = []
    for name, arguments in asked(hidden):
        response = Client().get(f"/api/3/action/{name}", arguments)
        answer = response.json()
        result = answer.get("result")
        if isinstance(result, dict) and "search_facets" in result:
            result = {**result, "facets": list(result["facets"].values()), "search_facets": None}
        if SECRET in json.dumps(result) or response.status_code >= 500:
            told.append((name, arguments, result))
    assert told == []


def test_nobody_counts_what_is_not_public(hidden):
    client = Client()
    found = client.get("/api/3/action/package_search", {"facet.field": '["organization"]'}).json()["result"]
    assert (found["count"], found["facets"]) == (1, {"organization": {"agency": 1}})
    organisation = client.get("/api/3/action/organization_show", {"id": "agency"}).json()["result"]
    assert organisation["package_count"] == 1
    groups = client.get("/api/3/action/group_list", {"all_fields": "1", "groups": "health"}).json()["result"]
    assert [group["package_count"] for group in groups] == [1]


def test_what_was_never_public_is_not_found_rather_than_denied(hidden):
    for entry in hidden:
        for key in (str(entry.id), entry.name):
            assert Client().get("/api/3/action/package_show", {"id": key}).status_code == 404
        assert Client().get("/api/3/action/resource_show", {"id": str(entry.resources.get().id)}).status_code == 404


@pytest.mark.parametrize("role", Role)
def test_who_is_signed_in_gets_what_everybody_gets(hidden, role):
    client = Client()
    client.force_login(officer(hidden[0].publisher, role))
    assert client.get("/api/3/action/package_list").json()["result"] == ["the-public-one"]
    assert client.get("/api/3/action/package_show", {"id": hidden[0].name}).status_code == 404


def test_a_withdrawn_entry_that_was_public_is_denied_by_name_and_by_id():
    gone = dataset(name="gone", resources=(csv_file(),))
    file = gone.resources.get()
    Dataset.objects.filter(id=gone.id).update(state=State.WITHDRAWN, withdrawn_at=timezone.now())
    expected = {"message": "Access denied", "__type": "Authorization Error"}
    for name, key in (("package_show", gone.name), ("package_show", str(gone.id)), ("resource_show", str(file.id))):
        response = Client().get(f"/api/3/action/{name}", {"id": key})
        assert (response.status_code, response.json()["error"]) == (403, expected)
    assert Client().get("/api/3/action/package_list").json()["result"] == []


def test_a_series_or_successor_that_is_hidden_is_not_named(hidden):
    public = Dataset.objects.get(name="the-public-one")
    Dataset.objects.filter(id=public.id).update(in_series=hidden[0], replaced_by=hidden[1])
    text = Client().get("/api/3/action/package_show", {"id": "the-public-one"}).content.decode()
    assert SECRET not in text
    assert not any(str(entry.id) in text for entry in hidden)


def test_an_embargo_ends_by_itself(hidden):
    Dataset.objects.filter(name=f"{SECRET}-embargoed").update(release_at=timezone.now() - HOUR)
    assert Client().get("/api/3/action/package_list").json()["result"] == ["the-public-one", f"{SECRET}-embargoed"]
