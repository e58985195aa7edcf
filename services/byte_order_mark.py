"""The mark at the beginning of a text that says how it is encoded. Source: Unicode, section 23.8. Pure."""

import codecs
from typing import Final

#: Those of UTF-32 first: the one of UTF-16 is their beginning.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def marked_encoding(start: bytes) -> tuple[str, int] | None:
    """The encoding that a text's first bytes tell, and how long the mark is; None where there is none."""
    return next(((encoding, len(mark)) for mark, encoding in _MARKS if start.startswith(mark)), None)


def codec_with_mark(start: bytes) -> str | None:
    """The codec that reads a text and passes over the mark that it begins with; None where there is none."""
    marked = marked_encoding(start)
    if marked is None:
        return None
    return "utf-8-sig" if marked[0] == "utf-8" else marked[0].removesuffix("-le").removesuffix("-be")
