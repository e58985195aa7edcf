"""Formats: what people write becomes one code, and the table keeps its own rules."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.vocabularies.formats import (
    BUCKETS,
    EU_MACHINE_READABLE,
    EU_NON_PROPRIETARY,
    FORMATS,
    Format,
    declared_format,
    format_from,
    media_type_format,
)
from catalogue.vocabularies.tables import load_table, term_key

codes = st.sampled_from(sorted(FORMATS))


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("CSV", "CSV"),
        ("csv ", "CSV"),
        (".csv", "CSV"),
        ("CSV (zip)", "CSV"),
        ("csv / zip", "CSV"),
        ("csv.zip", "CSV"),
        ("01 / 2015 / csv", "CSV"),
        ("zip file containing csv files", "CSV"),
        ("cvs", "CSV"),
        ("text/csv; charset=utf-8", "CSV"),
        ("http, csv, xls", "CSV"),
        ("html, csv", "CSV"),
        (".xls", "XLS"),
        ("MS EXCEL", "XLS"),
        ("application/vnd.ms-excel", "XLS"),
        ("Excel 2007", "XLSX"),
        ("xlxs", "XLSX"),
        ("xls / xlsx", "XLSX"),
        ("Web Page", "HTML"),
        ("aspx", "HTML"),
        ("html, xml", "XML"),
        ("ArcGIS GeoServices REST API", "Esri REST"),
        ("OGC:WMS-1.1.1-http-get-capabilities", "WMS"),
        ("WEB FEATURE SERVICE (WFS)", "WFS"),
        ("zip(kmz)", "KMZ"),
        ("xml (tgz file)", "XML"),
        ("rtf / pdf", "PDF"),
        ("RDF (Turtle)", "TTL"),
        ("geo+json", "GeoJSON"),
        ("http://publications.europa.eu/resource/authority/file-type/RDF_TURTLE", "TTL"),
        ("https://www.iana.org/assignments/media-types/text/csv", "CSV"),
        ("http://purl.org/NET/mediatypes/application/zip", "ZIP"),
        ("WWW:DOWNLOAD:text/csv", "CSV"),
    ],
)
def test_declared_spellings(raw: str, code: str) -> None:
    assert declared_format(raw) == code


@pytest.mark.parametrize("raw", ["", "  ", "http", "unknown", "7147906", "WWW:LINK-1.0-http--link", "-", "data", "n/a"])
def test_what_names_no_format_is_empty(raw: str) -> None:
    assert format_from(raw) == ""


@pytest.mark.parametrize(
    ("raw", "media_type", "url", "code"),
    [
        ("CSV", "application/zip", "http://x.uk/a.zip", "CSV"),
        ("", "text/csv;charset=UTF-8", "http://x.uk/a.html", "CSV"),
        ("data", "application/unknown", "https://x.uk/rows.csv?accessType=DOWNLOAD", "CSV"),
        ("", "application/octet-stream", "http://x.uk/a.xlsx", "XLSX"),
        ("", "", "http://x.uk/roads.csv.zip", "CSV"),
        ("", "", "http://x.uk/export?format=csv", "CSV"),
        ("", "", "http://x.uk/ows?service=WMS&request=GetCapabilities", "WMS"),
        ("", "", "http://x.uk/arcgis/rest/services/A/MapServer/0", "Esri REST"),
        ("", "", "http://x.uk/arcgis/services/A/MapServer/WFSServer?request=getfeature", "WFS"),
        ("", "", "http://x.uk/geoserver/wms", "WMS"),
        ("", "", "http://x.uk/get.aspx?id=1", ""),
        ("", "", "http://x.uk/", ""),
        ("", "", "http://x.csv", ""),
        ("ZIP", "", "http://x.uk/roads.csv.zip", "CSV"),
        ("ZIP", "", "http://x.uk/roads.zip", "ZIP"),
        ("XML", "", "http://x.uk/ows?service=WFS", "WFS"),
        ("JSON", "", "http://x.uk/a.geojson", "GeoJSON"),
        ("excel", "", "http://x.uk/a.xlsx", "XLSX"),
        ("HTML", "", "http://x.uk/a.csv", "HTML"),
        ("API", "application/json", "http://x.uk/api", "JSON"),
        ("API", "", "http://x.uk/api", "API"),
    ],
)
def test_declared_then_media_type_then_address(raw: str, media_type: str, url: str, code: str) -> None:
    assert format_from(raw, media_type=media_type, url=url) == code


@given(codes)
def test_every_outward_form_parses_back(code: str) -> None:
    known = FORMATS[code]
    assert format_from(code) == code
    assert known.eu_uri == "" or format_from(known.eu_uri) == code
    assert known.media_type == "" or media_type_format(known.media_type) == code


def test_no_spelling_means_two_formats() -> None:
    owners = defaultdict(set)
    for row in load_table("formats"):
        for name in {row["code"], row["eu"], row["media_type"], *row["extensions"], *row["names"]} - {""}:
            owners[term_key(name)].add(row["code"])
    assert {name: codes for name, codes in owners.items() if len(codes) > 1} == {}


def test_three_stars_ask_for_an_open_format_and_two_for_a_proprietary_one() -> None:
    assert [code for code, known in FORMATS.items() if known.stars >= 3 and not known.is_open] == []
    assert [code for code, known in FORMATS.items() if known.stars == 2 and known.is_open] == []
    assert {known.bucket for known in FORMATS.values()} <= set(BUCKETS)


@pytest.mark.parametrize(
    ("code", "stars"),
    [("CSV", 3), ("XLS", 2), ("PDF", 1), ("HTML", 0), ("RDF", 5), ("JSON-LD", 5), ("GTFS", 3), ("PSV", 3), ("GPKG", 3),
     ("Parquet", 3), ("N-Triples", 5), ("XLSM", 2), ("TIFF", 3), ("GIF", 3), ("JPEG", 3), ("SHP", 2), ("ZIP", 1)],
)  # fmt: skip
def test_stars_are_ckans_with_the_holes_filled(code: str, stars: int) -> None:
    assert FORMATS[code].stars == stars


def test_a_format_whole() -> None:
    assert FORMATS["XLSX"] == Format(
        code="XLSX",
        title="Excel workbook",
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        eu_uri="http://publications.europa.eu/resource/authority/file-type/XLSX",
        bucket="XLS",
        is_open=False,
        is_machine_readable=True,
        stars=2,
    )


def test_data_europa_eu_judges_by_its_own_lists() -> None:
    assert FORMATS["CSV"].eu_uri in EU_NON_PROPRIETARY & EU_MACHINE_READABLE
    assert FORMATS["XLSX"].eu_uri in EU_MACHINE_READABLE - EU_NON_PROPRIETARY
    assert FORMATS["PDF"].eu_uri not in EU_MACHINE_READABLE | EU_NON_PROPRIETARY
    assert (len(EU_NON_PROPRIETARY), len(EU_MACHINE_READABLE)) == (29, 20)


@given(st.text(max_size=300), st.text(max_size=100), st.text(max_size=300))
def test_any_text_is_answered(raw: str, media_type: str, url: str) -> None:
    assert format_from(raw, media_type=media_type, url=url) in {"", *FORMATS}


@given(st.sampled_from(["csv", "pdf", "zip"]), st.text(alphabet="/?&=.%;:#[]{}()\\ \x00é", max_size=40))
def test_any_address_is_answered(extension: str, noise: str) -> None:
    assert format_from("", url=f"http://x.uk/{noise}.{extension}") in {"", *FORMATS}
