"""Documents that are read by people: how long they are, and how they begin."""

import zipfile
from pathlib import Path
from typing import Any, Final

from lxml import etree

_LONGEST: Final = 20_000
_PAGES = 10


class Unreadable(Exception):
    """`str(error)` is a sentence that begins with “it”."""


def pdf(path: Path) -> dict[str, Any]:
    """{"pages", "title", "text"}. Raises Unreadable."""
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(path, strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("it is protected by a password.")
        text = ""
        for page in reader.pages[:_PAGES]:
            text += (page.extract_text() or "") + "\n"
            if len(text) > _LONGEST:
                break
        title = str(reader.metadata.title or "") if reader.metadata else ""
        return {"pages": len(reader.pages), "title": title.strip()[:300], "text": _tidy(text)}
    except Unreadable:
        raise
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError, IndexError) as error:
        raise Unreadable("it is damaged.") from error


def office(path: Path, code: str) -> dict[str, Any]:
    """The text of DOCX and ODT. Raises Unreadable."""
    part = {"DOCX": "word/document.xml", "ODT": "content.xml", "ODP": "content.xml"}.get(code)
    if part is None:
        return {}
    try:
        with zipfile.ZipFile(path) as archive, archive.open(part) as file:
            words: list[str] = []
            size = 0
            for _, element in etree.iterparse(file, events=("end",), resolve_entities=False, no_network=True):
                if etree.QName(element).localname in ("p", "h"):
                    line = "".join(element.itertext()).strip()
                    words.append(line)
                    size += len(line)
                    element.clear()
                if size > _LONGEST:
                    break
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError, OSError, ValueError) as error:
        raise Unreadable("it is damaged.") from error
    return {"text": _tidy("\n".join(words))}


def _tidy(text: str) -> str:
    clean = "".join(character for character in text if character.isprintable() or character == "\n")
    lines = (" ".join(line.split()) for line in clean.split("\n"))
    return "\n".join(line for line in lines if line)[:_LONGEST]
