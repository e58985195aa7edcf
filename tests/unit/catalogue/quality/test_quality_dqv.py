"""Quality in RDF, held to the Data Quality Vocabulary: each measurement whole, and none of what isn't known.

Source: W3C, Data on the Web Best Practices: Data Quality Vocabulary, section 5.
"""

import datetime
from dataclasses import replace
from uuid import UUID

import rdflib
from rdflib import RDF, XSD, Literal, Namespace, URIRef
from rdflib.namespace import PROV, SKOS

from catalogue.enums import LinkState
from catalogue.models import QualityReport
from catalogue.quality.facts import DatasetFacts
from catalogue.quality.score import RULES_VERSION, score
from catalogue.rdf.writers import written
from catalogue.serializers.dcat.quality import report_measurements, score_measurement
from tests.unit.catalogue.quality.test_quality_known_answers import EXEMPLARY, NOW

DQV = Namespace("http://www.w3.org/ns/dqv#")
SITE = "https://data.example"
DATASET = f"{SITE}/dataset/{UUID(int=5)}"


def graph_of(facts: DatasetFacts) -> rdflib.Graph:
    scored = score(facts, now=NOW)
    report = QualityReport(
        score=scored.score,
        band=scored.band,
        mqa=305,
        stars=3,
        results=[result.to_json() for result in scored.results],
        facts=facts.to_json(),
        rules_version=RULES_VERSION,
        scored_at=NOW,
    )
    nodes = [score_measurement(report.score, DATASET, SITE), *report_measurements(report, DATASET, SITE)]
    return rdflib.Graph().parse(data="".join(written(nodes, "ttl")), format="turtle")


def test_every_measurement_says_of_what_by_which_metric_and_how_much() -> None:
    graph = graph_of(EXEMPLARY)
    measurements = set(graph.subjects(RDF.type, DQV.QualityMeasurement))
    assert len(measurements) == 3 + 11  # scores and criteria
    for measurement in measurements:
        assert [*graph.objects(measurement, DQV.computedOn)] == [URIRef(DATASET)]
        [metric] = graph.objects(measurement, DQV.isMeasurementOf)
        [value] = graph.objects(measurement, DQV.value)
        assert (metric, RDF.type, DQV.Metric) in graph
        assert len([*graph.objects(metric, SKOS.definition)]) == 1
        assert isinstance(value, Literal)
        assert [*graph.objects(metric, DQV.expectedDataType)] == [value.datatype]
    assert {str(term) for term in graph.predicates() if str(term).startswith(DQV)} == {
        str(DQV[name]) for name in ("computedOn", "isMeasurementOf", "value", "expectedDataType", "inDimension")
    }


def test_the_three_scores_and_a_criterion_with_its_dimension_reason_and_moment() -> None:
    graph = graph_of(EXEMPLARY)
    values = {str(s).partition("#")[2]: v for s, v in graph.subject_objects(DQV.value)}
    assert (values["quality"], values["quality-mqa"], values["quality-stars"]) == (
        Literal(100),
        Literal(305),
        Literal(3),
    )
    links = URIRef(f"{DATASET}#quality-links")
    [metric] = graph.objects(links, DQV.isMeasurementOf)
    [dimension] = graph.objects(metric, DQV.inDimension)
    assert metric == URIRef(f"{SITE}/quality/criteria/links")
    assert (dimension, RDF.type, DQV.Dimension) in graph
    assert [*graph.objects(dimension, SKOS.prefLabel)] == [Literal("Accuracy")]
    assert [*graph.objects(links, PROV.generatedAtTime)] == [Literal(NOW.isoformat(), datatype=XSD.dateTime)]
    assert values["quality-links"] == Literal("1", datatype=XSD.decimal)


def test_what_is_not_known_is_not_measured() -> None:
    """A nought would say that links fail which nobody has checked yet."""
    file = replace(EXEMPLARY.resources[0], link=LinkState.UNCHECKED)
    graph = graph_of(replace(EXEMPLARY, resources=(file,), issued=None, modified=datetime.date(2026, 1, 1)))
    measured = {str(each).partition("#quality-")[2] for each in graph.subjects(RDF.type, DQV.QualityMeasurement)}
    assert measured.isdisjoint({"links", "consistent"})
    assert {"mqa", "stars", "dates", "formats"} <= measured
