"""What the index holds of an entry: the weighted table of what can be found, and the card that a result shows. Pure."""

import datetime
import hashlib
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from tantivy import Document

from catalogue.enums import Access, LinkHealth
from catalogue.search.analysis import stems, written
from catalogue.search.coverage import (
    EPOCH,
    MOST_PLACES,
    Period,
    Sides,
    box_fields,
    period_fields,
    tag_values,
    years_covered,
)
from catalogue.search.facets import FACETS, SEPARATOR
from catalogue.search.schema import SCHEMA, TITLE_NUMBERS
from catalogue.search.synonyms import spelt_out
from catalogue.search.title_order import title_numbers, title_order
from catalogue.search.typed import exact_title
from catalogue.search.weights import WEIGHTS
from catalogue.text import plain_text

#: Characters of a description that a result can show a piece of. All of it can be found.
SHOWN_DESCRIPTION: Final = 1_200

#: Characters of the titles of its files, of their columns' headings and of its places that a result can show.
_SHOWN_ELSEWHERE: Final = 300

#: Words of file titles and the like that one entry may add: a dataset of 5,000 files isn't about 5,000 things.
_MOST_EXTRA_WORDS: Final = 200

#: An entry with more formats has nonsense among them, and the engine drops a value of over 65,530 bytes silently.
_MOST_FORMATS: Final = 100

_has_markup = re.compile(r"[<>&*_#\[\]`~|\\]")
_white_space = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Searchable:
    """An entry as the search engine sees it: plain values, whoever read them."""

    id: UUID
    name: str
    title: str
    description: str
    tags: tuple[str, ...]
    publisher_path: tuple[tuple[str, str], ...]  # (slug, title) of each body from the top of the tree to the publisher
    publisher_abbreviation: str
    topic: str
    topic_title: str
    licence_code: str
    access: str
    kind: str
    formats: tuple[str, ...]
    files: tuple[str, ...]  # titles of its files and documents
    places: tuple[str, ...]
    identifiers: tuple[str, ...]
    translations: tuple[str, ...]  # titles and descriptions in other languages
    quality_score: int | None
    quality_band: str
    origin_id: str
    updated_at: datetime.date
    changed_at: datetime.datetime
    licence_is_open: bool = False
    frequency: str = ""
    link_health: str = ""
    deliveries: tuple[str, ...] = ()
    covers: Period = (None, None)
    box: Sides | None = None
    place_codes: tuple[str, ...] = ()  # of the places covered and of those that they lie in
    columns: tuple[str, ...] = ()  # headings of the columns of its files


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an entry's text: how often it is put into the searched field, and what a reader calls it."""

    label: str
    weight: int
    texts: Callable[[Searchable], tuple[str, ...]]


@lru_cache(maxsize=16)  # a document asks twice, and the third time never comes
def plain(text: str) -> str:
    """The words of Markdown or HTML, on one line."""
    return plain_text(text) if _has_markup.search(text) else _white_space.sub(" ", text).strip()


@lru_cache(maxsize=1_024)
def _names(title: str, abbreviation: str) -> tuple[str, ...]:
    """What a publisher is called: its title, and the letters that it is known by, its own or those of the synonyms:
    "ONS population" asks for the ONS's own entries before others that name it as their source."""
    known = {letters.lower() for letters in (abbreviation, *written(title))}
    letters = [other for other in spelt_out((title,), stems(title)) if other.lower() not in known]
    return title, abbreviation, *letters


#: What can be found, and how much it counts.
PARTS: Final = (
    Part("title", int(WEIGHTS["part: title"]), lambda entry: (entry.title,)),
    Part("tags", int(WEIGHTS["part: tags"]), lambda entry: entry.tags),
    Part(
        "publisher",
        int(WEIGHTS["part: publisher"]),
        lambda entry: _names(entry.publisher_path[-1][1], entry.publisher_abbreviation),
    ),
    Part("description", int(WEIGHTS["part: description"]), lambda entry: (plain(entry.description),)),
    Part(
        "other languages",
        int(WEIGHTS["part: other languages"]),
        lambda entry: tuple(plain(text) for text in entry.translations),
    ),
)

#: Also found, but only by words that the parts above don't have: file titles mostly repeat the entry's own, and
#: every repetition would make the entry look long and so count less.
EXTRA_PARTS: Final = (
    Part("topic", 1, lambda entry: (entry.topic_title,)),
    Part("publisher", 1, lambda entry: tuple(title for _, title in entry.publisher_path[:-1])),
    Part("places", 1, lambda entry: entry.places),
    Part("formats", 1, lambda entry: entry.formats),
    Part("identifiers", 1, lambda entry: entry.identifiers),
    Part("files", 1, lambda entry: entry.files),
    Part("columns", 1, lambda entry: entry.columns),
)


def card(entry: Searchable) -> dict[str, Any]:
    """What a result shows, as JSON can hold it."""
    slug, title = entry.publisher_path[-1]
    return {
        "id": str(entry.id),
        "name": entry.name,
        "title": entry.title,
        "description": plain(entry.description)[:SHOWN_DESCRIPTION],
        "tags": list(entry.tags),
        "publisher_slug": slug,
        "publisher_title": title,
        "topic": entry.topic,
        "topic_title": entry.topic_title,
        "licence_code": entry.licence_code,
        "access": entry.access,
        "kind": entry.kind,
        "formats": list(entry.formats),
        "quality_score": entry.quality_score,
        "quality_band": entry.quality_band,
        "origin_id": entry.origin_id,
        "updated_at": entry.updated_at.isoformat(),
        **{
            name: " · ".join(dict.fromkeys(texts))[:_SHOWN_ELSEWHERE]
            for name, texts in (("files", entry.files), ("columns", entry.columns), ("places", entry.places))
            if texts
        },
        "digest": digest(entry),
    }


