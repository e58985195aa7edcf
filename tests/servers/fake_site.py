"""A website on loopback whose pages describe datasets in schema.org's JSON-LD, with its sitemap."""

import asyncio
import datetime
import gzip
import json
from dataclasses import dataclass, field
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import unquote

from tests.servers.faulty import FaultyServer, Reply, SeenRequest
from tests.servers.replies import answer

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@dataclass
class FakeSite:
    """Serves `pages` (path → what it describes, or its HTML) and `/sitemap.xml`; change them between two harvests.

    `dates`: what the sitemap says of when a page changed; without one, nothing. `parts`: paths of further sitemaps, and
    the pages that each names: there is an index of them then. `instead` are paths that answer something else.
    """

    server: FaultyServer
    pages: dict[str, Any] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    parts: dict[str, list[str]] = field(default_factory=dict)
    instead: dict[str, Reply] = field(default_factory=dict)
    robots: str = ""
    clock: datetime.datetime = datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.UTC)

    def __post_init__(self) -> None:
        self.server.replies |= {"*": self._reply(), "/robots.txt": self._reply()}

    @property
    def sitemap(self) -> str:
        return self.server.url("/sitemap.xml")

    @property
    def pages_asked(self) -> list[str]:
        paths = [unquote(path) for _, path in self.server.asked]
        return [path for path in paths if path in self.pages]

    def _reply(self) -> Reply:
        async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
            return await self._answer(unquote(request.path))(request, writer)

        return reply

    def _answer(self, path: str) -> Reply:
        if path in self.instead:
            return self.instead[path]
        headers = {"Date": format_datetime(self.clock, usegmt=True)}
        if path == "/robots.txt" and self.robots:
            return answer(self.robots.encode(), headers=headers | {"Content-Type": "text/plain"})
        if path == "/sitemap.xml":
            body = self._index() if self.parts else self._urls(list(self.pages))
            return answer(body, headers=headers | {"Content-Type": "application/xml"})
        if path in self.parts:
            return answer(gzip.compress(self._urls(self.parts[path])), headers=headers)
        if path in self.pages:
            return answer(page(self.pages[path]).encode(), headers=headers | {"Content-Type": "text/html"})
        return answer(b"<html><h1>Not Found</h1></html>", status=404, headers={"Content-Type": "text/html"})

    def _index(self) -> bytes:
        found = "".join(f"<sitemap><loc>{escape(self.server.url(path))}</loc></sitemap>" for path in self.parts)
        return f'<?xml version="1.0"?><sitemapindex xmlns="{NAMESPACE}">{found}</sitemapindex>'.encode()

    def _urls(self, paths: list[str]) -> bytes:
        found = "".join(
            f"<url><loc>{escape(path if '://' in path else self.server.url(path))}</loc>"
            + (f"<lastmod>{self.dates[path]}</lastmod>" if path in self.dates else "")
            + "</url>\n"
            for path in paths
        )
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{NAMESPACE}">\n{found}</urlset>'.encode()


def page(described: Any) -> str:
    """A page as a content management system makes it: scripts of its own beside the one that describes."""
    if isinstance(described, str):
        return described
    return (
        "<!DOCTYPE html>\n<html lang=en><head><title>A page</title><script>var x = '<script type=';</script>"
        '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "BreadcrumbList"}</script>'
        f'<script type="application/ld+json">\n{json.dumps(described)}\n</script></head><body><p>Words</p></body>'
        "</html>"
    )


def described(name: str, /, **properties: Any) -> dict[str, Any]:
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": f"https://data.example.gov.uk/id/{name}",
        "name": f"Dataset {name}",
        "description": "Everything there is to know about it, in one file.",
        "license": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": f"https://data.example.gov.uk/{name}.csv",
                "encodingFormat": "text/csv",
            }
        ],
        **properties,
    }
