"""Columns whose values are keys of a register, and those that look like data about persons. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_POSTCODE = re.compile(r"^(?:GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Register:
    """`pattern` must fit; `words` must stand in the heading where the pattern alone says too little."""

    key: str
    title: str
    pattern: re.Pattern[str]
    words: re.Pattern[str] | None = None


#: Registers of the United Kingdom whose codes public data use.
REGISTERS: Final = (
    Register("gss", "ONS code of an area (GSS)", re.compile(r"^[EWSNKJLM]\d{8}$")),
    Register("postcode", "Postcode", _POSTCODE),
    Register("uprn", "Unique property reference number (UPRN)", re.compile(r"^\d{5,12}$"), re.compile(r"uprn", re.I)),
    Register("usrn", "Unique street reference number (USRN)", re.compile(r"^\d{5,8}$"), re.compile(r"usrn", re.I)),
    Register(
        "company",
        "Company number",
        re.compile(r"^(?:(?:SC|NI|OC|SO|NC|RC|FC|IP|SP|RS|LP|SL|NL|R0|CE|CS|AC|NO|SR|SA|SZ)\d{6}|\d{6,8})$", re.I),
        re.compile(r"compan(?:y|ies)[\s_-]*(?:house)?[\s_-]*(?:reg\w*)?[\s_-]*(?:num|no|ref|id|code)|crn\b", re.I),
    ),
    Register(
        "charity",
        "Charity number",
        re.compile(r"^(?:SC)?\d{5,7}(?:-\d+)?$"),
        re.compile(r"charit\w*[\s_-]*(?:reg\w*)?[\s_-]*(?:num|no|id)", re.I),
    ),
    Register(
        "ukprn", "UK provider reference number (UKPRN)", re.compile(r"^1\d{7}$"), re.compile(r"ukprn", re.IGNORECASE)
    ),
    Register("school", "School number (URN)", re.compile(r"^1\d{5}$"), re.compile(r"^urn$|school urn", re.IGNORECASE)),
    Register(
        "lei", "Legal entity identifier", re.compile(r"^[A-Z0-9]{18}\d{2}$"), re.compile(r"\blei\b", re.IGNORECASE)
    ),
)

_COUNTRIES = {"E": "England", "W": "Wales", "S": "Scotland", "N": "Northern Ireland", "K": "United Kingdom"}


def register_of(sample: Sequence[str], label: str) -> tuple[str, str] | None:
    """(key, title) of the register whose codes these are."""
    told = [cell.strip() for cell in sample if cell.strip()]
    if not told:
        return None
    for register in REGISTERS:
        if register.words and not register.words.search(label):
            continue
        if sum(register.pattern.match(text) is not None for text in told) >= 0.8 * len(told):
            return register.key, register.title
    return None


def countries(codes: Sequence[str]) -> list[str]:
    """The countries that ONS codes lie in."""
    return sorted({_COUNTRIES[code[0]] for code in codes if code and code[0] in _COUNTRIES})


#: HMRC, NIM39110: two letters (not D, F, I, Q, U, V; second not O; not BG, GB, NK, KN, TN, NT, ZZ), six digits, A to D.
NATIONAL_INSURANCE: Final = (
    r"^\s*(?:[ACEHJLMOPRSWXY][ABCEGHJKLMNPRSTWXYZ]|B[ABCEHJKLMNPRSTWXYZ]|G[ACEGHJKLMNPRSTWXYZ]"
    r"|[KT][ABCEGHJKLMPRSTWXYZ]|N[ABCEGHJLMNPRSWXYZ]|Z[ABCEGHJKLMNPRSTWXY])\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\s*$"
)
#: An address of a person rather than of an office: two names with a point between, or a private provider.
PERSONAL_EMAIL: Final = (
    r"(?i)(?:^|[\s,;<])(?:[a-z][a-z'-]*\.[a-z][a-z'.-]+\d*@[a-z0-9.-]+\.[a-z]{2,}"
    r"|[^\s@<>,;]+@(?:gmail|hotmail|yahoo|outlook|live|btinternet|icloud|aol|googlemail|sky|talktalk|virginmedia)\.[a-z.]+)"
)
BIRTH: Final = re.compile(
    r"\b(?:d\.?o\.?b\.?|date[\s_-]*of[\s_-]*birth|birth[\s_-]*date|born)\b|birthdate|dateofbirth", re.I
)
PERSON_NAME: Final = re.compile(
    r"\b(?:(?:first|last|sur|fore|full|family|given|middle|patient|pupil|client|employee|person|applicant|claimant)"
    r"[\s_-]*name|surname|forenames?|name)s?\b|fullname|firstname|lastname",
    re.IGNORECASE,
)
