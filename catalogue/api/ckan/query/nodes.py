"""What a query says, as a tree. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum


class Wild(Enum):
    """What may stand in a pattern between pieces of text."""

    ANY = "*"  # any characters, or none
    ONE = "?"  # one character


@dataclass(frozen=True, slots=True)
class Everything:
    """`*:*`"""


@dataclass(frozen=True, slots=True)
class Words:
    """Text to look for; in no field of its own if `field` is None. A phrase was in quotes."""

    text: str
    is_phrase: bool = False
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """Text with wildcards."""

    pieces: tuple[str | Wild, ...]
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`; None is an open end."""

    low: str | None
    high: str | None
    includes_low: bool = True
    includes_high: bool = True
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Exists:
    """The field has a value: `field:*` or `field:[* TO *]`."""

    field: str


@dataclass(frozen=True, slots=True)
class Not:
    node: "Node"


@dataclass(frozen=True, slots=True)
class And:
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    nodes: tuple["Node", ...]


Leaf = Everything | Words | Pattern | Range | Exists
Node = Leaf | Not | And | Or


def leaves(node: Node) -> Iterator[Leaf]:
    """Every leaf of the tree, however deep: without recursion."""
    waiting: list[Node] = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, And | Or):
            waiting.extend(current.nodes)
        elif isinstance(current, Not):
            waiting.append(current.node)
        else:
            yield current


def in_field(node: Node, field: str) -> Node:
    """The same, every leaf without a field of its own being in this one: `field:(a b)`."""
    match node:
        case And(nodes):
            return And(tuple(in_field(inner, field) for inner in nodes))
        case Or(nodes):
            return Or(tuple(in_field(inner, field) for inner in nodes))
        case Not(inner):
            return Not(in_field(inner, field))
        case Pattern(pieces=(Wild.ANY,), field=None):
            return Exists(field)
        case Range(low=None, high=None, field=None):
            return Exists(field)
        case Words(field=None) | Pattern(field=None) | Range(field=None):
            return replace(node, field=field)
        case _:
            return node


def all_of(nodes: list[Node]) -> Node:
    """All of these; what is always true left out."""
    wanted = [node for node in nodes if not isinstance(node, Everything)]
    return And(tuple(wanted)) if len(wanted) > 1 else wanted[0] if wanted else Everything()


def typed(words: list[Words]) -> str:
    """Words and phrases as somebody would type them into the search box."""
    texts = [(word.text.replace('"', " "), word.is_phrase) for word in words]
    return " ".join(f'"{text}"' if is_phrase else text for text, is_phrase in texts)
