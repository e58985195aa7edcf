"""The list of publishers and a publisher's own page."""

from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from catalogue import queries
from catalogue.contacts import publisher_contacts
from catalogue.inventory.holdings import holdings_of
from catalogue.quality.report import describe_score
from catalogue.quality.rollups import standing_of_publisher
from catalogue.views.reader import public_page, reader
from publishers.models import Publisher
from publishers.queries import ancestors_of, publisher_named, publisher_of_id


@public_page
def index(request: HttpRequest) -> HttpResponse:
    """A to Z, narrowed by `?q=`."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    publishers = [
        publisher
        for publisher in queries.publishers_with_counts()
        if words.lower() in f"{publisher.title} {publisher.abbreviation}".lower()
    ]
    letters = [
        {"letter": letter, "publishers": list(group)}
        for letter, group in groupby(sorted(publishers, key=_key), _letter)
    ]
    return render(request, "publisher/list.html", {"letters": letters, "total": len(publishers), "q": words})


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
        "recent": queries.recent_datasets(reader(request), limit=10, publisher=publisher),
        "contact": contact,
        "foi": foi,
    }
    return render(request, "publisher/detail.html", context)
