"""Quality in the Data Quality Vocabulary. Source: W3C DQV.

A measurement says of what (`dqv:computedOn`), by which metric, how much and when. A metric is told with its definition,
the type of its values and its dimension; its address is that of the page that explains it. What isn't known of an entry
has no measurement: a nought would say that it failed.
"""

from functools import lru_cache
from typing import Final

from catalogue.enums import CriterionState
from catalogue.models import QualityReport
from catalogue.quality.dimensions import DIMENSIONS, Dimension
from catalogue.quality.guidance import GUIDANCE
from catalogue.quality.report import Report, present
from catalogue.quality.score import CRITERIA, Result
from catalogue.rdf.terms import PREFIXES, Link, Node, Typed, Value

Pairs = list[tuple[str, Value]]

#: Scores of whole entries: the part of `/quality/method` that tells of each, its title and its definition.
SCORE_METRICS: Final = {
    "own": ("Quality score out of 100", "The share of points that an entry has, of those that it could have."),
    "mqa": ("European metadata quality, out of 405", "The points of data.europa.eu's metadata quality assessment."),
    "stars": ("Stars of open data, 0 to 5", "Tim Berners-Lee's five stars: an open licence, and the best format."),
}


def score_metric_address(key: str, site: str) -> str:
    return f"{site}/quality/method#{key}"


def score_measurement(score: int, dataset: str, site: str) -> Node:
    """The score of 0 to 100."""
    return _score(f"{dataset}#quality", "own", score, dataset, site)


def report_measurements(report: QualityReport, dataset: str, site: str) -> list[Node]:
    """The other two scores, and how far each criterion that could be judged is met, from 0 to 1, with the reason."""
    shown = present(report)
    scores = [("mqa", report.mqa), ("stars", report.stars)]
    nodes = [_score(f"{dataset}#quality-{key}", key, n, dataset, site) for key, n in scores if n is not None]
    nodes += [_criterion(shown, result, dataset, site) for result in shown.criteria if _is_known(result)]
    for node in nodes:
        node.pairs.append(("prov:generatedAtTime", Typed(report.scored_at.isoformat(), "xsd:dateTime")))
    return nodes


def _is_known(result: Result) -> bool:
    return result.state != CriterionState.UNKNOWN


def _score(address: str, key: str, value: int, dataset: str, site: str) -> Node:
    return _measurement(address, _score_metric(key, site), Typed(str(value), "xsd:integer"), dataset)


@lru_cache(maxsize=16)
def _score_metric(key: str, site: str) -> Node:
    title, definition = SCORE_METRICS[key]
    return _metric(score_metric_address(key, site), title, definition, "integer", None, site)


def _criterion(report: Report, result: Result, dataset: str, site: str) -> Node:
    metric = _metric(
        f"{site}/quality/criteria/{result.key}",
        result.title,
        GUIDANCE[result.key].asks,
        "decimal",
        CRITERIA[result.key].dimension,
        site,
    )
    share = Typed(f"{result.points / result.out_of:.4g}", "xsd:decimal")
    node = _measurement(f"{dataset}#quality-{result.key}", metric, share, dataset)
    node.pairs.append(("rdfs:comment", result.reason))
    return node


def _metric(address: str, title: str, definition: str, datatype: str, dimension: Dimension | None, site: str) -> Node:
    pairs: Pairs = [
        ("skos:prefLabel", title),
        ("skos:definition", definition),
        ("dqv:expectedDataType", Link(f"{PREFIXES['xsd']}{datatype}")),
    ]
    if dimension:
        pairs.append(("dqv:inDimension", _dimension(dimension, site)))
    return Node(address, ("dqv:Metric",), pairs, once=True)


def _dimension(dimension: Dimension, site: str) -> Node:
    meaning = DIMENSIONS[dimension]
    pairs: Pairs = [("skos:prefLabel", meaning.title), ("skos:definition", meaning.question)]
    return Node(f"{site}/quality/method#{dimension.value}", ("dqv:Dimension",), pairs, once=True)


def _measurement(address: str, metric: Node, value: Typed, dataset: str) -> Node:
    pairs: Pairs = [("dqv:isMeasurementOf", metric), ("dqv:value", value), ("dqv:computedOn", Link(dataset))]
    return Node(address, ("dqv:QualityMeasurement",), pairs)
