"""RDF/XML as catalogues write it, read with expat, which bears what is hostile.

Strict readers refuse what real catalogues hold: words beside a link, two nodes in one property, an envelope around the
RDF (an answer of a catalogue service), datasets standing in a catalogue without the property between. What is meant
is clear, so it is read, and counted in `oddities`.
"""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urljoin
from xml.parsers import expat

from harvest.apart.rdf_graph import Value
from harvest.apart.rdf_terms import PREFIXES

_RDF = PREFIXES["rdf"]
_XML = "http://www.w3.org/XML/1998/namespace "
_XSD_STRING = PREFIXES["xsd"] + "string"
#: Attributes that say something about the RDF and nothing about the world.
_SYNTAX = {f"{_RDF} {name}" for name in ("about", "ID", "nodeID", "resource", "datatype", "parseType", "bagID")}
#: Names that may stand without a prefix, as the first version of RDF/XML had them.
_BARE = {name: f"{_RDF} {name}" for name in ("about", "ID", "resource", "datatype", "parseType")}
#: Classes of nodes that stand directly in another node, and the property that was left out.
_LEFT_OUT = {
    f"{PREFIXES['dcat']} {name}": PREFIXES["dcat"] + link
    for name, link in (
        ("Dataset", "dataset"),
        ("DatasetSeries", "dataset"),
        ("Distribution", "distribution"),
        ("DataService", "service"),
        ("CatalogRecord", "record"),
    )
}
_KNOWN = frozenset(PREFIXES.values())
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_MAX_TEXT = 16 * 1024 * 1024


class XmlError(Exception):
    """The file is no RDF/XML. `str(error)` goes on from "The XML …"."""


@dataclass(slots=True)
class _Frame:
    """An element that is open. `subject` is the node that it is (node) or that it says something of (property)."""

    kind: str  # "envelope", "rdf", "node", "property", "list", "markup"
    subject: str = ""
    base: str = ""
    language: str = ""
    predicate: str = ""
    datatype: str = ""
    link: str = ""  # what a property already leads to
    has_children: bool = False
    members: int = 0
    items: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    length: int = 0


