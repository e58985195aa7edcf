"""RDF/XML, a description a node. Source: W3C RDF 1.1 XML Syntax.

XML has no form for most control characters; stored text has none of them, and what is left is taken out.
"""

import re
from functools import cache, lru_cache
from typing import Final

from catalogue.rdf.terms import PREFIXES, Link, Node, Typed, full, iri

_START: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF'
    + "".join(f'\n  xmlns:{prefix}="{namespace}"' for prefix, namespace in PREFIXES.items())
    + ">\n"
)
#: What XML can't hold, and the return, which a reader would take for a line's end.
_UNFIT: Final = re.compile("[\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def _escaped(text: str) -> str:
    # Looking for one character takes a hundredth of the time that a pattern takes
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    # Printable at once for most that is short; a text of several lines isn't
    if text.isprintable() or not _UNFIT.search(text):
        return text
    return _UNFIT.sub(lambda found: "&#13;" if found[0] == "\r" else "", text)


@lru_cache(maxsize=4_096)
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
        add, told = lines.append, self._told
        for predicate, value in node.pairs:
            # The commonest first, by class, and without a call for each: a dataset has sixty
            if isinstance(value, str):
                add(f"{inner}<{predicate}>{_escaped(value)}</{predicate}>\n")
            elif isinstance(value, Node):
                if value.once and value.address in told:
                    add(f'{inner}<{predicate} rdf:resource="{_attribute(value.address)}"/>\n')
                else:
                    add(f"{inner}<{predicate}>\n")
                    self._tell(value, lines, f"{inner}  ")
                    add(f"{inner}</{predicate}>\n")
            elif isinstance(value, Link):
                add(f'{inner}<{predicate} rdf:resource="{_attribute(value.address)}"/>\n')
            elif isinstance(value, Typed):
                datatype, text = _datatype(value.datatype), _escaped(value.text)
                add(f'{inner}<{predicate} rdf:datatype="{datatype}">{text}</{predicate}>\n')
            else:
                add(f'{inner}<{predicate} xml:lang="{value.language}">{_escaped(value.text)}</{predicate}>\n')
        lines.append(f"{indent}</{name}>\n")
