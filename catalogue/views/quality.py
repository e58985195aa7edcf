"""`/quality`: how good the catalogue is, for whom, and what would mend it."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from catalogue import queries
from catalogue.enums import Band, RollupScope
from catalogue.models import Dataset, Topic
from catalogue.quality import rollups, trends
from catalogue.quality.chart import Chart, Value, chart, scale_of
from catalogue.quality.days import day_of
from catalogue.quality.dimensions import DIMENSIONS, Dimension
from catalogue.quality.figures import Figures
from catalogue.quality.guidance import GUIDANCE
from catalogue.quality.mqa import INDICATORS, MQA_BANDS
from catalogue.quality.quarters import quarter_in_words
from catalogue.quality.report import describe_score, present
from catalogue.quality.rollups import Standing
from catalogue.quality.score import BANDS, CRITERIA, RULES
from catalogue.quality.stars import MEANINGS
from catalogue.views.reader import public_page
from publishers.models import Publisher
from publishers.queries import publisher_named

DATASETS_PER_PAGE = 25


@public_page
def index(request: HttpRequest) -> HttpResponse:
    """The whole catalogue."""
    context = {**scope_context(RollupScope.WHOLE, "", "The whole catalogue"), "publishers_url": "/quality/publishers"}
    return render(request, "quality/index.html", context)


@public_page
def publisher(request: HttpRequest, slug: str) -> HttpResponse:
    """One publisher: its own entries, and those of the bodies below it beside them."""
    found = publisher_named(slug)
    if found is None:
        raise Http404("No publisher has this name.")
    context = scope_context(RollupScope.PUBLISHER, str(found.id), found.title)
    family = rollups.standing(RollupScope.FAMILY, str(found.id)).figures
    own = context["figures"]
    context |= {
        "publisher": found,
        "family": family if family.datasets > own.datasets else None,
        "lists": f"?publisher={found.slug}",
    }
    return render(request, "quality/scope.html", context)


@public_page
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """One topic."""
    found = get_object_or_404(Topic, slug=slug)
    context = scope_context(RollupScope.TOPIC, slug, found.title) | {"topic": found, "lists": f"?topic={slug}"}
    return render(request, "quality/scope.html", context)


@public_page
def method(request: HttpRequest) -> HttpResponse:
    """How the three scores are made, and what none of them can tell."""
    dimensions = [
        {"meaning": meaning, "criteria": [rule for rule in RULES if rule.dimension is dimension]}
        for dimension, meaning in DIMENSIONS.items()
    ]
    context = {
        "rules": [
            {"rule": rule, "guidance": GUIDANCE[rule.key], "dimension": _title(rule.dimension)} for rule in RULES
        ],
        "out_of": sum(rule.out_of for rule in RULES),
        "dimensions": dimensions,
        "bands": [(band.label, least) for least, band in BANDS],
        "indicators": INDICATORS,
        "mqa_bands": MQA_BANDS,
        "star_meanings": MEANINGS,
    }
    return render(request, "quality/method.html", context)


def _title(dimension: Dimension) -> str:
    return DIMENSIONS[dimension].title


@public_page
def criterion(request: HttpRequest, key: str) -> HttpResponse:
    """Which datasets lack one criterion, the worst first: of all, or by `?publisher=` or `?topic=`."""
    rule = CRITERIA.get(key)
    if rule is None:
        raise Http404("There is no such criterion.")
    of_publisher, of_topic = _narrowed(request)
    scope, scope_key = RollupScope.WHOLE, ""
    if of_publisher:
        scope, scope_key = RollupScope.PUBLISHER, str(of_publisher.id)
    elif of_topic:
        scope, scope_key = RollupScope.TOPIC, of_topic.slug
    standing = rollups.standing(scope, scope_key)
    after = _place(request.GET.get("after", ""))
    lacking = queries.datasets_lacking(key, publisher=of_publisher, topic=of_topic, after=after)
    found = list(lacking[: DATASETS_PER_PAGE + 1])
    shown = found[:DATASETS_PER_PAGE]
    narrowed = {"publisher": of_publisher.slug} if of_publisher else {"topic": of_topic.slug} if of_topic else {}
    address = f"/quality/criteria/{key}"
    context = {
        "rule": rule,
        "guidance": GUIDANCE[key],
        "dimension": DIMENSIONS[rule.dimension],
        "counts": standing.figures.of(key),
        "as_of": standing.as_of,
        "publisher": of_publisher,
        "topic": of_topic,
        "datasets": [_lacking_row(dataset, key) for dataset in shown],
        "first_url": f"{address}?{urlencode(narrowed)}".rstrip("?") if after else "",
        "next_url": f"{address}?{urlencode(narrowed | {'after': _cursor(shown[-1])})}"
        if len(found) > len(shown)
        else "",
        "history": [(point.day, point.figures.of(key)) for point in trends.monthly_of(scope, scope_key)],
    }
    return render(request, "quality/criterion.html", context)


def _cursor(last: Dataset) -> str:
    """Where the next page goes on: `61-<id>`, the score and the id of the last dataset of this one."""
    return f"{last.quality.score}-{last.id}"


def _place(text: str) -> tuple[int, UUID] | None:
    """What `_cursor` wrote; the beginning for anything else, since people mend addresses by hand."""
    score, _, last = text.partition("-")
    try:
        return (int(score), UUID(last)) if score.isascii() and score.isdigit() and len(score) < 4 else None
    except ValueError:
        return None


def _narrowed(request: HttpRequest) -> tuple[Publisher | None, Topic | None]:
    slug, topic_slug = request.GET.get("publisher", ""), request.GET.get("topic", "")
    if "\x00" in slug + topic_slug:
        raise Http404("There is no such publisher or topic.")
    found = publisher_named(slug) if slug else None
    found_topic = Topic.objects.filter(slug=topic_slug).first() if topic_slug and not slug else None
    if (slug and found is None) or (topic_slug and not slug and found_topic is None):
        raise Http404("There is no such publisher or topic.")
    return found, found_topic


def _lacking_row(dataset: Any, key: str) -> dict[str, Any]:
    result = next((each for each in present(dataset.quality).criteria if each.key == key), None)
    return {"dataset": dataset, "score": dataset.quality.score, "band": dataset.quality.band, "result": result}


# What every page of figures shows


def scope_context(scope: str, key: str, title: str) -> dict[str, Any]:
    """Figures of one scope: as they stand, how they went, and what moved since the last quarter. Four queries; of the
    whole three more, to say who moved it."""
    standing = rollups.standing(scope, key)
    course = trends.course_of(scope, key, today=day_of(standing.as_of))
    frozen = trends.last_quarter_of(scope, key)
    figures = standing.figures
    return {
        "title": title,
        "figures": figures,
        "as_of": standing.as_of,
        "overall": describe_score(figures.mean_score),
        "bands": _shares({str(Band(band).label): n for band, n in figures.band_counts().items()}, list(Band.values)),
        "mqa_bands": _shares({band.capitalize(): n for band, n in figures.mqa_band_counts().items()}),
        "stars": _shares({f"{n} {'star' if n == '1' else 'stars'}": c for n, c in figures.star_counts().items()}),
        "star_meanings": MEANINGS,
        "criteria": criteria_rows(figures),
        "history": trends.monthly_of(scope, key),
        "chart": score_chart(course, standing),
        "compared": trends.since_last_quarter(frozen, standing),
        "movers": trends.movers_since(frozen, standing) if scope == RollupScope.WHOLE else [],
        "quarter": quarter_in_words(frozen.quarter) if frozen else "",
        "lists": "",
    }


def criteria_rows(figures: Figures) -> list[dict[str, Any]]:
    """Each criterion with its counts, the least met first; those about which nothing is known last."""
    found = [{"rule": rule, "dimension": _title(rule.dimension), "counts": figures.of(rule.key)} for rule in RULES]
    return sorted(found, key=lambda row: 101 if (share := row["counts"].met_share) is None else share)


def _shares(counts: dict[str, int], keys: list[str] | None = None) -> list[dict[str, Any]]:
    whole = sum(counts.values())
    return [
        {"key": keys[place] if keys else label, "label": label, "count": count, "percent": percent(count, whole)}
        for place, (label, count) in enumerate(counts.items())
    ]


def percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def score_chart(course: list[Value], standing: Standing) -> Chart:
    """The mean score, day by day."""
    lowest, highest, step = scale_of(course)
    return chart(course, until=day_of(standing.as_of), lowest=lowest, highest=highest, step=step)
