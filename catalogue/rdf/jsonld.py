"""JSON-LD 1.1: one `@graph` of nested nodes, its context written out, so that nothing need be fetched.

Source: W3C JSON-LD 1.1. Numbers stay text with a datatype, so that every form says the same.
"""

from typing import Any, Final

from catalogue.rdf.terms import PREFIXES, Link, Node, Typed, Value, iri
from services.compact_json import dumps

_CONTEXT: Final = {prefix: {"@id": namespace, "@prefix": True} for prefix, namespace in PREFIXES.items()}
_JSON: Final = PREFIXES["rdf"] + "JSON"


class JsonLdWriter:
    def __init__(self) -> None:
        self._told: set[str] = set()
        self._is_first = True

    def start(self) -> str:
        return f'{{"@context":{dumps(_CONTEXT)},"@graph":['

    def end(self) -> str:
        return "\n]}\n"

    def node(self, node: Node) -> str:
        if node.once and node.address in self._told:
            return ""
        comma, self._is_first = "\n" if self._is_first else ",\n", False
        return comma + dumps(self._object(node))

    def _object(self, node: Node) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if node.address:
            found["@id"] = iri(node.address)
            if node.once:
                if node.address in self._told:
                    return found
                self._told.add(node.address)
        if node.types:
            found["@type"] = list(node.types)
        for predicate, value in node.pairs:
            found.setdefault(predicate, []).append(self._value(value))
        return found

    def _value(self, value: Value) -> Any:
        # The commonest first, and by class: matching patterns takes longer
        if isinstance(value, str):
            return value
        if isinstance(value, Node):
            return self._object(value)
        if isinstance(value, Link):
            return {"@id": iri(value.address)}
        if isinstance(value, Typed):
            # The text of a JSON literal is kept letter by letter only as a plain typed value
            datatype = _JSON if value.datatype == "rdf:JSON" else value.datatype
            return {"@value": value.text, "@type": datatype}
        return {"@value": value.text, "@language": value.language}
