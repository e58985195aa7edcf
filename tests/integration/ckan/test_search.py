"""package_search: what each condition finds."""

import datetime
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from catalogue.api.ckan import facets
from catalogue.api.ckan.query.indexed import in_index
from catalogue.api.ckan.query.syntax import parse
from catalogue.enums import Access
from catalogue.models import Dataset
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rivers(index):
    """Three datasets of two publishers."""
    agency = PublisherFactory(slug="rivers-agency", title="Rivers Agency")
    council = PublisherFactory(slug="hill-council", title="Hill Council")
    dataset(
        agency,
        name="a-salmon-counts",
        title="Salmon counts",
        description="Fish that swim up our rivers.",
        tags=("salmon", "Fish & birds"),
        topic_id="environment",
        licence_id="uk-ogl",
        contact_email="fish@rivers.example",
        resources=(csv_file(), csv_file("https://rivers.example/2.xls", format="XLS", title="Second file")),
        extras={"Zone": "north", "sla": "None of it"},
        west=-4.0,
        south=50.0,
        east=-3.0,
        north=51.0,
    )
    dataset(
        agency,
        name="b-water-levels",
        title="Water levels",
        description="Of rivers and of reservoirs (salmon not counted).",
        tags=("water",),
        topic_id="environment",
        resources=(csv_file("https://rivers.example/levels.json", format="JSON"),),
    )
    dataset(
        council,
        name="c-council-spending",
        title="Spending over £500",
        access=Access.NOT_RELEASED,
        access_reason="Not checked yet",
        topic_id="government-spending",
        licence_id="cc-by",
    )
    days = {"a-salmon-counts": 1, "b-water-levels": 10, "c-council-spending": 100}
    now = timezone.now()
    for name, age in days.items():
        Dataset.objects.filter(name=name).update(modified_at=now - datetime.timedelta(days=age))
    index()
    return agency, council


A, B, C = "a-salmon-counts", "b-water-levels", "c-council-spending"


CONDITIONS = {
    "": [A, B, C],
    "*:*": [A, B, C],
    "organization:rivers-agency": [A, B],
    "-organization:rivers-agency": [C],
    '+organization:"rivers-agency" -res_format:JSON': [A],
    "organization:rivers-agency OR organization:hill-council": [A, B, C],
    "organization:(rivers-agency OR hill-council) AND NOT tags:water": [A, C],
    "(organization:rivers-agency AND tags:salmon) OR organization:hill-council": [A, C],
    "organization:riv*": [A, B],
    "organization:*council": [C],
    "organization:*": [A, B, C],
    "organization:Rivers": [],
    "name:a-salmon-counts": [A],
    "name:[b TO c]": [B],
    "tags:salmon": [A],
    "tags:Salmon": [],
    'tags:"Fish & birds"': [A],
    "tags:Fish\\ \\&\\ birds": [A],
    "tags:wat*": [B],
    "tags:[* TO *]": [A, B],
    "-tags:*": [C],
    "groups:environment": [A, B],
    "theme-primary:environment": [A, B],
    'theme-primary:"Government spending"': [C],
    "res_format:CSV": [A],
    "res_format:csv": [A],
    "res_format:(XLS OR JSON)": [A, B],
    "res_format:[* TO *]": [A, B],
    "license_id:uk-ogl": [A],
    "-license_id:uk-ogl": [B, C],
    "license_id:*": [A, C],
    "isopen:true": [A, C],
    "isopen:false": [B],
    "title:salmon": [A],
    "title:counting": [A],
    "title:sal*": [A],
    "notes:salmon": [B],
    "notes:reservoir": [B],
    "text:salmon": [A, B],
    "salmon": [A, B],
    "salmon -title:salmon": [B],
    "num_resources:[1 TO *]": [A, B],
    "num_resources:2": [A],
    "num_resources:{1 TO 2]": [A],
    "num_tags:0": [C],
    "metadata_modified:[NOW-5DAYS TO NOW]": [A],
    "metadata_modified:[* TO NOW-50DAYS]": [C],
    "metadata_modified:[2015-07-24T00:00:00.000000Z TO *]": [A, B, C],
    "metadata_modified:{* TO 2015]": [],
    "unpublished:true": [C],
    "-unpublished:true": [A, B],
    "contact-email:fish@rivers.example": [A],
    "Zone:north": [A],
    "Zone:nor": [],
    "extras_Zone:north": [A],
    'extras_sla:"none of"': [A],
    "state:active": [A, B, C],
    "+state:active +capacity:public": [A, B, C],
    "state:draft": [],
    "-dataset_type:harvest": [A, B, C],
    "dataset_type:dataset": [A, B, C],
    "type:harvest": [],
    "no_such_field:x": [],
    "-no_such_field:x": [A, B, C],
    "no_such_field:[* TO *]": [],
    "vocab_Colour:red": [],
    "res_name:second": [A],
    "res_url:https\\://rivers.example/2.xls": [A],
    "organization:rivers-agency^2 tags:salmon~0.5": [A],
}


