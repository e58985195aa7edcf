"""RDF/XML, a description a node. Source: W3C RDF 1.1 XML Syntax.

XML has no form for most control characters; stored text has none of them, and what is left is taken out.
"""

import re
from functools import cache
from typing import Final

from catalogue.rdf.terms import PREFIXES, Link, Node, Typed, Value, full, iri

_START: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF'
    + "".join(f'\n  xmlns:{prefix}="{namespace}"' for prefix, namespace in PREFIXES.items())
    + ">\n"
)
_SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], ""), text) if _SPECIAL.search(text) else text


def _attribute(address: str) -> str:
    # Of what XML escapes, an address holds ampersands alone: `iri` has encoded the rest
    return iri(address).replace("&", "&amp;")


@cache
def _datatype(name: str) -> str:
    """`xsd:date` in full: there are few."""
    return full(name)


class XmlWriter:
    def __init__(self) -> None:
        self._told: set[str] = set()

    def start(self) -> str:
        return _START

    def end(self) -> str:
        return "</rdf:RDF>\n"

    def node(self, node: Node) -> str:
        lines: list[str] = []
        self._tell(node, lines, "  ")
        return "".join(lines)

    def _tell(self, node: Node, lines: list[str], indent: str) -> None:
        if node.once:
            if node.address in self._told:
                return
            self._told.add(node.address)
        about = f' rdf:about="{_attribute(node.address)}"' if node.address else ""
        # The first type is the element's name: so the syntax writes a node of a known kind
        name, *others = node.types or ("rdf:Description",)
        if not node.pairs and not others:
            lines.append(f"{indent}<{name}{about}/>\n")
            return
        lines.append(f"{indent}<{name}{about}>\n")
        inner = f"{indent}  "
        lines += [f'{inner}<rdf:type rdf:resource="{full(kind)}"/>\n' for kind in others]
        for predicate, value in node.pairs:
            self._pair(predicate, value, lines, inner)
        lines.append(f"{indent}</{name}>\n")

    def _pair(self, predicate: str, value: Value, lines: list[str], indent: str) -> None:
        # The commonest first, and by class: matching patterns takes longer
        if isinstance(value, str):
            lines.append(f"{indent}<{predicate}>{_escaped(value)}</{predicate}>\n")
        elif isinstance(value, Node):
            if value.once and value.address in self._told:
                lines.append(f'{indent}<{predicate} rdf:resource="{_attribute(value.address)}"/>\n')
            else:
                lines.append(f"{indent}<{predicate}>\n")
                self._tell(value, lines, f"{indent}  ")
                lines.append(f"{indent}</{predicate}>\n")
        elif isinstance(value, Link):
            lines.append(f'{indent}<{predicate} rdf:resource="{_attribute(value.address)}"/>\n')
        elif isinstance(value, Typed):
            datatype, text = _datatype(value.datatype), _escaped(value.text)
            lines.append(f'{indent}<{predicate} rdf:datatype="{datatype}">{text}</{predicate}>\n')
        else:
            text = _escaped(value.text)
            lines.append(f'{indent}<{predicate} xml:lang="{value.language}">{text}</{predicate}>\n')
