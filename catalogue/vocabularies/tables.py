"""Loads the reference tables kept as JSON beside this module, and the small string keys they are looked up by."""

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

#: Where the EU Publications Office's authority tables live. Their identifiers are `http`, also today.
EU_AUTHORITY = "http://publications.europa.eu/resource/authority/"

#: Longer than any spelling of a term: what exceeds it is prose, and prose is not looked up word by word.
MAX_TERM = 200


def load_table(name: str) -> Any:
    """The content of `data/<name>.json`."""
    return json.loads(files("catalogue.vocabularies").joinpath(f"data/{name}.json").read_text(encoding="utf-8"))


@lru_cache(maxsize=16_384)
def term_key(raw: str) -> str:
    """A spelling without case, outer punctuation and runs of blanks: ' .XLS ' and 'xls' share a key."""
    return " ".join(raw[: MAX_TERM * 2].casefold().split()).strip(" .,;:/\\\"'*\u200b\ufeff“”‘’`|-")


def uri_tail(raw: str) -> str:
    """The last step of a URI ('…/frequency/ANNUAL' → 'ANNUAL'), or '' when the text is no URI."""
    if "://" not in raw:
        return ""
    return raw.strip().rstrip("/#").replace("#", "/").rsplit("/", 1)[-1]