def test_every_condition_finds_what_it_says(rivers, names):
    assert {fq: names(fq=fq) for fq in CONDITIONS} == CONDITIONS


def test_owner_org_is_the_publishers_id(rivers, names):
    assert names(fq=f"owner_org:{rivers[1].id}") == [C]


def test_a_dataset_is_found_by_its_id(rivers, names):
    entry = Dataset.objects.get(name=B)
    assert names(fq=f"id:{entry.id}") == [B]
    assert names(q=f"id:{entry.id} OR name:{A}") == [A, B]
    assert names(q=str(entry.id)) == [B]


QUERIES = {
    "": [A, B, C],
    "*:*": [A, B, C],
    "salmon": [A, B],
    '"salmon counts"': [A],
    "title:salmon": [A],
    "title:(salmon OR water)": [A, B],
    "salmon organization:rivers-agency": [A, B],
    "salmon OR spending": [A, B, C],
    "salmon AND counts": [A, B],
    "salmon NOT reservoirs": [A],
    "+salmon -reservoirs": [A],
    "a-salmon-counts": [A, B],
    "organization:hill-council": [C],
    "spending (over": [C],
    '"spending': [C],
    "£500": [C],
}


def test_words_and_conditions_in_q(rivers, names):
    assert {q: names(q=q) for q in QUERIES} == QUERIES


def test_the_best_match_comes_first(rivers, names):
    assert names(q="salmon", sort="score desc") == [A, B]
    assert names(q="salmon", fq="organization:rivers-agency", sort="score desc, name desc") == [A, B]
    assert names(q="title:water OR salmon", sort="score desc")[:1] != [C]


def test_several_filters_must_all_hold(rivers, names):
    assert names(fq=["organization:rivers-agency", "res_format:CSV"]) == [A]
    assert names(fq="organization:rivers-agency", fq_list=["tags:water", "res_format:JSON"]) == [B]
    assert names(fq_list='["organization:rivers-agency", "tags:water"]') == [B]
    assert names(q="salmon", fq="-tags:salmon") == [B]


def test_what_ckanext_harvest_asks_for(rivers, call):
    since = (timezone.now() - datetime.timedelta(days=5)).isoformat().replace("+00:00", "Z")
    found = call(
        "package_search",
        rows="100",
        start="0",
        sort="id asc",
        fq=f"organization:rivers-agency OR organization:hill-council metadata_modified:[{since} TO *]",
    )
    assert [package["name"] for package in found["results"]] == [A]
    assert (found["count"], found["sort"]) == (1, "id asc")


ORDERS = {
    "name asc": [A, B, C],
    "name desc": [C, B, A],
    "title_string desc": [B, C, A],
    "metadata_modified desc": [A, B, C],
    "metadata_modified asc": [C, B, A],
    "num_resources desc, name asc": [A, B, C],
    "organization asc, name desc": [C, B, A],
    "views_recent desc, name asc": [A, B, C],
    "score desc, metadata_modified desc": [A, B, C],
}


def test_orders(rivers, names):
    assert {sort: names(sort=sort) for sort in ORDERS} == ORDERS


def test_pages_give_everything_once(rivers, call):
    pages = [call("package_search", rows=1, start=start, sort="id asc") for start in range(4)]
    assert [page["count"] for page in pages] == [3, 3, 3, 3]
    ids = [package["id"] for page in pages for package in page["results"]]
    assert ids == sorted(str(entry_id) for entry_id in Dataset.objects.values_list("id", flat=True))


def test_facets_count_the_values_of_what_was_found(rivers, call):
    fields = '["organization", "tags", "res_format", "license_id", "groups", "Zone", "nothing"]'
    found = call("package_search", {"facet.field": fields}, rows=0)
    assert found["facets"] == {
        "organization": {"rivers-agency": 2, "hill-council": 1},
        "tags": {"Fish & birds": 1, "salmon": 1, "water": 1},
        "res_format": {"CSV": 1, "JSON": 1, "XLS": 1},
        "license_id": {"cc-by": 1, "uk-ogl": 1},
        "groups": {"environment": 2, "government-spending": 1},
        "Zone": {"north": 1},
        "nothing": {},
    }
    assert found["search_facets"]["organization"] == {
        "title": "organization",
        "items": [
            {"name": "rivers-agency", "display_name": "Rivers Agency", "count": 2},
            {"name": "hill-council", "display_name": "Hill Council", "count": 1},
        ],
    }
    assert [item["display_name"] for item in found["search_facets"]["tags"]["items"]] == [
        "water",
        "salmon",
        "Fish & birds",
    ]
    assert (found["count"], found["results"]) == (3, [])


