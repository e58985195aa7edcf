"""RDF/XML: what another parser reads we read too, and what catalogues get wrong besides."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from harvest.apart.rdf_native import read
from harvest.apart.rdf_xml import XmlError, XmlReader

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
HEAD = f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:e="http://e.example/" xmlns:dcat="http://www.w3.org/ns/dcat#">'

Statements = set[tuple[str, str, str]]


def ours(body: str) -> tuple[Statements, dict[str, int]]:
    found: Statements = set()
    reader = XmlReader(lambda s, p, o: found.add((s, p, json.dumps(o))), base="http://base.example/doc")
    reader.read([body])
    return found, dict(reader.oddities)


def theirs(body: str) -> Statements:
    found: Statements = set()
    source: Any = parse(body.encode(), RdfFormat.RDF_XML, base_iri="http://base.example/doc", lenient=True)
    turtle = serialize((quad.triple for quad in source), format=RdfFormat.N_TRIPLES)
    assert turtle is not None
    read(turtle, "n-triples", lambda s, p, o: found.add((s, p, json.dumps(o))), base="http://base.example/doc")
    return found


def unlabelled(statements: Statements) -> list[tuple[str, str, str]]:
    """Labels of blank nodes are each parser's own."""

    def plain(term: str) -> str:
        return '{"@id": "_:"}' if term.startswith('{"@id": "_:') else "_:" if term.startswith("_:") else term

    return sorted((plain(s), p, plain(o)) for s, p, o in statements)


@pytest.mark.parametrize(
    "inner",
    [
        '<rdf:Description rdf:about="a"><e:p>text</e:p></rdf:Description>',
        '<e:Thing rdf:ID="a"><e:p xml:lang="EN-gb">text</e:p></e:Thing>',
        '<e:Thing rdf:about="a" e:q="v"/>',
        '<e:Thing><e:p rdf:resource="b"/></e:Thing>',
        '<e:Thing><e:p rdf:resource="b" e:q="v"/></e:Thing>',
        '<e:Thing><e:p e:q="v" rdf:type="http://e.example/T"/></e:Thing>',
        '<e:Thing><e:p rdf:datatype="http://www.w3.org/2001/XMLSchema#date">2020-01-01</e:p></e:Thing>',
        '<e:Thing rdf:about="a"><e:p><e:Other rdf:about="b"><e:q>x</e:q></e:Other></e:p></e:Thing>',
        '<e:Thing rdf:about="a"><e:p rdf:parseType="Resource"><e:q>x</e:q><e:r/></e:p></e:Thing>',
        '<e:Thing rdf:about="a"><e:p rdf:parseType="Collection"><e:A rdf:about="1"/><e:B/></e:p></e:Thing>',
        '<e:Thing rdf:about="a"><e:p rdf:parseType="Collection"/></e:Thing>',
        '<e:Thing rdf:nodeID="n"><e:p rdf:nodeID="n"/></e:Thing>',
        '<rdf:Seq rdf:about="a"><rdf:li>x</rdf:li><rdf:li rdf:resource="b"/></rdf:Seq>',
        '<e:Thing rdf:about="a" xml:base="http://other.example/x/"><e:p rdf:resource="../y"/></e:Thing>',
        '<e:Thing rdf:about="a" xml:lang="cy"><e:p>un</e:p><e:p xml:lang="en">two</e:p></e:Thing>',
        '<e:Thing rdf:about="a"><e:p><![CDATA[<b> & ]]></e:p><!-- no --></e:Thing>',
    ],
)  # fmt: skip
def test_striped_syntax_says_what_another_parser_reads(inner: str):
    body = f"{HEAD}{inner}</rdf:RDF>"

    found, oddities = ours(body)

    assert unlabelled(found) == unlabelled(theirs(body))
    assert oddities == {}


names = st.sampled_from([NamedNode(f"http://e.example/{name}") for name in ("a", "b", "c#d", "e/f?g=1&h=2")])
texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), max_size=20)
literals = st.one_of(
    texts.map(Literal),
    st.builds(lambda text: Literal(text, language="cy"), texts),
    st.builds(lambda text: Literal(text, datatype=NamedNode("http://e.example/type")), texts),
)
nodes = st.one_of(names, st.sampled_from([BlankNode("x"), BlankNode("y")]))
predicates = st.sampled_from([NamedNode("http://e.example/p"), NamedNode("http://purl.org/dc/terms/title")])


