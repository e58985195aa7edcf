"""Who answers for a CKAN dataset: makers, contact and freedom of information points. Pure."""

import re
from typing import Any

from catalogue.plain import clean_text, email_from, phone
from catalogue.web_addresses import clean_url
from harvest.normalise.base import Organisation
from harvest.normalise.ckan_package import Package, names_of
from harvest.normalise.fields import LONG, as_list, is_nothing, term

_PARTY = re.compile(r"(?P<name>.+?)\s*\((?P<roles>[^()]*)\)\s*$")
#: ISO 19115's roles of those who made the data rather than keep, hand out or answer for it.
_MAKERS = frozenset({"originator", "author", "principalinvestigator", "owner"})
_MAX_CREATOR = 300


def creator_of(fields: Package, organisation: Organisation | None) -> str:
    """Who made the data, where that is not the organisation: of several parties the originators, else the owners."""
    parties = _parties(fields.take("responsible_party", "responsible_organisation"))
    fields.keep("responsible_party")  # their roles have no field of ours
    makers = [name for name, roles in parties if roles & _MAKERS] or [name for name, _ in parties[:1]]
    makers = makers or fields.texts("creator", "provider", "publisher", "data_owner")
    if organisation is None:
        makers = makers or [author for author in fields.texts("author") if "@" not in author]
    own = organisation.title.casefold() if organisation else ""
    found = "; ".join(dict.fromkeys(name for name in makers if name.casefold() != own))
    return clean_text(found, max_length=_MAX_CREATOR)


def contact(fields: Package) -> dict[str, Any]:
    """The contact that is named as such, else the maintainer, else the author."""
    return (
        _point(fields, "contact", name=("contact_name", "contact_point", "contact"), email=("contact_email",))
        or _point(fields, "contact", name=("maintainer",), email=("maintainer_email",))
        or _point(fields, "contact", name=("author",), email=("author_email",))
    )


def foi_contact(fields: Package) -> dict[str, Any]:
    return _point(fields, "foi", name=("foi_name",), email=("foi_email",))


def _point(fields: Package, prefix: str, *, name: tuple[str, ...], email: tuple[str, ...]) -> dict[str, Any]:
    """A contact's four fields; {} where nothing is said."""
    person = next(iter(as_list(fields.take(*name))), None)
    if isinstance(person, dict):
        inner = Package(person, {}, [], bookkeeping=frozenset())
        title, written = inner.first_text("name", "fn", "title"), inner.first_text("email", "hasemail")
    else:
        title, written = clean_text(person, max_length=LONG), ""
    written = fields.first_text(*email) or written
    address = email_from(written) or email_from(title)
    own_phone = name[0] in (f"{prefix}_name",)
    number = fields.first_text(f"{prefix}_phone", "maintainer_phone") if own_phone else ""
    url = _page(fields, prefix) if own_phone else ""
    if written and not address:
        url = url or clean_url(written) or ""
        if not url:
            fields.warn("bad-email", "This is no e-mail address, so it was left out.", field=email[0], value=written)
    if is_nothing(title) or title == address or (address and email_from(title)):
        title = ""
    found = {"name": title, "email": address or "", "phone": phone(number) or "", "url": url}
    return {f"{prefix}_{field}": value for field, value in found.items()} if any(found.values()) else {}


def _page(fields: Package, prefix: str) -> str:
    written = fields.first_text(f"{prefix}_web", f"{prefix}_url")
    url = clean_url(written) if written else None
    if written and url is None:
        fields.keep(f"{prefix}_web", f"{prefix}_url")
    return url or ""


def _parties(value: Any) -> list[tuple[str, frozenset[str]]]:
    """Names and roles, from data.gov.uk's text 'A (custodian); B (owner, originator)' or ckanext-spatial's list."""
    found = []
    for item in as_list(value):
        if isinstance(item, dict):
            name = term(item.get("name"))
            roles = names_of(item.get("roles") or item.get("role"))
            found.append((name, frozenset(role.casefold() for role in roles)))
            continue
        for part in item.split(";") if isinstance(item, str) else []:
            match = _PARTY.fullmatch(part.strip())
            name = clean_text(match["name"] if match else part, max_length=_MAX_CREATOR)
            roles = match["roles"].casefold().split(",") if match else []
            found.append((name, frozenset(role.strip() for role in roles)))
    return [(name, roles) for name, roles in found if name and not is_nothing(name)]
