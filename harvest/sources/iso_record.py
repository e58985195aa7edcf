"""What counts as a metadata record in XML, what tells it from others, and what to say of XML that holds none. Pure."""

import hashlib
from collections.abc import Collection, Iterator, Mapping

from harvest.findings import Finding, warning
from harvest.raw_record import RawRecord, tidy_guid
from harvest.sources.base import SourceFailed
from harvest.sources.iso_bytes import Readable
from harvest.sources.iso_tree import Element, digest, text, tree
from harvest.sources.iso_xml import Cutting, Document, XmlError

#: What is no part of what a record says: GeoNetwork's notes, and attributes that tools make anew in every export.
#: The metadata's own date is a part of it, unless the source's settings say `ignore_metadata_date`.
VOLATILE = frozenset({"geonet:info", "gml:id", "xsi:schemaLocation"})

#: The metadata's date, in ISO 19139 and 19115-3.
METADATA_DATES = ("dateStamp", "dateInfo")

_ISO = frozenset({"MD_Metadata", "MI_Metadata"})
_CATALOGUE_RECORDS = frozenset({"Record", "SummaryRecord", "BriefRecord"})
_CSW = "http://www.opengis.net/cat/csw"
#: What services answer instead of records.
COMPLAINTS = frozenset({"ExceptionReport", "ServiceExceptionReport", "Fault"})


def is_record(name: str, namespace: str, attributes: Mapping[str, str]) -> bool:
    """ISO metadata of any edition and profile; Dublin Core as a catalogue service gives it; or a service's refusal."""
    if name in _ISO or name in COMPLAINTS:
        return True
    if name in _CATALOGUE_RECORDS and namespace.startswith(_CSW):
        return True
    kind = next((value for key, value in attributes.items() if key.endswith("isoType")), "")
    return kind.rpartition(":")[2] in _ISO


class NoRecords(SourceFailed):
    """A document that can be read and holds no record. `is_refusal`: what stands there instead of the usual document.

    A web page or a service's complaint stands for something that may be back tomorrow; metadata of another kind
    doesn't.
    """

    def __init__(self, message: str, *, is_refusal: bool = False) -> None:
        super().__init__(message)
        self.is_refusal = is_refusal


class Broken(SourceFailed):
    """A document that can't be read to its end. `guid`: the record that it was in the middle of, if it says so."""

    def __init__(self, message: str, *, guid: str = "", raw: bytes = b"") -> None:
        super().__init__(message)
        self.guid = guid
        self.raw = raw


class Records:
    """The records of one XML document, walked through once by `found`; `document` tells the rest.

    `place` is the address or path of the document, which stands in for a missing identifier.
    """

    def __init__(self, stream: Readable, *, place: str = "", ignored: Collection[str] = ()) -> None:
        self.document = Document(stream, wanted=is_record)
        self.given = 0
        self.has_dublin_core = False
        self._place = place
        self._ignored = ignored

    def found(self) -> Iterator[RawRecord]:
        """Raises NoRecords; Broken, after the records that came before the fault; other kinds of SourceFailed."""
        try:
            for cutting in self.document.cuttings():
                if cutting.name in COMPLAINTS:
                    raise NoRecords(f"The service gave no records. {complaint(cutting)}", is_refusal=True)
                is_whole_document = cutting.name == self.document.root
                place = self._place if is_whole_document else ""
                record = record_of(cutting, stand_in=place, ignored=self._ignored)
                self.given += 1
                self.has_dublin_core |= cutting.name in _CATALOGUE_RECORDS
                yield record
        except XmlError as error:
            raise self._broken(error) from error
        if self.given:
            return
        if self.document.root not in _CONTAINERS:
            raise NoRecords(self._what_it_is(), is_refusal=self.document.root.lower() in _PAGES)
        if self.document.around.get("SearchResults", {}).get("numberOfRecordsReturned", "0") != "0":
            raise NoRecords(
                "The service's records are of a form that can't be read here: let it give ISO 19139 (outputSchema"
                " http://www.isotc211.org/2005/gmd)."
            )

    def _broken(self, error: XmlError) -> SourceFailed:
        start = self.document.start
        if not self.given and start and not start.startswith("<"):
            return Broken(f"This is no XML: it begins “{start[:60].strip()}”.")
        if not self.given and start[:100].lower().startswith(("<!doctype html", "<html")):
            return NoRecords(_PAGE, is_refusal=True)
        guid = unfinished_guid(error.unfinished)
        return Broken(f"The XML {error}", guid=guid, raw=error.unfinished)

    def _what_it_is(self) -> str:
        root, namespace = self.document.root, self.document.root_namespace
        if root.lower() in _PAGES:
            return _PAGE
        known = _OTHERS.get(root)
        if known and (not known[0] or known[0] in namespace):
            return known[1]
        return f"This is no ISO 19139 metadata: its outermost element is “{root}”."


