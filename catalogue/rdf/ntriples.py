"""N-Triples, and N-Quads where a graph is named: one statement a line. Source: W3C RDF 1.1 N-Triples, N-Quads."""

from json.encoder import encode_basestring as quoted
from typing import Final

from catalogue.rdf.terms import InLanguage, Link, Node, Typed, Value, full, iri

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
            lines.append(f"{subject} {_name(predicate)} {self._term(value, lines)}{end}")
        return subject

    def _term(self, value: Value, lines: list[str]) -> str:
        match value:
            case str():
                return quoted(value)
            case Node():
                return self._tell(value, lines)
            case Link():
                return f"<{iri(value.address)}>"
            case Typed():
                return f"{quoted(value.text)}^^{_name(value.datatype)}"
            case InLanguage():
                return f"{quoted(value.text)}@{value.language}"
