"""The list of publishers and a publisher's own page."""

from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from catalogue import queries
from catalogue.contacts import publisher_contacts
from catalogue.inventory.holdings import holdings_of
from catalogue.quality.report import describe_score
from catalogue.quality.rollups import standing_of_publisher
from catalogue.search_overview import overview
from catalogue.search_parameters import SearchParameters
from catalogue.views.reader import public_page, reader
from catalogue.views.results_page import Alternate
from publishers.models import Publisher
from publishers.queries import ancestors_of, earlier_titles, publisher_named, publisher_of_id


@public_page
def index(request: HttpRequest) -> HttpResponse:
    """A to Z, narrowed by `?q=`."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    earlier = earlier_titles() if words else {}
    publishers = [
        publisher
        for publisher in queries.publishers_with_counts()
        if words.lower() in f"{publisher.title} {publisher.abbreviation} {earlier.get(publisher.id, '')}".lower()
    ]
    if request.GET.get("view") == "tree":
        return render(
            request, "publisher/tree.html", {"branches": _tree(publishers), "total": len(publishers), "q": words}
        )
    letters = [
        {"letter": letter, "publishers": list(group)}
        for letter, group in groupby(sorted(publishers, key=_key), _letter)
    ]
    return render(request, "publisher/list.html", {"letters": letters, "total": len(publishers), "q": words})


@dataclass(frozen=True, slots=True)
class Branch:
    """A publisher in the tree. `datasets` counts those of the bodies below it too."""

    publisher: Publisher
    depth: int
    datasets: int


def _tree(publishers: list[Publisher]) -> list[Branch]:
    """Every publisher below its parent, each level from A to Z; one whose parent isn't listed stands at the top."""
    listed = {publisher.id: publisher for publisher in publishers}
    below: dict[UUID | None, list[Publisher]] = {}
    for publisher in sorted(publishers, key=_key):
        parent = publisher.parent_id if publisher.parent_id in listed else None
        below.setdefault(parent, []).append(publisher)
    order: list[tuple[Publisher, int]] = []
    waiting = [(publisher, 0) for publisher in reversed(below.get(None, []))]
    while waiting:  # a loop in the tree is never reached from the top
        publisher, depth = waiting.pop()
        order.append((publisher, depth))
        waiting += [(child, depth + 1) for child in reversed(below.get(publisher.id, []))]
    sums = {publisher.id: publisher.dataset_count for publisher, _ in order}
    for publisher, _ in reversed(order):
        if publisher.parent_id in sums:
            sums[publisher.parent_id] += sums[publisher.id]
    return [Branch(publisher, depth, sums[publisher.id]) for publisher, depth in order]


def _key(publisher: Publisher) -> tuple[str, str]:
    return _letter(publisher), publisher.title.lower()


def _letter(publisher: Publisher) -> str:
    first = publisher.title.strip()[:1].upper()
    return first if first.isalpha() else "#"


@public_page
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """A name that the publisher had earlier redirects."""
    publisher = publisher_named(slug) or publisher_of_id(slug)
    if publisher is None:
        raise Http404("No publisher has this name.")
    if publisher.slug != slug:
        return redirect(publisher, permanent=False)
    standing = standing_of_publisher(publisher)
    figures = standing.figures
    contact, foi = publisher_contacts(publisher)
    context = {
        "publisher": publisher,
        "ancestors": ancestors_of(publisher),
        "children": queries.publishers_with_counts(publisher),
        "figures": {
            "datasets": figures.datasets,
            "links": figures.links_checked,
            "broken_links": figures.links_broken,
            **describe_score(figures.mean_score),
            "as_of": standing.as_of,
        },
        "holdings": holdings_of(publisher),
        "overview": overview("topic", "format", most=8, publisher=publisher.slug),
        "recent": queries.recent_datasets(reader(request), limit=6, publisher=publisher),
        "alternates": [
            Alternate(
                SearchParameters(filters={"publisher": (publisher.slug,)}).url("/search.atom"),
                "application/atom+xml",
                f"Datasets of {publisher.title}, newest first",
            )
        ],
        "contact": contact,
        "foi": foi,
    }
    return render(request, "publisher/detail.html", context)
