"""Topics: data.gov.uk's fourteen, and what other catalogues' themes, ISO categories and tags amount to in them."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from catalogue.vocabularies.tables import EU_AUTHORITY, load_table, term_key, uri_tail


class Topic(NamedTuple):
    """One topic. `position` is its place in lists, from 1."""

    slug: str
    title: str
    description: str
    position: int


_ROWS = load_table("topics")

#: The fourteen, in data.gov.uk's order.
TOPICS: tuple[Topic, ...] = tuple(
    Topic(row["slug"], row["title"], row["description"], position) for position, row in enumerate(_ROWS, 1)
)
_EU_THEMES = {row["slug"]: f"{EU_AUTHORITY}data-theme/{row['eu']}" for row in _ROWS}

#: EU data-theme codes → topic. TECH (science) and INTR (international issues) have no counterpart.
_EU_CODES = {
    "agri": "environment", "econ": "business-and-economy", "educ": "education", "ener": "environment",
    "envi": "environment", "gove": "government", "heal": "health", "just": "crime-and-justice",
    "regi": "towns-and-cities", "soci": "society", "tran": "transport",
}  # fmt: skip


def _key(raw: str) -> str:
    return " ".join(term_key(raw).replace("&", " and ").replace("-", " ").replace("_", " ").split())


_NAMES: dict[str, str] = dict(_EU_CODES)
for _row in _ROWS:
    for _name in (_row["slug"], _row["title"], *_row["names"], *_row["iso"], *_row["inspire"], *_row["inspire_codes"]):
        _NAMES.setdefault(_key(_name), _row["slug"])

#: Short codes are terms of a vocabulary, not words: as a tag 'us' or 'ad' means something else.
_CODES = frozenset(_EU_CODES) | {code for row in _ROWS for code in row["inspire_codes"]}
#: Tags that publishers put on every topic: they vote only where nothing else does.
_WEAK_TAGS = {
    "children", "employment", "energy", "finance", "financial", "geospatial", "gis", "government", "jobs",
    "labour market", "local", "local government", "location", "map", "mapping", "maps", "nhs", "policy", "recycling",
    "transparency",
}  # fmt: skip

_SPENDING = re.compile(
    r"\b(?:spend(?:ing)?|expenditure|payments?|transactions?|invoices?)\b.{0,40}(?:over|above|exceeding|more than|>)\s*"
    r"(?:£|gbp)?\s*(?:25|500|250|100)(?:[,.]?000|k)?\b|£\s?(?:500|25k|25,000)\b",
    re.IGNORECASE,
)


def topic_from(themes: Iterable[str], tags: Iterable[str] = (), title: str = "") -> str | None:
    """The slug of the topic that the themes name, else the one that tags and title clearly agree on; None when unclear.

    Among several themes the topic named most often wins, the first named among equals.
    """
    named = Counter(topic for topic in map(_theme, _texts(themes)) if topic)
    if named:
        return named.most_common(1)[0][0]
    if title and _SPENDING.search(title[:500]):
        return "government-spending"
    keys = {_key(tag) for tag in _texts(tags)} - _CODES
    votes = Counter(_NAMES[key] for key in keys - _WEAK_TAGS if key in _NAMES)
    votes.update(_NAMES[word] for word in set(_words(title)) - _CODES - _WEAK_TAGS if votes and word in _NAMES)
    if not votes:
        weak = {_NAMES[key] for key in keys & _WEAK_TAGS if key in _NAMES}
        return weak.pop() if len(weak) == 1 and len(keys) <= 5 else None
    ranked = votes.most_common(2)
    return ranked[0][0] if len(ranked) == 1 or ranked[0][1] > ranked[1][1] else None


def _texts(values: Iterable[str]) -> list[str]:
    if isinstance(values, str):
        return [values]
    return [value for value in values if isinstance(value, str)]


def _words(title: str) -> list[str]:
    return re.findall(r"[a-z]{4,}", title[:500].casefold()) if title else []


@lru_cache(maxsize=8_192)
def _theme(raw: str) -> str | None:
    key = _key(uri_tail(raw) or raw)
    return _NAMES.get(key)


def eu_theme(slug: str) -> str:
    """The EU data theme that a topic belongs to; several topics may share one. Raises KeyError for an unknown slug."""
    return _EU_THEMES[slug]
