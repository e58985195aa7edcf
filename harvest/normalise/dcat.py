"""DCAT and DCAT-AP records → our drafts: versions 1 to 3, their national dialects, and what GeoNetwork and CKAN make
of them. Pure."""

import datetime
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from catalogue.dates import parse_datetime
from catalogue.drafts import DatasetDraft
from catalogue.enums import DatasetKind, Frequency
from catalogue.plain import clean_tags
from catalogue.vocabularies.frequencies import frequency_from
from catalogue.vocabularies.languages import language_from
from catalogue.vocabularies.tables import EU_AUTHORITY
from catalogue.vocabularies.topics import topic_from
from catalogue.web_addresses import clean_url
from harvest.findings import Finding
from harvest.normalise.base import Normalised
from harvest.normalise.dcat_coverage import coverage_of
from harvest.normalise.dcat_node import Node, chosen_language, literal
from harvest.normalise.dcat_own import more_of, own_values
from harvest.normalise.dcat_parties import contact_of, creator_of, organisation_of
from harvest.normalise.dcat_resources import resources_of
from harvest.normalise.dcat_terms_of_use import access_of, licence_of
from harvest.normalise.fields import is_nothing

TITLES = ("dct:title", "dc:title", "schema:name", "rdfs:label", "skos:prefLabel", "foaf:name")
DESCRIPTIONS = ("dct:description", "dct:abstract", "dc:description", "schema:description", "rdfs:comment")

_RELATED = ("dct:relation", "dct:isReferencedBy", "dct:source", "rdfs:seeAlso", "schema:isRelatedTo")


class DcatNormaliser:
    version = 2

    def __call__(self, body: Mapping[str, Any], *, publisher_id: UUID) -> Normalised:
        findings: list[Finding] = []
        languages = _languages_in_order(body)
        node = Node(body, findings, languages=languages)
        organisation = organisation_of(node)
        if (more := more_of(node)) is not None:
            own = DatasetDraft(publisher_id=publisher_id, kind=_kind(node), **own_values(node, more))
            created, modified = _times(body)
            return Normalised(own, (), organisation, _uuid(body), created, modified)
        titles = node.by_language(*TITLES)
        title, *others = titles.get(chosen_language(titles, languages) or "", [""])
        tags = _tags(node, languages)
        values: dict[str, Any] = {
            "title": title,
            "publisher_id": publisher_id,
            "kind": _kind(node),
            "alternative_titles": (*others, *node.terms("dct:alternative", "skos:altLabel", "schema:alternateName")),
            "tags": tags,
            "topic_id": _topic(node, tags, title),
            **_descriptions(node, titles, languages),
            "identifiers": _identifiers(node),
            "version_label": node.line("dcat:version", "owl:versionInfo", "adms:version", "schema:version"),
            "version_notes": node.prose("adms:versionNotes", "dcat-us:versionNotes"),
            "creator": creator_of(node),
            **contact_of(node),
            "landing_page": node.web_address("dcat:landingPage", "dct:landingpage", "foaf:homepage", "schema:url"),
            "languages": _languages(node),
            "conforms_to": tuple(_standards(node)),
            "provenance": node.prose("dct:provenance"),
            **licence_of(node),
            **access_of(node),
            **_dates(node),
            **coverage_of(node),
            "related_links": tuple(_related(node)),
        }
        values["resources"] = resources_of(node, findings)
        if values["kind"] == DatasetKind.SERVICE:
            values |= _service(node)
        series = _series(node)
        values["extras"] = node.left_over()
        created, modified = _times(body)
        return Normalised(DatasetDraft(**values), tuple(findings), organisation, _uuid(body), created, modified, series)


def _kind(node: Node) -> DatasetKind:
    if "dcat:DataService" in node.types:
        return DatasetKind.SERVICE
    return DatasetKind.SERIES if "dcat:DatasetSeries" in node.types else DatasetKind.DATASET


