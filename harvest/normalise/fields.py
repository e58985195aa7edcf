"""Taking a foreign record apart, field by field: what is taken, what is left over, and what was wrong. Pure."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from catalogue.dates import parse_date
from catalogue.html_text import html_to_text
from catalogue.plain import clean_text
from catalogue.web_addresses import clean_url
from harvest.findings import Finding, warning
from harvest.raw_record import plain_key

#: Cleaning cuts here; `pipeline.validate` knows the true limits, and tells.
LONG = 200_000

_NOTHING = frozenset(
    {
        "",
        "-",
        "n/a",
        "na",
        "none",
        "null",
        "nil",
        "not available",
        "not applicable",
        "unknown",
        "tbc",
        "tbd",
        "<nobody>",
    }
)


def is_nothing(text: str) -> bool:
    """Whether a text only says that there is nothing to say."""
    return text.strip(" .").casefold() in _NOTHING


def term(value: Any) -> str:
    """The text of a term, however wrapped: `{"@id": "lang:ENG"}` → "ENG", `{"prefLabel": "Health"}` → "Health"."""
    if isinstance(value, dict):
        for key in ("prefLabel", "label", "title", "name", "@value", "notation", "@id", "identifier"):
            found = value.get(key)
            if found and (text := clean_text(found, max_length=LONG)):
                return _without_prefix(text)
        return ""
    return _without_prefix(clean_text(value, max_length=LONG)) if isinstance(value, str | int | float) else ""


def address_text(value: Any) -> str:
    """What stands where an address should be, however wrapped; not cleaned."""
    if isinstance(value, dict):
        value = value.get("@id") or value.get("url") or value.get("@value") or ""
    return value.strip() if isinstance(value, str) else clean_text(value, max_length=4_000)


def as_list(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def _without_prefix(text: str) -> str:
    """`ftype:HTML` → `HTML`; addresses and sentences stay whole."""
    prefix, colon, rest = text.partition(":")
    is_prefixed = colon and rest and prefix.isalpha() and prefix.islower() and " " not in text
    return rest if is_prefixed and not rest.startswith("//") else text


class Fields:
    """The members of one object. Each `take` marks a member as used; `left_over` gives the rest."""

    def __init__(
        self, body: Mapping[str, Any], findings: list[Finding], *, where: str = "", has_plain_keys: bool = False
    ) -> None:
        self._names: dict[str, str] = dict(zip(body, body, strict=True)) if has_plain_keys else {}
        for key in () if has_plain_keys else body:
            self._names.setdefault(plain_key(key), key)
        self._body = body
        self._taken: set[str] = set()
        self._findings = findings
        self._where = where

    def take(self, *names: str) -> Any:
        """The value of the first of these members that has one; None where none has. All count as used."""
        found = None
        for name in names:
            key = self._names.get(name)
            if key is not None:
                self._taken.add(key)
                if found is None and self._body[key] not in ("", None, [], {}):
                    found = self._body[key]
        return found

    def keep(self, *names: str) -> None:
        """These members were taken but not understood: they are left over after all."""
        self._taken -= {self._names[name] for name in names if name in self._names}

    def line(self, *names: str) -> str:
        """One line of text."""
        return clean_text(self.take(*names), max_length=LONG)

    def prose(self, *names: str) -> str:
        """Text of many lines, HTML turned into Markdown."""
        value = self.take(*names)
        text = value if isinstance(value, str) else clean_text(value, max_length=LONG, keep_lines=True)
        return clean_text(html_to_text(text), max_length=LONG, keep_lines=True)

    def terms(self, *names: str) -> list[str]:
        """The texts of a list of terms, or of a single one."""
        return [text for item in as_list(self.take(*names)) if (text := term(item)) and not is_nothing(text)]

    def address(self, *names: str) -> str:
        """A web address, mended where possible; "" with a warning for what is none."""
        value = self.take(*names)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if isinstance(value, list):
            value = next((item for item in value if item), None)
        if value is None or (isinstance(value, str) and is_nothing(value)):
            return ""
        url = clean_url(value)
        if url is None:
            self.warn("bad-address", "This is no web address, so it was left out.", field=names[0], value=value)
            self.keep(*names)
        return url or ""

    def date(self, *names: str) -> tuple[datetime.date | None, str]:
        """The first day that a date may mean, and the date as written."""
        value = self.take(*names)
        text = clean_text(value, max_length=100)
        if not text or is_nothing(text):
            return None, ""
        found = parse_date(value if isinstance(value, int) else text)
        if found is None:
            self.warn(
                "bad-date",
                "This is no date that can be understood: write it as 2024-03-31.",
                field=names[0],
                value=text,
            )
            return None, text
        return found.start, text

    def warn(self, kind: str, message: str, *, field: str = "", value: object = "") -> None:
        self._findings.append(warning(kind, message, field=f"{self._where}{field}", value=value))

    def left_over(self, *, without: Iterable[str] = ()) -> dict[str, Any]:
        """What nobody took and says something, by the names that the source gave."""
        skipped = {self._names[name] for name in without if name in self._names}
        return {
            key: value
            for key, value in self._body.items()
            if key not in self._taken and key not in skipped and value not in ("", None, [], {})
        }
