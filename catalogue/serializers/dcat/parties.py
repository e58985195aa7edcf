"""Publishers and contacts: agents with a name, cards with a way to reach somebody."""

from typing import Final
from urllib.parse import quote

from catalogue.contacts import Contact
from catalogue.rdf.terms import Link, Node, Value
from catalogue.serializers.dcat.vocabulary import is_web_address
from publishers.enums import PublisherKind
from publishers.models import Publisher

#: ADMS's types of publishers.
_NATIONAL: Final = ("NationalAuthority", "National authority")
_ADMS_TYPES: Final[dict[str, tuple[str, str]]] = {
    PublisherKind.MINISTERIAL_DEPARTMENT: _NATIONAL,
    PublisherKind.NON_MINISTERIAL_DEPARTMENT: _NATIONAL,
    PublisherKind.EXECUTIVE_AGENCY: _NATIONAL,
    PublisherKind.NDPB: _NATIONAL,
    PublisherKind.NHS_BODY: _NATIONAL,
    PublisherKind.LOCAL_AUTHORITY: ("LocalAuthority", "Local authority"),
    PublisherKind.DEVOLVED_GOVERNMENT: ("RegionalAuthority", "Regional authority"),
    PublisherKind.PUBLIC_CORPORATION: ("Company", "Company"),
}
_AGENT: Final = ("foaf:Agent", "foaf:Organization", "org:Organization")


def publisher_address(publisher: Publisher, site: str) -> str:
    """By id, since a publisher's name in addresses may change."""
    return f"{site}/publisher/{publisher.id}"


def publisher_node(publisher: Publisher, site: str) -> Node:
    """A publisher with its kind, its page and the body above it. Its parent should be fetched."""
    pairs: list[tuple[str, Value]] = [("foaf:name", publisher.title), ("dct:identifier", publisher.slug)]
    if kind := _ADMS_TYPES.get(publisher.kind):
        address = f"http://purl.org/adms/publishertype/{kind[0]}"
        pairs.append(("dct:type", Node(address, ("skos:Concept",), [("skos:prefLabel", kind[1])], once=True)))
    if publisher.homepage:
        pairs.append(("foaf:homepage", Link(publisher.homepage)))
    if publisher.parent_id and publisher.parent:
        # Only named, so that it is told in full where it publishes itself
        pairs.append(("org:subOrganizationOf", _named(publisher.parent, site)))
    return Node(publisher_address(publisher, site), _AGENT, pairs, once=True)


def _named(publisher: Publisher, site: str) -> Node:
    return Node(publisher_address(publisher, site), _AGENT, [("foaf:name", publisher.title)])


def card(contact: Contact, *, address: str = "") -> Node:
    """A vCard. The telephone stays as it is written: a number with blanks is no address."""
    pairs: list[tuple[str, Value]] = []
    if contact.name:
        pairs.append(("vcard:fn", contact.name))
    if contact.email:
        pairs.append(("vcard:hasEmail", Link(f"mailto:{quote(contact.email, safe='@!$&*+/=?^_`{|}~.-')}")))
    if contact.phone:
        pairs.append(("vcard:hasTelephone", Link(f"tel:{quote(contact.phone, safe='+-.()')}")))
    if contact.url:
        pairs.append(("vcard:hasURL", Link(contact.url) if is_web_address(contact.url) else contact.url))
    return Node(address, ("vcard:Kind", "vcard:Organization"), pairs)
