"""Dates, frequency, period, place and language of CKAN packages."""

import datetime
from typing import Any
from uuid import UUID

import pytest

from catalogue.drafts import DatasetDraft
from catalogue.enums import Frequency
from harvest.normalise.base import Normalised
from harvest.normalise.ckan import CkanNormaliser
from tests.servers.fake_ckan import package


def normalised(**fields: Any) -> Normalised:
    return CkanNormaliser()(package(1, extras=fields), publisher_id=UUID(int=1))


def of(fields: dict[str, Any]) -> DatasetDraft:
    return normalised(**fields).draft


def day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


@pytest.mark.parametrize(
    ("fields", "issued", "modified"),
    [
        ({"date_released": "2010-10-29", "date_updated": "28/01/2011"}, "2010-10-29", "2011-01-28"),
        ({"date_released ": "25/06/2010"}, "2010-06-25", None),
        ({"date_released": "8/2011"}, "2011-08-01", None),
        ({"data_issued": "2015-11-05T15:46:58+00:00", "data_modified": "2015-10-09"}, "2015-11-05", "2015-10-09"),
        (
            {
                "dataset-reference-date": '[{"type": "creation", "value": ""},'
                ' {"type": "publication", "value": "2010-05-13"}]'
            },
            "2010-05-13",
            None,
        ),
        (
            {
                "dataset-reference-date": '[{"type": "creation", "value": "2016-02-18"},'
                ' {"type": "revision", "value": "2016-02-17"}, {"type": "revision", "value": "2016-02-19"}]'
            },
            "2016-02-18",
            "2016-02-19",
        ),
        ({"date_released": "not known", "dataset-reference-date": []}, None, None),
        ({"date_created": "2018-05-17", "date_published": "2017-05-01 00:00:00"}, "2017-05-01", None),
        ({"issued": "2012", "modified": "R/P1D"}, "2012-01-01", None),
    ],
)
def test_dates(fields: dict[str, Any], issued: str | None, modified: str | None):
    draft = of(fields)

    assert (draft.issued, draft.modified) == (day(issued), day(modified))


def test_date_that_is_none_is_told_and_kept_as_written():
    result = normalised(date_released="Prior to 2005")

    assert (result.draft.issued, result.draft.issued_text) == (None, "Prior to 2005")
    assert [(finding.kind, finding.value) for finding in result.findings] == [("bad-date", "Prior to 2005")]


@pytest.mark.parametrize(
    ("fields", "frequency"),
    [
        ({"update_frequency": "annual"}, Frequency.ANNUAL),
        ({"update_frequency": "other", "update_frequency-other": "Every 10 years"}, Frequency.DECENNIAL),
        ({"frequency-of-update": "notPlanned"}, Frequency.NEVER),
        ({"frequency-of-update": "unknown"}, Frequency.UNKNOWN),
        ({"Update Frequency": "Every Tuesday"}, Frequency.WEEKLY),
        ({"UpdateFrequency": "Quarterly"}, Frequency.QUARTERLY),
        ({"frequency": "asNeeded"}, Frequency.AS_NEEDED),
        ({"accrualPeriodicity": "R/P1M"}, Frequency.MONTHLY),
        ({"modified": "R/P1D"}, Frequency.DAILY),
    ],
)
def test_frequency(fields: dict[str, Any], frequency: Frequency):
    assert of(fields).frequency == frequency


def test_frequency_in_unknown_words_is_told_and_kept():
    result = normalised(update_frequency="After contract signature")

    assert [finding.kind for finding in result.findings] == ["unknown-frequency"]
    assert result.draft.extras == {"update_frequency": "After contract signature"}