def digest(entry: Searchable) -> str:
    """Tells whether a document still says what its entry says."""
    return hashlib.blake2b(repr(entry).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Prepared:
    """An entry ready to be stored: the fields of its document, every word that finds it, its values of each facet."""

    fields: dict[str, Any]
    stems: set[str]

    @property
    def values(self) -> dict[str, list[str]]:
        found = {name: self.fields.get(facet.field, []) for name, facet in FACETS.items()}
        return {name: [held] if isinstance(held, str) else held for name, held in found.items()}

    def document(self, row: int) -> Document:
        """Raises `ValueError` if a value has not the type that the schema names."""
        return Document.from_dict(self.fields | {"row": row}, SCHEMA)


def to_document(entry: Searchable) -> Document:
    return prepare(entry).document(0)


def prepare(entry: Searchable) -> Prepared:
    texts, found_by = _weighted_text(entry)
    slugs = [slug for slug, _ in entry.publisher_path]
    high, low = halves(entry.id)
    fields: dict[str, Any] = {
        "id": str(entry.id),
        "exact_title": exact_title(entry.title),
        "title_order": (order := title_order(entry.title, entry.id)),
        **dict(zip(TITLE_NUMBERS, title_numbers(order), strict=True)),
        "title": entry.title,
        "text": texts,
        "words": [entry.title, *entry.tags, entry.publisher_path[-1][1]],
        "publisher": slugs,
        "publisher_path": SEPARATOR.join(slugs),
        "topic": entry.topic,
        "format": list(entry.formats[:_MOST_FORMATS]),
        "formats": SEPARATOR.join(sorted(entry.formats[:_MOST_FORMATS])),
        "licence_code": entry.licence_code,
        "open": "yes" if entry.licence_is_open and entry.access == Access.OPEN else "",
        "access": entry.access,
        "frequency": entry.frequency,
        "year": (years := years_covered(entry.covers, entry.title, now=entry.changed_at.year)),
        "years": SEPARATOR.join(years),
        "place": list(entry.place_codes[:MOST_PLACES]),
        "quality": entry.quality_band,
        "link": entry.link_health,
        "delivery": list(entry.deliveries),
        "deliveries": SEPARATOR.join(sorted(entry.deliveries)),
        "tag": tag_values(entry.tags),
        "kind": entry.kind,
        "standing": standing(entry),
        "recency": recency(entry),
        "id_high": high,
        "id_low": low,
        **period_fields(entry.covers),
        **box_fields(entry.box),
        "card": json.dumps(card(entry), ensure_ascii=False, separators=(",", ":")).encode(),
    }
    # An empty value would be counted as one
    return Prepared({name: value for name, value in fields.items() if value not in ("", [])}, found_by)


def halves(entry_id: UUID) -> tuple[int, int]:
    """An id as two numbers that the index can hold."""
    high, low = divmod(entry_id.int, 2**64)
    return high - 2**63, low - 2**63


def joined(high: int, low: int) -> UUID:
    """The id of these halves."""
    return UUID(int=(high + 2**63 << 64) + low + 2**63)


#: What the links of an entry do for its standing; 60 where nothing is known of them.
_LINKS: Final[dict[str, int]] = {LinkHealth.WORKING: 100, LinkHealth.SOME_BROKEN: 40, LinkHealth.ALL_BROKEN: 0}


def standing(entry: Searchable) -> int:
    """How good an entry is to come upon, 0 to 100: three fifths its quality, one its links, one its freshness."""
    quality = 50 if entry.quality_score is None else entry.quality_score
    links = _LINKS.get(entry.link_health, 60)
    year = min(entry.updated_at.year, entry.changed_at.year)
    return round(0.6 * quality + 0.2 * links + 0.2 * min(max((year - 2005) * 5, 0), 100))


def recency(entry: Searchable) -> int:
    """Orders by day of update, then by when the entry last changed, then in some fixed order.

    A date of update after the entry's own last change can't be right ("2107"), and would stay on top for ever.
    """
    day = min(entry.updated_at, entry.changed_at.date())
    days = min(max((day - EPOCH).days, 0), 2**16 - 1)
    seconds = min(max(int(entry.changed_at.timestamp()), 0), 2**32 - 1)
    return days << 47 | seconds << 15 | zlib.crc32(entry.id.bytes) & 0x7FFF


def _weighted_text(entry: Searchable) -> tuple[list[str], set[str]]:
    """The searched text, and its stems. Each value is its own: no quoted phrase runs across two of them."""
    texts: list[str] = []
    once: list[str] = []
    for part in PARTS:
        values = [text for text in part.texts(entry) if text]
        texts += values * part.weight
        once += values
    words = stems(" ".join(once))
    known = set(words)
    extra = 0
    for part in EXTRA_PARTS:
        for text in part.texts(entry):
            new = set(stems(text)) - known
            if new and extra < _MOST_EXTRA_WORDS:
                known |= new
                extra += len(new)
                texts.append(text)
    for other in spelt_out(once, words):
        if new := set(stems(other)) - known:
            known |= new
            texts.append(other)
    return texts, known
