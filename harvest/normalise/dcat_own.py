"""What a catalogue of our own make writes, read back exactly: the mirror of `catalogue/serializers/dcat`. Pure.

Such an entry carries `domesday:more`: what DCAT has no words for, as one JSON object under the names of our API. With
it nothing need be guessed. It is as little trusted as any other record: values are cleaned, and terms must be known.
"""

import datetime
import json
import re
from typing import Any, Final
from urllib.parse import unquote
from uuid import UUID

from catalogue.dates import parse_date
from catalogue.drafts import ResourceDraft
from catalogue.enums import (
    Access,
    Classification,
    Frequency,
    PersonalData,
    ResourceKind,
    ServiceStatus,
    ServiceType,
)
from catalogue.plain import clean_text
from catalogue.vocabularies.access import access_from
from catalogue.vocabularies.formats import declared_format, implied_media_type
from catalogue.vocabularies.frequencies import frequency_from
from catalogue.vocabularies.languages import language_from
from catalogue.vocabularies.licences import LICENCES
from catalogue.vocabularies.topics import TOPICS
from catalogue.web_addresses import clean_url
from harvest.normalise.dcat_node import Node, address_in, literal
from harvest.normalise.fields import LONG

MARK: Final = "domesday:more"

_SLUGS: Final = frozenset(topic.slug for topic in TOPICS)
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_LINES: Final = ("access_reason", "licence_text")
_TEXTS: Final = (
    *("name", "temporal_text", "planned_release", "foi_name", "foi_email", "foi_phone", "foi_url", *_LINES),
)


def more_of(node: Node) -> dict[str, Any] | None:
    """What the entry says beyond DCAT; None where it isn't of our make."""
    for value in node.take(MARK):
        try:
            found = json.loads(literal(value))
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    return None


def own_values(node: Node, more: dict[str, Any]) -> dict[str, Any]:
    """The fields of a draft, but for its publisher and its kind."""
    titles, descriptions = _by_language(node, "dct:title"), _by_language(node, "dct:description", keep_lines=True)
    translations: dict[str, dict[str, str]] = {}
    for name, texts in (("title", titles), ("description", descriptions)):
        for language, text in texts.items():
            if language:
                translations.setdefault(language, {})[name] = text
    return {
        "title": titles.get("", ""),
        "description": descriptions.get("", ""),
        "translations": translations,
        "alternative_titles": _texts(node, "dct:alternative"),
        "identifiers": tuple(text for one in node.nodes("adms:identifier") for text in _texts(one, "skos:notation")),
        "version_label": _first(node, "dcat:version"),
        "version_notes": _first(node, "adms:versionNotes", keep_lines=True),
        "in_series_id": next((key for one in node.nodes("dcat:inSeries") if (key := _entry_in(one.address))), None),
        "provenance": _label_of(node, "dct:provenance", keep_lines=True),
        "creator": next((_first(one, "foaf:name") for one in node.nodes("dct:creator")), ""),
        "tags": _texts(node, "dcat:keyword"),
        **_contact(node),
        **_subject(node, more),
        **_terms_of_use(node, more),
        **_times(node, more),
        **_coverage(node),
        **_service(node, more),
        **{name: _text(more.get(name), keep_lines=name in _LINES) for name in _TEXTS},
        "personal_data": _known(PersonalData, more.get("personal_data")) or "",
        "extras": extras if isinstance(extras := more.get("extras"), dict) else {},
        "resources": _resources(node, more),
    }


def _entry_in(address: str) -> UUID | None:
    """The entry whose address, of a page of our make, this is."""
    try:
        return UUID(address.rpartition("/dataset/")[2])
    except ValueError:
        return None


def _text(value: Any, *, keep_lines: bool = False) -> str:
    return clean_text(value, max_length=LONG, keep_lines=keep_lines) if isinstance(value, str) else ""


def _texts(node: Node, name: str) -> tuple[str, ...]:
    return tuple(text for value in node.take(name) if (text := _text(literal(value))))


def _first(node: Node, name: str, *, keep_lines: bool = False) -> str:
    return next((_text(literal(value), keep_lines=keep_lines) for value in node.take(name)), "")


