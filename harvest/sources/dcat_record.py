"""One entry of a catalogue in RDF as a record: its identity, its hash, and the JSON-LD that is kept of it. Pure."""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from harvest.apart.rdf_records import IDENTIFIERS
from harvest.apart.rdf_terms import PREFIXES
from harvest.findings import Finding, warning
from harvest.raw_record import RawRecord, content_hash, tidy_guid

_LANDING_PAGES = ("dcat:landingPage", "foaf:page", "foaf:homepage")


def record_of(body: dict[str, Any], shared: Collection[str]) -> RawRecord:
    """`shared` are identifiers that several entries of the same file have: they tell none of these from the others."""
    digest = content_hash(_unordered(_without_exports(body)))
    guid, findings = _identity(body, shared, digest)
    used = {name: PREFIXES[name] for name in sorted(_prefixes_in(body)) if name in PREFIXES}
    raw = json.dumps({"@context": used, **body}, ensure_ascii=False).encode("utf-8", "replace")
    return RawRecord(guid, body, raw, digest, findings)


def _without_exports(body: Mapping[str, Any]) -> dict[str, Any]:
    """The entry without what a catalogue record says of it: that often changes with each export."""
    reverse = {name: nodes for name, nodes in body.get("@reverse", {}).items() if name != "foaf:primaryTopic"}
    own = {name: values for name, values in body.items() if name != "@reverse"}
    return own | {"@reverse": reverse} if reverse else own


def _identity(body: Mapping[str, Any], shared: Collection[str], digest: str) -> tuple[str, tuple[Finding, ...]]:
    """What tells the entry from others at its source, and a warning where that isn't its own identifier."""
    address = tidy_guid(body.get("@id", ""))
    identifiers = sorted(
        text for name in IDENTIFIERS for value in body.get(name, ()) if (text := tidy_guid(_text(value)))
    )
    own = next((text for text in identifiers if text not in shared), "")
    if own:
        return own, ()
    if address and not identifiers:
        return address, ()
    if address:
        return address, (
            warning(
                "shared-identifier",
                "Other entries of this file have the same identifier, so this one is known by its address: give each"
                " its own dct:identifier.",
                field="dct:identifier",
                value=identifiers[0],
            ),
        )
    guid, words = f"sha256:{digest}", "its content"
    for names, words_for in ((_LANDING_PAGES, "its landing page"), (("dct:title", "dc:title"), "its title")):
        texts = sorted(text for name in names for value in body.get(name, ()) if (text := tidy_guid(_text(value))))
        if texts:
            stand_in = "\n".join([*identifiers, *texts]).casefold()
            guid = texts[0] if words_for == "its landing page" and not identifiers else f"title:{_digest(stand_in)}"
            words = words_for
            break
    return guid, (
        warning(
            "missing-identifier",
            f"The entry has neither a dct:identifier of its own nor an address, so it is known by {words}: if that"
            " changes, it becomes another entry. Give it an identifier that stays.",
            field="dct:identifier",
        ),
    )


def _text(value: Any) -> str:
    return str(value.get("@id") or value.get("@value") or "") if isinstance(value, dict) else str(value)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _unordered(value: Any) -> Any:
    """The same with the values of each predicate in one fixed order: RDF has none, and servers shuffle them."""
    match value:
        case {"@list": list(items)}:
            return {"@list": [_unordered(item) for item in items]}
        case dict():
            return {key: _unordered(item) for key, item in value.items()}
        case list() if len(value) > 1:
            return sorted((_unordered(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        case list():
            return [_unordered(item) for item in value]
        case _:
            return value


def _prefixes_in(value: Any) -> set[str]:
    found: set[str] = set()
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            for key, item in one.items():
                found.add(key.partition(":")[0])
                if key == "@type":
                    kinds = item if isinstance(item, list) else [item]
                    found.update(kind.partition(":")[0] for kind in kinds if isinstance(kind, str))
                left.append(item)
        elif isinstance(one, list):
            left.extend(one)
    return found
