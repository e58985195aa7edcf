"""The description of the API: valid, complete, and kept by what the API does."""

import copy
import re
from collections.abc import Iterator
from functools import cache

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from catalogue.api.description import description
from harvest.models import Run
from tests.factories.catalogue import csv_file, dataset
from tests.factories.harvest import source
from tests.integration.addresses import UNKNOWN_API, routes

pytestmark = pytest.mark.django_db


def test_the_description_is_valid_openapi_3_1_and_made_without_a_warning():
    description.cache_clear()
    with GENERATOR_STATS.silence():
        GENERATOR_STATS.reset()
        found = Client().get("/api/v1/openapi.json")
        assert (dict(GENERATOR_STATS._warn_cache), dict(GENERATOR_STATS._error_cache)) == ({}, {})
    assert (found.status_code, found["Content-Type"]) == (200, "application/json")
    schema = found.json()
    assert schema["openapi"].startswith("3.1")
    validate_schema(schema)


def test_the_description_has_every_address_of_the_api():
    mounted = {
        "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
        for route in routes()
        if route.startswith("api/v1/") and route != UNKNOWN_API
    }
    assert set(description()["paths"]) == mounted - {"/api/v1/docs"}


def test_every_operation_and_parameter_says_what_it_is_for():
    unexplained = []
    for path, methods in description()["paths"].items():
        for operation in methods.values():
            if not operation.get("description"):
                unexplained.append(path)
            for parameter in operation.get("parameters", []):
                if not parameter.get("description"):
                    unexplained.append((path, parameter["name"]))
    assert unexplained == []


def test_parameters_that_are_described_are_taken_and_no_others(index):
    dataset(title="Salmon", name="salmon")
    index()
    for path, methods in description()["paths"].items():
        if "{" in path:
            continue
        names = {parameter["name"] for parameter in methods["get"].get("parameters", [])}
        refused = Client().get(path, dict.fromkeys([*names, "nothing"], "\x00")).json()["errors"]
        assert set(refused) == names | {"nothing"}, path


@cache
def handler() -> WSGIHandler:
    """Made while a test runs, when its settings hold."""
    return WSGIHandler()


def application(environ, start_response):
    return handler()(environ, start_response)


#: The API by its own description, called as a web server calls it.
api = schemathesis.openapi.from_dict(copy.deepcopy(description()))
api.app = application


@pytest.fixture
def some_of_everything(index) -> Iterator[None]:
    """A few entries, and the test's own connection left open after each request, as Django's test client does."""
    for number in range(3):
        made = dataset(title=f"Salmon {number}", name=f"salmon-{number}", resources=(csv_file(),), tags=("salmon",))
        catalogue = source(f"https://rivers.example/{number}.json", publisher=made.publisher)
        Run.objects.create(source=catalogue, state="completed", created_at=made.modified_at)
    index()
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


@api.parametrize()
@hypothesis_settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
    deadline=None,
)
@pytest.mark.usefixtures("some_of_everything")
def test_whatever_is_sent_the_api_answers_as_it_is_described(case):
    # A description can't say which publishers there are: a well-formed value may be refused
    case.call_and_validate(excluded_checks=[positive_data_acceptance], headers={"Accept-Encoding": "identity"})
