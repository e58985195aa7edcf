"""The kinds of field that can be asked for, each with what a condition on it means for datasets.

`table` says which names there are. A field answers what makes sense for it; anything else matches nothing.
"""

import datetime
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Q, Value
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IRegex,
    LessThan,
    LessThanOrEqual,
    Regex,
)

from catalogue.api.ckan.query.nodes import Pattern, Range, Wild
from services import ready_rows

NOTHING: Final = Q(pk__in=[])
EVERYTHING: Final = ~NOTHING


class ValueInvalid(ValueError):
    """The value can't be one of this field's. The message is for the person who asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query is read with: the time that it calls NOW, and where words are looked for.

    `find` gives the ids of the entries that have all of these words: in the title if the second argument is true, else
    anywhere.
    """

    now: datetime.datetime
    find: Callable[[str, bool], list[UUID]]


class Field:
    """A field that no dataset has a value in."""

    def words(self, text: str, asked: Asked) -> Q:
        return NOTHING

    def pattern(self, pattern: Pattern, asked: Asked) -> Q:
        return NOTHING

    def range(self, node: Range, asked: Asked) -> Q:
        return NOTHING

    def exists(self) -> Q:
        return NOTHING

    def any_of(self, texts: list[str], asked: Asked) -> Q:
        """One of many words: clients name hundreds of organisations in one query."""
        return reduce(operator.or_, (self.words(text, asked) for text in texts), NOTHING)


@dataclass(frozen=True)
class Text(Field):
    """Text that is compared as a whole, letter by letter. `of` is a column or an expression."""

    of: Any

    def words(self, text: str, asked: Asked) -> Q:
        return Q(Exact(self.of, Value(text)))

    def pattern(self, pattern: Pattern, asked: Asked) -> Q:
        return Q(Regex(self.of, Value(f"^{regex(pattern, '.')}$")))

    def range(self, node: Range, asked: Asked) -> Q:
        return between(self.of, node, node.low, node.high) & self.exists()

    def exists(self) -> Q:
        return Q(GreaterThan(self.of, Value("")))

    def any_of(self, texts: list[str], asked: Asked) -> Q:
        return Q(In(self.of, texts))


@dataclass(frozen=True)
class Prose(Text):
    """Text in which whole words are looked for."""

    any_of = Field.any_of

    def words(self, text: str, asked: Asked) -> Q:
        words = r"\W+".join(quoted(part) for part in text.split())
        return Q(IRegex(self.of, Value(rf"(^|\W){words}($|\W)"))) if words else NOTHING

    def pattern(self, pattern: Pattern, asked: Asked) -> Q:
        word = regex(pattern, r"\w")
        return Q(IRegex(self.of, Value(rf"\m{word}\M")))


@dataclass(frozen=True)
class Title(Prose):
    """Words are found whatever their ending, by the search index."""

    def words(self, text: str, asked: Asked) -> Q:
        return among(asked.find(text, True))


@dataclass(frozen=True)
class Description(Prose):
    """The index knows who has the words somewhere; the database, whether they are here."""

    def words(self, text: str, asked: Asked) -> Q:
        beginnings = [quoted(word[: max(3, len(word) - 3)]) for word in re.findall(r"\w+", text)]
        here = [Q(IRegex(self.of, Value(rf"\m{beginning}"))) for beginning in beginnings]
        return reduce(operator.and_, here, among(asked.find(text, False)))


@dataclass(frozen=True)
class AnyText(Field):
    """Everything that the index holds of a dataset: `text:`."""

    def words(self, text: str, asked: Asked) -> Q:
        return among(asked.find(text, False))

    def pattern(self, pattern: Pattern, asked: Asked) -> Q:
        return Prose(F("title")).pattern(pattern, asked) | Prose(F("description")).pattern(pattern, asked)

    def exists(self) -> Q:
        return EVERYTHING


def among(ids: Sequence[UUID]) -> Q:
    """The datasets with these ids, however many."""
    if not ids:
        return NOTHING
    return Q(pk__in=ready_rows.among(ready_rows.array_text(ids)))


def between(of: Any, node: Range, low: object, high: object) -> Q:
    found = EVERYTHING
    if low is not None:
        found &= Q((GreaterThanOrEqual if node.includes_low else GreaterThan)(of, Value(low)))
    if high is not None:
        found &= Q((LessThanOrEqual if node.includes_high else LessThan)(of, Value(high)))
    return found


def regex(pattern: Pattern, character: str) -> str:
    """The pattern as a regular expression, for Python and PostgreSQL alike; `character` is what a wildcard may be."""
    signs = {Wild.ANY: f"{character}*", Wild.ONE: character}
    return "".join(signs[piece] if isinstance(piece, Wild) else quoted(piece) for piece in pattern.pieces)


def quoted(text: str) -> str:
    """Text that stands for itself in a regular expression."""
    return re.sub(r"([^\w\s])", r"\\\1", text)


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
