"""What somebody may be typing: datasets by their titles, publishers, places and topics. Only what is public."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from django.core.cache import cache
from django.utils import timezone
from tantivy import Occur, Query, Searcher

from catalogue.gazetteer.lookup import find
from catalogue.models import Dataset, Topic
from catalogue.release_time import seconds_left
from catalogue.search.analysis import written
from catalogue.search.index import SearchUnavailable, reading
from catalogue.search.schema import SCHEMA
from publishers.models import Publisher

#: Characters that are read of what was typed, and the fewest that suggestions are made for.
LONGEST: Final = 100
_SHORTEST: Final = 2
_MOST_WORDS: Final = 8

#: How many words that begin as the last one does are looked for, and how many titles are looked at.
_MOST_ENDINGS: Final = 30
_LOOKED_AT: Final = 40

#: How many of each kind are offered besides datasets.
_MOST_OTHERS: Final = 2


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`kind`: dataset, publisher, place or topic. `url` leads to the entry, or to a search narrowed by it."""

    kind: str
    label: str
    detail: str
    url: str


def suggest(text: str, *, limit: int = 8) -> list[Suggestion]:
    """The likeliest first: publishers, places and topics that begin so, then titles. Empty where the index is away."""
    typed = " ".join(text[:LONGEST].replace("\x00", " ").encode(errors="replace").decode().split())
    words = written(typed)[:_MOST_WORDS]
    if len(typed) < _SHORTEST or not words:
        return []
    others = [*_publishers(words), *_places(typed), *_topics(words)]
    return (others + _datasets(words, limit - len(others)))[:limit]


def _datasets(words: list[str], limit: int) -> list[Suggestion]:
    if limit < 1:
        return []
    try:
        with reading() as snapshot:
            cards = _titles(words, limit, snapshot.searcher)
    except SearchUnavailable:
        return []
    return [
        Suggestion("dataset", card["title"], card["publisher_title"], f"/dataset/{card['id']}/{card['name']}")
        for card in cards
    ]


def _titles(words: list[str], limit: int, searcher: Searcher) -> list[dict[str, Any]]:
    """Cards of entries whose title has every word, the last of which may be half typed. Each title once."""
    endings = [word for word, _ in searcher.terms_with_prefix("words", words[-1], limit=_MOST_ENDINGS)]
    if not endings:
        return []
    clauses = [(Occur.Must, Query.term_query(SCHEMA, "words", word)) for word in words[:-1]]
    last = [Query.term_query(SCHEMA, "words", word) for word in endings]
    clauses.append((Occur.Must, Query.disjunction_max_query(last)))
    hits = searcher.search(Query.boolean_query(clauses), _LOOKED_AT, count=False, weight_by_field="standing").hits
    cards: dict[str, dict[str, Any]] = {}
    for _, address in hits:
        card = orjson.loads(searcher.doc(address)["card"][0])
        here = written(card["title"])
        if any(word.startswith(words[-1]) for word in here) and set(words[:-1]) <= set(here):
            cards.setdefault(card["title"].lower(), card)
    # A title that begins as typed is likelier meant than one that has the words somewhere
    typed = " ".join(words)
    ordered = sorted(cards.values(), key=lambda card: not " ".join(written(card["title"])).startswith(typed))
    return ordered[:limit]


def _publishers(words: list[str]) -> list[Suggestion]:
    return [
        Suggestion("publisher", title, "Publisher", _search(publisher=slug))
        for slug, title, _ in _beginning_with(words, _table("publishers", _read_publishers))
    ]


def _topics(words: list[str]) -> list[Suggestion]:
    return [
        Suggestion("topic", title, "Topic", _search(topic=slug))
        for slug, title, _ in _beginning_with(words, _table("topics", _read_topics))
    ]


def _places(typed: str) -> list[Suggestion]:
    return [
        Suggestion("place", place.name, place.kind.value.capitalize(), _search(place=place.code))
        for place in find(typed)[:_MOST_OTHERS]
        if len(typed) > _SHORTEST
    ]


def _search(**chosen: str) -> str:
    return f"/search?{urlencode([(f'filters[{name}]', value) for name, value in chosen.items()])}"


def _beginning_with(words: list[str], rows: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Rows with a word that begins as each typed one does, or with the letters typed for short."""
    found = []
    for row in rows:
        here = written(f"{row[1]} {row[2]}")
        if all(any(own.startswith(word) for own in here) for word in words):
            found.append((not here[0].startswith(words[0]), len(row[1]), row))
    return [row for _, _, row in sorted(found)[:_MOST_OTHERS]]


def _table(name: str, read: Callable[[], list[tuple[str, str, str]]]) -> list[tuple[str, str, str]]:
    """Read at most once a minute, and never kept across a release, which may be the first of its publisher."""
    table = cache.get(f"suggested-{name}")
    if table is None:
        table = read()
        cache.set(f"suggested-{name}", table, seconds_left(timezone.now()))
    return table


def _read_publishers() -> list[tuple[str, str, str]]:
    """(slug, title, abbreviation) of publishers that have something public."""
    public = Dataset.objects.public().order_by().values("publisher")
    return list(Publisher.objects.filter(id__in=public).values_list("slug", "title", "abbreviation"))


def _read_topics() -> list[tuple[str, str, str]]:
    return [(slug, title, "") for slug, title in Topic.objects.values_list("slug", "title")]
