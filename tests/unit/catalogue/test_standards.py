"""What we write, held to the standards' own shapes and schemas."""

import json
import re
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import rdflib
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pyshacl import validate
from rdflib.namespace import SH
from referencing import Registry, Resource

from catalogue.drafts import DatasetDraft
from catalogue.enums import DatasetKind
from catalogue.models import Dataset
from catalogue.rdf.writers import written
from catalogue.serializers.citation import bibtex, datacite, ris
from catalogue.serializers.data_json import HEAD as DATA_JSON_HEAD
from catalogue.serializers.data_json import data_json
from catalogue.serializers.dcat.catalogue import catalogue_node, entry_nodes
from catalogue.serializers.dcat_us import HEAD as DCAT_US_HEAD
from catalogue.serializers.dcat_us import dcat_us
from catalogue.serializers.entries import Entry, Series
from catalogue.serializers.missing import DCAT_US_1, DCAT_US_3, UK, missing
from catalogue.serializers.schema_org import structured_data
from catalogue.serializers.uk_exchange import uk_exchange
from publishers.models import Publisher
from tests.unit.catalogue.exchange_model import ExchangeModel
from tests.unit.catalogue.generated import MADE, PUBLISHER, SITE, drafts, entry_of

STANDARDS = Path(__file__).resolve().parents[2] / "data" / "standards"
FEW = settings(max_examples=15, phases=[Phase.explicit, Phase.generate])


def whole(draft: Any) -> Any:
    """With the facts that the standards ask of every entry."""
    changes: dict[str, Any] = {"description": draft.description or "What it is.", "tags": draft.tags or ("water",)}
    changes |= {"contact_name": "Ann", "contact_email": "ann@rivers.example", "licence_id": "uk-ogl"}
    if draft.kind == DatasetKind.SERVICE:
        changes |= {
            "endpoint_url": "https://api.rivers.example/",
            "endpoint_description": "https://api.rivers.example/openapi.json",
            "service_status": "live",
            "service_type": "rest",
        }
    return draft.with_changes(**changes)


WHOLE = drafts().map(whole).map(entry_of)


@pytest.fixture(scope="module")
def shapes() -> rdflib.Graph:
    """The official file but for two shapes in it that have no path, and so are none."""
    graph = rdflib.Graph().parse(STANDARDS / "dcat-ap-3.0.1" / "dcat-ap-SHACL.ttl")
    pathless = {shape for shape in graph.objects(None, SH.property) if (shape, SH.path, None) not in graph}
    assert len(pathless) == 2
    for shape in pathless:
        graph.remove((None, None, shape))
        graph.remove((shape, None, None))
    return graph


@pytest.fixture(scope="module")
def classes() -> rdflib.Graph:
    return rdflib.Graph().parse(STANDARDS / "dcat-classes.ttl")


def complaints(entries: list[Entry], shapes: rdflib.Graph, classes: rdflib.Graph) -> list[str]:
    text = "".join(written([catalogue_node(SITE, modified=MADE), *entry_nodes(entries, SITE)], "ttl"))
    graph = rdflib.Graph().parse(data=text, format="turtle")
    conforms, _, said = validate(graph, shacl_graph=shapes, ont_graph=classes)
    return [] if conforms else [said]


@pytest.mark.slow
@settings(max_examples=2, phases=[Phase.explicit, Phase.generate])
@given(entries=st.lists(WHOLE, min_size=6, max_size=8))
def test_the_catalogue_keeps_to_the_shapes_of_dcat_ap(shapes, classes, entries):
    assert complaints(entries, shapes, classes) == []


def test_a_member_of_a_series_keeps_to_the_shapes(shapes, classes):
    member = entry_of(DatasetDraft(title="Counts of 2026", description="All.", publisher_id=PUBLISHER.id))
    series = Series(UUID(int=9), "All counts", "Every year's.")
    assert complaints([member._replace(series=series)], shapes, classes) == []


def test_the_shapes_do_tell_of_what_is_missing(shapes, classes):
    [said] = complaints([entry_of(DatasetDraft(title="No description", publisher_id=PUBLISHER.id))], shapes, classes)
    assert "Less than 1 values" in said
    assert "dc1:description" in said or "dcterms:description" in said


#: What Google's page on structured data for datasets asks of each property (developers.google.com/search/docs).
WEB = re.compile(r"(?:https?|ftp)://\S+")
GOOGLE = {
    "name": lambda value: isinstance(value, str) and value,
    "description": lambda value: isinstance(value, str) and 50 <= len(value) <= 5000,
    "url": WEB.fullmatch,
    "sameAs": WEB.fullmatch,
    "license": WEB.fullmatch,
    "identifier": lambda value: all(isinstance(one, str) for one in value),
    "keywords": lambda value: all(isinstance(one, str) and one for one in value),
    "isAccessibleForFree": lambda value: isinstance(value, bool),
    "creator": lambda value: value["@type"] in {"Person", "Organization"} and value["name"],
    "includedInDataCatalog": lambda value: value["@type"] == "DataCatalog" and value["name"],
    "distribution": lambda value: all(one["@type"] == "DataDownload" and one["contentUrl"] for one in value),
    "spatialCoverage": lambda value: all(
        one["@type"] == "Place" and (one.get("name") or one.get("geo")) for one in value
    ),
}
GOOGLE_REQUIRES = ("name", "description")


