"""The vocabularies of catalogues in RDF, and the short names we call their terms by: `dct:title`."""

import re

#: Prefix → namespace: what our records are written with, and what a file means that uses one without declaring it.
PREFIXES: dict[str, str] = {
    "adms": "http://www.w3.org/ns/adms#",
    "cnt": "http://www.w3.org/2011/content#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dcat-us": "http://data.resources.gov/ontology/dcat-us#",
    "dcatde": "http://dcat-ap.de/def/dcatde/",
    "dct": "http://purl.org/dc/terms/",
    "domesday": "urn:domesday:terms#",
    "dqv": "http://www.w3.org/ns/dqv#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "geodcat": "http://data.europa.eu/930/",
    "gsp": "http://www.opengis.net/ont/geosparql#",
    "healthdcatap": "http://healthdataportal.eu/ns/health#",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "locn": "http://www.w3.org/ns/locn#",
    "oa": "http://www.w3.org/ns/oa#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "odrs": "http://schema.theodi.org/odrs#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "pod": "https://project-open-data.cio.gov/v1.1/schema#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "time": "http://www.w3.org/2006/time#",
    "ukgov": "https://w3id.org/co-cddo/ukgov-metadata-exchange-model/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

#: Other spellings of these namespaces, seen in catalogues; they are read as what they stand for.
_ALIASES = {
    "data.europa.eu/r5r#": "dcatap",
    "dcat-ap.de/def/dcatde/1.0/": "dcatde",
    "dcat-ap.de/def/dcatde/1_0/": "dcatde",
    "dcat-ap.de/def/dcatde/1.0.1/": "dcatde",
    "dcat-ap.de/def/dcatde/1.1/": "dcatde",
    "resources.data.gov/ontology/dcat-us#": "dcat-us",
    "vocab.deri.ie/dcat#": "dcat",
    "opengis.net/rdf#": "gsp",
    "w3.org/2006/vcard/": "vcard",
    "w3.org/ns/dqvNS#": "dqv",
    "w3c.org/ns/org#": "org",
}
#: Prefixes that files use for the same namespaces.
OTHER_PREFIXES = {
    "dcterms": PREFIXES["dct"],
    "geosparql": PREFIXES["gsp"],
    "sdo": PREFIXES["schema"],
    "v": PREFIXES["vcard"],
}

_SCHEME = re.compile(r"^https?://(?:www\.)?")
_BY_NAMESPACE = {_SCHEME.sub("", namespace): prefix for prefix, namespace in PREFIXES.items()} | _ALIASES
_UNSAFE = re.compile(r"[\s\x00-\x1f]+")
_short: dict[str, str] = {}


def short_name(iri: str) -> str:
    """`http://purl.org/dc/terms/title` → `dct:title`; the whole address where its vocabulary is none of ours."""
    found = _short.get(iri)
    if found is None:
        found = _shorten(iri)
        if len(_short) < 20_000:
            _short[iri] = found
    return found


def _shorten(iri: str) -> str:
    iri = _UNSAFE.sub("", iri)
    end = max(iri.rfind("#"), iri.rfind("/")) + 1
    namespace, local = iri[:end], iri[end:]
    prefix = _BY_NAMESPACE.get(_SCHEME.sub("", namespace)) if namespace.startswith(("http", "urn:")) else None
    return f"{prefix}:{local}" if prefix and local else iri