@given(st.lists(st.builds(Triple, nodes, predicates, st.one_of(nodes, literals)), max_size=8))
def test_graphs_that_another_library_writes_come_back_whole(triples: list[Triple]):
    body = serialize(triples, format=RdfFormat.RDF_XML)
    assert body is not None

    found, oddities = ours(body.decode())

    assert unlabelled(found) == unlabelled(theirs(body.decode()))
    assert oddities == {}


@given(st.text(st.sampled_from('<>/="&;abc: rdf:RDF!-[]?'), max_size=200))
def test_scrambled_xml_is_read_or_refused(text: str):
    with contextlib.suppress(XmlError):
        ours(text)


@pytest.mark.parametrize(
    ("inner", "statement", "oddity"),
    [
        (
            '<e:T rdf:about="http://a.example/"><e:p rdf:resource="http://b.example/">The name</e:p></e:T>',
            ("http://b.example/", "http://www.w3.org/2000/01/rdf-schema#label", '"The name"'),
            "words beside a link",
        ),
        (
            '<e:T rdf:about="http://a.example/"><e:p><e:A rdf:about="http://1.example/"/><e:A rdf:about="http://2.example/"/></e:p></e:T>',
            ("http://a.example/", "http://e.example/p", '{"@id": "http://2.example/"}'),
            "several nodes in one property",
        ),
        (
            '<dcat:Catalog rdf:about="http://a.example/"><dcat:Dataset rdf:about="http://d.example/"/></dcat:Catalog>',
            ("http://a.example/", "http://www.w3.org/ns/dcat#dataset", '{"@id": "http://d.example/"}'),
            "nodes without the property that they belong to",
        ),
        (
            '<e:T rdf:about="http://a.example/">stray<e:p>x</e:p></e:T>',
            ("http://a.example/", "http://e.example/p", '"x"'),
            "words outside any property",
        ),
    ],
)
def test_slips_are_read_as_they_were_meant_and_counted(inner: str, statement: tuple[str, str, str], oddity: str):
    found, oddities = ours(f"{HEAD}{inner}</rdf:RDF>")

    assert statement in found
    assert oddities == {oddity: 1}


def test_rdf_in_the_envelope_of_another_protocol_is_found():
    node = '<dcat:Dataset rdf:about="http://d.example/"><e:p>x</e:p></dcat:Dataset>'
    inner = f"<csw:Results>{HEAD}{node}</rdf:RDF></csw:Results>"
    envelope = f'<csw:Answer xmlns:csw="http://csw.example/" count="1">{inner}</csw:Answer>'

    assert ours(envelope) == ours(f"{HEAD}{node}</rdf:RDF>")


def test_empty_language_takes_the_language_back():
    found, _ = ours(f'{HEAD}<e:T rdf:about="a" xml:lang="cy"><e:p xml:lang="">42</e:p></e:T></rdf:RDF>')

    assert ("http://base.example/a", "http://e.example/p", '"42"') in found


def test_markup_in_a_literal_is_kept_as_markup():
    found, _ = ours(f'{HEAD}<e:T rdf:about="a"><e:p rdf:parseType="Literal">A <b>&lt;b&gt;</b></e:p></e:T></rdf:RDF>')

    values = [json.loads(o)["@value"] for _, p, o in found if p == "http://e.example/p"]
    assert values == ["A <b>&lt;b&gt;</b>"]


def test_entities_of_ontologies_are_resolved_and_dangerous_ones_refused():
    head = '<!DOCTYPE r [<!ENTITY e "http://e.example/">]>'
    assert ours(f'{head}{HEAD}<rdf:Description rdf:about="&e;a"><e:p>x</e:p></rdf:Description></rdf:RDF>')[0] == {
        ("http://e.example/a", "http://e.example/p", '"x"')
    }

    for declared, message in (
        ('<!ENTITY x SYSTEM "file:///etc/passwd">', "refers to another file by the entity “x”, which is never fetched"),
        ('<!ENTITY x "lol"><!ENTITY y "&x;&x;&x;">', "declares the entity “y”, which is longer than any need for it"),
    ):
        with pytest.raises(XmlError) as refused:
            ours(f"<!DOCTYPE r [{declared}]>{HEAD}</rdf:RDF>")
        assert str(refused.value) == f"{message}: write it out."
