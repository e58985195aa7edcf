"""Terms of vocabularies as nodes: the shapes of DCAT-AP want each told of with its class."""

import re
from functools import lru_cache
from typing import Final

from catalogue.enums import Access, Frequency
from catalogue.models import Licence, Topic
from catalogue.rdf.terms import Link, Node, Value, iri
from catalogue.vocabularies import access, frequencies, languages, licences, topics
from catalogue.vocabularies.formats import FORMATS, MEDIA_TYPE

IANA: Final = "https://www.iana.org/assignments/media-types/"
_WEB: Final = re.compile(r"(?:https?|ftp)://\S+")
#: Where legislation is told of by address: European Legislation Identifiers, and the UK's own.
_LEGISLATION: Final = re.compile(r"https?://(?:www\.)?(?:legislation\.gov\.uk|data\.europa\.eu/eli)/")

#: EU data themes in English, since a concept must have a name.
_THEME_NAMES: Final = {
    "AGRI": "Agriculture, fisheries, forestry and food", "ECON": "Economy and finance",
    "EDUC": "Education, culture and sport", "ENER": "Energy", "ENVI": "Environment",
    "GOVE": "Government and public sector", "HEAL": "Health", "INTR": "International issues",
    "JUST": "Justice, legal system and public safety", "REGI": "Regions and cities",
    "SOCI": "Population and society", "TECH": "Science and technology", "TRAN": "Transport",
}  # fmt: skip


def is_web_address(text: str) -> bool:
    """Whether the text is an address that RDF takes as it stands."""
    return bool(_WEB.fullmatch(text)) and iri(text) == text


@lru_cache(maxsize=64)
def access_right(value: str) -> Node:
    return Node(access.eu_uri(Access(value)), ("dct:RightsStatement",), [], once=True)


@lru_cache(maxsize=64)
def frequency(value: str) -> Node:
    return Node(frequencies.eu_uri(Frequency(value)), ("dct:Frequency",), [], once=True)


@lru_cache(maxsize=256)
def language(code: str) -> Node | None:
    """None for what is no code of ISO 639-1."""
    try:
        return Node(languages.eu_uri(code), ("dct:LinguisticSystem",), [], once=True)
    except KeyError:
        return None


@lru_cache(maxsize=512)
def file_type(code: str) -> Node | None:
    """A format by the EU's file-type table, else by its name; None for a code that isn't ours."""
    known = FORMATS.get(code)
    if known is None:
        return None
    if known.eu_uri:
        return Node(known.eu_uri, ("dct:MediaTypeOrExtent",), [], once=True)
    return Node("", ("dct:MediaTypeOrExtent",), [("rdfs:label", code)])


@lru_cache(maxsize=2_048)
def media_type(text: str) -> Node | None:
    if not MEDIA_TYPE.fullmatch(text):
        return None
    return Node(IANA + text, ("dct:MediaType",), [], once=True)


def licence(found: Licence) -> Node:
    """By the EU's licence table where it knows it, else by its own address, else by its name."""
    return _licence(found.code, found.title, found.url)


@lru_cache(maxsize=256)
def _licence(code: str, title: str, url: str) -> Node:
    known = licences.LICENCES.get(code)
    address = (known.eu_uri if known else "") or url
    pairs: list[tuple[str, Value]] = [("dct:identifier", code), ("dct:title", title)]
    if url and url != address:
        pairs.append(("foaf:homepage", Link(url)))
    return Node(address, ("dct:LicenseDocument",), pairs, once=bool(address))


def themes(topic: Topic, site: str) -> list[tuple[str, Value]]:
    """Our topic, and the EU data theme that it belongs to."""
    return [("dcat:theme", _own_theme(topic.slug, topic.title, site)), ("dcat:theme", _eu_theme(topic.slug))]


@lru_cache(maxsize=64)
def _own_theme(slug: str, title: str, site: str) -> Node:
    return Node(f"{site}/topics#{slug}", ("skos:Concept",), [("skos:prefLabel", title)], once=True)


@lru_cache(maxsize=64)
def _eu_theme(slug: str) -> Node:
    address = topics.eu_theme(slug)
    name = _THEME_NAMES[address.rpartition("/")[2]]
    return Node(address, ("skos:Concept",), [("skos:prefLabel", name)], once=True)


def standard(text: str) -> Node:
    """A standard by address, else by name."""
    if is_web_address(text):
        return Node(text, ("dct:Standard",), [])
    return Node("", ("dct:Standard",), [("dct:title", text)])


def legislation(texts: list[str]) -> list[tuple[str, Value]]:
    """Those of these texts that are addresses of laws."""
    laws = [text for text in texts if _LEGISLATION.match(text) and is_web_address(text)]
    return [("dcatap:applicableLegislation", Node(text, ("eli:LegalResource",), [])) for text in laws]
