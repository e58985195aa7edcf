"""Files and folders of ISO metadata: what counts as a record, what tells it from others, what is said of the rest."""

import gzip
from pathlib import Path

import pytest

from harvest.raw_record import RawRecord
from harvest.sources.base import Event, Finished, Limits, Place, SourceFailed, SourceProblem
from harvest.sources.iso import IsoAdapter
from services.http import OutboundPolicy
from tests.factories.iso import NAMESPACES, iso_record, words

LIMITS = Limits(OutboundPolicy(), max_bytes=10_000_000)
WEB_PAGE = (
    "This is a web page instead of metadata: check its address. A page that lists XML files is harvested as a web"
    " accessible folder."
)
EXCEPTION = (
    '<ows:ExceptionReport xmlns:ows="urn:o"><ows:Exception exceptionCode="X">'
    "<ows:ExceptionText>Out of\n order</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"
)
CSW = 'xmlns:csw="http://www.opengis.net/cat/csw/2.0.2"'


def fetch(path: Path, **config: object) -> list[Event]:
    return list(IsoAdapter().fetch(Place(str(path), config, may_be_path=True), memory={}, limits=LIMITS))


def one(path: Path, document: str | bytes) -> list[Event]:
    path.write_bytes(document if isinstance(document, bytes) else document.encode())
    return fetch(path)


def records(events: list[Event]) -> list[RawRecord]:
    return [event for event in events if isinstance(event, RawRecord)]


def problems(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.finding.kind, event.element) for event in events if isinstance(event, SourceProblem)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "record.xml"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (iso_record("a"), ["a"]),
        (f'<?xml version="1.0"?><!-- x --><all>{iso_record("a")}{iso_record("b")}</all>', ["a", "b"]),
        (iso_record("a").replace("gmd:MD_Metadata", "gmd:MI_Metadata"), ["a"]),
        (
            iso_record("a")
            .replace("<gmd:MD_Metadata", '<my:Record xmlns:my="urn:my" gco:isoType="gmd:MD_Metadata"')
            .replace("</gmd:MD_Metadata", "</my:Record"),
            ["a"],
        ),
        (
            f"<csw:GetRecordByIdResponse {CSW} {NAMESPACES}>{iso_record('a', namespaces='')}"
            "</csw:GetRecordByIdResponse>",
            ["a"],
        ),
        (
            f'<csw:GetRecordsResponse {CSW} xmlns:dc="http://purl.org/dc/elements/1.1/"><csw:SearchResults>'
            "<csw:BriefRecord><dc:identifier>b</dc:identifier><dc:title>T</dc:title></csw:BriefRecord>"
            "</csw:SearchResults></csw:GetRecordsResponse>",
            ["b"],
        ),
        (f'<csw:GetRecordsResponse {CSW}><csw:SearchResults numberOfRecordsMatched="0"/></csw:GetRecordsResponse>', []),
    ],
    ids=["record", "several", "imagery", "profile", "by id", "Dublin Core", "no results"],
)
def test_records_are_found(file: Path, document: str, expected: list[str]):
    events = one(file, document)

    assert [record.guid for record in records(events)] == expected
    assert events[-1] == Finished()


def test_record_is_kept_as_it_came_and_names_its_title(file: Path):
    text = iso_record("a", "Rivers & lakes")

    (record,) = records(one(file, '<?xml version="1.0"?>\n' + text))

    assert (record.raw, record.body) == (text.encode(), {"title": "Rivers & lakes", "xml": text.encode()})


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"", "The XML is empty."),
        (b'{"dataset": []}', 'This is no XML: it begins “{"dataset": []}”.'),
        (b"<!DOCTYPE html><html><body><p>Sorry<br></body></html>", WEB_PAGE),
        (b"<html><body><h1>Sorry</h1></body></html>", WEB_PAGE),
        (
            b'<GetRecordsResponse><SearchResults numberOfRecordsReturned="1"><DIF/></SearchResults>'
            b"</GetRecordsResponse>",
            "The service's records are of a form that can't be read here: let it give ISO 19139 (outputSchema"
            " http://www.isotc211.org/2005/gmd).",
        ),
        (b"<root/>", "This is no ISO 19139 metadata: its outermost element is “root”."),
        (
            b"<metadata><idinfo/></metadata>",
            "This is metadata in FGDC's or another format than ISO 19139: export it as ISO 19139.",
        ),
        (
            b'<Capabilities xmlns="http://www.opengis.net/cat/csw/2.0.2"/>',
            "This describes a catalogue service: harvest its address as CSW.",
        ),
        (b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>', "This is RDF: harvest it as DCAT."),
        (EXCEPTION.encode(), "The service gave no records. It says: “Out of order”."),
        (iso_record("a")[:-40].encode(), "The XML stops in the middle, at line 1."),
        (
            b'<!DOCTYPE a [<!ENTITY b "c">]><a/>',
            "The XML declares entities of its own, which is not accepted: write the texts out.",
        ),
        (b"<gmd:MD_Metadata/>", "The XML of a record is broken (unbound prefix: line 1, column 0)."),
    ],
)
def test_a_document_without_records_says_what_it_is(file: Path, document: bytes, message: str):
    with pytest.raises(SourceFailed) as raised:
        one(file, document)

    assert str(raised.value) == message


# Identity


