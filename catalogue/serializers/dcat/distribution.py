"""A resource as a distribution, or as a document about the data."""

import re
from collections.abc import Mapping
from typing import Any, Final

from catalogue.enums import ResourceKind
from catalogue.rdf.terms import Link, Node, Typed, Value, json_literal
from catalogue.serializers.dcat import vocabulary
from catalogue.vocabularies.formats import FORMATS, MEDIA_TYPE, NOT_DOWNLOADED, implied_media_type, media_type_of
from services.compact_json import dumps

Pairs = list[tuple[str, Value]]

_CHECKSUM: Final = re.compile(r"(md5|sha1|sha224|sha256|sha384|sha512):((?:[0-9a-fA-F]{2})+)")
#: What a document says beside its address; `more` of its dataset carries it, for many datasets name one document.
_OF_DOCUMENT: Final = ("title", "description", "format", "format_text", "media_type", "size_bytes", "checksum")


def distribution(
    resource: Mapping[str, Any], *, dataset: str, dataset_title: str, licence: Node | None, rights: Node | None
) -> Node:
    """A file or an API; `dataset` is the address of its dataset, whose licence and statement of rights are its own."""
    url = resource["url"]
    pairs: Pairs = []
    if resource["title"]:
        pairs.append(("dct:title", resource["title"]))
    if resource["description"]:
        pairs.append(("dct:description", resource["description"]))
    pairs.append(("dcat:accessURL", Link(url)))
    if resource["kind"] == ResourceKind.API:
        title = resource["title"] or dataset_title
        service: Pairs = [("dct:title", title), ("dcat:endpointURL", Link(url))]
        pairs.append(("dcat:accessService", Node("", ("dcat:DataService",), service)))
    elif resource["kind"] == ResourceKind.DATA and resource["format"] not in NOT_DOWNLOADED:
        pairs.append(("dcat:downloadURL", Link(url)))
    if form := vocabulary.file_type(resource["format"]):
        pairs.append(("dct:format", form))
    if media_type := vocabulary.media_type(media_type_of(resource["media_type"], resource["format"])):
        pairs.append(("dcat:mediaType", media_type))
    if resource["size_bytes"] is not None:
        pairs.append(("dcat:byteSize", Typed(str(resource["size_bytes"]), "xsd:nonNegativeInteger")))
    if checksum := _checksum(resource["checksum"]):
        pairs.append(("spdx:checksum", checksum))
    if resource["conforms_to"]:
        pairs.append(("dct:conformsTo", vocabulary.standard(resource["conforms_to"])))
    if resource["issued"]:
        pairs.append(("dct:issued", Typed(resource["issued"].isoformat(), "xsd:date")))
    if resource["modified"]:
        pairs.append(("dct:modified", Typed(resource["modified"].isoformat(), "xsd:date")))
    if licence:
        pairs.append(("dct:license", licence))
    if rights:
        pairs.append(("dct:rights", Link(rights.address)))
    if more := _more(resource):
        pairs.append(("domesday:more", json_literal(dumps(more))))
    return Node(f"{dataset}/resource/{resource['id']}", ("dcat:Distribution",), pairs)


def _checksum(text: str) -> Node | None:
    found = _CHECKSUM.fullmatch(text) if text else None
    if not found:
        return None
    address = f"http://spdx.org/rdf/terms#checksumAlgorithm_{found[1]}"
    algorithm = Node(address, ("spdx:ChecksumAlgorithm",), [], once=True)
    pairs: Pairs = [("spdx:algorithm", algorithm), ("spdx:checksumValue", Typed(found[2], "xsd:hexBinary"))]
    return Node("", ("spdx:Checksum",), pairs)


def _more(resource: Mapping[str, Any]) -> dict[str, Any]:
    """What DCAT has no words for, or can't say exactly, under the names of our API."""
    more: dict[str, Any] = {}
    if resource["format"] and resource["format"] not in FORMATS:
        more["format"] = resource["format"]
    if resource["format_text"] != resource["format"]:
        more["format_text"] = resource["format_text"]
    own = resource["media_type"]
    if own and (own == implied_media_type(resource["format"]) or not MEDIA_TYPE.fullmatch(own)):
        more["media_type"] = own  # without this, a reader takes the type for the format's
    if resource["checksum"] and not _CHECKSUM.fullmatch(resource["checksum"]):
        more["checksum"] = resource["checksum"]
    if resource["period_text"]:
        more["period_text"] = resource["period_text"]
    if resource["extras"]:
        more["extras"] = resource["extras"]
    if not vocabulary.is_web_address(resource["url"]):
        more["url"] = resource["url"]
    return more


def page(resource: Mapping[str, Any]) -> Node:
    """A supporting document, by its address."""
    return Node(resource["url"], ("foaf:Document",), [])


def document(resource: Mapping[str, Any], place: int, dataset: str) -> dict[str, Any]:
    """A supporting document in full, with its place among the resources, for `more` of its dataset."""
    names = (*_OF_DOCUMENT, "conforms_to", "period_text", "extras")
    found = {name: value for name in names if (value := resource[name]) or value == 0}
    dates = {name: resource[name].isoformat() for name in ("issued", "modified") if resource[name]}
    source_id = f"{dataset}/resource/{resource['id']}"
    return {"place": place, "source_id": source_id, "url": resource["url"], **found, **dates}
