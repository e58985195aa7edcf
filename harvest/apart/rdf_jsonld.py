"""JSON-LD made ready for a parser: tolerant of what is no proper JSON, and without a word that must be fetched."""

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from harvest.apart.rdf_native import RdfError
from harvest.apart.rdf_terms import OTHER_PREFIXES, PREFIXES

#: Larger files are only read where they bring all their terms with them.
MAX_HELD = 48 * 1024 * 1024
_MAX_DEPTH = 200
_MAX_CONTEXTS = 20_000

#: Contexts that we hold a copy of, by the end of their address.
_COPIES = {
    "dcat-us/main/context/dcat-us-3.0.jsonld": "dcat-us-3.0",
    "resources.data.gov/context/dcat-us-3.0.jsonld": "dcat-us-3.0",
    "project-open-data.cio.gov/v1.1/schema/catalog.jsonld": "dcat-us-1.1",
    "releases/3.0.0/context/dcat-ap.jsonld": "dcat-ap-3.0.1",
    "releases/3.0.1/context/dcat-ap.jsonld": "dcat-ap-3.0.1",
}
#: schema.org's context says no more than this of the terms that we read.
_SCHEMA_ORG = {"@vocab": "http://schema.org/"}

_DCT_TERMS = (
    "accessRights accrualPeriodicity conformsTo created creator description format hasPart hasVersion identifier"
    " isPartOf isReferencedBy isVersionOf issued language license modified provenance publisher references relation"
    " replaces rights source spatial subject temporal title type"
)
#: What the words of a file mean whose context we have no copy of: DCAT's terms under their plain names.
_GUESS: dict[str, Any] = {
    **PREFIXES,
    **OTHER_PREFIXES,
    "@vocab": PREFIXES["dcat"],
    **{term: PREFIXES["dct"] + term for term in _DCT_TERMS.split()},
    **{term: PREFIXES["foaf"] + term for term in ("name", "homepage", "mbox", "page", "primaryTopic")},
    **{term: PREFIXES["vcard"] + term for term in ("fn", "hasEmail", "hasURL", "hasTelephone")},
    "prefLabel": PREFIXES["skos"] + "prefLabel",
    "label": PREFIXES["rdfs"] + "label",
}


def loaded(text: str) -> Any:
    """The JSON, stray control characters and NaN forgiven. Raises RdfError."""
    try:
        value = json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        raise RdfError(f"is broken at line {error.lineno:,}, column {error.colno:,}: {error.msg}.") from error
    except RecursionError as error:
        raise RdfError("is nested too deeply to be read.") from error
    if not isinstance(value, dict | list):
        raise RdfError("holds no catalogue: it is a single value.")
    return value


class Preparation:
    """Puts the text of known contexts where their address stood. `guessed`: addresses that we have no copy of."""

    def __init__(self) -> None:
        self.guessed: dict[str, None] = {}
        self._contexts = 0

    def ready(self, value: Any) -> bytes:
        """The JSON-LD as bytes. Raises RdfError where it is nested too deeply."""
        # Lone surrogates and NaN, which the parser refuses, become what stands for them.
        text = json.dumps(self._walk(value, 0), ensure_ascii=False)
        return text.encode("utf-8", "replace")

    def _walk(self, value: Any, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise RdfError(f"is nested more than {_MAX_DEPTH} deep.")
        match value:
            case dict():
                return {
                    key: self._context(item, depth + 1) if key == "@context" else self._walk(item, depth + 1)
                    for key, item in value.items()
                }
            case list():
                return [self._walk(item, depth + 1) for item in value]
            case float() if value != value or value in (float("inf"), float("-inf")):
                return str(value)
            case _:
                return value

    def _context(self, value: Any, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise RdfError(f"is nested more than {_MAX_DEPTH} deep.")
        self._contexts += 1
        if self._contexts > _MAX_CONTEXTS:
            raise RdfError(f"has more than {_MAX_CONTEXTS:,} contexts.")
        match value:
            case str():
                return self._known(value)
            case list():
                return [self._context(item, depth + 1) for item in value]
            case dict():
                value = dict(value)
                imported = value.pop("@import", None)
                own = {
                    key: {**item, "@context": self._context(item["@context"], depth + 1)}
                    if isinstance(item, dict) and "@context" in item
                    else item
                    for key, item in value.items()
                }
                return [self._known(imported), own] if isinstance(imported, str) else own
            case _:
                return value

    def _known(self, address: str) -> Any:
        plain = address.strip().split("#")[0].removeprefix("https://").removeprefix("http://").removeprefix("www.")
        for end, name in _COPIES.items():
            if plain.endswith(end):
                return _copy(name)
        if plain.rstrip("/") == "schema.org" or plain.startswith("schema.org/docs/jsonldcontext.json"):
            return _SCHEMA_ORG
        self.guessed[address] = None
        return _GUESS


@lru_cache(maxsize=8)
def _copy(name: str) -> Any:
    text = files("harvest.apart").joinpath(f"contexts/{name}.jsonld").read_text(encoding="utf-8")
    return json.loads(text)["@context"]
