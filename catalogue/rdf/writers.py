"""Each form of RDF by its name, as addresses and media types ask for it."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple, Protocol

from catalogue.rdf.jsonld import JsonLdWriter
from catalogue.rdf.ntriples import NTriplesWriter
from catalogue.rdf.terms import Node
from catalogue.rdf.turtle import TurtleWriter
from catalogue.rdf.xml import XmlWriter


class Writer(Protocol):
    """Writes one document: `start`, each node as it comes, `end`."""

    def start(self) -> str: ...

    def node(self, node: Node) -> str: ...

    def end(self) -> str: ...


class Form(NamedTuple):
    """One form of RDF. `other_types`: media types that are asked for and mean the same."""

    media_type: str
    title: str
    writer: type[Writer]
    other_types: tuple[str, ...] = ()


#: By the ending of addresses.
FORMS: Final[dict[str, Form]] = {
    "ttl": Form("text/turtle", "Turtle", TurtleWriter, ("application/x-turtle",)),
    "rdf": Form("application/rdf+xml", "RDF/XML", XmlWriter),
    "jsonld": Form("application/ld+json", "JSON-LD", JsonLdWriter),
    "nt": Form("application/n-triples", "N-Triples", NTriplesWriter),
}


def written(nodes: Iterable[Node], form: str) -> Iterator[str]:
    """A whole document in pieces, a piece a node."""
    writer = FORMS[form].writer()
    yield writer.start()
    for node in nodes:
        if text := writer.node(node):
            yield text
    yield writer.end()