def _languages_in_order(body: Mapping[str, Any]) -> tuple[str, ...]:
    """English, else texts of no stated language, else the language that the data is in."""
    node = Node(body, [])
    own = (language_from(text) for text in [*node.links("dct:language", "dc:language"), *node.terms("dct:language")])
    return ("en", "", *dict.fromkeys(code for code in own if code and code != "en"))


def _descriptions(node: Node, titles: Mapping[str, list[str]], languages: tuple[str, ...]) -> dict[str, Any]:
    """The description, and title and description in the other languages."""
    texts = node.by_language(*DESCRIPTIONS, keep_lines=True)
    chosen = chosen_language(texts, languages)
    translations: dict[str, dict[str, str]] = {}
    for name, found, main in (
        ("title", titles, chosen_language(titles, languages)),
        ("description", texts, chosen),
    ):
        for code, said in found.items():
            if code and code != main:
                translations.setdefault(code, {})[name] = "\n\n".join(said) if name == "description" else said[0]
    return {
        "description": "\n\n".join(texts.get(chosen or "", ())),
        "translations": dict(sorted(translations.items())[:40]),
    }


def _tags(node: Node, languages: tuple[str, ...]) -> tuple[str, ...]:
    """Keywords in one language; those in others stay among the extras."""
    names = ("dcat:keyword", "schema:keywords", "dct:keyword", "dcat:keywords")
    texts: dict[str, list[str]] = {}
    for name in names:
        for code, found in node.by_language(name).items():
            texts.setdefault(code, []).extend(found)
    chosen = chosen_language({code: found for code, found in texts.items() if code}, languages)
    if texts.keys() - {"", chosen}:
        node.keep(*names)
    subjects = [text for value in node.take("dct:subject", "dc:subject") if (text := literal(value))]
    return clean_tags([*texts.get(chosen or "", ()), *(texts.get("", ()) if chosen else ()), *subjects])


def _topic(node: Node, tags: tuple[str, ...], title: str) -> str | None:
    """Of many themes one topic is made, so the themes are kept beside it."""
    names = ("dcat:theme", "dct:subject", "schema:about", "geodcat:topicCategory", "dcatap:hvdCategory")
    themes = [
        text for one in node.nodes(*names) for text in (one.address, one.label()) if text and not is_nothing(text)
    ]
    node.keep(*names)
    named = topic_from(themes) if themes else None
    is_known = any(EU_AUTHORITY in theme for theme in themes)
    if themes and named is None and not is_known:
        node.warn(
            "unknown-theme",
            "The theme is none of ours, so the topic was guessed from keywords and title: use the EU data themes.",
            field="dcat:theme",
            value=", ".join(themes[:10]),
        )
    return named or topic_from((), tags, title)


def _series(node: Node) -> str:
    """The address of the series that the entry is part of. One is all that we store: several are kept as they are."""
    addresses = [one.address for one in node.nodes("dcat:inSeries")]
    if len(addresses) == 1 and addresses[0]:
        return addresses[0]
    node.keep("dcat:inSeries")
    return ""


def _identifiers(node: Node) -> tuple[str, ...]:
    """Other identifiers, such as a DOI, and all of dct:identifier where it gives several.

    Of a series also its address: by that its members name it, whatever its identifier is.
    """
    own = [
        text for value in node.take("dct:identifier", "dc:identifier", "schema:identifier") if (text := _name(value))
    ]
    names = ("skos:notation", "dct:identifier", "adms:schemeName")
    other = []
    for one in node.nodes("adms:identifier", "dcat-us:otherIdentifier"):
        other += [text for value in one.take(*names[:2]) if (text := _name(value))] or [one.label() or one.address]
    if own and _kind(node) == DatasetKind.SERIES:
        other.append(node.address)
    return tuple(dict.fromkeys(text for text in [*(own if len(own) > 1 else ()), *other] if text))


