"""Languages: outside spellings ↔ ISO 639-1 codes ('en', 'cy')."""

from functools import lru_cache

from catalogue.vocabularies.tables import EU_AUTHORITY, load_table, term_key, uri_tail

_ROWS: list[list[str]] = load_table("languages")

#: ISO 639-1 code → English name.
LANGUAGES: dict[str, str] = {code: name for code, _, _, name in _ROWS}
_ALPHA3 = {code: alpha3 for code, alpha3, _, _ in _ROWS}

_SPELLINGS: dict[str, str] = {}
for _code, _alpha3, _bibliographic, _name in _ROWS:
    for _spelling in (_code, _alpha3, _bibliographic, _name):
        if _spelling:
            _SPELLINGS.setdefault(term_key(_spelling), _code)
_SPELLINGS |= {
    "cymraeg": "cy", "gaeilge": "ga", "irish gaelic": "ga", "gàidhlig": "gd", "gaelic": "gd", "kernewek": "kw",
    "british english": "en", "uk english": "en", "us english": "en", "american english": "en", "engish": "en",
    "anglais": "en", "english (uk)": "en", "deutsch": "de", "français": "fr", "francais": "fr", "español": "es",
    "castellano": "es", "italiano": "it", "nederlands": "nl", "polski": "pl", "português": "pt", "svenska": "sv",
    "norsk": "no", "dansk": "da", "suomi": "fi", "čeština": "cs", "greek": "el", "modern greek": "el",
}  # fmt: skip


def language_from(raw: object) -> str | None:
    """The ISO 639-1 code meant by a code ('eng', 'en-GB'), a name or a URI; None where no such code is meant."""
    return _language(raw) if isinstance(raw, str) and raw else None


@lru_cache(maxsize=1_024)
def _language(raw: str) -> str | None:
    key = term_key(uri_tail(raw) or raw)
    known = _SPELLINGS.get(key)
    if known:
        return known
    primary = key.replace("_", "-").partition("-")[0].partition(";")[0].strip()  # 'en-gb', 'eng; utf8', 'en_US.utf8'
    return _SPELLINGS.get(primary) if 2 <= len(primary) <= 3 else None


def eu_uri(code: str) -> str:
    """The term of the EU language authority table. Raises KeyError for a code that is not ISO 639-1."""
    return f"{EU_AUTHORITY}language/{_ALPHA3[code].upper()}"