@FEW
@given(entry=WHOLE)
def test_structured_data_keeps_to_what_google_asks(entry):
    found = structured_data(entry.dataset, [SimpleNamespace(**row) for row in entry.resources], SITE)
    assert (found["@context"], found["@type"]) == ("https://schema.org/", "Dataset")
    assert [name for name in GOOGLE_REQUIRES if name not in found] == []
    assert [name for name, holds in GOOGLE.items() if name in found and not holds(found[name])] == []


@pytest.mark.parametrize(
    ("description", "told"),
    [
        ("", "Weirs: data held by Rivers, in Domesday, the government's data catalogue."),
        ("All weirs.", "All weirs. Weirs: data held by Rivers, in Domesday, the government's data catalogue."),
        ("Every weir on every river, with its height in metres.",) * 2,
    ],
)
def test_a_description_too_short_for_google_is_followed_by_what_else_is_known(description, told):
    dataset = Dataset(title="Weirs", description=description, publisher=Publisher(title="Rivers", slug="rivers"))
    assert structured_data(dataset, [], SITE)["description"] == told


@cache
def exchange_model() -> ExchangeModel:
    return ExchangeModel(STANDARDS / "uk-metadata-exchange" / "uk_cross_government_metadata_exchange_model.yaml")


@cache
def validator(*files: Path, root: Path) -> Draft202012Validator:
    read = [json.loads(file.read_text()) for file in files]
    registry = Registry().with_resources([(one["$id"], Resource.from_contents(one)) for one in read if "$id" in one])
    return Draft202012Validator(
        json.loads(root.read_text()), registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER
    )


@FEW
@given(entry=WHOLE)
def test_data_json_keeps_to_the_schema_of_dcat_us_1(entry):
    folder = STANDARDS / "dcat-us-1.1"
    checked = validator(root=folder / "non-federal_dataset.json")
    found = data_json(entry, SITE)
    assert [error.message for error in checked.iter_errors(found)] == []
    catalogue = json.loads((folder / "catalog.json").read_text())
    del catalogue["properties"]["dataset"]["items"]
    assert [*Draft202012Validator(catalogue).iter_errors({**DATA_JSON_HEAD, "dataset": [found]})] == []


@FEW
@given(entry=WHOLE)
def test_datasets_keep_to_the_schema_of_dcat_us_3(entry):
    folder = STANDARDS / "dcat-us-3.0" / "definitions"
    checked = validator(*sorted(folder.glob("*.json")), root=folder / "Catalog.json")
    found = {**DCAT_US_HEAD, "dataset": [dcat_us(entry, SITE)]}
    assert [error.message for error in checked.iter_errors(found)] == []


@FEW
@given(entry=WHOLE)
def test_entries_keep_to_the_uk_exchange_model(entry):
    model = exchange_model()
    problems = model.problems(uk_exchange(entry, SITE))
    # What nobody knows of the entry can't be told
    is_unknown = entry.dataset.frequency in ("unknown", "never") and entry.dataset.kind != DatasetKind.SERVICE
    expected = ["updateFrequency is required"] if is_unknown else []
    assert (problems, entry.dataset.frequency, entry.dataset.kind) == (
        expected,
        entry.dataset.frequency,
        entry.dataset.kind,
    )


ANY = drafts().map(entry_of)


@settings(max_examples=40, phases=[Phase.explicit, Phase.generate])
@given(entry=ANY)
def test_what_is_said_to_be_missing_is_just_what_the_schemas_miss(entry):
    said = missing(entry)
    us_1 = validator(root=STANDARDS / "dcat-us-1.1" / "non-federal_dataset.json")
    assert us_1.is_valid(data_json(entry, SITE)) == (DCAT_US_1 not in said)
    folder = STANDARDS / "dcat-us-3.0" / "definitions"
    us_3 = validator(*sorted(folder.glob("*.json")), root=folder / "Dataset.json")
    assert us_3.is_valid(dcat_us(entry, SITE)) == (DCAT_US_3 not in said)
    model = exchange_model()
    assert (model.problems(uk_exchange(entry, SITE)) == []) == (UK not in said)


@FEW
@given(entry=WHOLE)
def test_citations_hold_on_one_line_what_they_cite(entry):
    assert bibtex(entry, SITE).count("{") == bibtex(entry, SITE).count("}")
    lines = ris(entry, SITE).split("\r\n")
    assert (lines[0], lines[-2:]) == ("TY  - DATA", ["ER  - ", ""])
    assert datacite(entry, SITE)["titles"][0] == {"title": entry.dataset.title}


def test_what_would_end_a_field_of_bibtex_is_written_otherwise():
    draft = DatasetDraft(
        title="100 % of {all}\n\n£5 & more_", publisher_id=PUBLISHER.id, name="odd", identifiers=("10.1234/a}b{c",)
    )
    lines = bibtex(entry_of(draft), SITE).splitlines()
    assert r"  title = {{100 \% of \textbraceleft{}all\textbraceright{} £5 \& more\_}}," in lines
    assert "  doi = {10.1234/a%7Db%7Bc}," in lines
