"""How a CKAN dataset may be used: licence, access, rights. Pure."""

import re
from typing import Any

from catalogue.enums import Access
from catalogue.html_text import html_to_text
from catalogue.plain import clean_text
from catalogue.vocabularies.access import access_from
from catalogue.vocabularies.licences import licence_from
from harvest.normalise.ckan_package import Package
from harvest.normalise.fields import LONG, as_list, is_nothing

#: Licences that only say what kind of licence it is: anything more particular goes first.
_VAGUE = frozenset({"other-pd", "other-open", "other-at", "other-nc", "other-closed"})
_NO_LICENCE = frozenset(
    {
        *("notspecified", "unpublished", "not specified", "license not specified", "no licence", "no license", "[]"),
        *("__other__", "__extra__", "other", "other-license-specified", "other license specified", "unknown"),
    }
)
_PREFIX = re.compile(r"^custom licen[cs]e:\s*", re.IGNORECASE)
_WORDS = ("licence", "licence_custom", "license_text", "licence_text", "use_limitation", "use_constraints")

#: Public access limits that name no limit.
_NO_LIMITS = frozenset({"no limitations", "no limitation", "none", "no restrictions", "norestrictions", "unrestricted"})


def licence_and_rights(fields: Package) -> dict[str, Any]:
    """`licence_id`, `licence_text` and `rights`. The code is looked for in the licence's id, address, words and title,
    and last in the access constraints, where ISO metadata often names it.
    """
    ids = [text for text in fields.texts("license_id") if not _is_no_licence(text)]
    address = fields.line("license_url", "licence_url", "dcat_license")
    title = _PREFIX.sub("", " ".join(fields.texts("license_title", "license", "licence_title")))
    words = _prose(fields, *_WORDS)
    rights = _prose(fields, "access_constraints", "rights", "access_rights", "usageguidance", "terms_of_use")
    codes = [code for text in (*ids, address, words, title) if text and (code := licence_from(text))]
    exact = [code for code in codes if code not in _VAGUE and code != "notspecified"]
    from_rights = licence_from(rights) if rights and not exact else None
    if from_rights and from_rights not in _VAGUE and from_rights != "notspecified":
        exact.append(from_rights)
    found = next(iter([*exact, *(code for code in codes if code in _VAGUE)]), None)
    unknown = next((text for text in (*ids, title, address) if text and not _is_no_licence(text)), "")
    if found is None and (words or unknown):
        fields.warn(
            "unknown-licence",
            "The licence is not one we know, so its words were kept as they are: name a licence by its address.",
            field="license_id" if not words else "licence",
            value=words or unknown,
        )
        words = words or unknown
    return {"licence_id": found, "licence_text": words, "rights": rights}


def access(fields: Package, rights: str) -> dict[str, Any]:
    """Who may have the data. data.gov.uk's inventory marks what is not released, with a reason and a plan."""
    if fields.is_true("unpublished", "publish_restricted"):
        is_restricted = fields.is_true("publish_restricted")
        planned = fields.first_text("publish_date", "planned_release")
        return {
            "access": Access.NOT_RELEASED,
            "access_reason": fields.prose("release_notes", "access_reason"),
            "planned_release": planned or ("No release planned" if is_restricted else ""),
        }
    level = fields.first_text("accesslevel", "access_level")
    found = access_from(level) if level else None
    if level and found is None:
        fields.keep("accesslevel", "access_level")
        fields.warn(
            "unknown-access",
            "The access level is none of “public”, “restricted public” and “non-public”; the entry counts as open.",
            field="access_level",
            value=level,
        )
    found = found or Access.OPEN
    if found == Access.OPEN:
        return {"access": found}
    reason = fields.prose("release_notes", "access_reason")
    return {"access": found, "access_reason": reason or rights, "rights": rights if reason else ""}


def _is_no_licence(text: str) -> bool:
    return is_nothing(text) or text.casefold() in _NO_LICENCE


def _prose(fields: Package, *names: str) -> str:
    """Everything that these members say, each statement once."""
    parts: dict[str, None] = {}
    for name in names:
        for item in as_list(fields.take(name)):
            text = item if isinstance(item, str) else clean_text(item, max_length=LONG, keep_lines=True)
            text = clean_text(html_to_text(text), max_length=LONG, keep_lines=True)
            if text and not _is_no_licence(text):
                parts[text] = None
    if len(parts) > 1:
        parts = {text: None for text in parts if text.casefold().strip(" .") not in _NO_LIMITS}
    return "\n\n".join(parts)
