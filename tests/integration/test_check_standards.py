"""`manage.py check_standards` counts and names the entries that lack what standards ask for."""

import csv
import io
import json

import pytest
from django.core.management import call_command

from catalogue.enums import DatasetKind, State
from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory

pytestmark = pytest.mark.django_db


def test_entries_are_counted_and_named(capsys):
    agency = PublisherFactory(slug="agency", title="Agency")
    whole = {"description": "All.", "tags": ("x",), "contact_email": "a@b.example", "licence_id": "uk-ogl"}
    dataset(agency, title="Whole", frequency="annual", **whole)
    bare = dataset(agency, title="Bare")
    dataset(agency, title="Service", kind=DatasetKind.SERVICE, **whole)
    dataset(agency, title="Draft", state=State.DRAFT)

    call_command("check_standards", json=True)
    said = json.loads(capsys.readouterr().out)
    assert said == {
        "datasets": 3,
        "standards": {
            "DCAT-AP 3.0.1": {"lacking": 2, "missing": {"description": 1, "endpoint_url": 1}},
            "DCAT-US 1.1": {"lacking": 1, "missing": {"description": 1, "tags": 1, "contact_email": 1}},
            "DCAT-US 3.0": {"lacking": 1, "missing": {"description": 1, "contact_email": 1}},
            "UK metadata exchange model": {
                "lacking": 2,
                "missing": dict.fromkeys(
                    [
                        *("description", "contact_email", "licence", "frequency"),
                        *("endpoint_description", "service_status", "service_type"),
                    ],
                    1,
                ),
            },
        },
    }

    call_command("check_standards", list=True, publisher="agency")
    rows = [row for row in csv.DictReader(io.StringIO(capsys.readouterr().out)) if row["title"] == "Bare"]
    assert next((row["publisher"], row["standard"], row["missing"]) for row in rows) == (
        "agency",
        "DCAT-AP 3.0.1",
        "description",
    )
    assert rows[0]["address"].endswith(f"/dataset/{bare.id}")

    call_command("check_standards")
    assert "DCAT-AP 3.0.1: 1 of 3 datasets have all that it asks for." in capsys.readouterr().out
