"""RDF in all its forms, by the book and as catalogues write it: what is in the graph, and what is told."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvest.apart.rdf import Reading, form_of
from harvest.apart.rdf_native import RdfError
from harvest.apart.rdf_records import MAX_NODES, Records
from harvest.apart.rdf_terms import short_name
from harvest.apart.rdf_xml import XmlError

BASE = "https://data.example/catalogue"


def read(path: Path, body: str | bytes, *, declared: str = "") -> tuple[list[dict[str, Any]], list[str]]:
    """The entries of a file, and the kinds of its warnings."""
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    reading = Reading(path, declared=declared, base=BASE)
    with reading.graph() as graph:
        return list(Records(graph)), [kind for kind, _, _ in reading.warnings]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "catalogue"


BINS = {"@id": "https://data.example/bins", "@type": ["dcat:Dataset"], "dct:title": ["Bins"]}
TURTLE = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<https://data.example/bins> a dcat:Dataset ; dct:title "Bins" ."""
XML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#"
 xmlns:dct="http://purl.org/dc/terms/"><dcat:Dataset rdf:about="https://data.example/bins">
 <dct:title>Bins</dct:title></dcat:Dataset></rdf:RDF>"""
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
TRIPLES = f"""<https://data.example/bins> <{TYPE}> <http://www.w3.org/ns/dcat#Dataset> .
<https://data.example/bins> <http://purl.org/dc/terms/title> "Bins" .
"""
JSON_LD = """{"@context": {"dcat": "http://www.w3.org/ns/dcat#", "title": "http://purl.org/dc/terms/title"},
 "@id": "bins", "@type": "dcat:Dataset", "title": "Bins"}"""


@pytest.mark.parametrize("declared", ["", "xml", "json-ld", "n-triples"])
@pytest.mark.parametrize("body", [TURTLE, XML, TRIPLES, JSON_LD], ids=["turtle", "xml", "triples", "json-ld"])
def test_content_tells_the_form_whatever_was_declared(file: Path, body: str, declared: str):
    assert read(file, body, declared=declared) == ([BINS], [])


@pytest.mark.parametrize("body", [TURTLE, XML, TRIPLES], ids=["turtle", "xml", "triples"])
def test_turtle_may_be_declared_for_what_is_another_form(file: Path, body: str):
    assert read(file, body, declared="turtle") == ([BINS], [])


def test_turtle_that_begins_with_a_bracket_is_told_from_json_by_what_is_declared(file: Path):
    body = '[] a <http://www.w3.org/ns/dcat#Dataset> ; <http://purl.org/dc/terms/title> "Bins" .'

    assert read(file, body, declared="turtle")[0] == [{key: BINS[key] for key in ("@type", "dct:title")}]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "is empty."),
        ("  \n ", "is empty."),
        ("<!DOCTYPE html><html><p>Sorry", "is a web page instead of RDF: check its address."),
        ("<html lang='en'>", "is a web page instead of RDF: check its address."),
    ],
)
def test_what_is_no_rdf_at_all_is_named(body: str, said: str):
    with pytest.raises(RdfError) as refused:
        form_of(body.strip(), "")

    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("encode", "warnings"),
    [
        (lambda text: b"\xef\xbb\xbf" + text.encode(), []),
        (lambda text: text.encode("utf-16"), []),
        (lambda text: text.encode("utf-16-le"), []),
        (lambda text: text.encode("cp1252"), ["not-utf-8"]),
    ],
    ids=["mark", "utf-16", "utf-16 without mark", "windows"],
)
def test_encodings(file: Path, encode: Any, warnings: list[str]):
    entries, told = read(file, encode(TURTLE.replace("Bins", "Café – “bins”")))

    assert (entries[0]["dct:title"], told) == (["Café – “bins”"], warnings)


def test_encoding_that_xml_declares_is_used(file: Path):
    body = f'<?xml version="1.0" encoding="ISO-8859-1"?>{XML.replace("Bins", "Café")}'.encode("latin-1")

    assert read(file, body)[0][0]["dct:title"] == ["Café"]


def test_nul_and_other_control_characters_are_left_out(file: Path):
    assert read(file, TURTLE.replace("Bins", "B\x00i\x01ns")) == ([BINS], [])
    assert read(file, XML.replace("Bins", "B\x00i\x0bns")) == ([BINS], [])


def test_undeclared_prefix_is_read_as_what_it_usually_means_and_told(file: Path):
    body = TURTLE.replace("@prefix dct: <http://purl.org/dc/terms/> .", "")

    assert read(file, body) == ([BINS], ["undeclared-prefix"])


def test_prefix_that_nobody_knows_fails(file: Path):
    with pytest.raises(RdfError, match=r"is broken at line 2 .*: The prefix dbx: has not been declared\."):
        read(file, TURTLE.replace("dct:title", "dbx:title"))


def test_broken_turtle_says_where(file: Path):
    with pytest.raises(RdfError, match=r"^is broken at line 2 "):
        read(file, TURTLE + " <https://data.example/next> ;")


def test_broken_xml_says_where(file: Path):
    with pytest.raises(XmlError, match=r"^is broken at line 3, column \d+: mismatched tag\.$"):
        read(file, XML.replace("</dcat:Dataset>", ""))


def test_blank_in_an_address_is_no_reason_to_refuse_a_file(file: Path):
    entries, told = read(file, TURTLE.replace('"Bins"', "<https://data.example/my bins.csv>"))

    assert (entries[0]["dct:title"], told) == ([{"@id": "https://data.example/my bins.csv"}], [])


# JSON-LD


@pytest.mark.parametrize(
    ("context", "warnings"),
    [
        ('"https://raw.githubusercontent.com/DOI-DO/dcat-us/main/context/dcat-us-3.0.jsonld"', []),
        ('["https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld", {"x": "http://x.example/"}]', []),
        ('"https://schema.org/"', []),
        ('"https://nowhere.example/context.jsonld"', ["remote-context"]),
        ('{"@import": "https://nowhere.example/context.jsonld", "x": "http://x.example/"}', ["remote-context"]),
    ],
)
def test_remote_contexts_are_never_fetched(file: Path, context: str, warnings: list[str]):
    types = "Dataset" if "schema" in context and "1.1" not in context else "dcat:Dataset"
    body = f'{{"@context": {context}, "@id": "https://data.example/bins", "@type": "{types}", "title": "Bins"}}'

    entries, told = read(file, body.replace("title", "name") if types == "Dataset" else body)

    assert told == warnings
    assert [value for name, value in entries[0].items() if name in ("dct:title", "schema:name")] == [["Bins"]]


def test_context_within_a_node_is_not_fetched_either(file: Path):
    body = JSON_LD.replace('"title": "Bins"}', '"title": "Bins", "z": {"@context": "http://nowhere.example/", "k": 1}}')

    assert read(file, body)[1] == ["remote-context"]


def test_json_that_is_not_quite_json_is_forgiven(file: Path):
    body = JSON_LD.replace("Bins", "Bi\tns \\ud83d").replace('"@id": "bins"', '"@id": "bins", "size": NaN')

    entries, told = read(file, body)

    assert (entries[0]["dct:title"], told) == (["Bi\tns ?"], [])


@pytest.mark.parametrize("body", ["[" * 5_000, '{"a":' * 5_000, '{"@context":[' * 900 + "1" + "]}" * 900])
def test_deep_json_is_refused(file: Path, body: str):
    with pytest.raises(RdfError, match=r"nested|broken"):
        read(file, body)


# What an entry holds


def test_lists_keep_their_order_and_loops_end(file: Path):
    body = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
    <a> a dcat:Dataset ; dct:title "A" ; dct:creator ( "x" "b" [ dct:title "c" ] ) ; dct:publisher <p> .
    <p> dct:title "P" ; dct:hasPart <q> . <q> dct:isPartOf <p> . _:b a dcat:Dataset ; dct:relation _:b ."""

    (first, second), _ = read(file, body)

    assert first["dct:creator"] == [{"@list": ["x", "b", {"dct:title": ["c"]}]}]
    assert first["dct:publisher"] == [
        {
            "@id": "https://data.example/p",
            "dct:title": ["P"],
            "dct:hasPart": [{"@id": "https://data.example/q", "dct:isPartOf": [{"@id": "https://data.example/p"}]}],
        }
    ]
    assert second == {"@type": ["dcat:Dataset"], "dct:relation": [{}]}


