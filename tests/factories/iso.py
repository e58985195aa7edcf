"""ISO 19139 records of few words, and what is read from them."""

import datetime
from dataclasses import asdict
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape

from harvest.normalise.base import Normalised

GMD = "http://www.isotc211.org/2005/gmd"
NAMESPACES = (
    f'xmlns:gmd="{GMD}" xmlns:gco="http://www.isotc211.org/2005/gco" xmlns:gmx="http://www.isotc211.org/2005/gmx"'
    ' xmlns:srv="http://www.isotc211.org/2005/srv" xmlns:gml="http://www.opengis.net/gml/3.2"'
    ' xmlns:xlink="http://www.w3.org/1999/xlink"'
)


def words(name: str, text: str) -> str:
    """A property that holds a text."""
    return f"<gmd:{name}><gco:CharacterString>{escape(text)}</gco:CharacterString></gmd:{name}>"


def code(name: str, kind: str, value: str) -> str:
    """A property that holds a term of a code list."""
    return f'<gmd:{name}><gmd:{kind} codeList="#{kind}" codeListValue="{value}">{value}</gmd:{kind}></gmd:{name}>'


def iso_record(
    identifier: str | None,
    title: str = "",
    *,
    namespaces: str = NAMESPACES,
    date: str = "2024-01-02",
    about_data: str = "",
    citation: str = "",
    more: str = "",
) -> str:
    """A sound record. `about_data`, `citation` and `more` go into the identification, its citation and the record."""
    file = f"https://data.example.gov.uk/{identifier}.csv"
    return (
        f"<gmd:MD_Metadata {namespaces}>"
        f"{words('fileIdentifier', identifier) if identifier is not None else ''}"
        f"<gmd:dateStamp><gco:Date>{date}</gco:Date></gmd:dateStamp>"
        "<gmd:identificationInfo><gmd:MD_DataIdentification>"
        f"<gmd:citation><gmd:CI_Citation>{words('title', title or f'Dataset {identifier}')}{citation}"
        "</gmd:CI_Citation></gmd:citation>"
        f"{words('abstract', 'Everything there is to know about it, in one file.')}{about_data}"
        "</gmd:MD_DataIdentification></gmd:identificationInfo>"
        f"{distribution(link(file))}{more}</gmd:MD_Metadata>"
    )


def distribution(*links: str, formats: tuple[str, ...] = ()) -> str:
    named = "".join(
        f"<gmd:distributionFormat><gmd:MD_Format>{words('name', name)}</gmd:MD_Format></gmd:distributionFormat>"
        for name in formats
    )
    return (
        f"<gmd:distributionInfo><gmd:MD_Distribution>{named}<gmd:transferOptions><gmd:MD_DigitalTransferOptions>"
        f"{''.join(links)}</gmd:MD_DigitalTransferOptions></gmd:transferOptions></gmd:MD_Distribution>"
        "</gmd:distributionInfo>"
    )


def link(url: str, *, protocol: str = "", name: str = "", description: str = "", function: str = "") -> str:
    parts = (
        words("protocol", protocol) if protocol else "",
        words("name", name) if name else "",
        words("description", description) if description else "",
        code("function", "CI_OnLineFunctionCode", function) if function else "",
    )
    return (
        f"<gmd:onLine><gmd:CI_OnlineResource><gmd:linkage><gmd:URL>{escape(url)}</gmd:URL></gmd:linkage>"
        f"{''.join(parts)}</gmd:CI_OnlineResource></gmd:onLine>"
    )


def constraints(
    *, access: str = "", use: str = "", limits: tuple[str, ...] = (), others: tuple[str | tuple[str, str], ...] = ()
) -> str:
    """Legal constraints. Each of `others` is a text, or a text and the address that it points to."""
    parts = [words("useLimitation", text) for text in limits]
    parts += [code("accessConstraints", "MD_RestrictionCode", access)] if access else []
    parts += [code("useConstraints", "MD_RestrictionCode", use)] if use else []
    for other in others:
        text, url = (other, "") if isinstance(other, str) else other
        anchor = f'<gmx:Anchor xlink:href="{escape(url)}">{escape(text)}</gmx:Anchor>'
        parts.append(
            f"<gmd:otherConstraints>{anchor}</gmd:otherConstraints>" if url else words("otherConstraints", text)
        )
    return (
        f"<gmd:resourceConstraints><gmd:MD_LegalConstraints>{''.join(parts)}</gmd:MD_LegalConstraints>"
        "</gmd:resourceConstraints>"
    )


def as_json(normalised: Normalised) -> dict[str, Any]:
    """What a record turned out to say, without what it leaves empty."""
    draft = _plain(asdict(normalised.draft))
    draft.pop("publisher_id")
    draft["resources"] = [{k: v for k, v in one.items() if v} for one in draft["resources"]]
    return {
        "draft": {name: value for name, value in draft.items() if value not in (None, "", [], {})},
        "organisation": normalised.organisation.title if normalised.organisation else "",
        "uuid": str(normalised.uuid or ""),
        "modified_at": str(normalised.modified_at or ""),
        "findings": [f"{finding.kind}: {finding.value}" for finding in normalised.findings],
    }


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case datetime.date() | UUID():
            return str(value)
        case str():
            return str(value)
        case _:
            return value
