"""An entry of the catalogue as a dcat:Dataset, a dcat:DatasetSeries or a dcat:DataService, and its catalogue record."""

import datetime
from typing import Any, Final

from catalogue.contacts import Contact, contact_of
from catalogue.enums import Access, DatasetKind, Frequency, ResourceKind
from catalogue.models import Dataset
from catalogue.rdf.terms import InLanguage, Link, Node, Typed, Value, json_literal
from catalogue.serializers.dcat import vocabulary
from catalogue.serializers.dcat.distribution import distribution, document, page
from catalogue.serializers.dcat.parties import card, publisher_address, publisher_node
from catalogue.serializers.dcat.quality import score_measurement
from catalogue.serializers.entries import Entry, Series
from services.compact_json import dumps

Pairs = list[tuple[str, Value]]

TYPES: Final[dict[str, tuple[str, ...]]] = {
    DatasetKind.DATASET: ("dcat:Dataset",),
    DatasetKind.SERIES: ("dcat:DatasetSeries", "dcat:Dataset"),
    DatasetKind.SERVICE: ("dcat:DataService",),
}
_CONTACT: Final = ("contact_name", "contact_email", "contact_phone", "contact_url")
#: Fields that DCAT has no words for: `domesday:more` carries them under these names.
_OURS_ALONE: Final = (
    *("name", "temporal_text", "planned_release", "access_reason", "licence_text"),
    *("foi_name", "foi_email", "foi_phone", "foi_url", "personal_data", "extras"),
)


def dataset_address(dataset: Dataset, site: str) -> str:
    return f"{site}/dataset/{dataset.id}"


def dataset_nodes(entry: Entry, site: str) -> list[Node]:
    """The entry with its files, and the record that says when it was made and last changed here."""
    dataset = entry.dataset
    address = dataset_address(dataset, site)
    return [dataset_node(entry, address, site), record(dataset, address)]


def record(dataset: Dataset, address: str) -> Node:
    pairs: Pairs = [
        ("foaf:primaryTopic", Link(address)),
        ("dct:issued", Typed(_moment(dataset.created_at), "xsd:dateTime")),
        ("dct:modified", Typed(_moment(dataset.modified_at), "xsd:dateTime")),
    ]
    return Node(f"{address}#record", ("dcat:CatalogRecord",), pairs)


def _moment(when: datetime.datetime) -> str:
    return when.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


def dataset_node(entry: Entry, address: str, site: str) -> Node:
    dataset = entry.dataset
    licence = vocabulary.licence(dataset.licence) if dataset.licence else None
    pairs: Pairs = [("dct:title", dataset.title), ("dct:identifier", str(dataset.id))]
    pairs += _texts(dataset)
    pairs += _parties(dataset, site)
    pairs += _subject(dataset, site)
    rights = _rights(dataset, address)
    pairs += _terms_of_use(dataset, licence, rights)
    pairs += _times(dataset)
    pairs += _places(dataset)
    pairs += _links(dataset)
    if entry.series:
        pairs.append(("dcat:inSeries", _series(entry.series, site)))
    documents = []
    for place, resource in enumerate(entry.resources):
        if resource["kind"] == ResourceKind.DOCUMENT:
            pairs.append(("foaf:page", page(resource)))
            documents.append(document(resource, place, address))
        else:
            one = distribution(resource, dataset=address, dataset_title=dataset.title, licence=licence, rights=rights)
            pairs.append(("dcat:distribution", one))
    if entry.score is not None:
        pairs.append(("dqv:hasQualityMeasurement", score_measurement(entry.score, address, site)))
    more = _more(dataset) | ({"documents": documents} if documents else {})
    pairs.append(("domesday:more", json_literal(dumps(more))))
    return Node(address, TYPES[dataset.kind], pairs)


def _texts(dataset: Dataset) -> Pairs:
    pairs: Pairs = [("dct:alternative", text) for text in dataset.alternative_titles]
    if dataset.description:
        pairs.append(("dct:description", dataset.description))
    for language, texts in dataset.translations.items():
        for name, predicate in (("title", "dct:title"), ("description", "dct:description")):
            if isinstance(texts, dict) and texts.get(name):
                pairs.append((predicate, InLanguage(texts[name], language)))
    pairs += [
        ("adms:identifier", Node("", ("adms:Identifier",), [("skos:notation", text)])) for text in dataset.identifiers
    ]
    if dataset.version_label:
        pairs.append(("dcat:version", dataset.version_label))
    if dataset.version_notes:
        pairs.append(("adms:versionNotes", dataset.version_notes))
    if dataset.provenance:
        pairs.append(("dct:provenance", Node("", ("dct:ProvenanceStatement",), [("rdfs:label", dataset.provenance)])))
    return pairs


def _parties(dataset: Dataset, site: str) -> Pairs:
    pairs: Pairs = [("dct:publisher", publisher_node(dataset.publisher, site))]
    if dataset.creator:
        pairs.append(("dct:creator", Node("", ("foaf:Agent",), [("foaf:name", dataset.creator)])))
    own = Contact(*(getattr(dataset, name) for name in _CONTACT))
    if any((own.name, own.email, own.phone, own.url)):
        pairs.append(("dcat:contactPoint", card(own)))
    elif contact := contact_of(dataset):
        # The publisher's, told as such: a reader of ours doesn't take it for the dataset's own
        address = f"{publisher_address(dataset.publisher, site)}#contact"
        pairs.append(("dcat:contactPoint", card(contact, address=address)))
    return pairs


