"""What catalogue services are asked with, and what is read from their capabilities."""

import gzip
import re
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from harvest.sources.csw_requests import CSW, GMD, Form, Offer, forms, offer_of, service_address
from harvest.sources.iso_tree import tree
from harvest.sources.iso_xml import Document

URL = "https://csw.example.gov.uk/csw"
MDB = "http://standards.iso.org/iso/19115/-3/mdb/2.0"


def test_posted_request_is_well_formed_and_says_all():
    body = Form(URL, is_sorted=True, cql="title = '<&>'").body(51, 50)

    assert body is not None
    root = ElementTree.fromstring(body)
    assert (root.tag, root.get("startPosition"), root.get("maxRecords")) == (f"{{{CSW}}}GetRecords", "51", "50")
    assert (root.get("outputSchema"), root.get("resultType"), root.get("version")) == (GMD, "results", "2.0.2")
    # The order that the schema asks for
    assert [child.tag.rpartition("}")[2] for child in root[0]] == ["ElementSetName", "Constraint", "SortBy"]
    assert root.findtext(f".//{{{CSW}}}CqlText") == "title = '<&>'"
    assert Form(URL).address(1, 10) == URL


def test_request_in_an_address_says_the_same():
    form = Form(URL + "?map=a", is_posted=False, cql="title = '<&>'")

    asked = {name: value for name, (value,) in parse_qs(urlsplit(form.address(51, 50)).query).items()}

    assert form.body(51, 50) is None
    assert (asked["map"], asked["request"], asked["startPosition"], asked["maxRecords"]) == (
        "a",
        "GetRecords",
        "51",
        "50",
    )
    assert (asked["elementSetName"], asked["constraint"], asked["outputSchema"]) == ("full", "title = '<&>'", GMD)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (URL, URL),
        (f"{URL}?", URL),
        (f"{URL}?SERVICE=CSW&Request=GetCapabilities&acceptVersions=2.0.2", URL),
        (f"{URL}?map=/a.map&service=CSW", f"{URL}?map=%2Fa.map"),
        (f"{URL}?key=&request=GetRecords&constraint=x", f"{URL}?key="),
    ],
)
def test_address_of_a_service(url: str, address: str):
    assert service_address(url) == address


@pytest.mark.parametrize(
    ("offer", "schema", "type_name"),
    [
        (Offer(), GMD, "csw:Record"),
        (Offer(schemas=(CSW, GMD)), GMD, "csw:Record"),
        (Offer(schemas=(CSW, MDB)), MDB, "csw:Record"),
        (Offer(schemas=("http://www.w3.org/ns/dcat#", CSW)), CSW, "csw:Record"),
        (Offer(schemas=("http://www.w3.org/ns/dcat#",)), GMD, "csw:Record"),
        (Offer(types=("gmd:MD_Metadata",)), GMD, "gmd:MD_Metadata"),
        (Offer(types=("gmd:MD_Metadata", "csw:Record")), GMD, "csw:Record"),
    ],
)
def test_best_schema_that_is_offered_is_asked_for(offer: Offer, schema: str, type_name: str):
    form = next(forms(URL, offer))

    assert (form.schema, form.type_name) == (schema, type_name)


def test_ways_of_asking_begin_at_our_own_address():
    offer = Offer(post="http://internal:8080/csw?", get=f"{URL}?service=CSW")

    assert [(form.url, form.is_posted, form.is_sorted) for form in forms(URL, offer)] == [
        (URL, True, True),
        (URL, True, False),
        (URL, False, False),
        ("http://internal:8080/csw", True, False),
        (URL, True, False),
    ]
    assert [form.schema for form in forms(URL, offer)] == [GMD, GMD, GMD, GMD, CSW]
    assert {form.schema for form in forms(URL, offer, schema=MDB)} == {MDB}


def test_of_several_post_addresses_the_one_for_plain_xml_counts():
    def post(href: str, encoding: str) -> str:
        constraint = f'<Constraint name="PostEncoding"><Value>{encoding}</Value></Constraint>'
        return f'<Post href="{href}">{constraint}</Post>'

    capabilities = (
        '<Capabilities><OperationsMetadata><Operation name="GetRecords"><DCP><HTTP>'
        f"{post('https://x.gov.uk/soap', 'SOAP')}{post('https://x.gov.uk/xml', 'XML')}</HTTP></DCP>"
        '<Parameter name="outputSchema"><Value> http://www.isotc211.org/2005/gmd </Value></Parameter>'
        "</Operation></OperationsMetadata></Capabilities>"
    )

    assert offer_of(tree(capabilities.encode())) == Offer(post="https://x.gov.uk/xml", schemas=(GMD,))


@pytest.mark.real_data
def test_real_capabilities_are_understood(real_data: Path):
    read = 0
    for path in sorted((real_data / "d_iso").rglob("*.xml*")):
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if not re.search(rb'<(?:\w+:)?Operation name="GetRecords"', body) or b"opengis.net/cat/csw/2.0.2" not in body:
            continue
        document = Document(BytesIO(body), wanted=lambda name, *_: name == "Capabilities")
        for cutting in document.cuttings():
            if cutting.namespace != CSW:
                continue
            offer = offer_of(tree(cutting.raw))
            assert offer.get or offer.post, path
            assert CSW in offer.schemas or GMD in offer.schemas, path
            read += 1
    assert read > 10
