"""Licences: ids, addresses and names as people write them → one code, and what the catalogue needs of each licence.

Codes are CKAN's licence ids; a Creative Commons licence whose version is known has its SPDX id ('CC-BY-4.0').
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from catalogue.vocabularies.licence_prose import licence_families
from catalogue.vocabularies.tables import EU_AUTHORITY, MAX_TERM, load_table, term_key


@dataclass(frozen=True, slots=True)
class LicenceInfo:
    """One licence. `family` groups versions; `od_conformance` is the Open Definition's verdict."""

    code: str
    title: str
    url: str
    is_open: bool
    family: str
    eu_uri: str
    od_conformance: str  # "approved", "rejected", "not reviewed" or ""


_CC_KINDS = {
    "by": ("Attribution", True),
    "by-sa": ("Attribution-ShareAlike", True),
    "by-nd": ("Attribution-NoDerivatives", False),
    "by-nc": ("Attribution-NonCommercial", False),
    "by-nc-sa": ("Attribution-NonCommercial-ShareAlike", False),
    "by-nc-nd": ("Attribution-NonCommercial-NoDerivatives", False),
}
_CC_VERSIONS = ("1.0", "2.0", "2.5", "3.0", "4.0")


def _creative_commons(kind: str, version: str) -> LicenceInfo:
    """`version` is '' for a licence whose version nobody stated; its address is then that of the newest."""
    title, is_open = _CC_KINDS[kind]
    eu = "_".join(part for part in ("CC", kind.upper().replace("-", ""), *version.split(".")) if part)
    return LicenceInfo(
        code=f"CC-{kind.upper()}-{version}" if version else _cc_code(kind),
        title=f"Creative Commons {title} {version}".strip(),
        url=f"https://creativecommons.org/licenses/{kind}/{version or '4.0'}/",
        is_open=is_open,
        family=_cc_code(kind),
        eu_uri=f"{EU_AUTHORITY}licence/{eu}",
        od_conformance="approved" if is_open else "rejected",
    )


def _cc_code(kind: str) -> str:
    """CKAN's id: it calls Attribution-NonCommercial 'cc-nc'."""
    return "cc-nc" if kind == "by-nc" else f"cc-{kind}"


_ROWS = load_table("licences")

#: Every licence we know, by code.
LICENCES: dict[str, LicenceInfo] = {
    row["code"]: LicenceInfo(
        code=row["code"],
        title=row["title"],
        url=row["url"],
        is_open=row["is_open"],
        family=row["family"],
        eu_uri=f"{EU_AUTHORITY}licence/{row['eu']}" if row["eu"] else "",
        od_conformance=row["od_conformance"],
    )
    for row in _ROWS
} | {
    licence.code: licence
    for licence in (_creative_commons(kind, version) for kind in _CC_KINDS for version in ("", *_CC_VERSIONS))
}

_NAMES: dict[str, str] = {}
_ADDRESSES: dict[str, str] = {}
for _row in _ROWS:
    for _name in (_row["code"], _row["title"], *_row["names"]):
        _NAMES.setdefault(term_key(_name), _row["code"])
    for _address in (_row["url"], *_row["urls"]):
        _ADDRESSES[_address.lower().removeprefix("https://").removeprefix("www.").rstrip("/")] = _row["code"]
_ADDRESSES.pop("", None)
for _known in LICENCES.values():
    _NAMES.setdefault(term_key(_known.code), _known.code)
    _NAMES.setdefault(term_key(_known.title), _known.code)
    if _known.eu_uri:
        _ADDRESSES[_known.eu_uri.removeprefix("http://").lower()] = _known.code

_CC_ADDRESS = re.compile(r"creativecommons\.org/licen[cs]es/(by(?:-(?:nc|nd|sa)){0,2})(?:/(\d\.\d))?(?:/|$)")
_CC_NAME = re.compile(
    r"^(?:(?:creative commons |cc[- ])(?:by|attribution)|attribution(?=[- ]))"
    r"((?:[- ]+(?:nc|nd|sa|non-?commercial|no ?deriv(?:ative)?s?|share[- ]?alike|international|unported|licen[cs]e))*)"
    r"[- v]*(\d(?:\.\d)?)?(?: \w+)?(?: international| unported)?(?: public)?(?: licen[cs]e)?(?: \([a-z0-9 .-]+\))?$"
)
_VERSION = re.compile(r"\b([1-4]\.[05])\b")
#: Terms that come beside another licence without changing it: the first is named, the second is what the reuser gets.
_GRANTED_UNDER = (("os-psma", "inspire-eul"), ("os-opendata", "ogl"))
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s\"'<>()\[\]{}]+", re.IGNORECASE)


