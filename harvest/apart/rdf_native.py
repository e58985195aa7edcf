"""Turtle, N-Triples, N-Quads, TriG, N3 and JSON-LD, read by Oxigraph's parsers."""

import re
from collections.abc import Callable
from typing import IO, Any, cast

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from harvest.apart.rdf_graph import Value
from harvest.apart.rdf_terms import OTHER_PREFIXES, PREFIXES
from harvest.apart.rdf_text import Text, TextFile

_XSD_STRING = PREFIXES["xsd"] + "string"
_LANG_STRING = PREFIXES["rdf"] + "langString"
_UNDECLARED = re.compile(r"[Tt]he prefix ([\w.-]*):? has not been declared")
_AFTERWARDS = re.compile(r"\s*\(line \d+\)$")

FORMATS = {
    "turtle": RdfFormat.TURTLE,
    "n-triples": RdfFormat.N_TRIPLES,
    "n-quads": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "n3": RdfFormat.N3,
    "json-ld": RdfFormat.JSON_LD,
}

Add = Callable[[str, str, Value], None]


class RdfError(Exception):
    """The text is no RDF. `str(error)` goes on from "The file …". `prefix`: an undeclared prefix was the reason."""

    def __init__(self, message: str, *, prefix: str | None = None) -> None:
        super().__init__(message)
        self.prefix = prefix


def read_text(text: Text, form: str, add: Add, *, base: str, with_prefixes: bool = False) -> None:
    """`with_prefixes` declares the usual prefixes for a file that forgot to. Raises RdfError."""
    before = ""
    if with_prefixes:
        # All on the first line, so that complaints name the lines of the file.
        known = {**PREFIXES, **OTHER_PREFIXES}
        before = "".join(f"@prefix {prefix}: <{namespace}> . " for prefix, namespace in known.items())
    read(cast("IO[bytes]", TextFile(text, before=before)), form, add, base=base)


def read(source: IO[bytes] | bytes, form: str, add: Add, *, base: str) -> None:
    """Raises RdfError."""
    try:
        for quad in parse(source, FORMATS[form], base_iri=base, lenient=True):
            add(_subject(quad.subject), quad.predicate.value, _value(quad.object))
    except SyntaxError as error:
        said = str(error)
        undeclared = _UNDECLARED.search(said)
        raise RdfError(_why(said), prefix=undeclared[1] if undeclared else None) from error
    except MemoryError as error:  # so it tells of one name or text that is longer than it takes
        raise RdfError("holds one text of more than 16,777,216 bytes.") from error


def _why(said: str) -> str:
    said = _AFTERWARDS.sub("", said)[:300]
    place = said.removeprefix("Parser error at ")
    return f"is broken at {place}." if place != said else f"is broken: {said}."


def _subject(term: Any) -> str:
    if isinstance(term, NamedNode):
        return term.value
    return f"_:{term.value}" if isinstance(term, BlankNode) else str(term)


def _value(term: Any) -> Value:
    if isinstance(term, NamedNode):
        return {"@id": term.value}
    if isinstance(term, Literal):
        if term.language:
            return {"@value": term.value, "@language": term.language.lower()}
        datatype = term.datatype.value
        return term.value if datatype in (_XSD_STRING, _LANG_STRING) else {"@value": term.value, "@type": datatype}
    return {"@id": _subject(term)}
