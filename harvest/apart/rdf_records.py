"""The entries of a catalogue in a graph, each as one nested object of JSON-LD."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from harvest.apart.rdf_graph import Graph, Value

#: Predicates that are also asked the other way round: who says this of a node?
REVERSE = frozenset(
    {
        "dcat:accessService",
        "dcat:dataset",
        "dcat:distribution",
        "dcat:inSeries",
        "dcat:seriesMember",
        "dcat:servesDataset",
        "dcat:service",
        "foaf:primaryTopic",
        "schema:dataset",
    }
)
#: Predicates that give an entry its identifier.
IDENTIFIERS = ("dct:identifier", "dc:identifier", "schema:identifier")

#: Predicates that tell how the pages of a catalogue hang together.
_PAGING = frozenset({"hydra:next", "hydra:nextPage", "hydra:totalItems"})
WATCH = _PAGING | frozenset(IDENTIFIERS)

_DATASETS = frozenset({"dcat:Dataset", "dcat:DatasetSeries", "schema:Dataset"})
_SERVICES = frozenset({"dcat:DataService"})
_CATALOGUES = frozenset({"dcat:Catalog", "schema:DataCatalog"})
#: Entries of their own: from another entry they are only named.
KINDS = _DATASETS | _SERVICES | _CATALOGUES | {"dcat:CatalogRecord"}

#: What DCAT-AP asks of every series.
_OF_ANY_SERIES = frozenset({"@type", "dct:title", "dct:description"})

#: Predicates that lead out of an entry into whole vocabularies or catalogues: their objects are only named.
_NOT_INTO = ("skos:", "owl:", "hydra:", "void:", "prov:wasDerivedFrom", "dcat:themeTaxonomy", "dcat:catalog")

_MAX_DEPTH = 7
#: Nodes that one entry may hold; real ones with thousands of files have some ten thousand.
MAX_NODES = 40_000


@dataclass(slots=True)
class _Entry:
    """One entry on its way to be written out. `is_cut`: it holds more nodes than we take."""

    path: list[str] = field(default_factory=list)
    nodes: int = 0
    is_cut: bool = False


class Records:
    """The entries, in the order of the file. `has_catalogue`: the file describes one, be it empty.

    `named_only` are entries that a catalogue names and says nothing more of, `shared` identifiers that several
    entries have, and `cut` the entries that were too large; known once all were walked through.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._subjects = list(self._entries())
        self.named_only = [
            node for name in ("dcat:dataset", "dcat:service") for node in graph.pointed_at(name) if node not in graph
        ]
        self.has_catalogue = any(not _CATALOGUES.isdisjoint(types) for types in graph.types.values())
        identifiers = Counter(identifier for _, identifier in self._identifiers())
        self.shared = [identifier for identifier, count in identifiers.items() if count > 1]
        self.cut: list[str] = []

    def __len__(self) -> int:
        return len(self._subjects)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        graph = self._graph
        for subject in self._subjects:
            entry = _Entry()
            body = self._node(subject, entry, depth=0)
            if series := graph.pointing("dcat:seriesMember", subject):
                body["dcat:inSeries"] = [*body.get("dcat:inSeries", ()), *_not_among(body, series)]
            if reverse := self._said_of(subject, entry):
                body["@reverse"] = reverse
            if entry.is_cut:
                self.cut.append(subject)
            yield body

    def _entries(self) -> Iterator[str]:
        graph = self._graph
        listed = {*graph.pointed_at("dcat:dataset"), *graph.pointed_at("schema:dataset")}
        for subject in graph.subjects():
            types: Collection[str] = graph.types.get(subject, ())
            if self._is_entry(subject, types) if types else subject in listed:
                yield subject

    def _identifiers(self) -> set[tuple[str, str]]:
        """The identifiers of entries, each with its entry."""
        entries = set(self._subjects)
        watched = self._graph.watched
        said = (pair for name in IDENTIFIERS for pair in watched[name])
        return {(subject, _text(value).strip()) for subject, value in said if subject in entries}

    def _is_entry(self, subject: str, types: Collection[str]) -> bool:
        graph = self._graph
        if not _CATALOGUES.isdisjoint(types):
            said = graph.describe(subject)
            return not _DATASETS.isdisjoint(types) and "dcat:dataset" not in said and "dcat:record" not in said
        if _DATASETS.isdisjoint(types):
            # The service behind a file is told with the file, unless the catalogue lists it too.
            is_listed = bool(graph.pointing("dcat:service", subject))
            is_behind_file = bool(graph.pointing("dcat:accessService", subject))
            return not _SERVICES.isdisjoint(types) and (is_listed or not is_behind_file)
        return not self._is_named_by_members_alone(subject)

    def _is_named_by_members_alone(self, subject: str) -> bool:
        """Whether this is a series that entries of our make say they are in, told in full elsewhere."""
        graph = self._graph
        members = graph.pointing("dcat:inSeries", subject)
        if not members or graph.pointing("dcat:dataset", subject) or graph.describe(subject).keys() - _OF_ANY_SERIES:
            return False
        return any("domesday:more" in graph.describe(member) for member in members)

    def _node(self, subject: str, entry: _Entry, *, depth: int) -> dict[str, Any]:
        """What is said of a node, and within that of the nodes that it leads to."""
        entry.nodes += 1
        entry.path.append(subject)
        body: dict[str, Any] = {} if subject.startswith("_:") else {"@id": subject}
        for name, values in self._graph.describe(subject).items():
            body[name] = [self._value(name, value, entry, depth) for value in values]
        entry.path.pop()
        return body

    def _value(self, name: str, value: Any, entry: _Entry, depth: int) -> Any:
        if not isinstance(value, dict) or "@id" not in value:
            return value
        target = value["@id"]
        if target == "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil":
            return {"@list": []}
        is_blank = target.startswith("_:")
        if target in self._graph and target not in entry.path and depth < _MAX_DEPTH and not name.startswith(_NOT_INTO):
            said = self._graph.describe(target)
            if is_blank and "rdf:first" in said:
                return self._list(target, name, entry, depth)
            if target not in self._graph.types or name == "dcat:accessService":
                if entry.nodes < MAX_NODES:
                    return self._node(target, entry, depth=depth + 1)
                entry.is_cut = True
        return {} if is_blank else value

    def _list(self, cell: str, name: str, entry: _Entry, depth: int) -> dict[str, Any]:
        """The items of an RDF list."""
        items: list[Any] = []
        seen: set[str] = set()
        while cell in self._graph and cell not in seen and len(seen) < MAX_NODES:
            seen.add(cell)
            said = self._graph.describe(cell)
            items += [self._value(name, item, entry, depth + 1) for item in said.get("rdf:first", ())[:1]]
            rest = next(iter(said.get("rdf:rest", ())), None)
            cell = rest.get("@id", "") if isinstance(rest, dict) else ""
        return {"@list": items}

    def _said_of(self, subject: str, entry: _Entry) -> dict[str, Any]:
        """What catalogue records and services say of the entry."""
        reverse = {}
        for name in ("foaf:primaryTopic", "dcat:servesDataset"):
            speakers = self._graph.pointing(name, subject)[:100]
            entry.path.append(subject)
            found = [self._node(speaker, entry, depth=_MAX_DEPTH - 2) for speaker in speakers]
            entry.path.pop()
            for node in found:
                node.pop(name, None)
            if found:
                reverse[name] = found
        return reverse


def _not_among(body: dict[str, Any], addresses: list[str]) -> list[dict[str, str]]:
    """Those of these series that the entry doesn't name itself."""
    named = {value.get("@id") for value in body.get("dcat:inSeries", ()) if isinstance(value, dict)}
    return [{"@id": one} for one in addresses if one not in named and not one.startswith("_:")]


def next_page(graph: Graph, address: str) -> tuple[str, int | None]:
    """The address of the page that follows this one, "" for none; and how many entries all have, if it is told."""
    following = {
        subject: _text(value) for name in ("hydra:next", "hydra:nextPage") for subject, value in graph.watched[name]
    }
    totals = [int(text) for _, value in graph.watched["hydra:totalItems"] if _is_number(text := _text(value))]
    return following.get(address) or next(filter(None, following.values()), ""), max(totals, default=None)


def _text(value: Value) -> str:
    return str(value.get("@id") or value.get("@value", "")) if isinstance(value, dict) else value


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < 10
