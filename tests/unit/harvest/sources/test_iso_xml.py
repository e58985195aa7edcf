"""The gate for foreign XML: what is cut out stands by itself, and what is hostile is refused in a sentence."""

import tracemalloc
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from io import BytesIO

import pytest

from harvest.sources.iso_xml import MAX_DEPTH, MAX_ELEMENTS, Cutting, Document, XmlError


def is_record(name: str, namespace: str, attributes: dict[str, str]) -> bool:
    return name == "record"


def cuttings(document: bytes) -> list[Cutting]:
    return list(Document(BytesIO(document), wanted=is_record).cuttings())


def failure(document: bytes) -> str:
    with pytest.raises(XmlError) as raised:
        cuttings(document)
    return str(raised.value)


class Pieces:
    """A stream that gives these pieces, however large it is asked for."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, size: int = -1, /) -> bytes:
        return next(self._pieces, b"")


def test_record_that_is_the_document_comes_as_it_stands():
    assert cuttings(b'<?xml version="1.0"?>\n<!-- note -->\n<record a="1">x</record>\n') == [
        Cutting("record", "", b'<record a="1">x</record>')
    ]


def test_record_inside_brings_the_namespaces_that_were_declared_around_it():
    document = (
        b'<a:all xmlns:a="urn:a" xmlns="urn:d" xmlns:q="urn:a&amp;&quot;b"><a:record xmlns:a="urn:new">'
        b"<inner/><q:x/></a:record><record/></a:all>"
    )

    first, second = cuttings(document)

    assert (first.name, first.namespace) == ("record", "urn:new")
    assert [element.tag for element in ET.fromstring(first.raw).iter()] == [
        "{urn:new}record",
        "{urn:d}inner",
        '{urn:a&"b}x',
    ]
    assert ET.fromstring(second.raw).tag == "{urn:d}record"


@pytest.mark.parametrize("size", [1, 7, 64, 4096])
def test_however_the_bytes_arrive_the_records_are_the_same(size: int):
    document = "<all>" + "".join(f'<record n="{n}"><t>Dŵr &amp; £{n}</t></record>\n' for n in range(30)) + "</all>"
    data = document.encode()
    pieces = Pieces(data[start : start + size] for start in range(0, len(data), size))

    found = list(Document(pieces, wanted=is_record).cuttings())

    assert found == cuttings(data)
    assert found[29].raw == '<record n="29"><t>Dŵr &amp; £29</t></record>'.encode()


def test_records_inside_of_a_record_are_part_of_it():
    assert [cutting.raw for cutting in cuttings(b"<all><record><record>1</record></record></all>")] == [
        b"<record><record>1</record></record>"
    ]


def test_what_stands_around_the_records_is_known_afterwards():
    document = Document(
        BytesIO(b'<x:Answer xmlns:x="urn:x"><x:Results count="7">some words<record/></x:Results></x:Answer>'),
        wanted=is_record,
    )

    list(document.cuttings())

    assert (document.root, document.root_namespace) == ("Answer", "urn:x")
    assert document.around["Results"] == {"count": "7"}
    assert document.words == "some words"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-8", "UTF-16"),  # what .NET writes into a file that it then saves as UTF-8
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("windows-1252", "windows-1252"),
        ("iso-8859-1", "ISO-8859-1"),
        ("utf-8", "no-such-encoding"),
        ("utf-8", "unicode_escape"),
    ],
)
def test_encodings_are_read_whatever_they_are_called(encoding: str, declared: str):
    text = f'<?xml version="1.0" encoding="{declared}"?><record>naïve café £</record>'
    document = Document(BytesIO(text.encode(encoding)), wanted=is_record)

    (cutting,) = document.cuttings()

    assert cutting.raw.decode() == "<record>naïve café £</record>"
    assert not document.has_bad_bytes


def test_bytes_that_are_not_of_the_encoding_are_taken_for_windows_1252_and_told():
    document = Document(
        BytesIO(b'<?xml version="1.0" encoding="UTF-8"?><record>Here\x92s a \xa3 and d\xc5\xb5r</record>'),
        wanted=is_record,
    )

    (cutting,) = document.cuttings()

    assert cutting.raw.decode() == "<record>Here’s a £ and dŵr</record>"
    assert document.has_bad_bytes


def test_characters_that_xml_refuses_are_left_out():
    assert cuttings(b"  \n<record>a\x00b\x0bc</record>") == [Cutting("record", "", b"<record>abc</record>")]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"", "is empty."),
        (b"  \n ", "is empty."),
        (b"<all><record><a>", "stops in the middle, at line 1."),
        (b"<all>\n<record a=", "stops in the middle, at line 2."),
        (b"<all>\n<record></b></all>", "is broken at line 2, column 11 (mismatched tag)."),
        (b"<all>&nbsp;</all>", "is broken at line 1, column 6 (undefined entity)."),
        (b"just words", "is broken at line 1, column 1 (syntax error)."),
        (b"<record/><record/>", "is broken at line 1, column 10 (junk after document element)."),
    ],
    ids=["empty", "blanks", "no end", "in a tag", "mismatched", "entity", "no XML", "two roots"],
)
def test_what_is_no_whole_xml_says_where(document: bytes, message: str):
    assert failure(document) == message


def test_records_before_a_fault_are_given_first():
    given = Document(BytesIO(b"<all><record>1</record><record>2"), wanted=is_record).cuttings()

    assert next(given).raw == b"<record>1</record>"
    with pytest.raises(XmlError) as raised:
        next(given)
    assert raised.value.unfinished == b"<record>2"


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">',
        '<!ENTITY secret SYSTEM "file:///etc/passwd">',
        '<!ENTITY secret SYSTEM "http://127.0.0.1/secret">',
        '<!ENTITY % outside SYSTEM "http://127.0.0.1/outside.dtd"> %outside;',
    ],
    ids=["expansion", "file", "address", "parameter"],
)
def test_entities_are_refused_at_their_declaration(declaration: str):
    document = f"<!DOCTYPE record [{declaration}]><record>&lol2;&secret;</record>"

    assert failure(document.encode()) == "declares entities of its own, which is not accepted: write the texts out."


def test_document_type_elsewhere_is_not_fetched():
    document = b'<!DOCTYPE record SYSTEM "http://127.0.0.1:9/record.dtd"><record>x</record>'

    assert cuttings(document) == [Cutting("record", "", b"<record>x</record>")]


@pytest.mark.parametrize("outside", ["", "<all>"], ids=["inside a record", "outside"])
def test_deep_nesting_is_refused(outside: str):
    start = outside or "<record>"

    assert failure((start + "<a>" * 100_000).encode()) == "is nested too deeply to be read."
    assert len(cuttings(f"<record>{'<a>' * (MAX_DEPTH - 1)}{'</a>' * (MAX_DEPTH - 1)}</record>".encode())) == 1


def test_record_of_too_many_elements_is_refused():
    assert failure(b"<record>" + b"<a/>" * (MAX_ELEMENTS + 1)) == "has a record of more than 200,000 elements."


@pytest.mark.parametrize(
    ("start", "piece", "message"),
    [
        (b"<record>", b"words " * 10_000, "has a record of more than 16,777,216 bytes."),
        (b"<!--", b"words " * 10_000, "has a tag or comment of more than 4,194,304 bytes."),
        (b'<record a="', b"words " * 10_000, "has a tag or comment of more than 4,194,304 bytes."),
        (b"<all>", b"words " * 10_000, "holds no record in 16,777,216 bytes."),
    ],
    ids=["record", "comment", "attribute", "outside"],
)
def test_two_gigabytes_cost_no_memory(start: bytes, piece: bytes, message: str):
    def pieces() -> Iterator[bytes]:
        yield start
        yield from (piece for _ in range(40_000))

    tracemalloc.start()
    with pytest.raises(XmlError) as raised:
        list(Document(Pieces(pieces()), wanted=is_record).cuttings())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert str(raised.value) == message
    assert peak < 80 * 1024 * 1024
