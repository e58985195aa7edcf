"""Turtle, laid out to be read: a block a node, blank nodes inside it. Source: W3C RDF 1.1 Turtle."""

from collections import deque
from json.encoder import encode_basestring as quoted
from typing import Final

from catalogue.rdf.terms import PREFIXES, Link, Node, Typed, iri

_START: Final = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())


class TurtleWriter:
    def __init__(self) -> None:
        self._told: set[str] = set()

    def start(self) -> str:
        return _START

    def end(self) -> str:
        return ""

    def node(self, node: Node) -> str:
        blocks: list[str] = []
        waiting = deque([node])
        while waiting:
            one = waiting.popleft()
            if one.once:
                if one.address in self._told:
                    continue
                self._told.add(one.address)
            body = self._body(one, waiting, "\n    ")
            if body:
                blocks.append(f"\n<{iri(one.address)}>{body} .\n")
        return "".join(blocks)

    def _body(self, node: Node, waiting: deque[Node], indent: str) -> str:
        lines = [f" a {', '.join(node.types)}"] if node.types else []
        last = ""
        for predicate, value in node.pairs:
            # The commonest first, and by class: matching patterns takes longer than all else that is done here
            if isinstance(value, str):
                term = quoted(value)
            elif isinstance(value, Node):
                term = self._node(value, waiting, indent)
            elif isinstance(value, Link):
                term = f"<{iri(value.address)}>"
            elif isinstance(value, Typed):
                term = f"{quoted(value.text)}^^{value.datatype}"
            else:
                term = f"{quoted(value.text)}@{value.language}"
            if predicate == last:
                lines[-1] += f", {term}"
            else:
                lines.append(f"{indent}{predicate} {term}")
                last = predicate
        return " ;".join(lines)

    def _node(self, node: Node, waiting: deque[Node], indent: str) -> str:
        if not node.address:
            return f"[{self._body(node, waiting, f'{indent}    ')}{indent}]"
        if not node.once or node.address not in self._told:
            waiting.append(node)
        return f"<{iri(node.address)}>"
