"""Who answers for a dataset in ISO metadata: whose entry it is, who made it, whom to ask. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from catalogue.plain import email_from, phone
from catalogue.web_addresses import clean_url
from harvest.normalise.base import Organisation
from harvest.normalise.iso_words import Words
from harvest.sources.iso_tree import Element, at, code_of, link_of, objects, texts, words_of

#: Whose entry a record is, by the role that a body has for the data: the first of these that anybody has.
_PUBLISHING = (
    *("publisher", "pointOfContact", "owner", "custodian", "resourceProvider", "distributor", "originator"),
    *("author", "processor", "principalInvestigator"),
)
#: Roles of those who made the data rather than keep, hand out or answer for it.
_MAKING = ("originator", "author", "principalInvestigator")
#: Whom to ask.
_ANSWERING = ("pointOfContact", "custodian", "owner", "publisher", "distributor", "resourceProvider")

_MAX_CREATOR = 300


@dataclass(frozen=True, slots=True)
class Party:
    """A body or person, with the roles it has."""

    organisation: str
    person: str
    position: str
    roles: tuple[str, ...]
    email: str
    phone: str
    url: str

    @property
    def name(self) -> str:
        return self.organisation or self.person or self.position

    @property
    def is_reachable(self) -> bool:
        return bool(self.email or self.phone or self.url)


@dataclass(frozen=True, slots=True)
class Parties:
    """Of the data, of its distribution, and of the metadata record."""

    of_data: Sequence[Party]
    of_distribution: Sequence[Party]
    of_metadata: Sequence[Party]

    def organisation(self) -> Organisation | None:
        """Whose entry it is: a body in charge of the data; where none is named, one in charge of the record."""
        for parties in (self.of_data, self.of_distribution, self.of_metadata):
            for party in _by_role(parties, _PUBLISHING):
                if party.organisation:
                    return Organisation(party.organisation[:300])
        return None

    def creator(self, organisation: Organisation | None) -> str:
        """Who made the data, where that is not the organisation."""
        own = organisation.title.casefold() if organisation else ""
        names = [party.name for party in self.of_data if set(party.roles) & set(_MAKING)]
        found = "; ".join(dict.fromkeys(name for name in names if name.casefold() != own))
        return found if len(found) <= _MAX_CREATOR else found[: _MAX_CREATOR - 1].rpartition(";")[0] or names[0]

    def contact(self) -> dict[str, Any]:
        """The first that can be reached: about the data, of who hands it out, of the record."""
        everyone = [
            *_by_role(self.of_data, _ANSWERING),
            *self.of_data,
            *self.of_distribution,
            *self.of_metadata,
        ]
        best = next((party for party in everyone if party.email), None)
        best = best or next((party for party in everyone if party.is_reachable), None)
        best = best or next((party for party in everyone if party.name), None)
        if best is None:
            return {}
        return {
            # A post or body rather than a person: persons change, and needn't be named
            "contact_name": best.position or best.organisation or best.person,
            "contact_email": best.email,
            "contact_phone": best.phone,
            "contact_url": best.url,
        }

    def as_text(self) -> str:
        """'A (custodian); B (owner, originator)', as data.gov.uk writes it."""
        roles: dict[str, dict[str, None]] = {}
        for party in self.of_data:
            if party.name:
                roles.setdefault(party.name, {}).update(dict.fromkeys(party.roles))
        return "; ".join(f"{name} ({', '.join(own)})" if own else name for name, own in roles.items())


def parties_of(root: Element, words: Words) -> Parties:
    identification = at(root, "identificationInfo")
    of_data = [
        *(one for info in identification for one in at(info, "pointOfContact")),
        *(one for info in identification for one in at(info, "citation", "citedResponsibleParty")),
    ]
    distribution = [
        *at(root, "distributionInfo", "distributor", "distributorContact"),
        *at(root, "distributionInfo", "distributorContact"),
    ]
    return Parties(
        of_data=_parties(of_data, words),
        of_distribution=_parties(distribution, words, role="distributor"),
        of_metadata=_parties(at(root, "contact"), words),
    )


def _parties(properties: Iterable[Element], words: Words, *, role: str = "") -> list[Party]:
    found = []
    for one in properties:
        roles = tuple(dict.fromkeys(code_of(each) for each in at(one, "role")))
        roles = tuple(each for each in roles if each) or ((role,) if role else ())
        # ISO 19139 names organisation and person side by side; 19115-3 has parties, with persons inside of bodies
        bodies = at(one, "party") or [one]
        for body in bodies:
            found.append(_party(body, one, roles, words))
    return [party for party in found if party.name or party.is_reachable]


def _party(body: Element, holder: Element, roles: tuple[str, ...], words: Words) -> Party:
    names = {each.tag: words.line(each, "name") for each in objects(body)} if body is not holder else {}
    person = words.line(body, "individualName") or words.line(body, "individual", "name") or names.get("CI_Individual")
    contacts = [*at(body, "contactInfo"), *at(body, "individual", "contactInfo")]
    if body is not holder:
        contacts += at(holder, "contactInfo")
    return Party(
        organisation=words.line(body, "organisationName") or names.get("CI_Organisation") or "",
        person=person or "",
        position=words.line(body, "positionName") or words.line(body, "individual", "positionName"),
        roles=roles,
        email=_email(contacts),
        phone=_phone(contacts),
        url=_url(contacts),
    )


def _email(contacts: Iterable[Element]) -> str:
    written = (text for one in contacts for text in texts(one, "address", "electronicMailAddress"))
    return next((email for text in written if (email := email_from(text))), "")


def _phone(contacts: Iterable[Element]) -> str:
    """A number to speak to; 19115-3 tells fax numbers by a type."""
    for one in contacts:
        for telephone in at(one, "phone"):
            kinds = {code_of(each).casefold() for each in at(telephone, "numberType")}
            if kinds & {"facsimile", "fax", "sms"}:
                continue
            for text in (*texts(telephone, "voice"), *texts(telephone, "number")):
                if found := phone(text):
                    return found
    return ""


def _url(contacts: Iterable[Element]) -> str:
    for one in contacts:
        for linkage in at(one, "onlineResource", "linkage"):
            if url := clean_url(words_of(linkage)) or clean_url(link_of(linkage)):
                return url
    return ""


def _by_role(parties: Sequence[Party], roles: Sequence[str]) -> list[Party]:
    """Those that have one of the roles, in the roles' order; then those that have none of them."""
    wanted = {role.casefold(): place for place, role in enumerate(roles)}

    def rank(party: Party) -> int:
        return min((wanted.get(role.casefold(), len(roles)) for role in party.roles), default=len(roles))

    return sorted(parties, key=rank)
