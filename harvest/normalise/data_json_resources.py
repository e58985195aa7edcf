"""DCAT-US distributions, and the links that stand beside them in a record → our resources."""

from collections.abc import Iterator
from typing import Any

from catalogue.drafts import ResourceDraft
from catalogue.enums import ResourceKind
from catalogue.plain import clean_text
from catalogue.vocabularies.formats import format_from
from catalogue.web_addresses import clean_url, url_key
from harvest.findings import Finding, warning
from harvest.normalise.fields import Fields, address_text, as_list, is_nothing, term

#: Formats that are answers of a service rather than files.
API_FORMATS = frozenset({"API", "Esri REST", "WMS", "WFS", "WCS", "WMTS", "CSW", "SOS", "SPARQL", "OData", "OGC API"})


def resources_of(fields: Fields, findings: list[Finding]) -> tuple[ResourceDraft, ...]:
    """Every file, document and service that the record names; links that repeat an earlier one are left out."""
    found: list[ResourceDraft] = []
    for place, item in enumerate(as_list(fields.take("distribution", "Distribution")), 1):
        if isinstance(item, dict):
            found.extend(_distribution(item, findings))
        elif isinstance(item, str) and clean_url(item):
            found.append(_link(clean_url(item) or "", kind=ResourceKind.DATA))
        elif item:
            findings.append(
                warning(
                    "bad-distribution",
                    f"Distribution {place} should be an object with an address; it was left out.",
                    field="distribution",
                    value=item,
                )
            )
    found.extend(_beside(fields))
    return tuple(_once(found))


def _distribution(body: dict[str, Any], findings: list[Finding]) -> Iterator[ResourceDraft]:
    fields = Fields(body, findings, where="distribution.")
    download = [address_text(value) for value in as_list(fields.take("downloadURL", "downloadUrl"))]
    access = [address_text(value) for value in as_list(fields.take("accessURL", "accessUrl"))]
    first, *others = [*download, *access] or [""]
    url = clean_url(first) or next((whole for other in others if (whole := clean_url(other))), first)
    format_text = clean_text(term(fields.take("format")), max_length=200)
    media_type = clean_text(term(fields.take("mediaType")), max_length=200)
    code = format_from(format_text, media_type=media_type, url=url)
    issued, _ = fields.date("issued")
    modified, _ = fields.date("modified")
    draft = ResourceDraft(
        url=url,
        source_id=clean_text(fields.take("identifier"), max_length=500),
        kind=ResourceKind.API if code in API_FORMATS or fields.take("accessService") else ResourceKind.DATA,
        title=fields.line("title", "name"),
        description=fields.prose("description"),
        format=code,
        format_text=format_text,
        media_type=media_type,
        size_bytes=_size(fields),
        checksum=_checksum(fields.take("checksum")),
        conforms_to=next(iter(fields.terms("conformsTo")), ""),
        issued=issued,
        modified=modified,
        period_text=clean_text(fields.take("temporal"), max_length=100),
    )
    data_dictionary = fields.address("describedBy")
    dictionary_type = clean_text(term(fields.take("describedByType")), max_length=200)
    extras = fields.left_over(without=("@type", "@id"))
    if download and access and url_key(access[0]) != url_key(url):
        extras["accessURL"] = access[0]
    yield ResourceDraft(**{**_as_dict(draft), "extras": extras})
    for other in dict.fromkeys(download[1:]):
        yield ResourceDraft(**{**_as_dict(draft), "url": clean_url(other) or other, "source_id": ""})
    if data_dictionary:
        yield _link(data_dictionary, title="Data dictionary", media_type=dictionary_type)


def _beside(fields: Fields) -> Iterator[ResourceDraft]:
    """What a record links to outside its distributions."""
    media_type = clean_text(term(fields.take("describedByType")), max_length=200)
    for value in as_list(fields.take("describedBy")):
        if url := clean_url(address_text(value)):
            yield _link(url, title="Data dictionary", media_type=media_type)
    for value in as_list(fields.take("references")):
        address = address_text(value)
        if url := clean_url(address):
            yield _link(url, title=clean_text(value.get("title"), max_length=500) if isinstance(value, dict) else "")
        elif address and not is_nothing(address):
            fields.warn("bad-address", "This is no web address, so it was left out.", field="references", value=address)
    for name in ("webService", "endpointURL"):
        for value in as_list(fields.take(name)):
            if url := clean_url(address_text(value)):
                yield _link(url, kind=ResourceKind.API)
    for value in as_list(fields.take("endpointDescription")):
        if url := clean_url(address_text(value)):
            yield _link(url, title="API description")
    # Project Open Data 1.0 had one file in the record itself.
    format_text = clean_text(term(fields.take("format")), max_length=200)
    for value in as_list(fields.take("accessURL", "downloadURL")):
        if url := clean_url(address_text(value)):
            code = format_from(format_text, url=url)
            kind = ResourceKind.API if code in API_FORMATS else ResourceKind.DATA
            yield ResourceDraft(url=url, kind=kind, format=code, format_text=format_text)


def _link(
    url: str, *, kind: ResourceKind = ResourceKind.DOCUMENT, title: str = "", media_type: str = ""
) -> ResourceDraft:
    code = format_from("", media_type=media_type, url=url)
    return ResourceDraft(url=url, kind=kind, title=title, format=code, media_type=media_type)


def _once(resources: list[ResourceDraft]) -> Iterator[ResourceDraft]:
    """Distributions as they are, also where two share an address; links beside them only where they lead elsewhere."""
    seen: set[tuple[str, str]] = set()
    for resource in resources:
        key = (url_key(resource.url), resource.title)
        if key in seen or (not resource.title and any(key[0] == other for other, _ in seen)):
            continue
        seen.add(key)
        yield resource


def _size(fields: Fields) -> int | None:
    value = fields.take("byteSize")
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value.strip())
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if value is not None:
        fields.keep("byteSize")
        fields.warn("bad-size", "The size should be a number of bytes.", field="byteSize", value=value)
    return None


def _checksum(value: Any) -> str:
    if isinstance(value, dict):
        algorithm, digest = term(value.get("algorithm")), term(value.get("checksumValue"))
        return f"{algorithm}:{digest}" if algorithm else digest
    return clean_text(value, max_length=200)


def _as_dict(draft: ResourceDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in ResourceDraft.__slots__}
