"""N-Triples, and N-Quads where a graph is named: one statement a line. Source: W3C RDF 1.1 N-Triples, N-Quads."""

from json.encoder import encode_basestring as quoted
from typing import Final

from catalogue.rdf.terms import Link, Node, Typed, full, iri

_TYPE: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_names: dict[str, str] = {}


def _name(short: str) -> str:
    """`dct:title` → `<http://purl.org/dc/terms/title>`, remembered: there are few."""
    found = _names.get(short)
    if found is None:
        found = _names[short] = f"<{full(short)}>"
    return found


class NTriplesWriter:
    """`graph`: the address of the graph that every statement belongs to; then it is N-Quads."""

    def __init__(self, graph: str = "") -> None:
        self._told: set[str] = set()
        self._blanks = 0
        self._end = f" <{iri(graph)}> .\n" if graph else " .\n"

    def start(self) -> str:
        return ""

    def end(self) -> str:
        return ""

    def node(self, node: Node) -> str:
        lines: list[str] = []
        self._tell(node, lines)
        return "".join(lines)

    def _tell(self, node: Node, lines: list[str]) -> str:
        """Append the node's statements; return what it is called by."""
        if node.address:
            subject = f"<{iri(node.address)}>"
            if node.once:
                if subject in self._told:
                    return subject
                self._told.add(subject)
        else:
            self._blanks += 1
            subject = f"_:b{self._blanks}"
        end = self._end
        lines += [f"{subject} {_TYPE} {_name(kind)}{end}" for kind in node.types]
        for predicate, value in node.pairs:
            # The commonest first, and by class: matching patterns takes longer
            if isinstance(value, str):
                term = quoted(value)
            elif isinstance(value, Node):
                term = self._tell(value, lines)
            elif isinstance(value, Link):
                term = f"<{iri(value.address)}>"
            elif isinstance(value, Typed):
                term = f"{quoted(value.text)}^^{_name(value.datatype)}"
            else:
                term = f"{quoted(value.text)}@{value.language}"
            lines.append(f"{subject} {_name(predicate)} {term}{end}")
        return subject
