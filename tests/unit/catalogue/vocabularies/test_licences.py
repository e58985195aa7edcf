"""Licences: ids, addresses and prose become one code; what is denied or unclear becomes none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.vocabularies.licences import LICENCES, LicenceInfo, eu_uri, licence_from

codes = st.sampled_from(sorted(LICENCES))
#: Ids that CKAN and data.gov.uk use: each must exist, for their licences to stay what they were.
CKAN_IDS = (
    "cc-by", "cc-by-sa", "cc-nc", "cc-zero", "gfdl", "notspecified", "odc-by", "odc-odbl", "odc-pddl", "other-at",
    "other-closed", "other-nc", "other-open", "other-pd", "uk-ogl",
)  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("uk-ogl", "uk-ogl"),
        ("OGL-UK-3.0", "uk-ogl"),
        ("ogl3", "uk-ogl"),
        ("OGL-UK-2.0", "OGL-UK-2.0"),
        ("UK Open Government Licence (OGL)", "uk-ogl"),
        ("Open Government Licence v3.0", "uk-ogl"),
        ("http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", "uk-ogl"),
        ("https://nationalarchives.gov.uk/doc/open-government-licence/version/3", "uk-ogl"),
        ("http://www.nationalarchives.gov.uk/doc/open-government-licence/version/2/", "OGL-UK-2.0"),
        ("www.nationalarchives.gov.uk/doc/open-government-licence", "uk-ogl"),
        ("© Crown copyright 2014. Licensed under the OGL.", "uk-ogl"),
        ("Contains public sector information licensed under the Open Government Licence v3.0.", "uk-ogl"),
        ("There are no restrictions. Available under the Open Government Licence", "uk-ogl"),
        ("CC-BY-4.0", "CC-BY-4.0"),
        ("cc by 4.0", "CC-BY-4.0"),
        ("Creative Commons Attribution 4.0 International (CC BY 4.0)", "CC-BY-4.0"),
        ("Creative Commons Attribution", "cc-by"),
        ("http://creativecommons.org/licenses/by/4.0/deed.en", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by-nc-sa/3.0/igo/", "CC-BY-NC-SA-3.0"),
        ("This work is licensed under a Creative Commons Attribution-ShareAlike 3.0 licence.", "CC-BY-SA-3.0"),
        ("http://creativecommons.org/publicdomain/zero/1.0", "cc-zero"),
        ("https://creativecommons.org/share-your-work/public-domain/cc0/", "cc-zero"),
        ("https://opendefinition.org/licenses/cc-by/", "cc-by"),
        ("http://dcat-ap.de/def/licenses/dl-by-de/2.0", "dl-de-by-2.0"),
        ("https://spdx.org/licenses/CC-BY-SA-4.0.html", "CC-BY-SA-4.0"),
        ("https://opendatacommons.org/licenses/odbl/1.0/", "odc-odbl"),
        ("https://www.usa.gov/publicdomain/label/1.0/", "us-pd"),
        ("This item is in the public domain.", "other-pd"),
        ("https://project-open-data.cio.gov/unknown-license/", "notspecified"),
        ("License Not Specified", "notspecified"),
        ("Public Sector End User Licence - INSPIRE", "inspire-eul"),
        ("<p>See <a href='https://creativecommons.org/licenses/by/4.0/'>terms</a></p>", "CC-BY-4.0"),
    ],
)
def test_spellings(raw: str, code: str) -> None:
    assert licence_from(raw) == code


@pytest.mark.parametrize(
    "raw",
    [
        "This data is not available under the OGL",
        "Not covered by the Open Government Licence.",
        "The Open Government Licence does not apply to this data",
        "Licences other than the Open Government Licence",
        "Natural England-OS Open Government Licence",
        "Under the OGL for non-commercial use only",
        "Either the Open Government Licence or Creative Commons Attribution 4.0",
        "Crown Copyright",
        "No conditions apply",
        "Data is provided as is, without warranty of any kind.",
        "https://example.org/terms",
        "public",
        "by",
        "",
        None,
        3,
        {"id": "uk-ogl"},
    ],
)
def test_what_grants_no_known_licence_is_none(raw: object) -> None:
    assert licence_from(raw) is None


def test_the_address_and_then_the_title_stand_in_for_an_id_that_says_nothing() -> None:
    assert licence_from("other", url="http://creativecommons.org/licenses/by/3.0") == "CC-BY-3.0"
    assert licence_from("", title="UK Open Government Licence (OGL)") == "uk-ogl"
    assert licence_from("cc-zero", url="http://creativecommons.org/licenses/by/3.0") == "cc-zero"


def test_a_licence_whole() -> None:
    assert LICENCES["CC-BY-NC-4.0"] == LicenceInfo(
        code="CC-BY-NC-4.0",
        title="Creative Commons Attribution-NonCommercial 4.0",
        url="https://creativecommons.org/licenses/by-nc/4.0/",
        is_open=False,
        family="cc-nc",
        eu_uri="http://publications.europa.eu/resource/authority/licence/CC_BYNC_4_0",
        od_conformance="rejected",
    )


def test_ckans_ids_are_all_here_and_open_where_ckan_says_so() -> None:
    assert {code: LICENCES[code].is_open for code in CKAN_IDS} == {
        code: code not in {"cc-nc", "notspecified", "other-closed", "other-nc"} for code in CKAN_IDS
    }


@given(codes)
def test_every_outward_form_parses_back(code: str) -> None:
    known = LICENCES[code]
    assert licence_from(code) == code
    assert licence_from(known.title) == code
    assert known.eu_uri == "" or licence_from(eu_uri(code)) == code
    if known.url:
        assert LICENCES[licence_from(known.url) or ""].family == known.family


@given(st.text(max_size=400) | st.none() | st.integers() | st.lists(st.text()), st.text(max_size=80))
def test_any_value_is_answered(raw: object, url: str) -> None:
    assert licence_from(raw, url=url) in {None, *LICENCES}
