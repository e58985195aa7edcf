"""The writes keep to the API's description, whatever is sent with a token that may do everything."""

import copy
from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from catalogue.api.description import description
from publishers.enums import TokenScope
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import UserFactory
from tests.integration.api.test_openapi import application
from tests.integration.write.conftest import Caller

pytestmark = pytest.mark.django_db

api = schemathesis.openapi.from_dict(copy.deepcopy(description()))
api.app = application

SAME = hypothesis_settings(suppress_health_check=list(HealthCheck), derandomize=True, database=None, deadline=None)


@pytest.fixture
def operator(publisher) -> Iterator[Caller]:
    """One who may do everything, and an entry to do it to; the connection stays open after each request."""
    dataset(publisher, name="target", resources=(csv_file(),))
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield Caller(UserFactory(is_superuser=True), scope=TokenScope.ADMIN)
    for signal in ends:
        signal.connect(close_old_connections)


def answered(case: schemathesis.Case, operator: Caller) -> None:
    if "key" in case.path_parameters:
        case.path_parameters["key"] = "target"
    headers = {"Authorization": f"Bearer {operator.text}", "If-Match": "*", "Accept-Encoding": "identity"}
    # Well-formed values may be refused: a description can't say which publishers there are
    case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance, ignored_auth])


@api.include(method=["POST", "PATCH", "DELETE"]).parametrize()
@hypothesis_settings(SAME, max_examples=6, phases=[Phase.explicit, Phase.generate])
def test_whatever_is_sent_to_be_written_is_answered_as_described(case, operator):
    answered(case, operator)


@api.include(method=["PUT"]).parametrize()
@hypothesis_settings(SAME, max_examples=20, phases=[Phase.generate])
def test_whatever_is_put_in_the_place_of_another_is_answered_as_described(case, operator):
    """Without the examples that try every field by itself: bodies are those of POST, which tries them."""
    answered(case, operator)
