"""Fields of other kinds than text: ids, times, numbers, lists, terms, and what resources have."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

from django.db.models import Exists, F, Func, OuterRef, Q, TextField, Value
from django.db.models.functions import Cast
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, In, LessThan, LessThanOrEqual, Regex

from catalogue.api.ckan.query.fields import (
    EVERYTHING,
    NOTHING,
    Asked,
    Field,
    Text,
    ValueInvalid,
    as_uuid,
    between,
    regex,
)
from catalogue.api.ckan.query.moments import NoMoment, span
from catalogue.api.ckan.query.nodes import Pattern, Range
from catalogue.models import Resource
from catalogue.vocabularies.formats import declared_format

#: Between the values of a list that is compared as one text.
_SEPARATOR: Final = "\x1f"
_LARGEST: Final = 2**31 - 1


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
    """What is the same for every dataset."""

    value: str

    def words(self, text: str, asked: Asked) -> Q:
        return EVERYTHING if text == self.value else NOTHING

    def pattern(self, pattern: Pattern, asked: Asked) -> Q:
        return EVERYTHING if re.fullmatch(regex(pattern, "."), self.value) else NOTHING

    def exists(self) -> Q:
        return EVERYTHING


@dataclass(frozen=True)
class OneOf(Field):
    """One of a few words, each with the condition that it means."""

    meanings: Mapping[str, Q]

    def words(self, text: str, asked: Asked) -> Q:
        return self.meanings.get(text.casefold(), NOTHING)

    def pattern(self, pattern: Pattern, asked: Asked) -> Q:
        meant = [one for word, one in self.meanings.items() if re.fullmatch(regex(pattern, "."), word)]
        return reduce(operator.or_, meant, NOTHING)

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


def _whole(text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"[+-]?[0-9]{1,30}", text, re.ASCII):
        raise ValueInvalid(f"“{text[:60]}” is no whole number")
    return max(-_LARGEST, min(int(text), _LARGEST))
