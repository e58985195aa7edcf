"""Quality in the Data Quality Vocabulary. Source: W3C DQV."""

from catalogue.models import QualityReport
from catalogue.quality.report import present
from catalogue.rdf.terms import Link, Node, Typed, Value

Pairs = list[tuple[str, Value]]


def score_measurement(score: int, dataset: str, site: str) -> Node:
    """The score of 0 to 100."""
    metric = _metric(f"{site}/quality#score", "Quality score out of 100")
    return Node(f"{dataset}#quality", ("dqv:QualityMeasurement",), _measured(metric, str(score), "xsd:integer"))


def criterion_measurements(report: QualityReport, dataset: str, site: str) -> list[Node]:
    """How far each criterion that could be judged is met, from 0 to 1; with the reason."""
    measurements = []
    for result in present(report).criteria:
        if result.points is not None and result.out_of:
            metric = _metric(f"{site}/quality#{result.key}", result.title)
            pairs = _measured(metric, f"{result.points / result.out_of:.4g}", "xsd:decimal")
            pairs.append(("rdfs:comment", result.reason))
            pairs.append(("dqv:computedOn", Link(dataset)))
            measurements.append(Node(f"{dataset}#quality-{result.key}", ("dqv:QualityMeasurement",), pairs))
    return measurements


def _metric(address: str, title: str) -> Node:
    return Node(address, ("dqv:Metric",), [("skos:prefLabel", title)], once=True)


def _measured(metric: Node, value: str, datatype: str) -> Pairs:
    return [("dqv:isMeasurementOf", metric), ("dqv:value", Typed(value, datatype))]
