"""`/sitemap.xml`: an index of files of 50,000 public datasets each. Source: sitemaps.org, protocol 0.9."""

import datetime
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.db.models import Window
from django.db.models.functions import RowNumber
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from catalogue.models import Dataset
from catalogue.views.reader import public_page

PER_FILE = 50_000
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@public_page
def index(request: HttpRequest) -> HttpResponse:
    entries = "".join(
        f"<sitemap><loc>{settings.SITE_URL}/sitemap-{number}.xml</loc>{_lastmod(latest)}</sitemap>\n"
        for number, latest in enumerate(_latest_changes(), 1)
    )
    text = f"{_HEAD}<sitemapindex {_XMLNS}>\n{entries}</sitemapindex>\n"
    return HttpResponse(text, content_type="application/xml; charset=utf-8")


def _latest_changes() -> list[datetime.datetime | None]:
    """When an entry of each file was last changed; one file without entries for an empty catalogue."""
    with connection.cursor() as cursor:
        places = (
            Dataset.objects.public().annotate(place=Window(RowNumber(), order_by="id")).values("place", "modified_at")
        )
        sql, parameters = places.order_by().query.sql_with_params()
        cursor.execute(
            f"SELECT max(modified_at) FROM ({sql}) AS numbered GROUP BY (place - 1) / %s ORDER BY (place - 1) / %s",
            [*parameters, PER_FILE, PER_FILE],
        )
        return [latest for (latest,) in cursor.fetchall()] or [None]


def _lastmod(moment: datetime.datetime | None) -> str:
    return f"<lastmod>{moment.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}</lastmod>" if moment else ""


@public_page
def part(request: HttpRequest, number: str) -> HttpResponseBase:
    del request
    start = (int(number) - 1) * PER_FILE
    if start < 0 or (start and Dataset.objects.public().count() <= start):
        raise Http404("There is no such part of the site map.")
    rows = Dataset.objects.public().order_by("id").values_list("id", "name", "modified_at")[start : start + PER_FILE]

    def lines() -> Iterator[str]:
        yield f"{_HEAD}<urlset {_XMLNS}>\n"
        for dataset_id, name, modified_at in rows.iterator(chunk_size=2000):
            address = f"{settings.SITE_URL}/dataset/{dataset_id}/{name}"
            yield f"<url><loc>{address}</loc>{_lastmod(modified_at)}</url>\n"
        yield "</urlset>\n"

    return StreamingHttpResponse(lines(), content_type="application/xml; charset=utf-8")
