"""Frequencies: ISO 8601, URIs, ISO 19115 codes and English, both ways."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.enums import Frequency
from catalogue.vocabularies.frequencies import PERIODS, eu_uri, frequency_from, iso8601


@pytest.mark.parametrize(
    ("raw", "frequency"),
    [
        ("R/P1M", Frequency.MONTHLY),
        ("R/P3.5D", Frequency.TWICE_WEEKLY),
        ("R/PT1S", Frequency.CONTINUOUS),
        ("P1Y", Frequency.ANNUAL),
        ("Annual (R/P1Y)", Frequency.ANNUAL),
        ("http://publications.europa.eu/resource/authority/frequency/ANNUAL_2", Frequency.TWICE_YEARLY),
        ("http://purl.org/cld/freq/semiannual", Frequency.TWICE_YEARLY),
        ("asNeeded", Frequency.AS_NEEDED),
        ("notPlanned", Frequency.NEVER),
        ("continual", Frequency.CONTINUOUS),
        ("009", Frequency.AS_NEEDED),
        ("Annually", Frequency.ANNUAL),
        ("biannually", Frequency.TWICE_YEARLY),
        ("Bi-annually", Frequency.TWICE_YEARLY),
        ("every 6 months", Frequency.TWICE_YEARLY),
        ("Six-monthly", Frequency.TWICE_YEARLY),
        ("twice a year", Frequency.TWICE_YEARLY),
        ("3 times a year", Frequency.THREE_TIMES_YEAR),
        ("Each school term.", Frequency.THREE_TIMES_YEAR),
        ("Montlhy", Frequency.MONTHLY),
        ("4 weekly", Frequency.MONTHLY),
        ("Every Tuesday", Frequency.WEEKLY),
        ("Every second week", Frequency.FORTNIGHTLY),
        ("Every Ten Years", Frequency.DECENNIAL),
        ("every 5 minutes", Frequency.HOURLY),
        ("Every 5 seconds", Frequency.CONTINUOUS),
        ("discontinued", Frequency.NEVER),
        ("This was an annual survey that has now ceased", Frequency.NEVER),
        ("Whenever there is a change of Minister", Frequency.AS_NEEDED),
        ("Every 4 years", Frequency.QUADRENNIAL),
        ("QUADRENNIAL", Frequency.QUADRENNIAL),
        ("Unknown", Frequency.UNKNOWN),
    ],
)
def test_spellings(raw: str, frequency: Frequency) -> None:
    assert frequency_from(raw) == frequency


@pytest.mark.parametrize("raw", ["Every 6 years", "R/P8Y", "Every nine years"])
def test_a_step_that_our_list_lacks_becomes_the_next_rarer_one(raw: str) -> None:
    assert frequency_from(raw) == Frequency.DECENNIAL


@pytest.mark.parametrize(
    "raw", ["", "csv", "N/A", "Quarterly & Annually", "every 100 years", "R/P", None, 12, ["annual"]]
)
def test_what_tells_no_one_frequency_is_none(raw: object) -> None:
    assert frequency_from(raw) is None


@given(st.sampled_from(Frequency))
def test_every_outward_form_parses_back(frequency: Frequency) -> None:
    assert frequency_from(frequency.value) == frequency
    assert frequency_from(frequency.label) == frequency
    assert frequency_from(eu_uri(frequency)) == frequency
    assert iso8601(frequency) == "" or frequency_from(iso8601(frequency)) == frequency


def test_every_frequency_has_a_period_or_none_and_they_grow() -> None:
    periods = [period for period in PERIODS.values() if period]
    assert set(PERIODS) == set(Frequency)
    assert periods == sorted(periods)
    assert PERIODS[Frequency.MONTHLY] == timedelta(days=31)
    assert PERIODS[Frequency.AS_NEEDED] is None


@given(st.text(max_size=300) | st.none() | st.floats() | st.dictionaries(st.text(), st.text()))
def test_any_value_is_answered(raw: object) -> None:
    assert frequency_from(raw) in {None, *Frequency}


@given(st.from_regex(r"(R/)?P[0-9.]{0,6}[YMWD]?(T[0-9.]{1,4}[HMS])?", fullmatch=True))
def test_any_duration_is_answered(raw: str) -> None:
    assert frequency_from(raw) in {None, *Frequency}
