"""A record's XML as a tree, and the ways through it. Pure.

ISO 19139 and 19115-3 put properties (`title`, in lower case) and objects (`CI_Citation`, in upper case) inside each
other by turns. Paths here name properties only, by their local names: which class stands between, which profile made
it and which edition's namespace it has doesn't matter.
"""

import hashlib
import xml.etree.ElementTree as ET
from collections.abc import Collection

from harvest.sources.iso_xml import XmlError

Element = ET.Element

#: Codes are words; what is longer must not be remembered by those who look them up.
MAX_CODE = 300

#: GeoNetwork's own notes inside a record: how often it was looked at, and so on.
_BOOKKEEPING = "http://www.fao.org/geonetwork"
#: Attributes that say nothing of the data; tools number `id` anew in every export.
VOLATILE_ATTRIBUTES = frozenset({"id", "schemaLocation"})


def tree(raw: bytes) -> Element:
    """What a cutting says, names without their namespaces. Raises XmlError."""
    try:
        root = ET.fromstring(raw)
    except ET.ParseError as error:
        raise XmlError(f"of a record is broken ({error}).") from error
    if _BOOKKEEPING.encode() in raw:
        for element in root.iter():
            for child in [child for child in element if child.tag.startswith(f"{{{_BOOKKEEPING}}}")]:
                element.remove(child)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        for name in [name for name in element.keys() if name[0] == "{"]:  # noqa: SIM118, an element is no mapping
            element.set(name.rpartition("}")[2], element.attrib.pop(name))
    return root


def digest(root: Element, *, without: Collection[str] = ()) -> str:
    """SHA-256 of what a tree says, in hexadecimal: prefixes, blanks, comments and volatile attributes don't count.

    `without` names properties right below the root that don't count either.
    """
    parts: list[str] = []
    for element in root:
        if element.tag not in without:
            _write(element, parts)
    return hashlib.sha256("".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _write(element: Element, parts: list[str]) -> None:
    parts.append(f"<{element.tag}")
    if element.attrib:
        parts += [f" {name}={value!r}" for name, value in sorted(element.items()) if name not in VOLATILE_ATTRIBUTES]
    parts.append(">")
    if element.text:
        parts.append(" ".join(element.text.split()))
    for child in element:
        _write(child, parts)
    parts.append("</>")


def at(element: Element | None, *names: str) -> list[Element]:
    """The properties at the end of a path of properties, in the order of the document."""
    found = [] if element is None else [element]
    for name in names:
        inner = []
        for one in found:
            is_property = not _is_object(one)
            for child in one:
                if child.tag == name:
                    inner.append(child)
                elif is_property and _is_object(child):
                    inner += [property_ for property_ in child if property_.tag == name]
        found = inner
    return found


def first(element: Element | None, *names: str) -> Element | None:
    return next(iter(at(element, *names)), None)


def objects(element: Element | None, *names: str) -> list[Element]:
    """The objects that stand in the properties at the end of a path."""
    return [child for one in at(element, *names) for child in one if _is_object(child)]


def text(element: Element | None, *names: str) -> str:
    """The words of the first property of a path that has some."""
    return next(iter(texts(element, *names)), "")


def texts(element: Element | None, *names: str) -> list[str]:
    """The words of every property of a path that has some."""
    return [words for one in at(element, *names) if (words := words_of(one))]


def words_of(element: Element) -> str:
    """The words of a property: of its character string, anchor, address, date or code, or its own."""
    if element.text and (own := element.text.strip()):
        return own
    for child in element:
        if len(child) == 0 and child.text and (words := child.text.strip()):
            return words
    return next((child.get("codeListValue", "").strip() for child in element if child.get("codeListValue")), "")


def codes(element: Element | None, *names: str) -> list[str]:
    """The values of code lists: the code rather than what is printed for it."""
    return [code for one in at(element, *names) if (code := code_of(one))]


def code(element: Element | None, *names: str) -> str:
    return next(iter(codes(element, *names)), "")


def code_of(element: Element) -> str:
    for child in element:
        if value := (child.get("codeListValue") or "").strip():
            if value.startswith("RI_") and child.text:  # Canada numbers its codes and writes 'owner; propriétaire'
                return child.text.partition(";")[0].strip()[:MAX_CODE]
            return value.rpartition("#")[2].rpartition("/")[2][:MAX_CODE]
    return words_of(element)[:MAX_CODE]


def link_of(element: Element) -> str:
    """The address that an anchor, or the property itself, points to."""
    return next((link.strip() for one in (element, *element) if (link := one.get("href"))), "")


def _is_object(element: Element) -> bool:
    return "A" <= element.tag[:1] <= "Z"
