"""Distributions, data services, documents and samples of a dataset in RDF → our resources. Pure."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from catalogue.drafts import ResourceDraft
from catalogue.enums import ResourceKind
from catalogue.plain import clean_text
from catalogue.vocabularies.formats import format_from
from catalogue.web_addresses import clean_url, url_key
from harvest.findings import Finding
from harvest.normalise.data_json_resources import API_FORMATS
from harvest.normalise.dcat_node import Node, literal
from harvest.normalise.fields import is_nothing

_TITLES = ("dct:title", "dc:title", "schema:name", "rdfs:label", "foaf:name")
_DESCRIPTIONS = ("dct:description", "dc:description", "schema:description", "rdfs:comment")
_DOWNLOADS = ("dcat:downloadURL", "dcat:downloadUrl", "schema:contentUrl", "dcat:url")
_ACCESSES = ("dcat:accessURL", "dcat:accessUrl", "schema:url")
_DISTRIBUTIONS = ("dcat:distribution", "dcat:Distribution", "schema:distribution")
_SERVICES = ("dcat:accessService", "dct:accessService", "http://dcat.no/dcatapi/accessService")
_ALGORITHM = re.compile(r"^checksumalgorithm_", re.IGNORECASE)


def resources_of(node: Node, findings: list[Finding]) -> tuple[ResourceDraft, ...]:
    """Every file, service and document that the record names; links that repeat an earlier one are left out."""
    found = [resource for one in node.nodes(*_DISTRIBUTIONS) for resource in _distribution(one)]
    for sample in node.nodes("adms:sample"):
        found += [replace(one, title=one.title or "Sample") for one in _distribution(sample)]
    if "dcat:DataService" in node.types:
        found += _of_service(node)
    for service in _reverse(node, "dcat:servesDataset"):
        found += _of_service(Node(service, findings, where="dcat:servesDataset."))
    found += _documents(node)
    return tuple(_once(found))


def _distribution(one: Node) -> Iterator[ResourceDraft]:
    if not one.types and not one.address and not one.take(*_DOWNLOADS, *_ACCESSES, *_SERVICES):
        return
    downloads, accesses = one.links(*_DOWNLOADS), one.links(*_ACCESSES)
    services = one.nodes(*_SERVICES)
    endpoints = [text for service in services for text in service.links("dcat:endpointURL")]
    own = [one.address] if not (downloads or accesses or endpoints) and clean_url(one.address) else []
    written = [text for text in [*downloads, *accesses, *endpoints, *own] if not is_nothing(text)]
    url = next((whole for text in written if (whole := clean_url(text))), written[0] if written else "")
    format_text, format_hint = _format(one)
    media_type = _media_type(one)
    spoken = next((text for service in services for text in service.terms("dct:conformsTo")), "")
    code = format_from(format_text, media_type=media_type, url=url) or format_from(format_hint or spoken, url=url)
    issued, _ = one.date("dct:issued")
    modified, _ = one.date("dct:modified", "dct:updated")
    is_service = bool(services) and not downloads
    draft = ResourceDraft(
        url=url,
        source_id=clean_text(next(iter(one.terms("dct:identifier")), "") or one.address, max_length=500),
        kind=ResourceKind.API if code in API_FORMATS or is_service else ResourceKind.DATA,
        title=one.line(*_TITLES),
        description=one.prose(*_DESCRIPTIONS),
        format=code,
        format_text=format_text,
        media_type=media_type,
        size_bytes=_size(one),
        checksum=_checksum(one),
        conforms_to=_standard(one),
        issued=issued,
        modified=modified,
        period_text=clean_text(one.line("dct:temporal"), max_length=100),
    )
    one.keep(*_SERVICES)
    extras = one.left_over()
    others = list(
        dict.fromkeys(url for text in accesses if (url := clean_url(text)) and url_key(url) != url_key(draft.url))
    )
    if downloads and others:
        extras["accessURL"] = others[0] if len(others) == 1 else others
    yield replace(draft, extras=extras)
    for other in dict.fromkeys(downloads[1:]):
        if (whole := clean_url(other)) and whole != draft.url:
            yield replace(draft, url=whole, source_id="", checksum="", size_bytes=None)
    for service in services:
        yield from _of_service(service)
    yield from _documents(one)


def _of_service(service: Node) -> Iterator[ResourceDraft]:
    """A service's address, and its description."""
    title = service.line(*_TITLES)
    for text in service.links("dcat:endpointURL"):
        if url := clean_url(text):
            code = format_from(" ".join(service.terms("dct:conformsTo")[:1]), url=url)
            code = code if code in API_FORMATS else format_from("", url=url)
            yield ResourceDraft(url=url, kind=ResourceKind.API, title=title, format=code)
    for text in service.links("dcat:endpointDescription"):
        if url := clean_url(text):
            yield _document(url, title="API description")
        else:
            service.keep("dcat:endpointDescription")


