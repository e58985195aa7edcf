"""ISO metadata's online resources and service operations → our resources. Pure."""

import re
from collections.abc import Iterator
from typing import Any

from catalogue.drafts import ResourceDraft
from catalogue.enums import ResourceKind
from catalogue.vocabularies.formats import format_from
from catalogue.web_addresses import clean_url, url_key
from harvest.normalise.data_json_resources import API_FORMATS
from harvest.normalise.iso_words import Words, says
from harvest.sources.iso_tree import Element, at, code, link_of, objects, texts, words_of

#: What a link is for, where it isn't for getting data.
_DOCUMENT_FUNCTIONS = frozenset(
    {"information", "information.content", "completemetadata", "browsegraphic", "browsing", "search"}
)
#: Protocols that only say that it is a link on the web.
_JUST_A_LINK = re.compile(r"(?:https?|www:.*|ftp|information|order|)", re.IGNORECASE)
#: Service types in OGC's URNs: urn:ogc:serviceType:WebMapService:1.3.0:HTTP.
_SERVICE_TYPES = {
    "webmapservice": "WMS",
    "webmaptileservice": "WMTS",
    "webfeatureservice": "WFS",
    "webcoverageservice": "WCS",
    "catalogueserviceweb": "CSW",
    "sensorobservationservice": "SOS",
}
#: What tools write where a link has no title.
_NO_TITLE = frozenset({"resource locator", "resource locator.", "link", "url", "website", "unknown"})
#: Protocols, profiles and names are no longer than this.
_MAX_LINE = 500
#: A description up to this long can stand as a title where there is none.
_TITLE_LENGTH = 200


def resources_of(root: Element, words: Words) -> tuple[ResourceDraft, ...]:
    """Every file, document and service that the record leads to, each once."""
    formats = _formats(root, words)
    found: list[ResourceDraft | None] = []
    for links, own_formats in _link_lists(root):
        named = _format_names(own_formats, words) or formats
        # A format can be told of a link only where there is one of either
        lone = named[0] if len(named) == 1 else ""
        for link in links:
            found.extend(_resource(online, words, lone) for online in objects(link))
    found.extend(_operation(online, operation, words) for operation, online in _operations(root))
    return tuple(_once(one for one in found if one is not None))


def operation_address(root: Element, words: Words) -> tuple[str, str]:
    """Where a service answers, and where it describes itself; "" for what the record doesn't tell."""
    addresses = [
        (url, words.line(operation, "operationName"))
        for operation, online in _operations(root)
        if (url := clean_url(_address(online)))
    ]
    describing = next((url for url, name in addresses if _describes(url, name)), "")
    links = [
        url
        for links, _ in _link_lists(root)
        for link in links
        for online in objects(link)
        if (url := clean_url(_address(online))) and (_code(online, words, url) in API_FORMATS)
    ]
    describing = describing or next((url for url in links if _describes(url, "")), "")
    endpoint = next((url for url, _ in addresses), "") or next(iter(links), "")
    return (endpoint.partition("?")[0] if _describes(endpoint, "") else endpoint), describing


def _describes(url: str, operation: str) -> bool:
    return "getcapabilities" in url.lower() or operation.casefold() == "getcapabilities"


def _link_lists(root: Element) -> Iterator[tuple[list[Element], list[Element]]]:
    """Lists of links, each with the formats that stand beside it."""
    for distribution in at(root, "distributionInfo"):
        for options in at(distribution, "transferOptions"):
            yield at(options, "onLine"), at(options, "distributionFormat")
        for distributor in at(distribution, "distributor"):
            for options in at(distributor, "distributorTransferOptions"):
                yield at(options, "onLine"), at(distributor, "distributorFormat")
    yield at(root, "identificationInfo", "citation", "onlineResource"), []


def _operations(root: Element) -> Iterator[tuple[Element, Element]]:
    for operation in at(root, "identificationInfo", "containsOperations"):
        for point in at(operation, "connectPoint"):
            yield from ((operation, online) for online in objects(point))


def _formats(root: Element, words: Words) -> list[str]:
    properties = at(root, "distributionInfo", "distributionFormat")
    return _format_names(properties or at(root, "identificationInfo", "resourceFormat"), words)


def _format_names(formats: list[Element], words: Words) -> list[str]:
    named = (words.line(one, "name") or words.line(one, "formatSpecificationCitation", "title") for one in formats)
    return list(dict.fromkeys(name for name in named if name))