@pytest.mark.parametrize(
    ("fields", "start", "end", "text"),
    [
        (
            {"temporal_coverage-from": "2010-04-01", "temporal_coverage-to": "2011-03-31"},
            *("2010-04-01", "2011-03-31", "2010-04-01 – 2011-03-31"),
        ),
        (
            {"temporal_coverage-from": '["2009-12-22"]', "temporal_coverage-to": '["2021-12-22"]'},
            *("2009-12-22", "2021-12-22", "2009-12-22 – 2021-12-22"),
        ),
        (
            {"temporal_coverage-from": '["2001", "1998-05"]', "temporal_coverage-to": '["2003"]'},
            *("1998-05-01", "2003-12-31", "2001, 1998-05 – 2003"),
        ),
        ({"temporal_coverage_from": "1/2005", "temporal_coverage_to": ""}, "2005-01-01", None, "1/2005"),
        ({"temporal_coverage-from": "[]", "temporal_coverage-to": "2008"}, None, "2008-12-31", "2008"),
        ({"temporal_coverage-from": '["1990"]', "temporal_coverage-to": '["now"]'}, "1990-01-01", None, "1990 – now"),
        (
            {"temporal_coverage-from": "0001-01-01", "temporal_coverage-to": "9999-12-31"},
            None,
            None,
            "0001-01-01 – 9999-12-31",
        ),
        (
            {"coverage_start_date": "2014/04/01", "coverage_end_date": "2015/03/31"},
            *("2014-04-01", "2015-03-31", "2014/04/01 – 2015/03/31"),
        ),
        (
            {"temporal_coverage-from": "2012", "temporal_coverage-to": "2010"},
            *("2010-01-01", "2012-12-31", "2012 – 2010"),
        ),
        ({"temporal": "2013-04-01/2014-03-31"}, "2013-04-01", "2014-03-31", "2013-04-01/2014-03-31"),
    ],
)
def test_period(fields: dict[str, Any], start: str | None, end: str | None, text: str):
    result = normalised(**fields)
    draft = result.draft

    assert (draft.temporal_start, draft.temporal_end, draft.temporal_text) == (day(start), day(end), text)
    assert result.findings == ()


def test_end_that_is_no_day_is_told():
    result = normalised(**{"temporal_coverage-from": "2012-01-01", "temporal_coverage-to": "2012-09-31"})

    assert (result.draft.temporal_start, result.draft.temporal_end) == (datetime.date(2012, 1, 1), None)
    assert [(finding.kind, finding.value) for finding in result.findings] == [("bad-period", "2012-09-31")]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("100000: England", ("England",)),
        ("101000: England, Wales", ("England", "Wales")),
        ("111100: United Kingdom (England, Scotland, Wales, Northern Ireland)", ("United Kingdom",)),
        ("111000: Great Britain (England, Scotland, Wales)", ("Great Britain",)),
        ("111111: Overseas, Global, United Kingdom (…)", ("United Kingdom", "Overseas", "Global")),
        ("000000: ", ()),
        ("Leeds", ("Leeds",)),
    ],
)
def test_geographic_coverage(text: str, places: tuple[str, ...]):
    assert of({"geographic_coverage": text}).places == places


POLYGON = (
    '{"type":"Polygon","coordinates":[[[2.072,49.943],[2.072,55.816],[-6.236,55.816],[-6.236,49.943],[2.072,49.943]]]}'
)
SIDES = {"bbox-west-long": "-6.236", "bbox-south-lat": "49.943", "bbox-east-long": "2.072", "bbox-north-lat": "55.816"}


@pytest.mark.parametrize(
    "fields",
    [
        SIDES,
        {"spatial": POLYGON},
        {"spatial": "-6.236,49.943,2.072,55.816"},
        {"spatial_text": "-6.236,49.943,2.072,55.816"},
    ],
    ids=["sides", "GeoJSON", "four numbers", "spatial_text"],
)
def test_box(fields: dict[str, str]):
    draft = of(fields)

    assert (draft.west, draft.south, draft.east, draft.north) == (-6.236, 49.943, 2.072, 55.816)
    assert (draft.places, draft.extras) == ((), {})


def test_place_name_in_spatial():
    draft = of({"spatial": "United States"})

    assert (draft.places, draft.west) == (("United States",), None)


@pytest.mark.parametrize("fields", [SIDES | {"bbox-north-lat": "nan"}, {"spatial": '{"type": "Polygon"}'}])
def test_box_that_is_none_is_told(fields: dict[str, str]):
    result = normalised(**fields)

    assert result.draft.west is None
    assert [finding.kind for finding in result.findings] == ["bad-place"]


@pytest.mark.parametrize(
    ("fields", "languages"),
    [
        ({"language": "English", "metadata-language": "cym"}, ("en",)),
        ({"metadata-language": "cym"}, ("cy",)),
        ({"language": '["en", "cy"]'}, ("en", "cy")),
        ({"Language": "en-GB"}, ("en",)),
        ({"metadata-language": "Middle (1100-1500)"}, ()),
    ],
)
def test_languages(fields: dict[str, str], languages: tuple[str, ...]):
    assert of(fields).languages == languages