class XmlReader:
    def __init__(self, add: Callable[[str, str, Value], None], *, base: str) -> None:
        self._add = add
        self._stack: list[_Frame] = [_Frame("envelope", base=base)]
        self._blank = itertools.count()
        self.oddities: Counter[str] = Counter()
        self._found = False
        self._parser = expat.ParserCreate("utf-8", " ")
        self._parser.buffer_text = True
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.EntityDeclHandler = self._entity

    def read(self, pieces: Iterable[str]) -> None:
        """Raises XmlError."""
        try:
            for piece in pieces:
                self._parser.Parse(piece.encode("utf-8", "replace"), False)
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            where = f"line {error.lineno:,}, column {error.offset + 1:,}"
            raise XmlError(f"is broken at {where}: {expat.ErrorString(error.code)}.") from error
        if not self._found:
            raise XmlError("holds no RDF.")

    def _entity(self, name: str, is_parameter: bool, value: str | None, *rest: object) -> None:
        if value is None:
            raise XmlError(f"refers to another file by the entity “{name}”, which is never fetched: write it out.")
        if "&" in value or "%" in value or len(value) > 1_000:
            raise XmlError(f"declares the entity “{name}”, which is longer than any need for it: write it out.")

    # Elements

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        above = self._stack[-1]
        attributes = {_BARE.get(key, key): value for key, value in attributes.items()}
        frame = _Frame(
            "node",
            base=attributes.get(f"{_XML}base", above.base),
            language=attributes.get(f"{_XML}lang", above.language),
        )
        match above.kind:
            case "markup":
                above.text.append(f"<{name.rpartition(' ')[2]}>")
                frame.kind, frame.text = "markup", above.text
            case "envelope" | "rdf":
                self._in_envelope(frame, above, name, attributes)
            case "node":
                self._in_node(frame, above, name, attributes)
            case _:
                self._in_property(frame, above, name, attributes)
        self._stack.append(frame)

    def _in_envelope(self, frame: _Frame, above: _Frame, name: str, attributes: dict[str, str]) -> None:
        if name == f"{_RDF} RDF":
            self._found = True
            frame.kind = "rdf"
        elif above.kind == "rdf" or name.rpartition(" ")[0] in _KNOWN or not attributes.keys().isdisjoint(_SYNTAX):
            self._found = True
            self._node(frame, name, attributes)
        else:
            frame.kind = "envelope"

    def _in_property(self, frame: _Frame, above: _Frame, name: str, attributes: dict[str, str]) -> None:
        self._node(frame, name, attributes)
        above.has_children = True
        if above.kind == "list":
            above.items.append(frame.subject)
            return
        if above.link:
            self.oddities["several nodes in one property"] += 1
        above.link = frame.subject
        self._add(above.subject, above.predicate, {"@id": frame.subject})

    def _node(self, frame: _Frame, name: str, attributes: dict[str, str]) -> None:
        frame.subject = self._subject(frame, attributes)
        if name != f"{_RDF} Description":
            self._add(frame.subject, f"{_RDF}type", {"@id": name.replace(" ", "", 1)})
        self._say_attributes(frame, frame.subject, attributes)

    def _in_node(self, frame: _Frame, above: _Frame, name: str, attributes: dict[str, str]) -> None:
        if name in _LEFT_OUT and f"{_RDF} resource" not in attributes:
            self.oddities["nodes without the property that they belong to"] += 1
            self._node(frame, name, attributes)
            self._add(above.subject, _LEFT_OUT[name], {"@id": frame.subject})
            return
        frame.subject = above.subject
        frame.predicate = name.replace(" ", "", 1)
        if name == f"{_RDF} li":
            above.members += 1
            frame.predicate = f"{_RDF}_{above.members}"
        frame.kind = "property"
        frame.datatype = attributes.get(f"{_RDF} datatype", "")
        kind = attributes.get(f"{_RDF} parseType", "")
        if kind == "Collection":
            frame.kind = "list"
        elif kind == "Resource":
            inner = self._new_blank()
            self._add(frame.subject, frame.predicate, {"@id": inner})
            frame.kind, frame.subject = "node", inner
        elif kind:
            frame.kind, frame.datatype = "markup", f"{_RDF}XMLLiteral"
        else:
            self._link(frame, attributes)

    def _link(self, frame: _Frame, attributes: dict[str, str]) -> None:
        """What a property leads to by its attributes, if it does."""
        resource = attributes.get(f"{_RDF} resource")
        label = attributes.get(f"{_RDF} nodeID")
        if resource is not None:
            frame.link = self._address(resource, frame.base)
        elif label is not None:
            frame.link = f"_:n{label}"
        elif not attributes.keys() <= _SYNTAX | {f"{_XML}lang", f"{_XML}base"} and any(
            " " in key for key in attributes
        ):
            frame.link = self._new_blank()
        else:
            return
        self._add(frame.subject, frame.predicate, {"@id": frame.link})
        self._say_attributes(frame, frame.link, attributes)

    def _say_attributes(self, frame: _Frame, subject: str, attributes: dict[str, str]) -> None:
        for key, value in attributes.items():
            if key in _SYNTAX or key.startswith(_XML) or " " not in key:
                continue
            if key == f"{_RDF} type":
                self._add(subject, f"{_RDF}type", {"@id": self._address(value, frame.base)})
            else:
                self._add(subject, key.replace(" ", "", 1), _literal(value, frame.language, ""))

    def _end(self, name: str) -> None:
        frame = self._stack.pop()
        if frame.kind == "markup" and self._stack[-1].kind == "markup":
            frame.text.append(f"</{name.rpartition(' ')[2]}>")
            return
        words = "".join(frame.text)
        match frame.kind:
            case "list":
                self._add_list(frame)
            case "markup":
                self._add(frame.subject, frame.predicate, _literal(words, frame.language, frame.datatype))
            case "property" if not frame.link:
                self._add(frame.subject, frame.predicate, _literal(words, frame.language, frame.datatype))
            case "property" if words.strip() and not frame.has_children:
                # Words beside a link are its name.
                self.oddities["words beside a link"] += 1
                self._add(frame.link, f"{PREFIXES['rdfs']}label", _literal(words.strip(), frame.language, ""))
            case "property" | "node" if words.strip():
                self.oddities["words outside any property"] += 1

    def _characters(self, words: str) -> None:
        frame = self._stack[-1]
        if frame.kind in ("envelope", "rdf") or (frame.kind in ("node", "list") and not words.strip()):
            return
        frame.length += len(words)
        if frame.length > _MAX_TEXT:
            raise XmlError(f"holds one text of more than {_MAX_TEXT:,} characters.")
        if frame.kind == "markup":
            words = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        frame.text.append(words)

    def _add_list(self, frame: _Frame) -> None:
        rest = f"{_RDF}nil"
        for item in reversed(frame.items):
            cell = self._new_blank()
            self._add(cell, f"{_RDF}first", {"@id": item})
            self._add(cell, f"{_RDF}rest", {"@id": rest})
            rest = cell
        self._add(frame.subject, frame.predicate, {"@id": rest})

    # Names

    def _subject(self, frame: _Frame, attributes: dict[str, str]) -> str:
        if (about := attributes.get(f"{_RDF} about")) is not None:
            return self._address(about, frame.base)
        if (own := attributes.get(f"{_RDF} ID")) is not None:
            return self._address(f"#{own}", frame.base)
        if (label := attributes.get(f"{_RDF} nodeID")) is not None:
            return f"_:n{label}"
        return self._new_blank()

    def _new_blank(self) -> str:
        return f"_:g{next(self._blank)}"

    @staticmethod
    def _address(written: str, base: str) -> str:
        written = written.strip()
        if _ABSOLUTE.match(written):
            return written
        try:
            return urljoin(base, written)
        except ValueError:
            return written


def _literal(words: str, language: str, datatype: str) -> Value:
    if datatype and datatype != _XSD_STRING:
        return {"@value": words, "@type": datatype}
    if language:
        return {"@value": words, "@language": language.lower()}
    return words
