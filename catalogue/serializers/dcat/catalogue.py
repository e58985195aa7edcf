"""The catalogue as dcat:Catalog: page by page with Hydra's links, and whole. Source: W3C DCAT 3; Hydra core."""

import datetime
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from uuid import UUID

from catalogue.enums import DatasetKind
from catalogue.rdf.terms import Link, Node, Typed, Value, boxed
from catalogue.serializers.dcat import vocabulary
from catalogue.serializers.dcat.dataset import dataset_address, dataset_node, record
from catalogue.serializers.entries import Entry

Pairs = list[tuple[str, Value]]

#: A page holds so many entries at most, on average.
PER_PAGE: Final = 100

TITLE: Final = "Domesday"
DESCRIPTION: Final = "What data government holds, where it is, how good it is and how to get it."
_THEMES: Final = "http://publications.europa.eu/resource/authority/data-theme"


class Page(NamedTuple):
    """Which page of how many, and where its entries' ids lie: from `first` on, before `after` (None: to the end).

    Pages are even parts of all possible ids. An entry stays on its page while others come and go, so that who walks
    through the pages misses none; only when the catalogue has doubled are there twice as many pages.
    """

    number: int
    of: int
    first: UUID
    after: UUID | None


def page_count(total: int) -> int:
    """A power of two."""
    count = 1
    while total > count * PER_PAGE:
        count *= 2
    return count


def page_of(number: int, total: int) -> Page | None:
    """None where there is no such page; pages count from 1."""
    count = page_count(total)
    if not 1 <= number <= count:
        return None
    step = 2**128 // count
    after = UUID(int=number * step) if number < count else None
    return Page(number, count, UUID(int=(number - 1) * step), after)


def catalogue_address(site: str) -> str:
    return f"{site}/catalog"


def catalogue_node(site: str, *, modified: datetime.datetime | None) -> Node:
    """The catalogue itself, without its entries."""
    operator: Pairs = [("foaf:name", TITLE), ("foaf:homepage", Link(f"{site}/"))]
    pairs: Pairs = [
        ("dct:title", TITLE),
        ("dct:description", DESCRIPTION),
        ("dct:publisher", Node(f"{site}/#operator", ("foaf:Agent", "foaf:Organization"), operator)),
        ("foaf:homepage", Node(f"{site}/", ("foaf:Document",), [])),
        ("dcat:themeTaxonomy", Node(_THEMES, ("skos:ConceptScheme",), [("dct:title", "Data theme")], once=True)),
    ]
    if language := vocabulary.language("en"):
        pairs.append(("dct:language", language))
    if modified:
        pairs.append(("dct:modified", Typed(modified.astimezone(datetime.UTC).isoformat(), "xsd:dateTime")))
    return Node(catalogue_address(site), ("dcat:Catalog",), pairs)


def paging_node(page: Page, form: str, site: str, *, total: int) -> Node:
    """Where this page stands among the others."""

    def link(number: int) -> Link:
        return Link(f"{site}/catalog.{form}?page={number}")

    pairs: Pairs = [
        ("hydra:totalItems", boxed(total)),
        ("hydra:itemsPerPage", boxed(PER_PAGE)),
        ("hydra:first", link(1)),
        ("hydra:last", link(page.of)),
    ]
    if page.number > 1:
        pairs.append(("hydra:previous", link(page.number - 1)))
    if page.number < page.of:
        pairs.append(("hydra:next", link(page.number + 1)))
    return Node(link(page.number).address, ("hydra:PartialCollectionView",), pairs)


def entry_nodes(entries: Iterable[Entry], site: str) -> Iterator[Node]:
    """Each entry, its record, and that they are the catalogue's."""
    catalogue = catalogue_address(site)
    for entry in entries:
        dataset = entry.dataset
        address = dataset_address(dataset, site)
        yield dataset_node(entry, address, site)
        yield record(dataset, address)
        listed = "dcat:service" if dataset.kind == DatasetKind.SERVICE else "dcat:dataset"
        yield Node(catalogue, (), [(listed, Link(address)), ("dcat:record", Link(f"{address}#record"))])
