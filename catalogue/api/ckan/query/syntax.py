"""Text of `q` and `fq` → tree. Pure; bounded in time and depth whatever the text."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import LarkError, UnexpectedToken

from catalogue.api.ckan.query.nodes import (
    And,
    Everything,
    Node,
    Not,
    Or,
    Pattern,
    Range,
    Wild,
    Words,
    all_of,
    in_field,
    leaves,
)

#: Longest query, in characters. ckanext-harvest names every organisation that it wants in one.
LONGEST: Final = 30_000

#: Solr's own limit to the clauses of a query.
MOST_CLAUSES: Final = 1_024

_DEEPEST: Final = 40
_MOST_WILDCARDS: Final = 5

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PARTS = re.compile(r"\\(.)|([*?])|([^\\*?]+)", re.DOTALL)
_BRACKETS = re.compile(r'\\.|"(?:[^"\\]|\\.)*"|([()])', re.DOTALL)


class SyntaxInvalid(ValueError):
    """The text doesn't follow the grammar. The message says where, for the person who wrote it."""


def parse(text: str) -> Node:
    """The tree of a query; no text at all matches everything. Raises `SyntaxInvalid`."""
    if not text.strip():
        return Everything()
    if len(text) > LONGEST:
        raise SyntaxInvalid(f"it is longer than {LONGEST:,} characters")
    if text.lstrip().startswith("{!"):
        raise SyntaxInvalid("local parameters are not supported")
    if _depth(text) > _DEEPEST:
        raise SyntaxInvalid(f"brackets are nested more than {_DEEPEST} deep")
    try:
        node: Node = _parser.parse(text)  # type: ignore[assignment]
    except LarkError as error:
        if isinstance(error.__context__, SyntaxInvalid):
            raise error.__context__ from None
        raise SyntaxInvalid(_where(text, error)) from None
    if sum(1 for _ in leaves(node)) > MOST_CLAUSES:
        raise SyntaxInvalid(f"it has more than {MOST_CLAUSES:,} clauses")
    return node


def escaped(text: str) -> str:
    """The text as a value that stands for just itself."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _depth(text: str) -> int:
    depth = deepest = 0
    for found in _BRACKETS.finditer(text):
        depth += {"(": 1, ")": -1}.get(found[1] or "", 0)
        deepest = max(deepest, depth)
    return deepest


def _where(text: str, error: LarkError) -> str:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return f"it ends too early, after “{text[-40:].strip()}”"
    place = max(getattr(error, "pos_in_stream", None) or 0, 0)
    return f"“{text[place : place + 40]}” was not expected at character {place + 1}"


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _pieces(text: str) -> Iterator[str | Wild]:
    """Runs of text and the wildcards between them; several stars in a row are one."""
    literal = ""
    last: str | Wild = ""
    for escape, wild, plain in _PARTS.findall(text):
        if not wild:
            literal += escape or plain
            continue
        if literal:
            yield literal
            literal, last = "", ""
        if not (wild == "*" and last is Wild.ANY):
            last = Wild(wild)
            yield last
    if literal:
        yield literal


@v_args(inline=True)
class _Tree(Transformer[Token, Node]):
    """Builds the nodes while the text is parsed."""

    def term(self, token: Token) -> Node:
        pieces = tuple(_pieces(str(token)))
        if sum(isinstance(piece, Wild) for piece in pieces) > _MOST_WILDCARDS:
            raise SyntaxInvalid(f"“{token[:40]}” has more than {_MOST_WILDCARDS} wildcards")
        if any(isinstance(piece, Wild) for piece in pieces):
            return Pattern(pieces)
        return Words(_plain(str(token)))

    def phrase(self, token: Token) -> Node:
        return Words(_plain(token[1:-1]), is_phrase=True)

    def range(self, opening: Token, low: Token, high: Token, closing: Token) -> Node:
        return Range(_end(low), _end(high), includes_low=opening == "[", includes_high=closing == "]")

    def fielded(self, field: Token, node: Node) -> Node:
        name = _plain(field[:-1])
        if name != "*":
            return in_field(node, name)
        return Everything() if node == Pattern((Wild.ANY,)) else node

    def clause(self, *parts: Any) -> Node:
        *modifiers, node = parts
        if node == Pattern((Wild.ANY,)):
            node = Everything()
        return Not(node) if sum(modifier != "+" for modifier in modifiers) % 2 else node

    def both(self, *nodes: Node) -> Node:
        return all_of(list(nodes))

    def either(self, *nodes: Node) -> Node:
        if any(isinstance(node, Everything) for node in nodes):
            return Everything()
        return Or(nodes) if len(nodes) > 1 else nodes[0]

    def sequence(self, *nodes: Node) -> Node:
        return all_of([inner for node in nodes for inner in (node.nodes if isinstance(node, And) else (node,))])


def _end(token: Token) -> str | None:
    text = str(token)
    if text == "*":
        return None
    return _plain(text[1:-1] if text.startswith('"') else text)


_parser = Lark(
    Path(__file__).with_name("query.lark").read_text(),
    parser="lalr",
    lexer="contextual",
    transformer=_Tree(),
    propagate_positions=False,
)
