"""Harvested text made safe to store and to show: clean text, tags, names for addresses, contacts.

`html_to_text`, `clean_url` and `url_key` live in modules of their own and are found here too, beside the rest.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from catalogue.html_text import html_to_text
from catalogue.web_addresses import clean_url, url_key

__all__ = [
    "clean_tags",
    "clean_text",
    "clean_url",
    "email_from",
    "html_to_text",
    "phone",
    "slugify_name",
    "url_key",
]

MAX_TAG = 100
MAX_TAGS = 200

#: Windows-1252 read as Latin-1: 0x92 is a curly apostrophe there and an invisible control here.
_CP1252 = {code: bytes([code]).decode("cp1252", "ignore") or None for code in range(0x80, 0xA0)} | {0x85: "…"}
#: PostgreSQL's jsonb refuses NUL; the other controls, invisible marks and direction overrides only deceive readers.
_UNSAFE: dict[int, str | None] = {
    **dict.fromkeys([*range(0x09), *range(0x0E, 0x20), 0x7F], None),
    **dict.fromkeys([0x0B, 0x0C, 0x2028, 0x2029], "\n"),
    **_CP1252,
    **dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF, 0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F)], None),
    **dict.fromkeys([*range(0x2066, 0x206A), 0xFFFE, 0xFFFF, *range(0xFFF9, 0xFFFC)], None),
}
_BLANKS = re.compile(r"[^\S\n]+")
#: What has blanks to mend, if it is ASCII: most texts have none of these, and looking for them costs little.
_UNTIDY = ("  ", "\t", " \n", "\n ", "\n\n\n")
_BLANK_LINES = re.compile(r"\n{3,}")
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean_text(value: object, *, max_length: int, keep_lines: bool = False) -> str:
    """Text that PostgreSQL can store and a page can show, cut at a word to `max_length` characters; '' for no text.

    Runs of blanks become one; line breaks too, unless `keep_lines`. Numbers are written out, the items of a list joined
    by commas, and of a language map ({'en': …, 'cy': …}) English is taken, else its first text.
    """
    text = _text(value)
    if not text:
        return ""
    if not (text.isascii() and text.replace("\n", "").isprintable()):
        text = _storable(text)
    if keep_lines and text.isascii() and not any(untidy in text for untidy in _UNTIDY):
        text = text.strip()
    elif keep_lines:
        lines = (_BLANKS.sub(" ", line).strip() for line in text.splitlines())
        text = _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
    else:
        text = " ".join(text.split())
    return text if len(text) <= max_length else _cut(text, max_length)


def _text(value: object, depth: int = 0) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None or depth > 3:
        return ""
    if isinstance(value, int):
        return str(value) if value.bit_length() < 256 else ""
    if isinstance(value, float):
        return str(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(text for text in (_text(item, depth + 1) for item in value[:MAX_TAGS]) if text.strip())
    if isinstance(value, dict):
        for key in ("en", "en-GB", "@value", "#text", "value", *list(value)[:1]):
            if text := _text(value.get(key), depth + 1):
                return text
    return ""


def _storable(text: str) -> str:
    """Without NUL, controls and lone surrogates; halves of a pair that arrived apart are joined."""
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_UNSAFE)


def _cut(text: str, max_length: int) -> str:
    if max_length < 2:
        return text[: max(0, max_length)]
    head = text[: max_length - 1]
    blank = max(head.rfind(" "), head.rfind("\n"))
    return (head[:blank] if blank > max_length * 0.6 else head).rstrip(" ,;:-\n") + "…"


_TAG_MARKS = re.compile(r"[,;|\n\r\t]|\s>\s")


def clean_tags(values: object) -> tuple[str, ...]:
    """Tags as their publisher spelt them, in order, each once whatever its case; lists inside one tag are taken apart.

    Takes a text, a list of texts, or CKAN's list of objects. What is longer than 100 characters is no tag: left out.
    """
    tags: dict[str, str] = {}
    for value in _tag_values(values):
        for part in _TAG_MARKS.split(value[:20_000]):
            tag = clean_text(part, max_length=MAX_TAG + 1).strip(" .\"'“”‘’#*·•-_/\\")
            if 2 <= len(tag) <= MAX_TAG:
                tags.setdefault(tag.casefold(), tag)
        if len(tags) >= MAX_TAGS:
            break
    return tuple(tags.values())[:MAX_TAGS]


def _tag_values(values: object) -> Iterable[str]:
    if isinstance(values, str):
        return [values]
    if not isinstance(values, (list, tuple, set, frozenset)):
        return []
    named = (
        value.get("display_name") or value.get("name") or value.get("title") if isinstance(value, dict) else value
        for value in values
    )
    return [value for value in named if isinstance(value, str)]


_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
#: Words that are pages, so cannot be names of datasets beside them.
_RESERVED_NAMES = frozenset(
    {"new", "edit", "search", "preview", "datafile", "resource", "activity", "groups", "follow"}
)
_FOLDED = str.maketrans(
    {
        "&": " and ",
        "'": "",
        "’": "",
        "£": " gbp ",
        "ø": "o",
        "Ø": "o",
        "ł": "l",
        "Ł": "l",
        "ß": "ss",
        "æ": "ae",
        "Æ": "ae",
    }
)


@lru_cache(maxsize=4_096)
def slugify_name(title: str, *, max_length: int = 100) -> str:
    """A name for an address: `[a-z0-9-]`, 2 to `max_length` characters, no reserved word, not shaped like a UUID."""
    if max_length < 20:
        raise ValueError("A name needs room for 20 characters or more.")
    text = unicodedata.normalize("NFKD", title[: max_length * 10].translate(_FOLDED)).encode("ascii", "ignore").decode()
    name = _NOT_IN_NAMES.sub("-", text.lower()).strip("-")
    if len(name) > max_length:
        head = name[: max_length + 1].rpartition("-")[0]
        name = (head if len(head) > max_length * 0.6 else name[:max_length]).strip("-")
    if len(name) < 2 and title.strip():
        name = "-".join(part for part in ("dataset", name or _digest(title)) if part)
    if not name or name in _RESERVED_NAMES or _UUID.fullmatch(name):
        name = f"dataset-{name}".rstrip("-")[:max_length]
    return name


def _digest(title: str) -> str:
    """Tells titles apart that have no Latin letters."""
    return hashlib.sha256(title.encode("utf-8", "surrogatepass")).hexdigest()[:8]


_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}){0,8}"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}",
    re.IGNORECASE,
)


def email_from(raw: object) -> str | None:
    """The first e-mail address in a text ('mailto:…', 'Name <a@b.uk>'), its domain in lower case; None without one."""
    if not isinstance(raw, str) or "@" not in raw:
        return None
    found = _EMAIL.search(raw[:1_000].replace("mailto:", " ").replace("%20", " "))
    if not found:
        return None
    name, _, domain = found[0].rpartition("@")
    address = f"{name}@{domain.lower()}"
    return address if len(address) <= 254 else None


_PHONE = re.compile(r"(?:\+|\b00)?[\d(][\d\s().\-/]{5,22}\d(?:\s*(?:x|ext\.?|extension)\s*\d{1,6})?", re.IGNORECASE)


def phone(raw: object) -> str | None:
    """The first telephone number in a text, spaced as it was written; None when there is none."""
    if not isinstance(raw, str) or not raw:
        return None
    found = _PHONE.search(" ".join(raw[:300].removeprefix("tel:").split()))
    if not found:
        return None
    digits = sum(character.isdigit() for character in found[0])
    return found[0].strip(" .-/") if 7 <= digits <= 20 else None