def _name(value: Any) -> str:
    return literal(value) or (str(value.get("@id", "")) if isinstance(value, dict) else "")


def _languages(node: Node) -> tuple[str, ...]:
    codes: dict[str, None] = {}
    for one in node.nodes("dct:language", "dc:language", "schema:inLanguage"):
        written = one.address or one.label()
        code = language_from(written) or language_from(one.label())
        if code:
            codes[code] = None
        elif written and not is_nothing(written):
            node.keep("dct:language", "dc:language", "schema:inLanguage")
            message = "The language was not understood: write en or cy, or its address in the EU's language table."
            node.warn("unknown-language", message, field="dct:language", value=written)
    return tuple(codes)


def _standards(node: Node) -> list[str]:
    """By address, else by name. What more is said of a standard is kept."""
    found = []
    for one in node.nodes("dct:conformsTo"):
        address, label = clean_url(one.address) or "", one.label()
        found.append(address or label or one.address)
        if address and label and clean_url(label) != address:
            node.keep("dct:conformsTo")
    return [text for text in dict.fromkeys(found) if text and not is_nothing(text)]


def _related(node: Node) -> list[str]:
    """Addresses of what else to look at; what is none is left over."""
    found = []
    for name in _RELATED:
        urls = [clean_url(text) for text in node.links(name)]
        if not all(urls) or len(urls) < len(node.take(name)):
            node.keep(name)
        found += [url for url in urls if url]
    return list(dict.fromkeys(found))


def _dates(node: Node) -> dict[str, Any]:
    issued, issued_text = node.date("dct:issued", "schema:datePublished", "dct:available")
    modified, modified_text = node.date("dct:modified", "dct:updated", "schema:dateModified")
    frequency = None
    written = ""
    for one in node.nodes("dct:accrualPeriodicity", "dcat:accrualPeriodicity"):
        written = written or one.label() or one.address
        frequency = frequency or frequency_from(one.address) or frequency_from(one.label())
    if written and frequency is None and not is_nothing(written):
        node.keep("dct:accrualPeriodicity", "dcat:accrualPeriodicity")
        node.warn(
            "unknown-frequency",
            "How often the data is updated was not understood: use the EU's frequency table.",
            field="dct:accrualPeriodicity",
            value=written,
        )
    return {
        "issued": issued,
        "issued_text": issued_text,
        "modified": modified,
        "modified_text": modified_text,
        "frequency": frequency or Frequency.UNKNOWN,
    }


def _service(node: Node) -> dict[str, Any]:
    endpoint = next((url for text in node.links("dcat:endpointURL") if (url := clean_url(text))), "")
    described = next((url for text in node.links("dcat:endpointDescription") if (url := clean_url(text))), "")
    return {"endpoint_url": endpoint, "endpoint_description": described}


def _times(body: Mapping[str, Any]) -> tuple[datetime.datetime | None, datetime.datetime | None]:
    """When the entry itself was made and changed: its catalogue record says so, else its data's own date stands in."""
    reverse = body.get("@reverse")
    records = reverse.get("foaf:primaryTopic") if isinstance(reverse, dict) else None
    said: list[tuple[str, str]] = []
    for record in records if isinstance(records, list) else []:
        if isinstance(record, dict):
            one = Node(record, [])
            said.append((one.date("dct:issued")[1], one.date("dct:modified")[1]))
    issued, modified = max(said, key=lambda dates: dates[1], default=("", ""))
    modified = modified or Node(body, []).date("dct:modified")[1]
    return parse_datetime(issued), parse_datetime(modified)


def _uuid(body: Mapping[str, Any]) -> UUID | None:
    identifiers = Node(body, []).take("dct:identifier")
    for text in (body.get("@id"), *(literal(value) for value in identifiers)):
        try:
            return UUID(str(text).rstrip("/").rpartition("/")[2].strip())
        except ValueError:
            continue
    return None
