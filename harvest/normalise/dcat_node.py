"""One node of a catalogue in RDF: what it says, predicate by predicate, in the best language. Pure.

Records are nested JSON-LD with short names: `{"dct:title": [{"@value": "Bins", "@language": "en"}], …}`.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from catalogue.dates import parse_date
from catalogue.html_text import html_to_text
from catalogue.plain import clean_text
from catalogue.vocabularies.languages import language_from
from catalogue.web_addresses import clean_url
from harvest.findings import Finding, warning
from harvest.normalise.fields import LONG, is_nothing

#: What a node may call itself by.
LABELS = (
    "skos:prefLabel", "foaf:name", "rdfs:label", "dct:title", "schema:name", "vcard:fn", "vcard:organization-name",
    "dc:title", "locn:geographicName", "rdf:value", "skos:notation", "dct:description", "schema:text",
)  # fmt: skip


class Node:
    """`take` marks a predicate as used, and `left_over` gives the rest. `languages`: those preferred, in order."""

    def __init__(
        self,
        body: Mapping[str, Any],
        findings: list[Finding],
        *,
        where: str = "",
        languages: tuple[str, ...] = ("en", ""),
    ) -> None:
        self._body = body
        self._findings = findings
        self._where = where
        self._languages = languages
        self._taken: set[str] = set()
        types = body.get("@type", ())
        self.types = (
            frozenset(kind for kind in types if isinstance(kind, str)) if isinstance(types, list) else frozenset()
        )
        reverse = body.get("@reverse")
        self.said_of_it: Mapping[str, Any] = reverse if isinstance(reverse, dict) else {}
        self.address = body["@id"] if isinstance(body.get("@id"), str) else ""

    def take(self, *names: str) -> list[Any]:
        """Every value of these predicates, lists opened; those that say nothing are left out."""
        self._taken.update(names)
        return [value for name in names for value in _opened(self._body.get(name))]

    def keep(self, *names: str) -> None:
        """These were taken but not wholly understood: they are left over after all."""
        self._taken.difference_update(names)

    def nodes(self, *names: str) -> list["Node"]:
        """What these predicates lead to, as nodes; a text is a node with that label."""
        return [self._inner(value, names[0]) for value in self.take(*names)]

    def line(self, *names: str) -> str:
        """One line of text, in the best language; the first predicate that has any."""
        for name in names:
            if text := self._best(self.take(name), keep_lines=False):
                return text
        return ""

    def prose(self, *names: str) -> str:
        """Text of many lines, HTML turned into Markdown; the first predicate that has any."""
        for name in names:
            if text := self._best(self.take(name), keep_lines=True):
                return text
        return ""

    def by_language(self, *names: str, keep_lines: bool = False) -> dict[str, list[str]]:
        """The texts of the first of these predicates that has any, by language; "" for texts that name none."""
        for name in names:
            found = in_languages(self.take(name), keep_lines=keep_lines)
            if found:
                return found
        return {}

    def terms(self, *names: str) -> list[str]:
        """What these predicates lead to, each by its label, else by its address."""
        return [text for node in self.nodes(*names) if (text := node.label() or node.address) and not is_nothing(text)]

    def links(self, *names: str) -> list[str]:
        """The addresses that these predicates lead to, as written."""
        return [text for value in self.take(*names) if (text := address_in(value))]

    def web_address(self, *names: str) -> str:
        """The first web address among these, mended where possible; "" with a warning where there is none."""
        written = [text for text in self.links(*names) if not is_nothing(text)]
        found = next((url for text in written if (url := clean_url(text))), "")
        if written and not found:
            self.warn("bad-address", "This is no web address, so it was left out.", field=names[0], value=written[0])
            self.keep(*names)
        return found

    def label(self) -> str:
        """What the node is called, in the best language; "" where it does not say."""
        return self.line(*LABELS)

    def date(self, *names: str) -> tuple[datetime.date | None, str]:
        """The first day that a date may mean, and the date as written; the first that can be understood."""
        texts = [text for value in self.take(*names) if (text := literal(value)[:100].strip()) and not is_nothing(text)]
        for text in texts:
            if found := parse_date(text):
                return found.start, clean_text(text, max_length=100)
        if texts:
            message = "This is no date that can be understood: write it as 2024-03-31."
            self.warn("bad-date", message, field=names[0], value=texts[0])
            return None, clean_text(texts[0], max_length=100)
        return None, ""

    def warn(self, kind: str, message: str, *, field: str = "", value: object = "") -> None:
        self._findings.append(warning(kind, message, field=f"{self._where}{field}", value=value))

    def left_over(self) -> dict[str, Any]:
        """What nobody took, under the names that predicates have in their vocabularies."""
        found: dict[str, Any] = {}
        for name, values in self._body.items():
            if name in self._taken or name.startswith("@"):
                continue
            plain = [plain_value(value) for value in _opened(values)]
            if plain:
                short = _local(name)
                key = short if short not in found else name
                found[key] = plain[0] if len(plain) == 1 else plain
        return found

    def _inner(self, value: Any, name: str) -> "Node":
        body = value if isinstance(value, dict) and "@value" not in value else {"rdfs:label": [value]}
        return Node(body, self._findings, where=f"{self._where}{name}.", languages=self._languages)

    def _best(self, values: Iterable[Any], *, keep_lines: bool) -> str:
        texts = in_languages(values, keep_lines=keep_lines)
        chosen = chosen_language(texts, self._languages)
        if chosen is None:
            return ""
        return "\n\n".join(texts[chosen]) if keep_lines else texts[chosen][0]


def chosen_language(texts: Mapping[str, Any], preferred: tuple[str, ...]) -> str | None:
    """The preferred among the languages that there are, else the first in the alphabet."""
    return next((code for code in preferred if code in texts), min(texts, default=None))


def in_languages(values: Iterable[Any], *, keep_lines: bool) -> dict[str, list[str]]:
    """Cleaned texts by language code; "" for texts that name no language. Nodes give their labels."""
    found: dict[str, dict[str, None]] = {}
    for value in values:
        if isinstance(value, dict) and "@value" not in value:
            pairs = [(tag, text) for name in LABELS for tag, text in map(_tagged, _opened(value.get(name)))]
        else:
            pairs = [_tagged(value)]
        for tag, text in pairs:
            clean = html_to_text(text) if keep_lines else text
            if clean := clean_text(clean, max_length=LONG, keep_lines=keep_lines):
                found.setdefault((language_from(tag) or tag)[:35] if tag else "", {})[clean] = None
    return {code: list(texts) for code, texts in found.items()}


def _tagged(value: Any) -> tuple[str, str]:
    tag = value.get("@language", "") if isinstance(value, dict) else ""
    return tag if isinstance(tag, str) else "", literal(value)


def literal(value: Any) -> str:
    """The text of a literal; "" for nodes."""
    if isinstance(value, dict):
        value = value.get("@value", "")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def address_in(value: Any) -> str:
    """The address that a value is or leads to, as written."""
    if not isinstance(value, dict) or "@value" in value:
        return literal(value).strip()
    own = value.get("@id")
    for name in ("vcard:hasValue", "vcard:value", "schema:url", "schema:contentUrl", "foaf:homepage", "rdf:value"):
        if inner := next(_opened(value.get(name)), None):
            return address_in(inner) if inner is not value else ""
    return own.strip() if isinstance(own, str) else ""


def plain_value(value: Any, depth: int = 0) -> Any:
    """A value without the wrapping of JSON-LD: text, or an object with the local names of its predicates."""
    if not isinstance(value, dict):
        return value
    if "@value" in value:
        language = value.get("@language")
        return {"value": value["@value"], "language": language} if language else value["@value"]
    inner = {
        _local(name): [plain_value(item, depth + 1) for item in _opened(values)]
        for name, values in value.items()
        if name not in ("@id", "@type", "@reverse") and depth < 6
    }
    said = {name: values[0] if len(values) == 1 else values for name, values in inner.items() if values}
    own = value.get("@id", "")
    if not said:
        return own
    return {"id": own, **said} if own else said


def _opened(values: Any) -> Iterator[Any]:
    """The values of a predicate, the items of lists among them one by one; without those that say nothing."""
    for value in values if isinstance(values, list) else [values]:
        if isinstance(value, dict) and isinstance(value.get("@list"), list):
            yield from _opened(value["@list"])
        elif value not in ("", None, {}, []):
            yield value


def _local(name: str) -> str:
    """`dct:title` → `title`; of an address its last step."""
    if "://" in name:
        return name.rstrip("/#").replace("#", "/").rpartition("/")[2] or name
    return name.rpartition(":")[2]
