"""Reads about publishers."""

from publishers.models import Publisher, PublisherName


def publisher_named(slug: str) -> Publisher | None:
    """The publisher that has, or once had, this name."""
    found = Publisher.objects.select_related("parent").filter(slug=slug).first()
    if found:
        return found
    past = PublisherName.objects.select_related("publisher__parent").filter(slug=slug).first()
    return past.publisher if past else None


def ancestors_of(publisher: Publisher) -> list[Publisher]:
    """From the top of the tree down to its parent. Stops at a loop rather than going round it."""
    found: list[Publisher] = []
    current = publisher.parent
    while current is not None and current not in found and current != publisher:
        found.insert(0, current)
        current = current.parent
    return found
