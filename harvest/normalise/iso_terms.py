"""How a dataset may be used, from ISO metadata's constraints: licence, access, rights. Pure.

UK GEMINI tells limits on access and conditions of use apart by the kind of constraint that they stand beside. Older
metadata puts everything into one place, so what is said decides where the place doesn't.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from catalogue.enums import Access
from catalogue.vocabularies.access import access_from
from catalogue.vocabularies.licences import licence_from
from harvest.findings import Finding, warning
from harvest.normalise.iso_words import Words, prose
from harvest.sources.iso_tree import Element, at, codes, link_of

#: A licence is named in the first so many characters, and a word for access is no longer than this.
_MAX_PROSE, _MAX_TERM = 5_000, 300

#: Licences that only say what kind of licence it is: anything more particular goes first.
_VAGUE = frozenset({"other-pd", "other-open", "other-at", "other-nc", "other-closed", "notspecified"})

#: ISO's codes for restrictions and classifications that keep the public out; others don't say who may have the data.
_CODES = {
    "unrestricted": Access.OPEN,
    "restricted": Access.RESTRICTED,
    "private": Access.INTERNAL,
    "confidential": Access.INTERNAL,
    "in-confidence": Access.INTERNAL,
    "statutory": Access.INTERNAL,
    "sensitiveButUnclassified": Access.INTERNAL,
}
_CLASSIFICATIONS = {
    "restricted": Access.RESTRICTED,
    "confidential": Access.INTERNAL,
    "secret": Access.INTERNAL,
    "topSecret": Access.INTERNAL,
    "limitedDistribution": Access.RESTRICTED,
    "sensitiveButUnclassified": Access.INTERNAL,
}
#: What the INSPIRE registers say of access and of use.
_ABOUT_ACCESS = "limitationsonpublicaccess"
_REASON_TO_REFUSE = "inspire_directive_article13"
_ABOUT_USE = "conditionsapplyingtoaccessanduse"

_NO_LIMIT = re.compile(
    r"(?:access constraints?: ?)?(?:there (?:are|is) )?(?:none|no (?:known )?(?:public )?(?:access )?"
    r"(?:limitations?|restrictions?|constraints?)(?: (?:to|on) (?:public )?access(?: and use)?| apply| applied)?)",
    re.IGNORECASE,
)
_NO_CONDITION = re.compile(
    r"(?:(?:there (?:are|is) )?no(?: known)? (?:condition|limitation|restriction|constraint)s?"
    r"(?: (?:apply|applied|known))?(?: (?:to|on) (?:access and )?use)?|none|conditions unknown|conditions apply)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence about use or access, and the address it points to."""

    words: str
    url: str = ""

    @property
    def text(self) -> str:
        """Both, each once."""
        if self.url in ("", "#") or self.url.casefold() in self.words.casefold():
            return self.words
        return f"{self.words} ({self.url})" if self.words else self.url


@dataclass(slots=True)
class _Constraints:
    about_use: list[Statement] = field(default_factory=list)
    about_access: list[Statement] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    classifications: list[str] = field(default_factory=list)


def terms_of(root: Element, words: Words, findings: list[Finding]) -> dict[str, Any]:
    """`licence_id`, `licence_text`, `access`, `access_reason` and `rights`."""
    found = _Constraints()
    for identification in at(root, "identificationInfo"):
        for constraints in at(identification, "resourceConstraints"):
            _sort(constraints, words, found)
    access = _access(found)
    limits = prose(one.text for one in found.about_access if not _is_no_limit(one) and _access_said(one) != Access.OPEN)
    return _licence(found, findings) | {
        "access": access,
        "access_reason": "" if access == Access.OPEN else limits,
        "rights": limits if access == Access.OPEN else "",
    }


def _sort(constraints: Element, words: Words, found: _Constraints) -> None:
    """Add what one block of constraints says to what was found so far."""
    limiting, using = codes(constraints, "accessConstraints"), codes(constraints, "useConstraints")
    found.codes += limiting
    found.classifications += codes(constraints, "classification")
    found.about_use += _statements(constraints, words, "useLimitation")
    others = _statements(constraints, words, "otherConstraints") + _references(constraints, words)
    for statement in others:
        is_limit = bool(limiting) and not using
        if _ABOUT_USE in statement.url.casefold():
            is_limit = False
        elif _ABOUT_ACCESS in statement.url.casefold() or _access_said(statement) or _is_no_limit(statement):
            is_limit = bool(limiting) or _ABOUT_ACCESS in statement.url.casefold()
        elif _code_of(statement):
            is_limit = False
        (found.about_access if is_limit else found.about_use).append(statement)


def _statements(constraints: Element, words: Words, name: str) -> list[Statement]:
    found = []
    for one in at(constraints, name):
        statement = Statement(words.prose(one), link_of(one))
        if statement.text:
            found.append(statement)
    return found


def _references(constraints: Element, words: Words) -> list[Statement]:
    """ISO 19115-3 can cite the licence itself."""
    found = []
    for one in at(constraints, "reference"):
        url = words.line(one, "onlineResource", "linkage") or words.line(one, "identifier", "code")
        if title := words.line(one, "title"):
            found.append(Statement(title, url if "://" in url else ""))
    return found


def _licence(found: _Constraints, findings: list[Finding]) -> dict[str, Any]:
    statements = found.about_use
    known = [code for one in [*statements, *found.about_access] if (code := _code_of(one))]
    code = next((code for code in known if code not in _VAGUE), next(iter(known), None))
    said = [one for one in statements if not _NO_CONDITION.fullmatch(one.words.strip(" ."))]
    if code is None and said:
        findings.append(
            warning(
                "unknown-licence",
                "The conditions of use name no licence that we know, so their words were kept as they are: name a"
                " licence by its address.",
                field="useConstraints",
                value=said[0].text,
            )
        )
    return {"licence_id": code, "licence_text": prose(one.text for one in statements)}


def _code_of(statement: Statement) -> str | None:
    by_address = licence_from(statement.url[:_MAX_PROSE]) if statement.url else None
    return by_address or (licence_from(statement.words[:_MAX_PROSE]) if statement.words else None)


def _access(found: _Constraints) -> Access:
    """The strictest of what is said; codes count where no sentence says anything."""
    said = [access for one in found.about_access if (access := _access_said(one))]
    if not said and any(_is_no_limit(one) for one in found.about_access):
        said = [Access.OPEN]
    said = said or [_CODES[code] for code in found.codes if code in _CODES]
    said += [_CLASSIFICATIONS[code] for code in found.classifications if code in _CLASSIFICATIONS]
    for access in (Access.NOT_RELEASED, Access.INTERNAL, Access.RESTRICTED):
        if access in said:
            return access
    return Access.OPEN


def _access_said(statement: Statement) -> Access | None:
    for text in (statement.url, statement.words.strip(" .")):
        if len(text) <= _MAX_TERM and (access := access_from(text)):
            return access
    return Access.RESTRICTED if _REASON_TO_REFUSE in statement.url.casefold() else None


def _is_no_limit(statement: Statement) -> bool:
    return bool(_NO_LIMIT.fullmatch(statement.words.strip(" .")))