def _subject(dataset: Dataset, site: str) -> Pairs:
    pairs: Pairs = vocabulary.themes(dataset.topic, site) if dataset.topic else []
    pairs += [("dcat:keyword", tag) for tag in dataset.tags]
    pairs += [("dct:language", node) for code in dataset.languages if (node := vocabulary.language(code))]
    if dataset.landing_page:
        pairs.append(("dcat:landingPage", Node(dataset.landing_page, ("foaf:Document",), [])))
    pairs += [("dct:conformsTo", vocabulary.standard(text)) for text in dataset.conforms_to]
    mandate = dataset.extras.get("mandate")
    mandates = mandate if isinstance(mandate, list) else [mandate]
    pairs += vocabulary.legislation([*dataset.conforms_to, *(text for text in mandates if isinstance(text, str))])
    if dataset.classification != "not_applicable":
        pairs.append(("ukgov:securityClassification", dataset.classification.upper()))
    return pairs


def _rights(dataset: Dataset, address: str) -> Node | None:
    """What is said in words of rights: told once, for the entry and its files name it by its address."""
    if not dataset.rights:
        return None
    return Node(f"{address}#rights", ("dct:RightsStatement",), [("rdfs:label", dataset.rights)])


def _terms_of_use(dataset: Dataset, licence: Node | None, rights: Node | None) -> Pairs:
    pairs: Pairs = [("dct:accessRights", vocabulary.access_right(dataset.access))]
    if licence:
        pairs.append(("dct:license", licence))
    if rights:
        pairs.append(("dct:rights", rights))
    return pairs


def _times(dataset: Dataset) -> Pairs:
    pairs: Pairs = []
    if dataset.issued:
        pairs.append(("dct:issued", Typed(dataset.issued.isoformat(), "xsd:date")))
    if dataset.modified:
        pairs.append(("dct:modified", Typed(dataset.modified.isoformat(), "xsd:date")))
    if dataset.frequency != Frequency.UNKNOWN:
        pairs.append(("dct:accrualPeriodicity", vocabulary.frequency(dataset.frequency)))
    ends = (("dcat:startDate", dataset.temporal_start), ("dcat:endDate", dataset.temporal_end))
    period: Pairs = [(name, Typed(day.isoformat(), "xsd:date")) for name, day in ends if day]
    if period:
        pairs.append(("dct:temporal", Node("", ("dct:PeriodOfTime",), period)))
    return pairs


def _places(dataset: Dataset) -> Pairs:
    pairs: Pairs = [
        ("dct:spatial", Node("", ("dct:Location",), [("skos:prefLabel", place)])) for place in dataset.places
    ]
    if box := dataset.box:
        shape = Typed(box.as_wkt(), "gsp:wktLiteral")
        pairs.append(("dct:spatial", Node("", ("dct:Location",), [("dcat:bbox", shape)])))
    return pairs


def _links(dataset: Dataset) -> Pairs:
    pairs: Pairs = [("dct:relation", Link(url)) for url in dataset.related_links]
    if dataset.kind == DatasetKind.SERVICE:
        if dataset.endpoint_url:
            pairs.append(("dcat:endpointURL", Link(dataset.endpoint_url)))
        if dataset.endpoint_description:
            pairs.append(("dcat:endpointDescription", Link(dataset.endpoint_description)))
        if dataset.service_status:
            pairs.append(("ukgov:serviceStatus", dataset.service_status.upper()))
        if dataset.service_type:
            pairs.append(("ukgov:serviceType", dataset.service_type.upper()))
    return pairs


def _series(series: Series, site: str) -> Node:
    """A series where an entry is part of it: of its class, with what a series must have; it is told in full elsewhere.

    Our adapter knows by the lack of all else that this is no entry (`harvest/apart/rdf_records.py`).
    """
    pairs: Pairs = [("dct:title", series.title)]
    if series.description:
        pairs.append(("dct:description", series.description))
    return Node(f"{site}/dataset/{series.id}", ("dcat:DatasetSeries",), pairs)


def _more(dataset: Dataset) -> dict[str, Any]:
    """What DCAT has no words for, or can't say exactly, under the names of our API."""
    more: dict[str, Any] = {name: value for name in _OURS_ALONE if (value := getattr(dataset, name))}
    for name in ("issued", "modified"):
        day, text = getattr(dataset, name), getattr(dataset, f"{name}_text")
        if text != (day.isoformat() if day else ""):
            more[f"{name}_text"] = text
    if dataset.access == Access.NOT_RELEASED:
        more["access"] = dataset.access
    if dataset.languages and not all(vocabulary.language(code) for code in dataset.languages):
        more["languages"] = dataset.languages
    if dataset.related_links and not all(map(vocabulary.is_web_address, dataset.related_links)):
        more["related_links"] = dataset.related_links
    addresses = ["landing_page"]
    if dataset.kind == DatasetKind.SERVICE:
        addresses += ["endpoint_url", "endpoint_description"]
    else:
        names = ("endpoint_url", "endpoint_description", "service_status", "service_type")
        more |= {name: value for name in names if (value := getattr(dataset, name))}
    more |= {name: url for name in addresses if (url := getattr(dataset, name)) and not vocabulary.is_web_address(url)}
    return more