def _label_of(node: Node, name: str, *, keep_lines: bool = False) -> str:
    return next((_first(one, "rdfs:label", keep_lines=keep_lines) for one in node.nodes(name)), "")


def _by_language(node: Node, name: str, *, keep_lines: bool = False) -> dict[str, str]:
    found: dict[str, str] = {}
    for value in node.take(name):
        language = value.get("@language", "") if isinstance(value, dict) else ""
        found.setdefault(language, _text(literal(value), keep_lines=keep_lines))
    return found


def _links(node: Node, name: str) -> tuple[str, ...]:
    return tuple(url for value in node.take(name) if (url := address_in(value)) and clean_url(url))


def _exact(node: Node, more: dict[str, Any], name: str, predicate: str) -> str:
    """An address that RDF can't hold as it stands is told among `more`."""
    said = more.get(name)
    return said if isinstance(said, str) and clean_url(said) else next(iter(_links(node, predicate)), "")


def _contact(node: Node) -> dict[str, str]:
    """The entry's own contact: its publisher's has an address of its own."""
    card = next((one for one in node.nodes("dcat:contactPoint") if not one.address.endswith("#contact")), None)
    if card is None:
        return {}

    def value(name: str, scheme: str) -> str:
        text = next((address_in(value) for value in card.take(name)), "")
        return _text(unquote(text.removeprefix(scheme)) if text.startswith(scheme) else text)

    return {
        "contact_name": _first(card, "vcard:fn"),
        "contact_email": value("vcard:hasEmail", "mailto:"),
        "contact_phone": value("vcard:hasTelephone", "tel:"),
        "contact_url": next((address_in(value) for value in card.take("vcard:hasURL")), ""),
    }


def _subject(node: Node, more: dict[str, Any]) -> dict[str, Any]:
    slugs = (one.address.rpartition("/topics#")[2] for one in node.nodes("dcat:theme"))
    said = more.get("languages")
    languages = said if isinstance(said, list) else [language_from(one.address) for one in node.nodes("dct:language")]
    related = more.get("related_links")
    return {
        "topic_id": next((slug for slug in slugs if slug in _SLUGS), None),
        "languages": tuple(code for code in languages if isinstance(code, str)),
        "landing_page": _exact(node, more, "landing_page", "dcat:landingPage"),
        "conforms_to": tuple(text for one in node.nodes("dct:conformsTo") if (text := _standard(one))),
        "related_links": tuple(url for url in related if clean_url(url))
        if isinstance(related, list)
        else _links(node, "dct:relation"),
    }


def _standard(one: Node) -> str:
    return one.address or _first(one, "dct:title")


def _terms_of_use(node: Node, more: dict[str, Any]) -> dict[str, Any]:
    codes = (_first(one, "dct:identifier") for one in node.nodes("dct:license"))
    right = next((access_from(one.address) for one in node.nodes("dct:accessRights")), None)
    return {
        "licence_id": next((code for code in codes if code in LICENCES), None),
        "access": _known(Access, more.get("access")) or right or Access.OPEN,
        "rights": _label_of(node, "dct:rights", keep_lines=True),
        "classification": _known(Classification, _first(node, "ukgov:securityClassification").lower())
        or Classification.NOT_APPLICABLE,
    }


def _known(terms: Any, value: object) -> Any:
    return terms(value) if value in terms.values else None


def _day(node: Node, name: str) -> datetime.date | None:
    found = parse_date(_first(node, name))
    return found.start if found else None