def _resource(online: Element, words: Words, lone_format: str) -> ResourceDraft | None:
    written = _address(online)
    if not written:
        return None
    url = clean_url(written) or written
    protocol, function = _line(online, words, "protocol"), code(online, "function")
    title, description = _title(online, words)
    code_found = _code(online, words, url)
    if "getrecordbyid" in url.lower():  # this very metadata, in another form
        code_found, function = "XML", "completeMetadata"
    format_text = "" if _JUST_A_LINK.fullmatch(protocol) else protocol
    is_document = function.casefold() in _DOCUMENT_FUNCTIONS
    if not code_found and lone_format and not is_document and _may_be_a_file(url, protocol, function):
        code_found, format_text = format_from(lone_format[:_MAX_LINE], url=url), lone_format
    if code_found in API_FORMATS:
        kind = ResourceKind.API
    else:
        kind = ResourceKind.DOCUMENT if is_document else ResourceKind.DATA
    return ResourceDraft(
        url=url,
        kind=kind,
        title=title,
        description=description,
        format=code_found,
        format_text=format_text[:200],
        extras=_extras(online, words, protocol, function),
    )


def _operation(online: Element, operation: Element, words: Words) -> ResourceDraft | None:
    """Where a service's operation is called; without a title, so that the same address elsewhere goes first."""
    url = clean_url(_address(online))
    if not url:
        return None
    name = words.line(operation, "operationName")
    code_found = _code(online, words, url)
    return ResourceDraft(url=url, kind=ResourceKind.API, format=code_found, extras={"operation": name} if name else {})


def _code(online: Element, words: Words, url: str) -> str:
    """The format from the protocol, else from the application profile, the name or the address."""
    protocol = _line(online, words, "protocol")
    declared = "" if _JUST_A_LINK.fullmatch(protocol) else format_from(protocol)
    if protocol.casefold().startswith("urn:ogc:servicetype:"):
        declared = _SERVICE_TYPES.get(protocol.casefold().split(":")[3], "")
    if not declared:
        profile = _line(online, words, "applicationProfile")
        declared = format_from(profile) if 0 < len(profile) <= 60 else ""
    if not declared and protocol.upper().startswith("WWW:DOWNLOAD"):
        declared = format_from(protocol.rpartition(":")[2]) if protocol.count(":") > 1 else ""
    return format_from(declared, url=url)


def _may_be_a_file(url: str, protocol: str, function: str) -> bool:
    if "#" in url:
        return False
    return function.casefold() == "download" or "download" in protocol.casefold() or url.lower().endswith(".zip")


def _address(online: Element) -> str:
    return next((text for one in at(online, "linkage") if (text := words_of(one) or link_of(one))), "")


def _title(online: Element, words: Words) -> tuple[str, str]:
    """Title and description. Where only a short description is given, it is the title."""
    title = _line(online, words, "name")
    title = "" if title.casefold() in _NO_TITLE else title
    description = words.prose(online, "description")
    description = "" if description.casefold() in _NO_TITLE or description == title else description
    if not title and len(description) <= _TITLE_LENGTH and "\n" not in description:
        return description, ""
    return title, description


def _line(online: Element, words: Words, name: str) -> str:
    line = words.line(online, name)
    return line[:_MAX_LINE] if says(line) else ""


def _extras(online: Element, words: Words, protocol: str, function: str) -> dict[str, Any]:
    """What has no field of ours, as data.gov.uk names it."""
    found = {
        "resource_locator_protocol": protocol,
        "resource_locator_function": function,
        "application_profile": _line(online, words, "applicationProfile"),
    }
    return {name: value for name, value in found.items() if value}


def _once(resources: Iterator[ResourceDraft]) -> Iterator[ResourceDraft]:
    """The same address twice under one title, or untitled beside a titled one, is one link."""
    seen: set[tuple[str, str]] = set()
    for resource in resources:
        key = (url_key(resource.url), resource.title)
        if key in seen or (not resource.title and any(key[0] == other for other, _ in seen)):
            continue
        seen.add(key)
        yield resource


def graphic(root: Element, words: Words) -> dict[str, str]:
    """The preview picture, as data.gov.uk names its parts."""
    for overview in at(root, "identificationInfo", "graphicOverview"):
        file = next(iter(texts(overview, "fileName")), "")
        if clean_url(file):
            found = {
                "graphic-preview-file": file,
                "graphic-preview-description": words.line(overview, "fileDescription"),
                "graphic-preview-type": words.line(overview, "fileType"),
            }
            return {name: value for name, value in found.items() if value}
    return {}
