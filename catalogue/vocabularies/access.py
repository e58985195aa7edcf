"""Who may have the data: outside terms ↔ `Access`."""

from functools import lru_cache

from catalogue.enums import Access
from catalogue.vocabularies.tables import EU_AUTHORITY, term_key, uri_tail

#: EU access-right authority table. It knows no 'not released': data kept back is NON_PUBLIC.
_EU = {
    Access.OPEN: "PUBLIC",
    Access.RESTRICTED: "RESTRICTED",
    Access.INTERNAL: "NON_PUBLIC",
    Access.NOT_RELEASED: "NON_PUBLIC",
}
#: `accessLevel` of DCAT-US 1.1.
_US = {
    Access.OPEN: "public",
    Access.RESTRICTED: "restricted public",
    Access.INTERNAL: "non-public",
    Access.NOT_RELEASED: "non-public",
}
#: `accessRights` of the UK cross-government metadata exchange model.
_UK = {
    Access.OPEN: "OPEN",
    Access.RESTRICTED: "COMMERCIAL",
    Access.INTERNAL: "INTERNAL",
    Access.NOT_RELEASED: "INTERNAL",
}

_SPELLINGS: dict[str, Access] = {
    spelling: access
    for access, spellings in {
        Access.OPEN: (
            "public", "open", "open access", "open data", "publicly available", "publicly accessible", "unrestricted",
            "no limitations", "nolimitations", "no limitations to public access", "no restrictions",
            "no restrictions on public access", "no restriction on public access", "no restrictions to public access",
            "available to all", "c abf2", "info:eu repo/semantics/openaccess", "openaccess",
        ),
        Access.RESTRICTED: (
            "restricted", "restricted public", "restricted access", "commercial", "registration required", "licensed",
            "embargoed access", "embargoed", "c 16ec", "c f1cf", "restrictedaccess", "embargoedaccess", "controlled",
            "inspire directive article13 1b", "inspire directive article13 1e", "authorisation required",
        ),
        Access.INTERNAL: (
            "internal", "non public", "nonpublic", "private", "not public", "closed", "closed access", "sensitive",
            "confidential", "government only", "internal to government", "metadata only access", "c 14cb",
            "closedaccess", "internal use only", "inspire directive article13 1a", "inspire directive article13 1c",
            "inspire directive article13 1d", "inspire directive article13 1f",
        ),
        Access.NOT_RELEASED: ("not released", "unpublished", "unreleased", "not yet released", "not available"),
    }.items()
    for spelling in spellings
}  # fmt: skip


def access_from(raw: object) -> Access | None:
    """The access meant by a word of DCAT-US, the UK exchange model, the EU or COAR tables; None when none is."""
    return _access(raw) if isinstance(raw, str) and raw else None


@lru_cache(maxsize=1_024)
def _access(raw: str) -> Access | None:
    key = term_key(uri_tail(raw) or raw).replace("_", " ").replace("-", " ")
    return _SPELLINGS.get(key)


def eu_uri(access: Access) -> str:
    """The term of the EU access-right authority table."""
    return f"{EU_AUTHORITY}access-right/{_EU[access]}"


def us_access_level(access: Access) -> str:
    """DCAT-US's `accessLevel`."""
    return _US[access]


def uk_access_rights(access: Access) -> str:
    """The UK cross-government metadata exchange model's `accessRights`."""
    return _UK[access]