def licence_from(raw: object, *, url: str = "", title: str = "") -> str | None:
    """The code meant by a licence field (id, address or prose), else by its address, else by its title.

    None when it cannot be known: prose that names none, or several, or denies one. The caller keeps such prose.
    """
    for text in (raw, url, title):
        if isinstance(text, str) and text:
            code = _licence(text)
            if code:
                return code
    return None


@lru_cache(maxsize=8_192)
def _licence(text: str) -> str | None:
    key = term_key(text)
    if not key:
        return None
    if len(key) <= MAX_TERM:
        named = _by_name(key)
        if named:
            return named
        if _ADDRESS.fullmatch(key) or key.startswith("creativecommons.org"):
            return _by_address(key)
    return _by_prose(text)


def _by_name(key: str) -> str | None:
    known = _NAMES.get(key) or _NAMES.get(key.replace("_", "-"))
    if known:
        return known
    found = _CC_NAME.match(key)
    if not found:
        return None
    extras = found[1]
    kind = "by"
    kind += "-nc" if re.search(r"\bnc\b|non-?commercial", extras) else ""
    kind += "-nd" if re.search(r"\bnd\b|no ?deriv", extras) else ""
    kind += "-sa" if re.search(r"\bsa\b|share", extras) else ""
    return _cc(kind, found[2] or "") if kind in _CC_KINDS else None


def _cc(kind: str, version: str) -> str:
    exact = f"CC-{kind.upper()}-{version if '.' in version or not version else version + '.0'}"
    return exact if exact in LICENCES else _cc_code(kind)


def _by_address(address: str) -> str | None:
    """The code of a licence's web address, whatever its scheme, 'www.', ending slash or language page."""
    key = address.strip().lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/.,;")
    found = _CC_ADDRESS.match(key + "/")
    if found and found[1] in _CC_KINDS:
        return _cc(found[1], found[2] or "")
    if key.startswith("spdx.org/licenses/"):
        return _by_name(key.removeprefix("spdx.org/licenses/").removesuffix(".html").removesuffix(".json"))
    if key.startswith(("opendefinition.org/licenses/", "dcat-ap.de/def/licenses/")):
        tail = key.split("/licenses/", 1)[1]
        return _ADDRESSES.get(key) or _longest_address(key) or _by_name(tail.partition("/")[0])
    return _longest_address(key)


def _longest_address(key: str) -> str | None:
    """The most particular known address that the key begins with, step by step from its end."""
    while key:
        for candidate in (key, key.rpartition(".")[0]):
            if candidate in _ADDRESSES:
                return _ADDRESSES[candidate]
        key = key.rpartition("/")[0]
    return None


def _by_prose(text: str) -> str | None:
    """The licence that a sentence grants, when it grants exactly one."""
    families = licence_families(text)
    if families is None:
        return None
    addressed = {code for code in map(_by_address, _ADDRESS.findall(text[:5_000])) if code}
    found = families | {LICENCES[code].family for code in addressed}
    for part, whole in _GRANTED_UNDER:
        if found == {part, whole}:
            found = {whole}
            addressed = {code for code in addressed if LICENCES[code].family == whole}
    if len(found) != 1:
        return None
    if len(addressed) == 1:
        return addressed.pop()
    family = found.pop()
    versions = set(_VERSION.findall(text[:1_000])) if family.startswith("cc-") else set()
    if len(versions) == 1 and family not in ("cc-zero", "cc-pdm"):
        return _cc("by-nc" if family == "cc-nc" else family.removeprefix("cc-"), versions.pop())
    return {"ogl": "uk-ogl", "public-domain": "other-pd"}.get(family, family)


def eu_uri(code: str) -> str:
    """The term of the EU licence authority table; '' where it has none. Raises KeyError for an unknown code."""
    return LICENCES[code].eu_uri