def _times(node: Node, more: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("issued", "modified"):
        day = _day(node, f"dct:{name}")
        found[name] = day
        found[f"{name}_text"] = _text(more.get(f"{name}_text", day.isoformat() if day else ""))
    periods = node.nodes("dct:temporal")
    return found | {
        "frequency": next(
            (known for one in node.nodes("dct:accrualPeriodicity") if (known := frequency_from(one.address))),
            Frequency.UNKNOWN,
        ),
        "temporal_start": _day(periods[0], "dcat:startDate") if periods else None,
        "temporal_end": _day(periods[0], "dcat:endDate") if periods else None,
    }


def _coverage(node: Node) -> dict[str, Any]:
    places: list[str] = []
    sides: dict[str, Any] = {}
    for place in node.nodes("dct:spatial"):
        places += _texts(place, "skos:prefLabel")
        numbers = [float(number) for number in _NUMBER.findall(_first(place, "dcat:bbox"))]
        if len(numbers) in (2, 10):
            # The first corner is south-west, the third, or the point itself, north-east
            west, south, east, north = (*numbers[:2], *(numbers[4:6] or numbers))
            sides = {"west": west, "south": south, "east": east, "north": north}
    return {"places": tuple(places), **sides}


def _service(node: Node, more: dict[str, Any]) -> dict[str, Any]:
    status = more.get("service_status") or _first(node, "ukgov:serviceStatus").lower()
    kind = more.get("service_type") or _first(node, "ukgov:serviceType").lower()
    return {
        "service_status": _known(ServiceStatus, status) or "",
        "service_type": _known(ServiceType, kind) or "",
        "endpoint_url": _exact(node, more, "endpoint_url", "dcat:endpointURL"),
        "endpoint_description": _exact(node, more, "endpoint_description", "dcat:endpointDescription"),
    }


def _resources(node: Node, more: dict[str, Any]) -> tuple[ResourceDraft, ...]:
    """Distributions in their order, and each document at its place among them."""
    found = [_distribution(one) for one in node.nodes("dcat:distribution")]
    documents = more.get("documents")
    for one in documents if isinstance(documents, list) else ():
        if isinstance(one, dict) and isinstance(one.get("url"), str):
            place = one.get("place")
            found.insert(place if isinstance(place, int) else len(found), _document(one))
    return tuple(found)


def _distribution(one: Node) -> ResourceDraft:
    more = more_of(one) or {}
    forms = one.nodes("dct:format")
    code = _text(more.get("format")) or next(
        (declared_format(form.address or _first(form, "rdfs:label")) for form in forms), ""
    )
    types = (address_in(value).partition("/media-types/")[2] for value in one.take("dcat:mediaType"))
    size = _first(one, "dcat:byteSize")
    return ResourceDraft(
        url=_exact(one, more, "url", "dcat:accessURL"),
        source_id=one.address,
        kind=ResourceKind.API if one.take("dcat:accessService") else ResourceKind.DATA,
        title=_first(one, "dct:title"),
        description=_first(one, "dct:description", keep_lines=True),
        format=code,
        format_text=_text(more.get("format_text", code)),
        media_type=_text(more.get("media_type")) or _own_type(next(types, ""), code),
        size_bytes=int(size) if size.isdecimal() and len(size) < 20 else None,
        checksum=_text(more.get("checksum")) or _checksum(one),
        conforms_to=next((_standard(standard) for standard in one.nodes("dct:conformsTo")), ""),
        issued=_day(one, "dct:issued"),
        modified=_day(one, "dct:modified"),
        period_text=_text(more.get("period_text")),
        extras=extras if isinstance(extras := more.get("extras"), dict) else {},
    )


def _own_type(written: str, code: str) -> str:
    """A media type that the entry gives. That of the file's format is written for every file, and stands for none."""
    return "" if written == implied_media_type(code) else written


def _checksum(one: Node) -> str:
    for checksum in one.nodes("spdx:checksum"):
        algorithm = next((each.address for each in checksum.nodes("spdx:algorithm")), "")
        return f"{algorithm.rpartition('_')[2]}:{_first(checksum, 'spdx:checksumValue')}"
    return ""


def _document(one: dict[str, Any]) -> ResourceDraft:
    names = ("title", "format", "format_text", "media_type", "checksum", "conforms_to", "period_text", "source_id")
    fields: dict[str, Any] = {name: _text(one.get(name)) for name in names}
    for name in ("issued", "modified"):
        day = parse_date(one.get(name))
        fields[name] = day.start if day else None
    size = one.get("size_bytes")
    return ResourceDraft(
        url=one["url"],
        kind=ResourceKind.DOCUMENT,
        description=_text(one.get("description"), keep_lines=True),
        size_bytes=size if isinstance(size, int) else None,
        extras=extras if isinstance(extras := one.get("extras"), dict) else {},
        **fields,
    )
