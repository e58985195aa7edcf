"""Every form of RDF says the same, whatever the texts hold, and says it to a parser that is not ours."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse

from catalogue.rdf.ntriples import NTriplesWriter
from catalogue.rdf.terms import InLanguage, Link, Node, Typed, iri
from catalogue.rdf.writers import FORMS, written

READERS = {
    "ttl": RdfFormat.TURTLE,
    "rdf": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "nt": RdfFormat.N_TRIPLES,
}

#: Text as the catalogue holds it: no control characters but line ends and tabs, no lone surrogates.
TEXT = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc", "Cn", "Co"], include_characters="\n\t\r", exclude_characters="\ufffe\uffff"
    )
)
ADDRESS = st.text(max_size=30).map(lambda text: f"https://data.example/{text}")
LITERALS = st.one_of(
    TEXT,
    st.builds(Typed, TEXT, st.sampled_from(["xsd:date", "gsp:wktLiteral", "rdf:JSON"])),
    st.builds(InLanguage, TEXT, st.sampled_from(["cy", "gd", "en-GB"])),
    st.builds(Link, ADDRESS),
)
PREDICATES = st.sampled_from(["dct:title", "dcat:keyword", "domesday:more", "vcard:fn"])


def nodes(children):
    pairs = st.lists(st.tuples(PREDICATES, children), max_size=4)
    types = st.lists(st.sampled_from(["dcat:Dataset", "foaf:Agent", "skos:Concept"]), max_size=2, unique=True)
    return st.builds(Node, st.one_of(st.just(""), ADDRESS), types.map(tuple), pairs)


DOCUMENTS = st.lists(
    st.builds(
        Node,
        ADDRESS,
        st.just(("dcat:Dataset",)),
        st.lists(st.tuples(PREDICATES, st.recursive(LITERALS, nodes, max_leaves=6)), max_size=5),
    ),
    max_size=3,
)


def graph(text: str, form: str) -> Dataset:
    found = Dataset(parse(text.encode(), READERS[form]))
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return found


@given(DOCUMENTS)
def test_all_forms_say_the_same(document):
    said = {form: graph("".join(written(document, form)), form) for form in FORMS}
    assert said["ttl"] == said["nt"]
    assert said["jsonld"] == said["nt"]
    assert said["rdf"] == said["nt"]


def test_what_many_nodes_share_is_told_once():
    agency = Node("https://data.example/agency", ("foaf:Agent",), [("foaf:name", "Agency")], once=True)
    document = [Node(f"https://data.example/{n}", ("dcat:Dataset",), [("dct:publisher", agency)]) for n in (1, 2)]
    for form in FORMS:
        assert "".join(written(document, form)).count("Agency") == 1
        assert len(graph("".join(written(document, form)), form)) == 6


def test_turtle_reads_like_turtle():
    node = Node(
        "https://data.example/1",
        ("dcat:Dataset",),
        [
            ("dct:title", 'Bins "and" skips'),
            ("dcat:keyword", "bins"),
            ("dcat:keyword", "skips"),
            ("dct:issued", Typed("2026-03-01", "xsd:date")),
            ("dct:creator", Node("", ("foaf:Agent",), [("foaf:name", "Ann")])),
        ],
    )
    text = "".join(written([node], "ttl"))
    assert text.partition("\n\n")[2] == (
        "<https://data.example/1> a dcat:Dataset ;\n"
        '    dct:title "Bins \\"and\\" skips" ;\n'
        '    dcat:keyword "bins", "skips" ;\n'
        '    dct:issued "2026-03-01"^^xsd:date ;\n'
        "    dct:creator [ a foaf:Agent ;\n"
        '        foaf:name "Ann"\n'
        "    ] .\n"
    )


def test_quads_name_their_graph():
    writer = NTriplesWriter("https://data.example/catalog")
    assert writer.node(Node("https://data.example/1", (), [("dct:title", "Bins")])) == (
        '<https://data.example/1> <http://purl.org/dc/terms/title> "Bins" <https://data.example/catalog> .\n'
    )


def test_the_context_of_json_ld_is_written_out():
    document = json.loads("".join(written([], "jsonld")))
    assert document["@graph"] == []
    assert document["@context"]["dct"]["@id"] == "http://purl.org/dc/terms/"


@pytest.mark.parametrize(
    ("address", "written_as"),
    [
        ("https://data.example/a?b=c#d", "https://data.example/a?b=c#d"),
        ("https://data.example/a b|c", "https://data.example/a%20b%7Cc"),
        ("https://[::1]:80/a[1]", "https://[::1]:80/a%5B1%5D"),
        ("https://data.example/100%", "https://data.example/100%25"),
        ("https://data.example/#a#b", "https://data.example/#a%23b"),
        ("https://data.example/ÿ", "https://data.example/ÿ"),
        ("mailto:a@b.example", "mailto:a@b.example"),
    ],
)
def test_an_address_is_made_fit_for_every_grammar(address, written_as):
    assert iri(address) == written_as