_PAGES = frozenset({"html"})
_PAGE = (
    "This is a web page instead of metadata: check its address. A page that lists XML files is harvested as a web"
    " accessible folder."
)

#: Elements around records, which may stand around none.
_CONTAINERS = frozenset({"GetRecordsResponse", "GetRecordByIdResponse", "OAI-PMH"})

#: Outermost elements of other things, part of their namespaces, and what to say of them.
_OTHERS: Mapping[str, tuple[str, str]] = {
    "Capabilities": ("cat/csw", "This describes a catalogue service: harvest its address as CSW."),
    "WMS_Capabilities": ("", "This describes a map service and holds no metadata record."),
    "metadata": ("", "This is metadata in FGDC's or another format than ISO 19139: export it as ISO 19139."),
    "RDF": ("rdf-syntax", "This is RDF: harvest it as DCAT."),
    "TRANSFER": ("", "This is GM03 metadata, which can't be read: export it as ISO 19139."),
    "urlset": ("", "This is a site map and holds no metadata."),
    "ListBucketResult": ("", "This lists files and holds no metadata."),
}


def record_of(cutting: Cutting, *, stand_in: str = "", ignored: Collection[str] = ()) -> RawRecord:
    """`stand_in` is the identity of a record that has none, if something is known that is. Raises XmlError."""
    root = tree(cutting.raw)
    title = _title(root)
    content = digest(root, without=ignored)
    guid = tidy_guid(identifier(root))
    findings: tuple[Finding, ...] = ()
    if not guid:
        guid, findings = _stand_in(root, title, content, stand_in)
    return RawRecord(guid, {"title": title, "xml": cutting.raw}, cutting.raw, content, findings)


def identifier(root: Element) -> str:
    """The record's own identifier: ISO 19139's, 19115-3's, Dublin Core's."""
    return text(root, "fileIdentifier") or text(root, "metadataIdentifier", "code") or text(root, "identifier")


def unfinished_guid(raw: bytes) -> str:
    """The identifier in the beginning of a broken record, which its first lines hold; "" where they don't."""
    begin, end = raw.find(b"fileIdentifier"), raw.find(b"/", raw.find(b"CharacterString"))
    if begin < 0 or not begin < end < begin + 2_000:
        return ""
    words = raw[begin:end].decode("utf-8", "replace")
    return tidy_guid(words.rpartition(">")[2].rpartition("<")[0])


def complaint(cutting: Cutting) -> str:
    """What a service's exception report says, as a sentence."""
    try:
        root = tree(cutting.raw)
    except XmlError:
        return "It answered with an error."
    said = [" ".join(one.text.split()) for one in root.iter() if one.text and one.text.strip()]
    codes = [one.get("exceptionCode") or one.get("code") or "" for one in root.iter()]
    words = "; ".join(said)[:300] or ", ".join(code for code in codes if code)
    return f"It says: “{words}”." if words else "It answered with an error."


def _title(root: Element) -> str:
    return text(root, "identificationInfo", "citation", "title") or text(root, "title")


def _stand_in(root: Element, title: str, content: str, place: str) -> tuple[str, tuple[Finding, ...]]:
    """An identity for a record that has none, and the warning."""
    code = text(root, "identificationInfo", "citation", "identifier", "code") or text(root, "dataSetURI")
    for guid, words in (
        (tidy_guid(place), "where it stands"),
        (tidy_guid(code), "the identifier of its data"),
        (f"title:{hashlib.sha256(title.casefold().encode()).hexdigest()}" if title else "", "its title"),
        (f"sha256:{content}", "its content"),
    ):
        if guid:
            message = (
                f"The record has no fileIdentifier, so it is known by {words}: if that changes, it becomes another"
                " entry. Give it an identifier that stays."
            )
            return guid, (warning("missing-identifier", message, field="fileIdentifier"),)
    raise AssertionError("Content always stands in.")
