"""schema.org's `DataDownload`s → our resources. Pure."""

import re
from collections.abc import Iterator
from typing import Any

from catalogue.drafts import ResourceDraft
from catalogue.enums import ResourceKind
from catalogue.plain import clean_text
from catalogue.vocabularies.formats import format_from
from catalogue.web_addresses import clean_url
from harvest.findings import Finding, warning
from harvest.normalise.data_json_resources import API_FORMATS
from harvest.normalise.fields import Fields, address_text, as_list, term

_SIZE = re.compile(r"([\d][\d,]*(?:\.\d+)?)\s*(bytes?|[kmgt]?i?b)?", re.IGNORECASE)
_THOUSANDS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def resources_of(fields: Fields, findings: list[Finding]) -> tuple[ResourceDraft, ...]:
    return tuple(_resources(fields, findings))


def _resources(fields: Fields, findings: list[Finding]) -> Iterator[ResourceDraft]:
    for place, item in enumerate(as_list(fields.take("distribution")), 1):
        if isinstance(item, dict):
            yield _resource(item, findings)
        elif isinstance(item, str) and (url := clean_url(item)):
            yield ResourceDraft(url=url, format=format_from("", url=url))
        elif item:
            message = f"Distribution {place} should be an object with an address; it was left out."
            findings.append(warning("bad-distribution", message, field="distribution", value=item))


def _resource(body: dict[str, Any], findings: list[Finding]) -> ResourceDraft:
    fields = Fields(body, findings, where="distribution.")
    addresses = [address_text(item) for item in as_list(fields.take("contentUrl"))]
    others = [address_text(item) for item in as_list(fields.take("url"))]
    written = next((text for text in [*addresses, *others] if text), "")
    url = clean_url(written) or written
    encoding = clean_text(term(fields.take("encodingFormat", "fileFormat")), max_length=200)
    is_media_type = "/" in encoding and " " not in encoding and "://" not in encoding
    code = format_from("" if is_media_type else encoding, media_type=encoding if is_media_type else "", url=url)
    issued, _ = fields.date("datePublished", "dateCreated", "uploadDate")
    modified, _ = fields.date("dateModified")
    return ResourceDraft(
        url=url,
        source_id=clean_text(fields.take("identifier"), max_length=500),
        kind=ResourceKind.API if code in API_FORMATS else ResourceKind.DATA,
        title=fields.line("name", "headline"),
        description=fields.prose("description"),
        format=code,
        format_text="" if is_media_type else encoding,
        media_type=encoding if is_media_type else "",
        size_bytes=_size(fields),
        checksum=_checksum(fields.take("sha256")),
        issued=issued,
        modified=modified,
        extras=fields.left_over(without=("@type", "@id")),
    )


def _size(fields: Fields) -> int | None:
    """Bytes, of a number or a text such as “1.5 MB”. A thousand is a thousand, unless it is written MiB."""
    value = fields.take("contentSize")
    found = _SIZE.fullmatch(str(value).strip()) if value is not None and not isinstance(value, bool) else None
    if found is None:
        if value is not None:
            fields.keep("contentSize")
        return None
    unit = (found[2] or "").lower()
    step = 1024 if "i" in unit and unit != "bi" else 1000
    power = _THOUSANDS[unit[0]] if unit and unit[0] in _THOUSANDS else 0
    return round(float(found[1].replace(",", "")) * step**power)


def _checksum(value: Any) -> str:
    text = clean_text(value, max_length=200)
    return f"sha256:{text.lower()}" if text else ""
