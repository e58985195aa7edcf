"""What we say the MQA measures of an entry is what stands in the RDF that we publish of it.

The indicators are read here out of that RDF anew, as data.europa.eu's scorer does, and DCAT-AP's own shapes are run.
Whether links work isn't in the RDF, and is left aside.
"""

import json
from pathlib import Path

import pytest
import rdflib
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyshacl import validate
from rdflib import RDF, URIRef
from rdflib.namespace import DCAT, DCTERMS, SH

from catalogue.drafts import DatasetDraft
from catalogue.enums import DatasetKind
from catalogue.models import Resource
from catalogue.quality.facts import DatasetFacts
from catalogue.quality.measure import facts_of
from catalogue.quality.mqa import Measured
from catalogue.quality.mqa_measured import distributions_of, measured_of_dataset, measured_of_distributions
from catalogue.rdf.writers import written
from catalogue.serializers.dcat.catalogue import entry_nodes
from catalogue.serializers.entries import Entry
from tests.unit.catalogue.generated import PUBLISHER, SITE, drafts, entry_of
from tests.unit.catalogue.test_standards import classes, shapes

__all__ = ["classes", "shapes"]  # fixtures

EU = "http://publications.europa.eu/resource/authority"
LISTS = Path(__file__).resolve().parents[4] / "catalogue/vocabularies/data/eu_format_lists.json"
STATUS = {"accessUrlStatusCode", "downloadUrlStatusCode"}


def facts_of_entry(entry: Entry) -> DatasetFacts:
    resources = [Resource(**row) for row in entry.resources]
    return facts_of(entry.dataset, resources, {}, entry.dataset.publisher, entry.dataset.licence)


def graph_of(entries: list[Entry]) -> rdflib.Graph:
    return rdflib.Graph().parse(data="".join(written(entry_nodes(entries, SITE), "ttl")), format="turtle")


def address_of(entry: Entry) -> URIRef:
    return URIRef(f"{SITE}/dataset/{entry.dataset.id}")


def read_of_dataset(graph: rdflib.Graph, dataset: URIRef) -> dict[str, bool]:
    rights = [*map(str, graph.objects(dataset, DCTERMS.accessRights))]
    return {
        "keywordAvailability": (dataset, DCAT.keyword, None) in graph,
        "categoryAvailability": (dataset, DCAT.theme, None) in graph,
        "spatialAvailability": (dataset, DCTERMS.spatial, None) in graph,
        "temporalAvailability": (dataset, DCTERMS.temporal, None) in graph,
        "accessRightsAvailability": bool(rights),
        "accessRightsVocabularyAlignment": bool(rights) and all(r.startswith(f"{EU}/access-right/") for r in rights),
        "contactPointAvailability": (dataset, DCAT.contactPoint, None) in graph,
        "publisherAvailability": (dataset, DCTERMS.publisher, None) in graph,
        "dateIssuedAvailability": (dataset, DCTERMS.issued, None) in graph,
        "dateModifiedAvailability": (dataset, DCTERMS.modified, None) in graph,
    }


def read_of_distribution(graph: rdflib.Graph, distribution: URIRef) -> dict[str, bool]:
    lists = json.loads(LISTS.read_text())
    formats = [str(each) for each in graph.objects(distribution, DCTERMS.format)]
    of_list = [each.rpartition("/")[2] for each in formats if each.startswith(f"{EU}/file-type/")]
    types = [str(each) for each in graph.objects(distribution, DCAT.mediaType)]
    registered = [each for each in types if "/media-types/" in each and "/x-" not in each]
    licences = [str(each) for each in graph.objects(distribution, DCTERMS.license)]
    found = {
        "downloadUrlAvailability": (distribution, DCAT.downloadURL, None) in graph,
        "formatAvailability": bool(formats),
        "mediaTypeAvailability": bool(types),
        "formatMediaTypeVocabularyAlignment": bool(of_list and registered),
        "formatMediaTypeNonProprietary": any(each in lists["non_proprietary"] for each in of_list),
        "formatMediaTypeMachineInterpretable": any(each in lists["machine_readable"] for each in of_list),
        "byteSizeAvailability": (distribution, DCAT.byteSize, None) in graph,
        "licenceAvailability": bool(licences),
        "knownLicence": any(each.startswith(f"{EU}/licence/") for each in licences),
        "rightsAvailability": (distribution, DCTERMS.rights, None) in graph,
    }
    for key, term in (("dateIssuedAvailability", DCTERMS.issued), ("dateModifiedAvailability", DCTERMS.modified)):
        if (distribution, term, None) in graph:
            found[key] = True
    return found


def without(measured: Measured, *keys: str) -> dict[str, bool]:
    return {key: is_met for key, is_met in measured.items() if key not in keys}


@settings(max_examples=40, phases=[Phase.explicit, Phase.generate])
@given(drafts().map(entry_of))
def test_what_is_measured_of_an_entry_is_what_its_rdf_says(entry: Entry) -> None:
    graph, dataset = graph_of([entry]), address_of(entry)
    facts = facts_of_entry(entry)
    assert without(measured_of_dataset(facts), "dcatApCompliance") == read_of_dataset(graph, dataset)
    assert set(graph.objects(dataset, DCAT.distribution)) == {
        URIRef(f"{dataset}/resource/{resource.id}") for resource in distributions_of(facts)
    }
    for resource, measured in zip(distributions_of(facts), measured_of_distributions(facts), strict=True):
        distribution = URIRef(f"{dataset}/resource/{resource.id}")
        assert without(measured, *STATUS) == read_of_distribution(graph, distribution)
        assert (distribution, DCAT.accessURL, None) in graph


def entries_that_the_shapes_refuse(
    entries: list[Entry], shapes: rdflib.Graph, classes: rdflib.Graph
) -> tuple[set[URIRef], str]:
    """Which of these entries break a rule, and the report. A series that one is in is described elsewhere."""
    graph = graph_of(entries)
    _, report, text = validate(graph, shacl_graph=shapes, ont_graph=classes)
    found = {
        node
        for result in report.subjects(RDF.type, SH.ValidationResult)
        if (result, SH.resultSeverity, SH.Violation) in report
        for node in report.objects(result, SH.focusNode)
    }
    return found & {address_of(entry) for entry in entries}, text


@pytest.mark.slow
@settings(max_examples=2, phases=[Phase.explicit, Phase.generate])
@given(st.lists(drafts(), min_size=8, max_size=8))
def test_dcat_ap_compliance_is_what_the_shapes_of_dcat_ap_say(
    shapes: rdflib.Graph, classes: rdflib.Graph, made: list[DatasetDraft]
) -> None:
    made += [
        DatasetDraft(title="No description", publisher_id=PUBLISHER.id),
        DatasetDraft(title="No address", publisher_id=PUBLISHER.id, kind=DatasetKind.SERVICE),
        DatasetDraft(title="A service", publisher_id=PUBLISHER.id, kind=DatasetKind.SERVICE, endpoint_url=SITE),
        DatasetDraft(title="Welsh alone", publisher_id=PUBLISHER.id, translations={"cy": {"description": "Afonydd"}}),
    ]
    entries = [entry_of(draft) for draft in made]
    refused, text = entries_that_the_shapes_refuse(entries, shapes, classes)
    said = {address_of(e) for e in entries if not measured_of_dataset(facts_of_entry(e))["dcatApCompliance"]}
    assert refused == said, text
    assert {address_of(entries[-4]), address_of(entries[-3])} <= said
