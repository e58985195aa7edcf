"""ISO 19139 (UK GEMINI, INSPIRE) and ISO 19115-3 records, and a catalogue service's Dublin Core → our drafts."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from catalogue.dates import parse_datetime
from catalogue.drafts import DatasetDraft
from catalogue.enums import DatasetKind
from catalogue.plain import clean_tags, clean_text
from catalogue.vocabularies.topics import topic_from
from catalogue.web_addresses import clean_url
from harvest.findings import Finding
from harvest.normalise.base import Normalised
from harvest.normalise.iso_coverage import dates, languages, period, places
from harvest.normalise.iso_dublin_core import from_dublin_core
from harvest.normalise.iso_extras import conformity, extras_of, metadata_date
from harvest.normalise.iso_parties import parties_of
from harvest.normalise.iso_resources import operation_address, resources_of
from harvest.normalise.iso_terms import terms_of
from harvest.normalise.iso_words import Words, prose
from harvest.sources.iso_tree import Element, at, code, codes, first, link_of, objects, text, texts, tree, words_of

_KINDS = {"service": DatasetKind.SERVICE, "series": DatasetKind.SERIES}

_MAX_KEYWORD = 300

#: What marks metadata of the UK Location Programme or INSPIRE, in names of standards, vocabularies and specifications.
_UK_MARKS = ("gemini", "inspire", "1089/2010", "976/2009")


class IsoNormaliser:
    version = 1

    def __call__(self, body: Mapping[str, Any], *, publisher_id: UUID) -> Normalised:
        raw = body.get("xml")
        if not raw:  # a record that broke off in the middle
            return Normalised(DatasetDraft(title="", publisher_id=publisher_id))
        root = tree(raw)
        if first(root, "identificationInfo") is None and root.tag.endswith("Record"):
            return from_dublin_core(root, publisher_id=publisher_id)
        return _from_iso(root, publisher_id=publisher_id)


def _from_iso(root: Element, *, publisher_id: UUID) -> Normalised:
    findings: list[Finding] = []
    words = Words(root)
    info = first(root, "identificationInfo")
    parties = parties_of(root, words)
    organisation = parties.organisation()
    keywords = _keywords(root, words)
    title = words.line(info, "citation", "title")
    tags = clean_tags([keyword for keyword, _, _ in keywords])
    themes = [keyword for keyword, _, thesaurus in keywords if "inspire theme" in thesaurus]
    standards = conformity(root, words)
    kind = _kind(root)
    endpoint, description = operation_address(root, words) if kind == DatasetKind.SERVICE else ("", "")
    area = places(root, words, [keyword for keyword, sort, _ in keywords if sort == "place"], findings)
    values: dict[str, Any] = {
        "title": title,
        "publisher_id": publisher_id,
        "kind": kind,
        "alternative_titles": tuple(words.lines(info, "citation", "alternateTitle")),
        "description": words.prose(info, "abstract"),
        "translations": words.in_other_languages(
            {"title": first(info, "citation", "title"), "description": first(info, "abstract")}
        ),
        "identifiers": _identifiers(root),
        "version_label": words.line(info, "citation", "edition"),
        "creator": parties.creator(organisation),
        **parties.contact(),
        "tags": tags,
        "topic_id": topic_from([*themes, *codes(info, "topicCategory")], tags, title),
        "languages": languages(root, words, findings),
        "landing_page": clean_url(text(root, "dataSetURI")) or "",
        "conforms_to": tuple(dict.fromkeys(name for name, passed in standards if passed)),
        "provenance": _lineage(root, words),
        "endpoint_url": endpoint,
        "endpoint_description": description,
        **terms_of(root, words, findings),
        **dates(root, findings),
        **period(root, findings),
        **area,
        "resources": resources_of(root, words),
        "extras": extras_of(
            root, words, parties, has_box="west" in area, is_uk=_is_uk(root, keywords, [name for name, _ in standards])
        ),
    }
    return Normalised(
        DatasetDraft(**values),
        tuple(findings),
        organisation=organisation,
        uuid=_uuid(text(root, "fileIdentifier") or text(root, "metadataIdentifier", "code")),
        modified_at=parse_datetime(metadata_date(root)),
    )


def _kind(root: Element) -> DatasetKind:
    levels = [*codes(root, "hierarchyLevel"), *codes(root, "metadataScope", "resourceScope")]
    found = next((_KINDS[level.casefold()] for level in levels if level.casefold() in _KINDS), DatasetKind.DATASET)
    if any(one.tag == "SV_ServiceIdentification" for one in objects(root, "identificationInfo")):
        return DatasetKind.SERVICE
    return found


def _keywords(root: Element, words: Words) -> list[tuple[str, str, str]]:
    """(keyword, kind of keyword, thesaurus in lower case) for every keyword."""
    found = []
    for info in at(root, "identificationInfo"):
        for block in (*at(info, "descriptiveKeywords"), *at(info, "keywords")):
            thesaurus = words.line(block, "thesaurusName", "title").casefold()
            kind = code(block, "type")
            found += [(keyword[:_MAX_KEYWORD], kind, thesaurus) for keyword in words.lines(block, "keyword")]
    return found


def _identifiers(root: Element) -> tuple[str, ...]:
    """What else the data is known by: the data's own identifiers, which are not the record's."""
    found: dict[str, None] = {}
    for one in at(root, "identificationInfo", "citation", "identifier"):
        code_text = clean_text(next(iter(texts(one, "code")), ""), max_length=500)
        space = clean_text(text(one, "codeSpace"), max_length=200)
        address = next((link for each in at(one, "code") if (link := link_of(each))), "")
        if code_text and space and "://" not in code_text and not code_text.startswith(space):
            joint = "" if space.endswith(("/", "#", ":")) else "/" if "://" in space else ":"
            code_text = f"{space}{joint}{code_text}"
        for identifier in (address or code_text,):
            if identifier:
                found[identifier[:500]] = None
    return tuple(found)


def _lineage(root: Element, words: Words) -> str:
    """How the data was made: what is stated, else the steps."""
    lineages = [*at(root, "dataQualityInfo", "lineage"), *at(root, "resourceLineage")]
    stated = prose(words.prose(one, "statement") for one in lineages)
    return stated or prose(words.prose(step, "description") for one in lineages for step in at(one, "processStep"))


def _is_uk(root: Element, keywords: list[tuple[str, str, str]], specifications: list[str]) -> bool:
    standard = [words_of(one) for name in ("metadataStandardName", "metadataStandardVersion") for one in at(root, name)]
    marks = " ".join([*standard, *(thesaurus for _, _, thesaurus in keywords), *specifications]).casefold()
    return any(mark in marks for mark in _UK_MARKS)


def _uuid(written: str) -> UUID | None:
    try:
        return UUID(written.strip())
    except ValueError:
        return None
