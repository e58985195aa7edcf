"""What the MQA's indicators find in the facts of one of our entries, as it stands in our own DCAT-AP. Pure.

The MQA measures RDF, and we publish each entry as RDF: what is measured here is what stands there
(`catalogue.serializers.dcat`), and a test reads it out of that RDF to compare. Every file and API is a distribution
(`dcat:accessURL`), a supporting document is none (`foaf:page`). A file that isn't a web page or a service can be
downloaded (`dcat:downloadURL`) from the same address. The media type is the entry's own, else that of its format. Terms
of use in words alone are no `dct:license`.

Whether it follows DCAT-AP is what the SHACL shapes of DCAT-AP 3.0.1 say of that RDF. They need not be run for each
entry: all that they can find wrong in it is a dataset without a description or a service without an address, since the
rest that they require is always written. Another test runs them and holds the two answers against each other.
"""

import re
from typing import Final

from catalogue.enums import DatasetKind, ResourceKind
from catalogue.quality.facts import NOT_WORKING, WORKING, DatasetFacts, ResourceFacts
from catalogue.quality.mqa import Measured, Mqa, mqa_of, mqa_points
from catalogue.vocabularies.formats import (
    EU_MACHINE_READABLE,
    EU_NON_PROPRIETARY,
    FORMATS,
    NOT_DOWNLOADED,
    media_type_of,
)
from catalogue.vocabularies.licences import LICENCES

#: A media type as IANA registers them. Names that begin with "x-" are never registered.
_REGISTERED: Final = re.compile(
    r"(application|audio|font|haptics|image|message|model|multipart|text|video)/(?!x-)[a-z0-9][a-z0-9!#$&^_.+-]*"
)


def mqa_score(facts: DatasetFacts) -> int:
    """The points alone."""
    return mqa_points(measured_of_dataset(facts), measured_of_distributions(facts))[0]


def explain_mqa(facts: DatasetFacts) -> Mqa:
    """The points, and why."""
    return mqa_of(measured_of_dataset(facts), measured_of_distributions(facts))


def distributions_of(facts: DatasetFacts) -> list[ResourceFacts]:
    return [resource for resource in facts.resources if resource.is_data]


def measured_of_dataset(facts: DatasetFacts) -> Measured:
    return {
        "keywordAvailability": facts.tag_count > 0,
        "categoryAvailability": facts.has_topic,
        "spatialAvailability": facts.has_area,
        "temporalAvailability": facts.has_period,
        "dcatApCompliance": facts.has_endpoint if facts.kind == DatasetKind.SERVICE else facts.has_description,
        # An entry always says who may have the data and who publishes it
        "accessRightsAvailability": True,
        "accessRightsVocabularyAlignment": True,
        "contactPointAvailability": facts.has_contact_point,
        "publisherAvailability": True,
        "dateIssuedAvailability": facts.issued is not None,
        "dateModifiedAvailability": facts.modified is not None,
    }


def measured_of_distributions(facts: DatasetFacts) -> list[Measured]:
    known_licence = LICENCES.get(facts.licence)
    licence = {
        "licenceAvailability": bool(facts.licence),
        "knownLicence": bool(known_licence and known_licence.eu_uri),
        "rightsAvailability": facts.has_rights,
    }
    return [{**_measured(resource), **licence} for resource in distributions_of(facts)]


def _measured(resource: ResourceFacts) -> dict[str, bool]:
    known = FORMATS.get(resource.format)
    eu_format = known.eu_uri if known else ""
    media_type = media_type_of(resource.media_type, resource.format).lower()
    is_file = resource.kind == ResourceKind.DATA and resource.format not in NOT_DOWNLOADED
    found = {
        "downloadUrlAvailability": is_file,
        "formatAvailability": known is not None,
        "mediaTypeAvailability": bool(media_type),
        "formatMediaTypeVocabularyAlignment": bool(eu_format and _REGISTERED.fullmatch(media_type)),
        "formatMediaTypeNonProprietary": eu_format in EU_NON_PROPRIETARY,
        "formatMediaTypeMachineInterpretable": eu_format in EU_MACHINE_READABLE,
        "byteSizeAvailability": resource.has_size,
    }
    if resource.link in WORKING or resource.link in NOT_WORKING:
        found["accessUrlStatusCode"] = resource.link in WORKING
        if is_file:
            found["downloadUrlStatusCode"] = resource.link in WORKING
    if not is_file:
        found["downloadUrlStatusCode"] = False
    if resource.issued:
        found["dateIssuedAvailability"] = True
    if resource.modified:
        found["dateModifiedAvailability"] = True
    return found
