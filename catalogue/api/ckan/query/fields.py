"""The kinds of field that can be asked for, each with what a condition on it means for datasets.

`table` says which names there are. A field answers what makes sense for it; anything else matches nothing.
"""

import datetime
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, F, Func, OuterRef, Q, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast
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

from catalogue.api.ckan.query.moments import NoMoment, span
from catalogue.api.ckan.query.nodes import Pattern, Range, Wild
from catalogue.models import Resource
from catalogue.vocabularies.formats import declared_format

NOTHING: Final = Q(pk__in=[])
EVERYTHING: Final = ~NOTHING

#: Between the values of a list that is compared as one text.
_SEPARATOR: Final = "\x1f"
_LARGEST: Final = 2**31 - 1


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


@dataclass(frozen=True)
class Identifier(Text):
    """A UUID."""

    def words(self, text: str, asked: Asked) -> Q:
        return self.any_of([text], asked)

    def any_of(self, texts: list[str], asked: Asked) -> Q:
        found = [uuid for text in texts if (uuid := as_uuid(text))]
        return Q(In(self.of, found)) if found else NOTHING

    def pattern(self, pattern: Pattern, asked: Asked) -> Q:
        return Text(Cast(self.of, TextField())).pattern(pattern, asked)

    def range(self, node: Range, asked: Asked) -> Q:
        return Text(Cast(self.of, TextField())).range(node, asked)

    def exists(self) -> Q:
        return EVERYTHING


@dataclass(frozen=True)
class Moment(Field):
    """A time."""

    of: F

    def words(self, text: str, asked: Asked) -> Q:
        return self.range(Range(text, text), asked)

    def range(self, node: Range, asked: Asked) -> Q:
        try:
            low = span(node.low, asked.now) if node.low else None
            high = span(node.high, asked.now) if node.high else None
        except NoMoment as error:
            raise ValueInvalid(str(error)) from None
        # A day or a year has an end of its own, which isn't in it; a moment is its own end
        found = EVERYTHING
        if low:
            is_after = not node.includes_low and low.start == low.end
            least = low.start if node.includes_low else low.end
            found &= Q((GreaterThan if is_after else GreaterThanOrEqual)(self.of, Value(least)))
        if high:
            is_up_to = node.includes_high and high.start == high.end
            most = high.end if node.includes_high else high.start
            found &= Q((LessThanOrEqual if is_up_to else LessThan)(self.of, Value(most)))
        return found

    def exists(self) -> Q:
        return EVERYTHING


@dataclass(frozen=True)
class Number(Field):
    """A whole number."""

    of: Any

    def words(self, text: str, asked: Asked) -> Q:
        return self.range(Range(text, text), asked)

    def range(self, node: Range, asked: Asked) -> Q:
        return between(self.of, node, _whole(node.low), _whole(node.high))

    def exists(self) -> Q:
        return EVERYTHING


@dataclass(frozen=True)
class Constant(Field):
    """What is the same for every public dataset."""

    value: str

    def words(self, text: str, asked: Asked) -> Q:
        return EVERYTHING if text == self.value else NOTHING

    def pattern(self, pattern: Pattern, asked: Asked) -> Q:
        return EVERYTHING if re.fullmatch(regex(pattern, "."), self.value) else NOTHING

    def exists(self) -> Q:
        return EVERYTHING


@dataclass(frozen=True)
class Each(Field):
    """A list of texts, each compared as a whole."""

    path: str

    def words(self, text: str, asked: Asked) -> Q:
        return Q(**{f"{self.path}__contains": [text]})

    def pattern(self, pattern: Pattern, asked: Asked) -> Q:
        joined = Func(F(self.path), Value(_SEPARATOR), function="array_to_string", output_field=TextField())
        one = regex(pattern, rf"[^{_SEPARATOR}]")
        return Q(Regex(joined, Value(rf"(^|{_SEPARATOR}){one}($|{_SEPARATOR})")))

    def exists(self) -> Q:
        return ~Q(**{self.path: []})


@dataclass(frozen=True)
class Term(Text):
    """A term of one of our lists. `read` gives its codes for what was asked, if it knows any."""

    read: Callable[[str], Iterable[str]] = lambda text: (text,)

    def words(self, text: str, asked: Asked) -> Q:
        return self.any_of([text], asked)

    def any_of(self, texts: list[str], asked: Asked) -> Q:
        return Q(In(self.of, [code for text in texts for code in self.read(text)]))


@dataclass(frozen=True)
class Format(Text):
    """A resource's format in any of its spellings."""

    def words(self, text: str, asked: Asked) -> Q:
        code = declared_format(text)
        return Q(format=code) if code else Q(format__iexact=text) | Q(format="", format_text__iexact=text)

    any_of = Field.any_of


@dataclass(frozen=True)
class OfResources(Field):
    """What one of its resources has: `inner` is a field of the resource."""

    inner: Field

    def words(self, text: str, asked: Asked) -> Q:
        return self._any(self.inner.words(text, asked))

    def pattern(self, pattern: Pattern, asked: Asked) -> Q:
        return self._any(self.inner.pattern(pattern, asked))

    def range(self, node: Range, asked: Asked) -> Q:
        return self._any(self.inner.range(node, asked))

    def exists(self) -> Q:
        return self._any(self.inner.exists())

    def any_of(self, texts: list[str], asked: Asked) -> Q:
        return self._any(self.inner.any_of(texts, asked))

    def _any(self, condition: Q) -> Q:
        return Q(Exists(Resource.objects.filter(condition, dataset=OuterRef("pk"))))


@dataclass(frozen=True)
class YesOrNo(Field):
    """True where the condition holds."""

    condition: Q

    def words(self, text: str, asked: Asked) -> Q:
        return {"true": self.condition, "false": ~self.condition}.get(text.casefold(), NOTHING)

    def exists(self) -> Q:
        return self.condition


def among(ids: Sequence[UUID]) -> Q:
    """The datasets with these ids, however many."""
    return Q(pk__in=RawSQL("SELECT unnest(%s::uuid[])", [list(ids)])) if ids else NOTHING


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


def _whole(text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"[+-]?[0-9]{1,30}", text, re.ASCII):
        raise ValueInvalid(f"“{text[:60]}” is no whole number")
    return max(-_LARGEST, min(int(text), _LARGEST))
