"""CKAN's resources → ours. One that can't be understood is told and left out; the others are not touched. Pure."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from catalogue.drafts import ResourceDraft
from catalogue.enums import Access, ResourceKind
from catalogue.plain import clean_text
from catalogue.vocabularies.formats import format_from
from catalogue.web_addresses import clean_url
from harvest.findings import Finding, warning
from harvest.normalise.ckan_package import RESOURCE_BOOKKEEPING, Package
from harvest.normalise.data_json_resources import API_FORMATS
from harvest.normalise.fields import LONG, as_list, is_nothing

_DOCUMENT_TYPES = frozenset(
    {"documentation", "document", "doc", "docs", "supporting-document", "supporting_document", "metadata", "guide"}
)
_API_TYPES = frozenset({"api", "service", "webservice", "web service", "data_service"})

#: What harvesters write where a resource has no title.
_NO_TITLE = frozenset({"resource locator", "resource locator.", "unnamed resource", "no title", "undefined"})
#: A description up to this long can stand as a title where there is none, as data.gov.uk's publishers used it.
_TITLE_LENGTH = 200

_DIGESTS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]+")


#: data.gov.uk once gave the same resources again, by what they are.
_BY_PURPOSE = ("individual_resources", "timeseries_resources", "additional_resources")


def resources_of(fields: Package, findings: list[Finding]) -> tuple[ResourceDraft, ...]:
    found = []
    again = [item for name in _BY_PURPOSE for item in as_list(fields.take(name))]
    for place, item in enumerate(as_list(fields.take("resources")) or again, 1):
        if isinstance(item, str) and (url := clean_url(item)):
            found.append(ResourceDraft(url=url, format=format_from("", url=url)))
        elif isinstance(item, dict):
            if item.get("state", "active") != "deleted":
                found.append(_resource(item, findings))
        else:
            message = f"Resource {place} should be an object with an address; it was left out."
            findings.append(warning("bad-resource", message, field="resources", value=item))
    return tuple(found)


def documents_apart(resources: tuple[ResourceDraft, ...], access: str) -> tuple[ResourceDraft, ...]:
    """The resources, where all are marked as documents as data: they are what the dataset consists of.

    Councils' inventories mark every CSV so. Of what isn't released, documents are all that there is.
    """
    if access == Access.NOT_RELEASED or any(resource.kind != ResourceKind.DOCUMENT for resource in resources):
        return resources
    return tuple(replace(resource, kind=ResourceKind.DATA) for resource in resources)


def _resource(body: Mapping[str, Any], findings: list[Finding]) -> ResourceDraft:
    fields = Package(body, {}, findings, where="resources.", bookkeeping=RESOURCE_BOOKKEEPING)
    written = _address(body)
    fields.take("url", "download_url", "access_url", "url_type")
    url = clean_url(written) or written
    format_text = clean_text(fields.take("format"), max_length=200)
    media_type = clean_text(fields.take("mimetype"), max_length=200)
    format_text = "" if is_nothing(format_text) else format_text
    code = format_from(format_text, media_type=media_type, url=url) or _format_elsewhere(body)
    title, description = _title(fields)
    issued, _ = fields.date("publish_date", "release_date", "date_released", "issued", "created")
    modified, _ = fields.date("last_modified", "date_updated", "modified", "revision_date")
    return ResourceDraft(
        url=url,
        source_id=clean_text(fields.take("id"), max_length=500),
        kind=_kind(fields, code),
        title=title,
        description=description,
        format=code,
        format_text=format_text,
        media_type=media_type,
        size_bytes=_size(fields),
        checksum=_checksum(fields.take("hash")),
        conforms_to=_schema(fields),
        issued=issued,
        modified=modified,
        period_text=_period(fields),
        extras=fields.left_over_as_spelled(),
    )


def _address(body: Mapping[str, Any]) -> str:
    for name in ("url", "download_url", "access_url", "cache_url"):
        value = body.get(name)
        if isinstance(value, str) and value.strip() and not is_nothing(value):
            return value.strip()
    return ""


def _title(fields: Package) -> tuple[str, str]:
    """Title and description. Where only a short description is given, it is the title."""
    title = next((text for name in ("name_translated", "name", "title") if _says(text := fields.line(name))), "")
    fields.take("name", "title")
    description = fields.prose("description", "description_translated")
    if not _says(description) or description == title:
        return title, ""
    if not title and len(description) <= _TITLE_LENGTH and "\n" not in description:
        return clean_text(description, max_length=LONG), ""
    return title, description


def _says(text: str) -> bool:
    return not is_nothing(text) and text.casefold() not in _NO_TITLE


def _kind(fields: Package, code: str) -> ResourceKind:
    types = {text.casefold() for text in fields.texts("resource_type", "type", "resource_locator_function")}
    if types & _DOCUMENT_TYPES:
        return ResourceKind.DOCUMENT
    return ResourceKind.API if code in API_FORMATS or types & _API_TYPES else ResourceKind.DATA


def _format_elsewhere(body: Mapping[str, Any]) -> str:
    """The format where the resource itself doesn't tell: from its protocol, or from what the portal's checker found."""
    protocol = body.get("resource_locator_protocol")
    if isinstance(protocol, str) and protocol.upper().startswith("OGC:") and (code := format_from(protocol)):
        return code
    found = body.get("qa")
    sniffed = found.get("format") if isinstance(found, dict) else None
    return format_from(sniffed) if isinstance(sniffed, str) else ""


def _size(fields: Package) -> int | None:
    value = fields.take("size", "filesize", "file_size", "byte_size")
    if isinstance(value, str):
        digits = value.replace(",", "").removesuffix(".0")
        value = int(digits) if digits.isdecimal() and digits.isascii() and len(digits) < 19 else value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value or None  # CKAN's harvesters write 0 for a size that they don't know
    if value is not None:
        fields.keep("size", "filesize", "file_size", "byte_size")
    return None


def _checksum(value: Any) -> str:
    """With the algorithm's name, which CKAN leaves to the number of digits."""
    if isinstance(value, dict):
        value = value.get("content")
    text = clean_text(value, max_length=200)
    algorithm = _DIGESTS.get(len(text)) if _HEXADECIMAL.fullmatch(text) else None
    return f"{algorithm}:{text.lower()}" if algorithm else text


def _schema(fields: Package) -> str:
    url = fields.first_text("schema_url", "conforms_to", "conformsto", "described_by")
    if url.casefold() in ("", "none"):
        return ""
    if clean_url(url) is None:
        fields.keep("schema_url", "conforms_to", "conformsto", "described_by")
        return ""
    return url


def _period(fields: Package) -> str:
    """The time that this file is about, as written: data.gov.uk's dated files."""
    one = fields.first_text("datafile_date", "date")
    if one:
        return clean_text(one, max_length=100)
    start = fields.first_text("temporal_coverage_from", "coverage_start_date")
    end = fields.first_text("temporal_coverage_to", "coverage_end_date")
    ends = [text for text in (start, end) if text.casefold() != "none"]
    return clean_text(" – ".join(ends), max_length=100) if any(ends) else ""
