"""Publishers and topics beside each other, as pages and as CSV, and the quarters that were frozen."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from catalogue.actions.rollups import first_altered
from catalogue.enums import RollupScope
from catalogue.models import QualitySnapshot, Topic
from catalogue.quality import rollups, trends
from catalogue.quality.figures import Figures
from catalogue.quality.league import LEAST_DATASETS, ORDERS, Entrant, ranked
from catalogue.quality.quarters import quarter_in_words
from catalogue.quality.report import describe_score
from catalogue.quality.tables import Cells, with_header
from catalogue.views.reader import public_page, whole_number

PUBLISHERS_PER_PAGE = 50

#: Seconds for which the chain of hashes isn't walked again.
_CHECKED_AGE = 600


@public_page
def publishers(request: HttpRequest) -> HttpResponse:
    """The league table."""
    order = request.GET.get("sort", "score")
    order = order if order in ORDERS else "score"
    with_below = request.GET.get("with") == "below"
    table = ranked(rollups.entrants(with_below=with_below), order)
    pages = max(1, -(-len(table) // PUBLISHERS_PER_PAGE))
    page = min(whole_number(request, "page") or 1, pages)
    tail = "&with=below" if with_below else ""
    context = {
        "rows": [_row(entrant) for entrant in table[(page - 1) * PUBLISHERS_PER_PAGE :][:PUBLISHERS_PER_PAGE]],
        "total": len(table),
        "ranked": sum(entrant.is_ranked for entrant in table),
        "least": LEAST_DATASETS,
        "order": order,
        "with_below": with_below,
        "orders": [
            {"label": label, "url": f"/quality/publishers?sort={key}{tail}", "selected": key == order}
            for key, label in ORDERS.items()
        ],
        "as_of": rollups.standing().as_of,
        "page": page,
        "pages": pages,
        "page_url": lambda number: f"/quality/publishers?sort={order}{tail}&page={number}",
    }
    return render(request, "quality/publishers.html", context)


def _row(entrant: Entrant) -> dict[str, Any]:
    figures = entrant.figures
    return {
        "rank": entrant.rank,
        "title": entrant.title,
        "slug": entrant.slug,
        "figures": figures,
        "score": entrant.shown_score,
        **describe_score(figures.mean_score),
    }


@public_page
def publishers_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The league table with every figure behind it."""
    table = ranked(rollups.entrants(with_below=request.GET.get("with") == "below"))
    rows = (
        (("" if entrant.rank is None else entrant.rank, entrant.title, entrant.slug), entrant.figures)
        for entrant in table
    )
    return _csv("quality-by-publisher.csv", with_header(("rank", "publisher", "slug"), rows))


@public_page
def topics(request: HttpRequest) -> HttpResponse:
    """Topics, in their own order: they compete for nothing."""
    standings = rollups.standings(RollupScope.TOPIC)
    found = [
        _row(Entrant(topic.title, topic.slug, standings[topic.slug].figures))
        for topic in Topic.objects.all()
        if topic.slug in standings
    ]
    whole = rollups.standing()
    untopiced = whole.figures.datasets - sum(row["figures"].datasets for row in found)
    context = {"rows": found, "untopiced": untopiced, "as_of": whole.as_of}
    return render(request, "quality/topics.html", context)


@public_page
def topics_csv(request: HttpRequest) -> StreamingHttpResponse:
    titles = dict(Topic.objects.values_list("slug", "title"))
    rows = ((((titles.get(key, key), key)), found.figures) for key, found in rollups.standings("topic").items())
    return _csv("quality-by-topic.csv", with_header(("topic", "slug"), rows))


@public_page
def snapshots(request: HttpRequest) -> HttpResponse:
    """Every frozen quarter, and whether the chain of hashes still holds."""
    quarters = trends.frozen_quarters()
    altered = cache.get("quality-altered")
    if altered is None and quarters:
        altered = first_altered() or 0
        cache.set("quality-altered", altered, _CHECKED_AGE)
    for quarter in quarters:
        quarter["words"] = quarter_in_words(str(quarter["quarter"]))
    return render(request, "quality/snapshots.html", {"quarters": quarters, "altered": altered})


@public_page
def snapshot_csv(request: HttpRequest, quarter: str) -> StreamingHttpResponse:
    """All rows of a frozen quarter."""
    found = trends.rows_of_quarter(quarter)
    if not found.exists():
        raise Http404("No quarter of this name is frozen.")
    rows = (
        ((row.number, row.scope, row.key, row.title, row.day.isoformat(), row.rules_version), _figures(row))
        for row in found.iterator(chunk_size=500)
    )
    first = ("number", "scope", "key", "title", "day", "version of the rules")
    return _csv(f"quality-{quarter}.csv", with_header(first, rows))


def _figures(row: QualitySnapshot) -> Figures:
    return Figures.from_json(row.figures)


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, value: str) -> str:
        return value


def _csv(name: str, table: Iterable[Cells]) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff"  # or Excel takes it for another encoding
        for row in table:
            yield writer.writerow(row)

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
