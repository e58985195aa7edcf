"""Real clients, over HTTP: `ckanapi` as a library and as a command, our own adapter, and what others send."""

import datetime
import json
import os
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ckanapi
import pytest
from django.utils import timezone

from catalogue.models import Dataset
from harvest.raw_record import RawRecord
from harvest.sources.base import Announced, Finished, Limits, Place
from harvest.sources.ckan import CkanAdapter
from services.http import OutboundPolicy
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

#: It starts its workers by its own name, so its folder must be in the path.
COMMAND = Path(sys.executable).with_name("ckanapi")


@pytest.fixture
def site(live_server, settings, index) -> str:
    """The address of a site with five datasets of two publishers."""
    settings.SITE_URL = live_server.url
    agency = PublisherFactory(slug="agency", title="Agency")
    council = PublisherFactory(slug="council", title="Council")
    for number in range(4):
        file = csv_file(f"https://agency.example/{number}.csv")
        dataset(agency, name=f"salmon-{number}", title=f"Salmon counts {number}", tags=("fish",), resources=(file,))
    dataset(council, name="spending", title="Spending", topic_id="government-spending")
    index()
    return live_server.url


@pytest.fixture(params=[False, True], ids=["POST", "GET"])
def portal(site, request):
    with ckanapi.RemoteCKAN(site, apikey="not-a-token", get_only=request.param) as remote:
        yield remote


def test_the_library_reads_everything(portal):
    assert portal.action.site_read() is True
    assert portal.action.status_show()["ckan_version"] == "2.11.5"
    names = portal.action.package_list()
    assert names == ["salmon-0", "salmon-1", "salmon-2", "salmon-3", "spending"]
    assert [portal.action.package_show(id=name)["name"] for name in names] == names
    assert portal.action.organization_list() == ["agency", "council"]
    assert portal.action.organization_show(id="agency", include_datasets=False)["package_count"] == 4
    assert portal.action.group_show(id="government-spending")["package_count"] == 1
    found = portal.action.package_search(q="salmon", fq="tags:fish", rows=2, sort="name desc")
    assert (found["count"], [package["name"] for package in found["results"]]) == (4, ["salmon-3", "salmon-2"])
    resource = portal.action.package_show(id="salmon-1")["resources"][0]
    assert portal.action.resource_show(id=resource["id"]) == resource


def test_the_library_understands_our_errors(portal):
    with pytest.raises(ckanapi.NotFound):
        portal.action.package_show(id="nothing")
    with pytest.raises(ckanapi.ValidationError) as invalid:
        portal.action.package_show()
    assert invalid.value.error_dict == {"name_or_id": ["Missing value"], "__type": "Validation Error"}
    with pytest.raises(ckanapi.SearchQueryError):
        portal.action.package_search(fq="name:(")
    with pytest.raises(ckanapi.errors.CKANAPIError):
        portal.action.no_such_action()


def test_a_withdrawn_dataset_is_not_authorised(portal):
    Dataset.objects.filter(name="spending").update(state="withdrawn", withdrawn_at="2026-01-01T00:00Z")
    with pytest.raises(ckanapi.NotAuthorized):
        portal.action.package_show(id="spending")