def test_graph_that_multiplies_at_every_step_is_cut(file: Path):
    """84 nodes, each leading to the twelve of the next level: thirty million ways to the last."""
    links = " ".join(f"_:n{level}x{n} dct:hasPart {', '.join(f'_:n{level + 1}x{m}' for m in range(12))} ."
                     for level in range(7) for n in range(12))  # fmt: skip
    file.write_text(f"""@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
    <a> a dcat:Dataset ; dct:hasPart _:n0x0 . {links}""")

    with Reading(file, declared="", base=BASE).graph() as graph:
        records = Records(graph)
        (entry,) = list(records)

    assert (records.cut, str(entry).count("dct:hasPart") <= MAX_NODES) == (["https://data.example/a"], True)


def test_service_behind_a_file_is_told_with_it_and_a_listed_one_is_an_entry(file: Path):
    body = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
    <c> a dcat:Catalog ; dcat:service <listed> ; dcat:dataset <d> , <unknown> .
    <d> a dcat:Dataset ; dcat:distribution [ dcat:accessService <hidden> , <listed> ] .
    <hidden> a dcat:DataService ; dct:title "Hidden" . <listed> a dcat:DataService ; dct:title "Listed" .
    <alone> a dcat:DataService ; dct:title "Alone" ."""

    entries, _ = read(file, body)

    assert [entry["@id"].rpartition("/")[2] for entry in entries] == ["d", "listed", "alone"]
    services = entries[0]["dcat:distribution"][0]["dcat:accessService"]
    assert [service["dct:title"] for service in services] == [["Hidden"], ["Listed"]]


@given(st.text())
def test_short_names_never_fail(text: str):
    assert isinstance(short_name(text), str)


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        ("http://purl.org/dc/terms/title", "dct:title"),
        ("https://www.w3.org/ns/dcat#Dataset", "dcat:Dataset"),
        ("https://schema.org/name", "schema:name"),
        ("https://www.dcat-ap.de/def/dcatde/1.1/maintainer", "dcatde:maintainer"),
        ("http://www.w3c.org/ns/org#Organization", "org:Organization"),
        ("https://else.example/terms#x", "https://else.example/terms#x"),
        ("http://purl.org/dc/terms/", "http://purl.org/dc/terms/"),
    ],
)
def test_names_of_terms(iri: str, name: str):
    assert short_name(iri) == name
