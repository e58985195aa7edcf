"""What changed, as Atom (RFC 4287): of the catalogue, `/feeds/catalogue.atom`, of a publisher, and of one dataset."""

import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed

from catalogue import queries
from catalogue.text import excerpt
from catalogue.views.reader import public_page
from publishers.models import Publisher
from publishers.queries import publisher_named

#: Entries of a feed. Who must miss nothing follows `/api/v1/changes`.
_SIZE: Final = 50
_SUMMARY: Final = 500


@public_page
def catalogue(request: HttpRequest) -> HttpResponse:
    """Entries of every publisher, the most recently changed first: the same for whoever asks."""
    return _of_entries(request, title="Datasets", link="/search?sort=recent")


@public_page
def publisher(request: HttpRequest, slug: str) -> HttpResponse:
    """One publisher's entries, the most recently changed first."""
    found = publisher_named(slug)
    if found is None:
        raise Http404("No publisher has this name.")
    return _of_entries(request, title=f"Datasets of {found.title}", link=found.get_absolute_url(), of=found)


def _of_entries(request: HttpRequest, *, title: str, link: str, of: Publisher | None = None) -> HttpResponse:
    feed = _feed(request, title=title, link=link)
    for entry in queries.datasets_for_feed(limit=_SIZE, publisher=of):
        feed.add_item(
            title=entry.title,
            link=settings.SITE_URL + entry.get_absolute_url(),
            description=excerpt(entry.description, _SUMMARY),
            unique_id=f"urn:uuid:{entry.id}",
            author_name=entry.publisher.title,
            categories=entry.tags,
            updateddate=entry.modified_at,
            pubdate=entry.published_at,
        )
    return _answer(feed)


@public_page
def dataset(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """Each version of one entry that anybody may read, the latest first."""
    entry = queries.dataset_for_page(dataset_id, AnonymousUser())
    if entry is None:
        raise Http404("No dataset has this address.")
    address = settings.SITE_URL + entry.get_absolute_url()
    feed = _feed(request, title=f"Changes of “{entry.title}”", link=entry.get_absolute_url())
    for revision in queries.revisions_visible_to(entry, AnonymousUser()).defer("snapshot")[:_SIZE]:
        feed.add_item(
            title=f"Version {revision.number}",
            link=f"{address}/history?to={revision.number}",
            description=revision.comment,
            unique_id=f"urn:uuid:{entry.id}#version-{revision.number}",
            author_name=entry.publisher.title,
            updateddate=revision.created_at,
        )
    return _answer(feed)


class _StableFeed(Atom1Feed):
    """A feed without entries has no date of its own; that of the moment would make each answer differ."""

    def latest_post_date(self) -> datetime.datetime:
        dates = [item["updateddate"] for item in self.items if item["updateddate"]]
        return max(dates, default=datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC))


def _feed(request: HttpRequest, *, title: str, link: str) -> Atom1Feed:
    address = settings.SITE_URL + request.path
    return _StableFeed(
        title=f"{title} – Domesday",
        link=settings.SITE_URL + link,
        description="",
        feed_url=address,
        feed_guid=address,
        language="en-GB",
    )


def _answer(feed: Atom1Feed) -> HttpResponse:
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
