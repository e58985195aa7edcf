"""Who may have a dataset in RDF, and under which licence. Pure."""

from typing import Any

from catalogue.enums import Access
from catalogue.vocabularies.access import access_from
from catalogue.vocabularies.licences import licence_from
from harvest.normalise.dcat_node import Node
from harvest.normalise.fields import is_nothing

#: With other spellings of the same, seen in catalogues.
_LICENCES = ("dct:license", "dct:licence", "schema:license", "dc:license", "dcat:license")


def licence_of(node: Node) -> dict[str, Any]:
    """The licence of the data; where only its files have one and all the same, that one."""
    licences = node.nodes(*_LICENCES)
    of_files = [one for file in node.nodes("dcat:distribution", "dcat:Distribution") for one in file.nodes(*_LICENCES)]
    written = [text for one in licences for text in _licence_texts(one)]
    code = next((code for one in licences if (code := _code(one))), None)
    if not written:
        codes = {code for one in of_files if (code := _code(one))}
        if len(codes) == 1:
            return {"licence_id": codes.pop()}
        written = list(dict.fromkeys(text for one in of_files for text in _licence_texts(one)))
        if len(codes) > 1 or not written:
            return {}
    said = "\n\n".join(
        text for text in dict.fromkeys(one.prose(*_LICENCE_WORDS) for one in licences or of_files) if text
    )
    if code is None:
        node.warn(
            "unknown-licence",
            "The licence is not one we know, so its words were kept as they are: name a licence by its address.",
            field="dct:license",
            value=written[0],
        )
        return {"licence_text": said or "\n\n".join(written)}
    return {"licence_id": code, "licence_text": said if len(said) > 80 else ""}


_LICENCE_WORDS = ("dct:description", "rdfs:comment", "dct:title", "rdfs:label", "foaf:name", "schema:name")


def _code(one: Node) -> str | None:
    """By the address first: a name often leaves the version out."""
    return next((code for text in _licence_texts(one) if (code := licence_from(text))), None)


def _licence_texts(one: Node) -> list[str]:
    texts = [
        one.address,
        *one.links("foaf:homepage", "schema:url", "owl:sameAs"),
        one.label(),
        *one.terms("dct:identifier"),
    ]
    return [text for text in dict.fromkeys(texts) if text and not is_nothing(text)]


def access_of(node: Node) -> dict[str, Any]:
    found: Access | None = None
    unknown: list[str] = []
    for one in node.nodes("dct:accessRights", "pod:accessLevel"):
        label, address = one.label(), one.address
        access = access_from(address) or access_from(label)
        found = found or access
        if access is None:
            unknown += [text for text in (one.prose("rdfs:label", "dct:description") or label or address,) if text]
        elif len(label) > 40:
            unknown.append(one.prose("rdfs:label", "dct:description") or label)
    statements = [one.prose("rdfs:label", "dct:description", "dct:title") or one.label() or one.address
                  for one in node.nodes("dct:rights", "dc:rights", "dct:RightsStatement")]  # fmt: skip
    if unknown and found is None:
        node.warn(
            "unknown-access",
            "The access rights are none of public, restricted and non-public, so they were kept as words and the entry"
            " counts as open: use the EU's access right table.",
            field="dct:accessRights",
            value=unknown[0],
        )
    rights = "\n\n".join(text for text in dict.fromkeys([*unknown, *statements]) if text and not is_nothing(text))
    found = found or Access.OPEN
    return {"access": found, "rights" if found == Access.OPEN else "access_reason": rights}