def _documents(node: Node) -> Iterator[ResourceDraft]:
    """Pages and documents about the data."""
    for name, title in (
        ("foaf:page", ""),
        ("dct:references", ""),
        ("dcat:dataDictionary", "Data dictionary"),
        ("http://www.w3.org/2007/05/powder#describedby", "Data dictionary"),
        ("dcat-us:describedBy", "Data dictionary"),
    ):
        unclear = False
        for one in node.nodes(name):
            written = [one.address, *one.links("foaf:homepage", "schema:url", "dcat:accessURL"), one.label()]
            url = next((whole for text in written if (whole := clean_url(text))), "")
            label = one.line(*_TITLES)
            unclear |= not url
            if url:
                yield _document(url, title=title or ("" if clean_url(label) == url else label))
        if unclear:
            node.keep(name)


def _document(url: str, *, title: str = "") -> ResourceDraft:
    return ResourceDraft(url=url, kind=ResourceKind.DOCUMENT, title=title, format=format_from("", url=url))


def _format(one: Node) -> tuple[str, str]:
    """The format as it reads, and as an address in a table of formats."""
    texts: list[str] = []
    address = ""
    for form in one.nodes("dct:format", "dc:format", "dcat:format", "schema:encodingFormat", "schema:fileFormat"):
        address = address or form.address
        texts.append(form.label() or form.address.rstrip("/").rpartition("/")[2] or form.address)
    return clean_text(", ".join(text for text in dict.fromkeys(texts) if not is_nothing(text)), max_length=200), address


def _media_type(one: Node) -> str:
    """`text/csv`, also where it is given as an address at IANA."""
    for form in one.nodes("dcat:mediaType", "dct:mediaType"):
        text = (form.label() or form.address).strip()
        if "/media-types/" in (form.address or text):
            text = (form.address or text).partition("/media-types/")[2]
        elif "://" in text:
            text = text.rstrip("/").rpartition("/")[2].replace("_", "/", 1)
        if text and not is_nothing(text):
            return clean_text(text, max_length=200)
    return ""


def _size(one: Node) -> int | None:
    written = [text for value in one.take("dcat:byteSize", "schema:contentSize") if (text := literal(value).strip())]
    for text in written:
        whole, _, fraction = text.partition(".")
        if whole.isdecimal() and not fraction.strip("0") and len(whole) < 19:
            return int(whole)
    if written and not is_nothing(written[0]):
        one.keep("dcat:byteSize", "schema:contentSize")
        one.warn("bad-size", "The size should be a number of bytes.", field="dcat:byteSize", value=written[0])
    return None


def _checksum(one: Node) -> str:
    for checksum in one.nodes("spdx:checksum", "spdx:Checksum"):
        digest = checksum.line("spdx:checksumValue") or checksum.label()
        steps = next(iter(checksum.terms("spdx:algorithm")), "").rstrip("/").replace("#", "/").split("/")
        # `…/checksumAlgorithm_sha1`, but `…/sha/256` too
        name = _ALGORITHM.sub("", "-".join(steps[-2:]) if steps[-1].isdecimal() else steps[-1])
        if digest:
            return clean_text(f"{name}:{digest}" if name else digest, max_length=200)
    return ""


def _standard(one: Node) -> str:
    standards = one.nodes("dct:conformsTo")
    if len(standards) > 1:
        one.keep("dct:conformsTo")
    return next((text for standard in standards if (text := clean_url(standard.address) or standard.label())), "")


def _reverse(node: Node, name: str) -> list[dict[str, Any]]:
    """The nodes that say this of the record."""
    found = node.said_of_it.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _once(resources: list[ResourceDraft]) -> Iterator[ResourceDraft]:
    """Distributions as they are, also where two share an address; links beside them only where they lead elsewhere."""
    seen: set[tuple[str, str, str]] = set()
    addresses: set[str] = set()
    for resource in resources:
        key = (url_key(resource.url), resource.title, resource.source_id)
        if key in seen or (not resource.source_id and key[0] in addresses):
            continue
        seen.add(key)
        addresses.add(key[0])
        yield resource
