"""`/quality`: how good the catalogue is, for whom, and what would mend it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from catalogue import queries
from catalogue.enums import Band
from catalogue.quality.report import describe_score
from catalogue.views.reader import public_page, whole_number

PUBLISHERS_PER_PAGE = 50

_ORDERS = {
    "score": ("Best first", lambda publisher: (-(publisher.average_score or 0), publisher.title)),
    "worst": ("Worst first", lambda publisher: (publisher.average_score or 0, publisher.title)),
    "datasets": ("Most datasets", lambda publisher: (-publisher.dataset_count, publisher.title)),
    "broken": ("Most broken links", lambda publisher: (-publisher.broken_links, publisher.title)),
    "name": ("A to Z", lambda publisher: publisher.title.lower()),
}


@public_page
def index(request: HttpRequest) -> HttpResponse:
    order = request.GET.get("sort", "score")
    order = order if order in _ORDERS else "score"
    publishers = [publisher for publisher in queries.publishers_with_counts() if publisher.dataset_count]
    publishers.sort(key=_ORDERS[order][1])
    pages = max(1, -(-len(publishers) // PUBLISHERS_PER_PAGE))
    page = min(whole_number(request, "page") or 1, pages)
    figures, counts = queries.figures(), queries.band_counts()
    scored = sum(counts.values())
    context: dict[str, Any] = {
        "overall": {
            "datasets": figures.datasets,
            "links_checked": figures.links_checked,
            "links_working": figures.links_working,
            "links_broken": figures.links_broken,
            **describe_score(figures.average_score),
        },
        "bands": [
            {
                "band": band,
                "label": Band(band).label,
                "count": counts.get(band, 0),
                "percent": _percent(counts.get(band, 0), scored),
            }
            for band in Band.values
        ],
        "criteria": queries.criteria_shares(),
        "publishers": [
            _row(publisher) for publisher in publishers[(page - 1) * PUBLISHERS_PER_PAGE :][:PUBLISHERS_PER_PAGE]
        ],
        "sort_links": [
            {"label": label, "url": f"/quality?sort={key}", "selected": key == order}
            for key, (label, _) in _ORDERS.items()
        ],
        "page": page,
        "pages": pages,
        "page_url": lambda number: f"/quality?sort={order}&page={number}",
    }
    return render(request, "quality/index.html", context)


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def _row(publisher: Any) -> dict[str, Any]:
    return {
        "title": publisher.title,
        "slug": publisher.slug,
        "get_absolute_url": publisher.get_absolute_url,
        "dataset_count": publisher.dataset_count,
        "links_checked": publisher.links_checked,
        "links_broken": publisher.broken_links,
        **describe_score(publisher.average_score),
    }