def test_record_without_an_identifier_goes_by_where_it_stands(file: Path):
    (record,) = records(one(file, iso_record(None, "Rivers")))

    assert record.guid == "record.xml"
    assert [finding.kind for finding in record.findings] == ["missing-identifier"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (iso_record(None, "Rivers"), iso_record(None, "Lakes")),
        (iso_record("", "Rivers"), iso_record(" ", "Lakes")),
        (
            iso_record(None, "Rivers", more=words("dataSetURI", "https://x.gov.uk/1")),
            iso_record(None, "Rivers", more=words("dataSetURI", "https://x.gov.uk/2")),
        ),
    ],
)
def test_several_in_one_document_go_by_what_they_are(file: Path, first: str, second: str):
    forwards = {record.guid for record in records(one(file, f"<all>{first}{second}</all>"))}
    backwards = {record.guid for record in records(one(file, f"<all>{second}{first}</all>"))}

    assert forwards == backwards
    assert len(forwards) == 2


# What a record says


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<gmd:MD_Metadata ", "<gmd:MD_Metadata   id='x'  "),
        ("</gmd:dateStamp>", "</gmd:dateStamp>\n  <!-- made on Monday -->\n"),
        ("in one file.", "in\n   one   file."),
        ("gmd", "other"),
        (
            "</gmd:MD_Metadata>",
            '<geonet:info xmlns:geonet="http://www.fao.org/geonetwork"><popularity>7</popularity></geonet:info>'
            "</gmd:MD_Metadata>",
        ),
    ],
    ids=["id", "comment", "blanks", "prefix", "GeoNetwork's notes"],
)
def test_what_says_nothing_does_not_make_a_record_another(file: Path, before: str, after: str):
    text = iso_record("a")
    (first,) = records(one(file, text))

    (second,) = records(one(file, text.replace(before, after).replace("2005/other", "2005/gmd")))

    assert first.content_hash == second.content_hash


@pytest.mark.parametrize(
    ("before", "after"),
    [("in one file.", "in two files."), ("2024-01-02", "2024-01-03"), ("x.csv", "y.csv")],
)
def test_what_says_something_does(file: Path, before: str, after: str):
    (first,) = records(one(file, iso_record("x")))

    (second,) = records(one(file, iso_record("x").replace(before, after)))

    assert first.content_hash != second.content_hash


def test_the_metadatas_date_may_be_told_not_to_count(file: Path):
    hashes = set()
    for day in ("2024-01-02", "2024-01-03"):
        file.write_text(iso_record("x", date=day))
        hashes |= {record.content_hash for record in records(fetch(file, ignore_metadata_date=True))}

    assert len(hashes) == 1


# Folders


def test_folder_gives_the_records_of_all_its_files(tmp_path: Path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "b.xml").write_text(iso_record("b"))
    (tmp_path / "deep" / "a.XML").write_text(iso_record(None))
    (tmp_path / "c.xml.gz").write_bytes(gzip.compress(iso_record("c").encode()))
    (tmp_path / "notes.txt").write_text("none")

    events = fetch(tmp_path)

    assert [record.guid for record in records(events)] == ["b", "c", "deep/a.XML"]
    assert events[-1] == Finished()


def test_a_file_that_is_no_metadata_is_told_and_the_rest_is_whole(tmp_path: Path):
    (tmp_path / "a.xml").write_text(iso_record("a"))
    (tmp_path / "style.xml").write_text("<stylesheet/>")

    events = fetch(tmp_path)

    assert problems(events) == [("not-iso", "style.xml")]
    assert events[-1] == Finished()


@pytest.mark.parametrize("broken", ["", "<html>Sorry</html>", "<gmd:MD_Meta", '<?xml version="1.0"?><a><b></a>'])
def test_a_file_that_may_hold_a_known_record_leaves_the_folder_incomplete(tmp_path: Path, broken: str):
    (tmp_path / "a.xml").write_text(iso_record("a"))
    (tmp_path / "b.xml").write_text(broken)

    events = fetch(tmp_path)

    assert problems(events) == [("file-unreadable", "b.xml"), ("incomplete-list", "")]
    assert events[-1] == Finished(is_whole=False)


def test_a_record_that_breaks_off_is_still_known_by_its_identifier(tmp_path: Path):
    (tmp_path / "a.xml").write_text(iso_record("a"))
    (tmp_path / "b.xml").write_text(iso_record("the-b", "Rivers")[:-60])

    events = fetch(tmp_path)

    broken = records(events)[1]
    assert (broken.guid, broken.body) == ("the-b", {"title": ""})
    assert [(finding.kind, finding.message) for finding in broken.findings] == [
        ("broken-xml", "The XML stops in the middle, at line 1. The record could not be used.")
    ]
    assert events[-1] == Finished()


def test_a_folder_of_nothing_but_trouble_fails(tmp_path: Path):
    (tmp_path / "a.xml").write_text("<html/>")
    (tmp_path / "b.xml").write_text("<root/>")

    with pytest.raises(SourceFailed) as raised:
        fetch(tmp_path)

    assert str(raised.value) == (
        "None of 2 files holds a record that can be read. The last one: This is no ISO 19139 metadata: its outermost"
        " element is “root”."
    )


def test_a_file_over_the_limit_fails(file: Path):
    file.write_text(iso_record("a"))

    with pytest.raises(SourceFailed) as raised:
        list(IsoAdapter().fetch(Place(str(file), may_be_path=True), memory={}, limits=Limits(OutboundPolicy(), 500)))

    assert str(raised.value) == "The source is larger than 500 bytes, which is the limit set for it."
