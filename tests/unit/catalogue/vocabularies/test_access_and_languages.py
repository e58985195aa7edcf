"""Access levels and languages, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.enums import Access
from catalogue.vocabularies import access, languages
from catalogue.vocabularies.access import access_from
from catalogue.vocabularies.languages import LANGUAGES, language_from

values = st.text(max_size=200) | st.none() | st.integers() | st.lists(st.text())


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("public", Access.OPEN),
        ("restricted public", Access.RESTRICTED),
        ("non-public", Access.INTERNAL),
        ("http://publications.europa.eu/resource/authority/access-right/PUBLIC", Access.OPEN),
        ("http://publications.europa.eu/resource/authority/access-right/NON_PUBLIC", Access.INTERNAL),
        ("http://publications.europa.eu/resource/authority/access-right/SENSITIVE", Access.INTERNAL),
        ("http://purl.org/coar/access_right/c_abf2", Access.OPEN),
        ("http://inspire.ec.europa.eu/metadata-codelist/LimitationsOnPublicAccess/noLimitations", Access.OPEN),
        ("COMMERCIAL", Access.RESTRICTED),
        ("INTERNAL", Access.INTERNAL),
        ("unpublished", Access.NOT_RELEASED),
        ("ask the vicar", None),
        ("", None),
    ],
)
def test_access_terms(raw: str, expected: Access | None) -> None:
    assert access_from(raw) == expected


@pytest.mark.parametrize("level", [Access.OPEN, Access.RESTRICTED, Access.INTERNAL])
def test_every_outward_form_of_access_parses_back(level: Access) -> None:
    assert access_from(access.eu_uri(level)) == level
    assert access_from(access.us_access_level(level)) == level
    assert access_from(access.uk_access_rights(level)) == level


def test_data_not_released_goes_out_as_not_public() -> None:
    assert access.us_access_level(Access.NOT_RELEASED) == "non-public"
    assert access_from(Access.NOT_RELEASED.label) == Access.NOT_RELEASED


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("eng", "en"),
        ("English", "en"),
        ("en-GB", "en"),
        ("eng; utf8", "en"),
        ("wel", "cy"),
        ("Cymraeg", "cy"),
        ("http://publications.europa.eu/resource/authority/language/CYM", "cy"),
        ("http://id.loc.gov/vocabulary/iso639-1/fr", "fr"),
        ("Middle (1100-1500)", None),
        ("zz", None),
    ],
)
def test_languages(raw: str, code: str | None) -> None:
    assert language_from(raw) == code


@given(st.sampled_from(sorted(LANGUAGES)))
def test_every_outward_form_of_a_language_parses_back(code: str) -> None:
    assert language_from(code) == code
    assert language_from(LANGUAGES[code]) == code
    assert language_from(languages.eu_uri(code)) == code


@given(values)
def test_any_value_is_answered(raw: object) -> None:
    assert access_from(raw) in {None, *Access}
    assert language_from(raw) in {None, *LANGUAGES}