def run(*arguments: str) -> list[dict]:
    """The JSON lines that the command prints."""
    done = subprocess.run(
        [COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={"PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}", "NO_PROXY": "*", "PYTHONWARNINGS": "ignore"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_command_dumps_every_dataset(site):
    with ckanapi.RemoteCKAN(site) as portal:
        shown = [portal.action.package_show(id=name) for name in portal.action.package_list()]
    dumped = run("dump", "datasets", "--all", "-q", "-r", site)
    assert sorted(dumped, key=lambda package: package["name"]) == shown


@pytest.mark.parametrize(("kind", "names"), [("organizations", ["agency", "council"]), ("groups", None)])
def test_the_command_dumps_organisations_and_groups(site, kind, names):
    dumped = run("dump", kind, "--all", "-q", "-r", site)
    assert len(dumped) == (len(names) if names else 14)
    if names:
        assert sorted(one["name"] for one in dumped) == names


def test_the_command_searches(site):
    found = run("search", "datasets", "q=salmon", "fq=organization:agency", "-r", site)
    assert sorted(package["name"] for package in found) == ["salmon-0", "salmon-1", "salmon-2", "salmon-3"]


def test_the_command_runs_any_action(site):
    assert run("action", "package_list", "-j", "-r", site) == [
        ["salmon-0", "salmon-1", "salmon-2", "salmon-3", "spending"]
    ]


def gathered(site: str, memory: Mapping[str, Any], **config: Any) -> tuple[list[dict], Finished]:
    """The packages that our own CKAN adapter reads from the site, and how it ended."""
    policy = OutboundPolicy(allow_hosts=frozenset({urllib.parse.urlsplit(site).netloc}))
    events = list(CkanAdapter().fetch(Place(site, config), memory=memory, limits=Limits(policy, max_bytes=10**8)))
    packages = [event.body for event in events if isinstance(event, RawRecord)]
    others = [event for event in events if not isinstance(event, RawRecord | Finished)]
    assert all(isinstance(event, Announced) for event in others), others
    assert isinstance(events[-1], Finished)
    return packages, events[-1]


def test_our_own_adapter_harvests_all_of_it_and_then_only_what_changed(site):
    packages, first = gathered(site, {}, rows=2)
    with ckanapi.RemoteCKAN(site) as portal:
        shown = [portal.action.package_show(id=name) for name in portal.action.package_list()]
    assert sorted(packages, key=lambda package: package["name"]) == shown
    assert first.is_whole is True
    long_ago = timezone.now() - datetime.timedelta(days=2)
    Dataset.objects.exclude(name="spending").update(modified_at=long_ago)
    packages, second = gathered(site, first.memory)
    assert [package["name"] for package in packages] == ["spending"]
    assert second.is_whole is False


def get(address: str, **headers: str) -> dict:
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=PATIENCE) as response:
        assert response.url == address
        return json.load(response)


def test_what_ckanext_harvest_gathers(site):
    """It pages by id until a page is empty, and compares `metadata_modified` as text."""
    ids: list[str] = []
    while True:
        query = urllib.parse.urlencode(
            {
                "rows": "2",
                "start": str(len(ids)),
                "sort": "id asc",
                "fq": "organization:agency OR organization:council"
                " metadata_modified:[2015-07-24T00:00:00.000000Z TO *]",
            }
        )
        result = get(f"{site}/api/3/action/package_search?{query}")["result"]
        if not result["results"]:
            break
        for package in result["results"]:
            assert len(package["metadata_modified"]) == len("2015-06-03T10:59:40.961657")
            ids.append(package["id"])
    assert (len(ids), len(set(ids)), result["count"]) == (5, 5, 5)


def test_what_ckanr_sends(site):
    headers = {"X-CKAN-API-Key": "key", "Authorization": "key", "User-Agent": "libcurl/8 r-curl/5 crul/1.4 ckanr/0.8"}
    version = get(f"{site}/api/3/action/status_show", **headers)["result"]["ckan_version"]
    assert all(part.isdigit() for part in version.split("."))
    assert get(f"{site}/api/3/action/package_list?offset=0&limit=31", **headers)["result"][0] == "salmon-0"
    found = get(
        f"{site}/api/3/action/package_search?q=*%3A*&rows=2&start=0&facet=true&facet.limit=50"
        f"&facet.field=%5B%22tags%22%2C%22organization%22%5D&include_drafts=FALSE&include_private=FALSE"
        f"&use_default_schema=FALSE",
        **headers,
    )["result"]
    assert found["facets"] == {"tags": {"fish": 4}, "organization": {"agency": 4, "council": 1}}
    one = get(f"{site}/api/3/action/resource_search?query=name%3AThe%20file&offset=0&limit=31", **headers)["result"]
    assert one["count"] == 4


def test_what_ckanext_harvest_asks_besides(site):
    """Who is excluded rather than named; and for each package its organisation and groups, by name."""
    query = urllib.parse.urlencode(
        {
            "rows": "100",
            "start": "0",
            "sort": "id asc",
            "fq": "-organization:council -groups:health metadata_modified:[2015-07-24T00:00:00.000000Z TO *]",
        }
    )
    found = get(f"{site}/api/3/action/package_search?{query}", Authorization="key")["result"]["results"]
    assert sorted(package["name"] for package in found) == [f"salmon-{number}" for number in range(4)]
    assert get(f"{site}/api/3/action/organization_show?id=agency")["result"]["title"] == "Agency"
    assert get(f"{site}/api/3/action/group_show?id=government-spending")["result"]["title"] == "Government spending"


#: What ckanr's functions send by GET, and what its parsers take from the answer.
CKANR = {
    "organization_list?sort=name%20asc&all_fields=True&limit=31": lambda result: [one["name"] for one in result],
    "group_list?sort=name&offset=0&limit=1&all_fields=TRUE": lambda result: [one["name"] for one in result],
    "package_show?id=spending&use_default_schema=FALSE": lambda result: result["name"],
    "group_show?id=government-spending&include_datasets=TRUE": lambda result: len(result["packages"]),
    "organization_show?id=council&include_datasets=FALSE": lambda result: result["display_name"],
    "current_package_list_with_resources?offset=0&limit=2": lambda result: len(result),
    "recently_changed_packages_activity_list?offset=0&limit=31": lambda result: isinstance(result, list),
    "package_activity_list?id=spending&offset=0&limit=31": lambda result: isinstance(result, list),
    "resource_search?query=name%3Afile&query=format%3ACSV&order_by=name&limit=1": lambda result: result["count"],
    "tag_list?all_fields=FALSE": lambda result: result,
    "tag_show?id=fish&include_datasets=TRUE": lambda result: len(result["packages"]),
    "license_list?": lambda result: "uk-ogl" in {one["id"] for one in result},
    "help_show?name=package_search": lambda result: result.splitlines()[0],
    "package_list?offset=1&limit=1": lambda result: result,
    "dataset_follower_count?id=spending": lambda result: result,
}
EXPECTED = [
    ["agency", "council"],
    ["business-and-economy"],
    "spending",
    1,
    "Council",
    2,
    True,
    True,
    4,
    ["fish"],
    4,
    True,
    "Datasets that match a query.",
    ["salmon-1"],
    0,
]


def test_each_request_of_ckanr_is_answered(site):
    told = [taken(get(f"{site}/api/3/action/{request}")["result"]) for request, taken in CKANR.items()]
    assert told == EXPECTED
    # Rows of files it asks for by POST with everything in the address and nothing in the body
    request = urllib.request.Request(
        f"{site}/api/action/datastore_search?resource_id=00000000-0000-4000-8000-000000000000&limit=5", data=b""
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=PATIENCE)
    assert (refused.value.code, json.load(refused.value)["error"]["__type"]) == (404, "Not Found Error")
