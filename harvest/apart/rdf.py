"""Reads one file of RDF and writes its catalogue entries, a line of JSON each: `python -m harvest.apart.rdf ARGUMENTS`.

Arguments: `path`, `declared` (the form that the sender names, or ""), `base` (the address that relative ones go on
from). Lines: `{"warning": [kind, sentence, value]}`, `{"start": …}`, `{"record": …}`, `{"end": …}`, or instead of
these `{"failed": sentence}`.
"""

import re
from pathlib import Path
from typing import Any

from harvest.apart.rdf_graph import MAX_TRIPLES, Graph, TooLarge
from harvest.apart.rdf_jsonld import MAX_HELD, Preparation, loaded
from harvest.apart.rdf_native import RdfError, read, read_text
from harvest.apart.rdf_records import KINDS, REVERSE, WATCH, Records, next_page
from harvest.apart.rdf_text import Text, TextFile
from harvest.apart.rdf_xml import XmlError, XmlReader
from services.apart.child import begin, say

_HTML = re.compile(r"<!doctype html|<html[\s>]", re.IGNORECASE)
_JSON = re.compile(r"[\[{]\s*(?:[\"{}\[\]\-\d]|true|false|null|$)")
_XML = re.compile(r"<(?:\?xml|!--|!doctype|[\w.-]+(?::[\w.-]+)?\s[^<>]*?\bxmlns)", re.IGNORECASE)
_TAG = re.compile(r"<[\w.-]+(?::[\w.-]+)?[\s/>]")
_REMOTE_CONTEXT = re.compile(r'"@(?:context|import)"\s*:\s*(?:\[[^\]{}"]*)?"')


class Reading:
    """One file on its way into a graph. `warnings`: what was wrong with it and could be borne."""

    def __init__(self, path: Path, *, declared: str, base: str) -> None:
        self._path = path
        self._base = base
        self._declared = declared
        self.warnings: list[tuple[str, str, str]] = []

    def graph(self) -> Graph:
        """Raises RdfError, XmlError, TooLarge."""
        text = Text(self._path)
        form = form_of(text.start, self._declared)
        try:
            graph = self._filled(text, form)
        except RdfError as error:
            if error.prefix is None:
                raise
            self.warnings.append(
                (
                    "undeclared-prefix",
                    "A prefix is used without being declared; it was read as what it usually stands for. Declare it at"
                    " the start of the file with @prefix.",
                    f"{error.prefix}:",
                )
            )
            graph = self._filled(text, form, with_prefixes=True)
        if text.has_bad_bytes:
            self.warnings.append(
                ("not-utf-8", "Some characters are not UTF-8 and were read as Windows-1252: save it as UTF-8.", "")
            )
        return graph

    def _filled(self, text: Text, form: str, *, with_prefixes: bool = False) -> Graph:
        graph = Graph(reverse=REVERSE, kinds=KINDS, watch=WATCH)
        try:
            if form == "xml":
                self._xml(text, graph)
            elif form == "json-ld":
                self._jsonld(text, graph)
            else:
                read_text(text, form, graph.add, base=self._base, with_prefixes=with_prefixes)
        except BaseException:
            graph.close()
            raise
        return graph

    def _xml(self, text: Text, graph: Graph) -> None:
        reader = XmlReader(graph.add, base=self._base)
        reader.read(text.pieces())
        if reader.oddities:
            self.warnings.append(
                (
                    "loose-rdf-xml",
                    "The RDF/XML breaks its rules; what was meant was read. Mend what writes it.",
                    ", ".join(f"{count:,} × {what}" for what, count in reader.oddities.items()),
                )
            )

    def _jsonld(self, text: Text, graph: Graph) -> None:
        if self._path.stat().st_size > MAX_HELD:
            if any(_REMOTE_CONTEXT.search(piece) for piece in text.pieces()):
                raise RdfError(
                    "refers to its terms at another address, which is never fetched, and is too large to be mended:"
                    " write the “@context” out in the file."
                )
            read(TextFile(text), "json-ld", graph.add, base=self._base)  # type: ignore[arg-type]
            return
        preparation = Preparation()
        read(preparation.ready(loaded(text.whole())), "json-ld", graph.add, base=self._base)
        if preparation.guessed:
            self.warnings.append(
                (
                    "remote-context",
                    "The file refers to its terms at another address, which is never fetched, so they were read as"
                    " DCAT's: write the “@context” out in the file.",
                    ", ".join(preparation.guessed),
                )
            )


def form_of(start: str, declared: str) -> str:
    """The form that a text is written in, by its first characters and, among forms that look alike, by what was
    declared. Raises RdfError for what is no RDF at all."""
    if not start:
        raise RdfError("is empty.")
    if _HTML.match(start) or (start.startswith("<!--") and _HTML.search(start)):
        raise RdfError("is a web page instead of RDF: check its address.")
    if _JSON.match(start) and declared not in ("turtle", "n3", "trig"):
        return "json-ld"
    if _XML.match(start) or (declared == "xml" and _TAG.match(start)):
        return "xml"
    if declared in ("n-quads", "trig", "n3"):
        return declared
    if start[0] == "{":
        return "json-ld"
    return "turtle"  # of which N-Triples are a part


def main() -> None:
    arguments: dict[str, Any] = begin()
    reading = Reading(Path(arguments["path"]), declared=arguments["declared"], base=arguments["base"])
    try:
        with reading.graph() as graph:
            for warning in reading.warnings:
                say({"warning": warning})
            records = Records(graph)
            following, total = next_page(graph, arguments["base"])
            start = {"count": len(records), "total": total, "next": following, "shared": records.shared}
            say({"start": start | {"triples": graph.count, "has_catalogue": records.has_catalogue}})
            for body in records:
                say({"record": body})
            say({"end": {"named_only": records.named_only, "cut": records.cut}})
    except RdfError as error:
        say({"failed": f"The file {error}"})
    except XmlError as error:
        say({"failed": f"The XML {error}"})
    except TooLarge:
        say({"failed": f"The file holds more than {MAX_TRIPLES:,} statements: give the catalogue page by page."})


if __name__ == "__main__":
    main()
