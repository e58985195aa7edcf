"""Who publishes, made and answers for a dataset in RDF: agents and vCards. Pure."""

from typing import Any
from uuid import UUID

from catalogue.plain import clean_text, email_from, phone
from catalogue.web_addresses import clean_url
from harvest.normalise.base import Organisation
from harvest.normalise.dcat_node import LABELS, Node
from harvest.normalise.fields import LONG, is_nothing
from publishers.enums import PublisherKind

_PUBLISHERS = ("dct:publisher", "dc:publisher", "schema:publisher")
_PARENTS = ("org:subOrganizationOf", "org:unitOf", "schema:parentOrganization")
_CONTACTS = ("dcat:contactPoint", "adms:contactPoint", "schema:contactPoint", "vcard:hasContact")

#: ADMS's types of publishers, by the last step of their addresses.
_KINDS = {
    "localauthority": PublisherKind.LOCAL_AUTHORITY,
    "regionalauthority": PublisherKind.LOCAL_AUTHORITY,
    "local-authority": PublisherKind.LOCAL_AUTHORITY,
}
_MAX_DEPTH = 6


def organisation_of(node: Node) -> Organisation | None:
    """Whose entry it is. One that is only an address can't be called anything, so it is left over."""
    publishers = node.nodes(*_PUBLISHERS)
    named = [found for one in publishers if (found := _organisation(one))]
    if publishers and not named:
        node.keep(*_PUBLISHERS)
        node.warn(
            "unnamed-publisher",
            "The publisher is only an address, so its name is not known: give it a foaf:name in the same file.",
            field="dct:publisher",
            value=publishers[0].address,
        )
    if len(publishers) > 1:
        node.keep(*_PUBLISHERS)
    return named[0] if named else None


def _organisation(agent: Node, depth: int = 0) -> Organisation | None:
    title = agent.line("foaf:name", *LABELS)
    if not title or is_nothing(title) or clean_url(title) == agent.address:
        return None
    above = (
        agent.nodes("org:subOrganizationOf", "org:unitOf", "schema:parentOrganization") if depth < _MAX_DEPTH else []
    )
    return Organisation(
        title[:300],
        parent=next((parent for one in above if (parent := _organisation(one, depth + 1))), None),
        uuid=_uuid(agent.address),
        details=_details(agent),
    )


def _details(agent: Node) -> dict[str, str]:
    """What the agent says of itself, as a publisher's fields."""
    kind = next((_KINDS.get(text.rstrip("/").rpartition("/")[2].lower()) for text in agent.links("dct:type")), None)
    emails = (email_from(text) for text in agent.links("foaf:mbox", "vcard:hasEmail", "schema:email"))
    phones = (phone(text) for text in agent.links("foaf:phone", "vcard:hasTelephone", "schema:telephone"))
    details = {
        "kind": str(kind or ""),
        "homepage": next((url for text in agent.links("foaf:homepage", "schema:url") if (url := clean_url(text))), ""),
        "contact_email": next(filter(None, emails), "") or "",
        "contact_phone": (next(filter(None, phones), "") or "")[:60],
    }
    return {name: text for name, text in details.items() if text and len(text) <= 500}


def _uuid(address: str) -> UUID | None:
    try:
        return UUID(address.rstrip("/").rpartition("/")[2])
    except ValueError:
        return None


def creator_of(node: Node) -> str:
    """Who made the data, each by name; those that are only addresses are left over."""
    names = ("dct:creator", "dc:creator", "schema:creator", "schema:author")
    agents = node.nodes(*names)
    named = [agent.line("foaf:name", *LABELS) for agent in agents]
    if not all(named):
        node.keep(*names)
    return clean_text(", ".join(dict.fromkeys(name for name in named if name)), max_length=LONG)


def contact_of(node: Node) -> dict[str, Any]:
    """The first contact that says how to reach anybody, else the first; more of them are left over."""
    contacts = [_contact(one, node) for one in node.nodes(*_CONTACTS)]
    contacts = [contact for contact in contacts if any(contact.values())]
    if len(contacts) > 1:
        node.keep(*_CONTACTS)
    reachable = (contact for contact in contacts if contact["contact_email"] or contact["contact_url"])
    return next(reachable, contacts[0] if contacts else {})


def _contact(card: Node, node: Node) -> dict[str, str]:
    names = (
        "vcard:fn",
        "vcard:hasFN",
        "vcard:organization-name",
        "vcard:hasOrganizationName",
        "foaf:name",
        "schema:name",
    )
    name = card.line(*names) or card.label()
    written = card.links("vcard:hasEmail", "vcard:email", "foaf:mbox", "schema:email")
    email = next((found for text in written if (found := email_from(text))), "") or email_from(card.address) or ""
    pages = [*card.links("vcard:hasURL", "vcard:url", "foaf:page", "foaf:homepage", "schema:url"), *written]
    page = next((url for text in pages if "@" not in text and (url := clean_url(text))), "")
    if written and not email and not page and not all(is_nothing(text.removeprefix("mailto:")) for text in written):
        message = "This is no e-mail address, so it was left out."
        node.warn("bad-email", message, field="dcat:contactPoint.vcard:hasEmail", value=written[0])
    if name and (is_nothing(name) or name == email):
        name = ""
    if name and not email and (found := email_from(name)) and " " not in name:
        name, email = "", found
    numbers = card.links("vcard:hasTelephone", "vcard:tel", "foaf:phone", "schema:telephone")
    return {
        "contact_name": name,
        "contact_email": email,
        "contact_phone": next((found for text in numbers if (found := phone(text))), ""),
        "contact_url": page,
    }
