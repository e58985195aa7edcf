"""A query's tree → a condition on datasets."""

import operator
import re
from functools import reduce

from django.db.models import Case, Q, Value, When

from catalogue.api.ckan.query.fields import EVERYTHING, AnyText, Asked, Field, among, as_uuid
from catalogue.api.ckan.query.nodes import (
    And,
    Everything,
    Exists,
    Node,
    Not,
    Or,
    Pattern,
    Range,
    Words,
    all_of,
    typed,
)
from catalogue.api.ckan.query.table import FIELDS, TRUISMS, field_named

_NAME = re.compile(r"[a-z0-9_-]{2,100}")


def condition(node: Node, asked: Asked) -> Q:
    """What a dataset must fulfil. Raises `ValueInvalid` for a value that its field can't have."""
    match node:
        case Everything():
            return EVERYTHING
        case And(nodes):
            free = [inner for inner in nodes if isinstance(inner, Words) and inner.field is None]
            rest = [inner for inner in nodes if inner not in free]
            together = [_anywhere(free, asked)] if free else []
            return reduce(operator.and_, (condition(inner, asked) for inner in rest), *together or [Q()])
        case Or(nodes):
            return _either(nodes, asked)
        case Not(inner):
            # What has no value at all isn't equal to anything, which SQL's own NOT doesn't say
            opposite = Case(When(condition(inner, asked), then=Value(False)), default=Value(True))
            return Q(opposite)
        case Exists(field):
            return field_named(field).exists()
        case Words(field=None):
            return _anywhere([node], asked)
        case Words(text, _, name):
            return _field(name).words(text, asked)
        case Pattern(field=name):
            return _field(name).pattern(node, asked)
        case Range(field=name):
            return _field(name).range(node, asked)


def without_truisms(node: Node) -> Node:
    """The same for public datasets, without what is true of each of them."""
    parts = list(node.nodes) if isinstance(node, And) else [node]
    return all_of(
        [part for part in parts if not (isinstance(part, Words) and (part.field, part.text.casefold()) in TRUISMS)]
    )


def _either(nodes: tuple[Node, ...], asked: Asked) -> Q:
    """Any of these; the values asked for in one field together."""
    values: dict[str, list[str]] = {}
    rest: list[Node] = []
    for node in nodes:
        if isinstance(node, Words) and node.field:
            values.setdefault(node.field, []).append(node.text)
        else:
            rest.append(node)
    grouped = [field_named(name).any_of(texts, asked) for name, texts in values.items()]
    return reduce(operator.or_, [*grouped, *(condition(node, asked) for node in rest)])


def _field(name: str | None) -> Field:
    return field_named(name) if name else AnyText()


def _anywhere(words: list[Words], asked: Asked) -> Q:
    """All of these words, wherever. A single one may also be a dataset's name or id, as CKAN finds it by those."""
    found = among(asked.find(typed(words), False))
    if len(words) == 1:
        text = words[0].text
        if as_uuid(text):
            found |= FIELDS["id"].words(text, asked)
        elif _NAME.fullmatch(text) and "-" in text:
            found |= FIELDS["name"].words(text, asked)
    return found
