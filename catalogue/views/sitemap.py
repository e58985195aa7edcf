"""`/sitemap.xml`: an index of files of 50,000 public datasets each. Source: sitemaps.org, protocol 0.9."""

from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from catalogue.models import Dataset
from catalogue.views.reader import public_page

PER_FILE = 50_000
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@public_page
def index(request: HttpRequest) -> HttpResponse:
    files = max(1, -(-Dataset.objects.public().count() // PER_FILE))
    entries = "".join(
        f"<sitemap><loc>{settings.SITE_URL}/sitemap-{number}.xml</loc></sitemap>\n" for number in range(1, files + 1)
    )
    text = f"{_HEAD}<sitemapindex {_XMLNS}>\n{entries}</sitemapindex>\n"
    return HttpResponse(text, content_type="application/xml; charset=utf-8")


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
            yield f"<url><loc>{address}</loc><lastmod>{modified_at:%Y-%m-%dT%H:%M:%SZ}</lastmod></url>\n"
        yield "</urlset>\n"

    return StreamingHttpResponse(lines(), content_type="application/xml; charset=utf-8")