def test_facets_of_words_count_only_what_has_them(rivers, call):
    found = call("package_search", {"facet.field": '["organization"]'}, q="salmon", fq="tags:water")
    assert found["facets"] == {"organization": {"rivers-agency": 1}}


COUNTED: dict[str, Callable[[dict[str, Any]], set[str]]] = {
    "organization": lambda one: {one["organization"]["name"]},
    "groups": lambda one: {group["name"] for group in one["groups"]},
    "license_id": lambda one: {one["license_id"]} - {""},
    "res_format": lambda one: {file["format"] for file in one["resources"]},
    "tags": lambda one: {tag["name"] for tag in one["tags"]},
}


@pytest.mark.parametrize("condition", ["", "organization:hill-council", "tags:maps"])
def test_formats_that_are_not_ours_are_counted_with_those_that_are(rivers, index, call, condition):
    """The index counts ours; what sources write besides stands in the database alone."""
    _, council = rivers
    files = (
        csv_file(),
        csv_file("https://hills.example/a", format="", format_text="Punch cards"),
        csv_file("https://hills.example/b", format="", format_text="Punch cards"),
        csv_file("https://hills.example/c", format="", format_text=""),
    )
    dataset(council, name="d-hills", title="Hills", tags=("maps",), resources=files)
    index()
    found = call("package_search", {"facet.field": '["res_format"]'}, fq=condition, rows=0)["facets"]["res_format"]
    others = {} if condition else {"CSV": 2, "JSON": 1, "XLS": 1}
    assert found == {"CSV": 1, "Punch cards": 1} | others


@pytest.mark.parametrize("words", ["salmon", "rivers", "salmon spending", "a-salmon-counts", "nothing-such"])
@pytest.mark.parametrize("condition", ["", "organization:rivers-agency", "-tags:water"])
@pytest.mark.parametrize("most_counted_by_the_database", [0, 5_000])
def test_facets_of_words_count_just_what_they_find(
    rivers, call, monkeypatch, words, condition, most_counted_by_the_database
):
    monkeypatch.setattr(facets, "MANY", most_counted_by_the_database)
    found = call("package_search", {"facet.field": json.dumps(list(COUNTED))}, q=words, fq=condition)
    assert found["facets"] == {
        name: dict(Counter(value for one in found["results"] for value in values(one)))
        for name, values in COUNTED.items()
    }


@pytest.mark.parametrize("most_counted_each_time", [0, 5_000])
def test_facets_of_any_condition_count_just_what_it_finds(rivers, call, monkeypatch, most_counted_each_time):
    """Whoever counts, the search index, the database, or a count that was kept."""
    monkeypatch.setattr(facets, "MANY", most_counted_each_time)
    fields = {"facet.field": json.dumps(list(COUNTED))}
    wrong = {}
    for condition in CONDITIONS:
        found = call("package_search", fields, fq=condition)
        again = call("package_search", fields, fq=condition)["facets"]
        expected = {
            name: dict(Counter(value for one in found["results"] for value in values(one)))
            for name, values in COUNTED.items()
        }
        if found["facets"] != expected or again != expected:
            wrong[condition] = (found["facets"], expected)
    assert wrong == {}


@pytest.mark.parametrize(
    ("condition", "is_there"),
    [
        ("organization:a", True),
        ("organization:a OR groups:environment", True),
        ("license_id:uk-ogl -res_format:csv", True),
        ("*:*", True),
        ("res_format:unheard-of", False),
        ("organization:a*", False),
        ("tags:water", False),
        ("organization:a metadata_modified:[NOW-7DAYS TO NOW]", False),
        ("NOT guid:*", False),
    ],
)
def test_which_conditions_the_search_index_can_tell(condition, is_there):
    assert (in_index(parse(condition)) is not None) is is_there


def test_facet_limit_and_least_count(rivers, call):
    found = call("package_search", {"facet.field": '["tags"]', "facet.limit": "2"})
    assert found["facets"] == {"tags": {"Fish & birds": 1, "salmon": 1}}
    found = call("package_search", {"facet.field": ["organization", "tags"], "facet.mincount": "2", "facet.limit": -1})
    assert found["facets"] == {"organization": {"rivers-agency": 2}, "tags": {}}
    assert call("package_search", {"facet.field": '["tags"]'}, facet="false")["facets"] == {}


def test_only_the_fields_asked_for(rivers, call):
    found = call("package_search", fl="name,organization,tags,extras_Zone", sort="name asc", rows=1)
    assert found["results"] == [
        {"name": A, "organization": "rivers-agency", "tags": ["salmon", "Fish & birds"], "extras_Zone": "north"}
    ]


def test_a_box_finds_what_it_touches(rivers, names):
    boxes = {"-5,49,-3.5,52": [A], "0,49,1,52": [], "170,-90,-3.5,90": [A]}
    assert {box: names(ext_bbox=box) for box in boxes} == boxes
