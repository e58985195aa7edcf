"""What a document of RDF is made of: nodes, links, literals, and the short names of vocabularies."""

import re
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import quote

#: Prefix → namespace. Every predicate, type and datatype that is written uses one of these.
PREFIXES: Final[dict[str, str]] = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "domesday": "urn:domesday:terms#",
    "dqv": "http://www.w3.org/ns/dqv#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "gsp": "http://www.opengis.net/ont/geosparql#",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "ukgov": "https://w3id.org/co-cddo/ukgov-metadata-exchange-model/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


class Link(NamedTuple):
    """The address of something that is told elsewhere, or nowhere."""

    address: str


class Typed(NamedTuple):
    """A literal of a datatype: `Typed("2026-03-01", "xsd:date")`."""

    text: str
    datatype: str


class InLanguage(NamedTuple):
    """A text in a language: `InLanguage("Data", "cy")`."""

    text: str
    language: str


class Node:
    """Something that is told of. `address` "" makes it blank; pairs are (predicate, value) in their order.

    `once` marks what many nodes share and always tell alike (a term of a vocabulary, a publisher): a writer writes it
    the first time only.
    """

    __slots__ = ("address", "once", "pairs", "types")

    def __init__(
        self, address: str, types: tuple[str, ...], pairs: "list[tuple[str, Value]]", *, once: bool = False
    ) -> None:
        self.address = address
        self.types = types
        self.pairs = pairs
        self.once = once


#: A text without language or datatype is plain `str`.
Value = str | Link | Typed | InLanguage | Node

#: What RFC 3987 lets stand in no address: blanks and controls, brackets and quotes, private and unassigned characters.
_REFUSED = (
    r"\x00-\x20<>\"{}|\\^`\[\]\x7f-\x9f\ud800-\uf8ff\ufdd0-\ufdef\ufff0-\uffff"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 14))
    + "\U000e0000-\U000e0fff\U000efffe-\U0010ffff"
)
#: The usual address, told fast: the pattern of all that is refused takes a hundred times as long.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!$&-;=?-Z_a-z~]*(?:#[!$&-;=?-Z_a-z~]*)?")
_WELL_FORMED = re.compile(rf"[a-z][a-z0-9+.-]*:[^{_REFUSED}%#]*", re.IGNORECASE)
_UNSAFE = re.compile(f"[{_REFUSED}]")
_BARE_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")


#: So many addresses are kept as they were told: a file's comes three times, a term's with every entry.
_KEPT_ADDRESSES: Final = 4_096


@lru_cache(maxsize=_KEPT_ADDRESSES)
def iri(address: str) -> str:
    """An address as RDF's grammars take it: what they refuse is percent-encoded; `address` itself if there is nothing.

    Brackets stay around the host of IPv6, and of several fragments the first mark stays.
    """
    if _PLAIN.fullmatch(address) or _WELL_FORMED.fullmatch(address):
        return address
    head, separator, rest = address.partition("://")
    host, slash, rest = rest.partition("/") if separator else ("", "", address)
    path, mark, fragment = rest.partition("#")
    path, fragment = (_BARE_PERCENT.sub("%25", _UNSAFE.sub(_encoded, part)) for part in (path, fragment))
    start = f"{head}{separator}{host}{slash}" if separator else ""
    return f"{start}{path}{mark}{fragment.replace('#', '%23')}"


def _encoded(found: re.Match[str]) -> str:
    return quote(found[0], errors="replace")


def full(name: str) -> str:
    """`dct:title` → `http://purl.org/dc/terms/title`."""
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def json_literal(text: str) -> Typed:
    """A literal that holds JSON."""
    return Typed(text, "rdf:JSON")


def boxed(value: Any) -> Typed:
    """A whole number or a decimal as a literal."""
    return Typed(str(value), "xsd:integer" if isinstance(value, int) else "xsd:decimal")
