"""`/links`: which links are broken, whose they are, and what one dead host takes down."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from catalogue.links import report
from catalogue.views.reader import public_page, whole_number
from publishers.models import Publisher
from services.csv_answer import csv_answer

LINKS_PER_PAGE = 100


@public_page
def index(request: HttpRequest) -> HttpResponse:
    """All publishers and hosts with broken links; or with `?publisher=` or `?host=` the links of one."""
    slug, host = request.GET.get("publisher", ""), request.GET.get("host", "")
    publisher = Publisher.objects.filter(slug=slug).first() if _is_sound(slug) else None
    host = host if _is_sound(host) else ""
    if publisher is None and not host:
        context = {"publishers": report.by_publisher(), "hosts": report.by_host(), "pages": report.landing_pages()}
        return render(request, "links/index.html", context)
    links = report.broken_links(publisher=publisher.slug if publisher else "", host=host)
    count = links.count()
    pages = max(1, -(-count // LINKS_PER_PAGE))
    page = min(whole_number(request, "page") or 1, pages)
    found = {
        "publisher": publisher,
        "host": host,
        "count": count,
        "entries": links.order_by().values("resource__dataset").distinct().count(),
        "links": list(links[(page - 1) * LINKS_PER_PAGE : page * LINKS_PER_PAGE]),
        "page": page,
        "pages": pages,
    }
    return render(request, "links/list.html", found)


@public_page
def download(request: HttpRequest) -> HttpResponseBase:
    """The same links as CSV; all of them without parameters."""
    slug, host = request.GET.get("publisher", ""), request.GET.get("host", "")
    links = report.broken_links(publisher=slug if _is_sound(slug) else "", host=host if _is_sound(host) else "")
    return csv_answer(report.lines(links.iterator(2_000), site=settings.SITE_URL), name="broken-links.csv")


def _is_sound(text: str) -> bool:
    """Whether the database can be asked for it."""
    return 0 < len(text) <= 300 and text.isprintable() and text.isascii()
