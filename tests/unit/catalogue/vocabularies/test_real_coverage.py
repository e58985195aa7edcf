"""How much of what governments really write is understood. Floors, a little under what was measured when they were set.

Reads the real catalogue metadata below REAL_DATA_DIR (skipped where it isn't set) and keeps none of it.
"""

import gzip
import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from catalogue.dates import parse_date, parse_period
from catalogue.places import box_from
from catalogue.plain import clean_text, clean_url, html_to_text, slugify_name
from catalogue.vocabularies.formats import FORMATS, format_from
from catalogue.vocabularies.frequencies import frequency_from
from catalogue.vocabularies.licences import licence_from
from catalogue.vocabularies.tables import EU_AUTHORITY
from catalogue.vocabularies.topics import topic_from

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

#: Addresses of those who publish licences; other addresses are a portal's own terms of use.
LICENSORS = re.compile(
    r"https?://(?:www\.)?(?:creativecommons\.org|opendatacommons\.org|nationalarchives\.gov\.uk|opendefinition\.org"
    r"|usa\.gov|project-open-data\.cio\.gov)/"
)
FREQUENCY_EXTRAS = ("update_frequency", "frequency-of-update", "frequency", "frequency_update_period")
DATE_EXTRAS = ("date_released", "date_updated", "temporal_coverage-from", "metadata-date", "date", "coverage_end_date")


@pytest.fixture(scope="module")
def packages(real_data: Path) -> list[dict[str, Any]]:
    """One in five of data.gov.uk's packages of 2016."""
    path = real_data / "a_ckan/data.gov.uk-2016/packages.jsonl.gz"
    if not path.exists():
        pytest.skip(f"{path} is not there: this test reads data.gov.uk's packages of 2016.")
    with gzip.open(path) as lines:
        return [json.loads(line) for line in itertools.islice(lines, 0, None, 5)]


@pytest.fixture(scope="module")
def us_datasets(real_data: Path) -> list[dict[str, Any]]:
    """The datasets of every data.json that is one."""
    return [dataset for path in sorted(real_data.glob("b_dcat_us/**/*.json*")) for dataset in _datasets(path)]


def _datasets(path: Path) -> Iterator[dict[str, Any]]:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        catalogue = json.loads(raw.decode("utf-8-sig", "replace"))
    except ValueError:
        return
    datasets = catalogue.get("dataset") if isinstance(catalogue, dict) else catalogue
    yield from (dataset for dataset in datasets or () if isinstance(dataset, dict))


def share(values: Iterable[Any], understands: Callable[[Any], object]) -> float:
    """The share of values that are understood. Prints the commonest of the others: they are what to look at next."""
    missed: Counter[str] = Counter()
    total = 0
    for value in values:
        total += 1
        if not understands(value):
            missed[str(value)[:80]] += 1
    assert total, "The real data holds none of these values."
    print(f"{total:,} values, {sum(missed.values()):,} not understood: {missed.most_common(12)}")  # noqa: T201
    return 1 - sum(missed.values()) / total


def texts(values: Iterable[Any]) -> Iterator[str]:
    """Non-empty texts, also those that data.gov.uk's harvester stored as JSON lists."""
    for value in values:
        if isinstance(value, str) and value.startswith("["):
            yield from (text for text in json.loads(value) if isinstance(text, str) and text.strip())
        elif isinstance(value, str) and value.strip():
            yield value


def test_formats_of_data_gov_uk(packages: list[dict[str, Any]]) -> None:
    named = [
        (resource["format"], resource.get("mimetype") or "", resource.get("url") or "")
        for package in packages
        for resource in package["resources"]
        if (resource.get("format") or "").strip()
    ]
    codes = [format_from(raw, media_type=media_type, url=url) for raw, media_type, url in named]
    assert share(zip(named, codes, strict=True), lambda pair: pair[1]) >= 0.995
    assert share(codes, lambda code: code and FORMATS[code].bucket != "Other") >= 0.93


def test_formats_of_data_json_files(us_datasets: list[dict[str, Any]]) -> None:
    named = [
        tuple(_text(distribution.get(key)) for key in ("format", "mediaType", "downloadURL", "accessURL"))
        for dataset in us_datasets
        for distribution in dataset.get("distribution") or ()
        if isinstance(distribution, dict) and (distribution.get("format") or distribution.get("mediaType"))
    ]
    assert share(named, lambda it: format_from(it[0], media_type=it[1], url=it[2] or it[3])) >= 0.99


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def test_every_spelling_of_format_in_the_joined_records(real_data: Path) -> None:
    path = real_data / "records.jsonl.gz"
    if not path.exists():
        pytest.skip(f"{path} is not there: this test reads the joined records.")
    with gzip.open(path) as lines:
        some = itertools.islice(lines, 0, None, 5)
        resources = [resource for line in some for resource in json.loads(line)["resources"]]
    #: 'http' and 'WWW:LINK…' name the way to a thing, not its format: nothing can be known of it but by its address.
    named = [it for it in resources if it.get("format") and not re.match(r"(?i)(https?|www:.*)$", it["format"])]
    assert share(named, lambda it: format_from(it["format"], url=it.get("url") or "")) >= 0.99


def test_licences(packages: list[dict[str, Any]], us_datasets: list[dict[str, Any]]) -> None:
    ids = [(it["license_id"], it.get("license_title") or "") for it in packages if it.get("license_id")]
    assert share(ids, lambda it: licence_from(it[0], title=it[1])) >= 0.999
    prose = [it["extras"]["licence"] for it in packages if it["extras"].get("licence", "").strip()]
    assert share(prose, licence_from) >= 0.45
    addresses = [it["license"] for it in us_datasets if LICENSORS.match(_text(it.get("license")))]
    assert share(addresses, licence_from) >= 0.99


def test_frequencies(packages: list[dict[str, Any]], us_datasets: list[dict[str, Any]]) -> None:
    extras = texts(it["extras"].get(key) for it in packages for key in FREQUENCY_EXTRAS)
    assert share(extras, frequency_from) >= 0.99
    assert share(texts(it.get("accrualPeriodicity") for it in us_datasets), frequency_from) >= 0.98


def test_dates_and_periods(packages: list[dict[str, Any]], us_datasets: list[dict[str, Any]]) -> None:
    extras = texts(it["extras"].get(key) for it in packages for key in DATE_EXTRAS)
    assert share(extras, parse_date) >= 0.995
    stamps = (it for it in texts(it.get("modified") for it in us_datasets) if not it.startswith("R/"))
    assert share(stamps, parse_date) >= 0.999
    assert share(texts(it.get("temporal") for it in us_datasets), lambda it: any(parse_period(it))) >= 0.97


def test_topics_and_boxes(packages: list[dict[str, Any]], us_datasets: list[dict[str, Any]]) -> None:
    themes = list(texts(it["extras"].get("theme-primary") for it in packages))
    assert share(themes, lambda theme: topic_from([theme])) == 1
    assert share(texts(it["extras"].get("spatial") for it in packages), box_from) >= 0.999
    numeric = (it for it in texts(it.get("spatial") for it in us_datasets) if len(re.findall(r"\d+\.\d", it)) >= 4)
    assert share(numeric, box_from) >= 0.99


def test_addresses_names_and_descriptions(packages: list[dict[str, Any]]) -> None:
    addresses = texts(resource.get("url") for it in packages for resource in it["resources"])
    assert share(addresses, clean_url) >= 0.998
    assert (
        share((it["title"] for it in packages), lambda title: re.fullmatch("[a-z0-9-]{2,100}", slugify_name(title)))
        == 1
    )
    left = re.compile(r"<(?:p|div|span|br|ul|li|script|style)\b", re.IGNORECASE)
    notes = (
        clean_text(html_to_text(it["notes"]), max_length=65_000, keep_lines=True) for it in packages if it["notes"]
    )
    assert share(notes, lambda text: not left.search(text)) == 1


def test_every_european_term_is_in_the_authority_tables(real_data: Path) -> None:
    folder = real_data / "e_standards/eu-vocabularies"
    tables = [folder / "filetypes-skos.rdf", folder / "metadata101-dcat-ap/file-type.rdf", folder / "swiss/formats.xml"]
    if not all(path.exists() for path in tables):
        pytest.skip(f"The EU file-type tables are not below {folder}.")
    known = {uri for path in tables for uri in re.findall(rf'"({EU_AUTHORITY}file-type/\w+)"', path.read_text())}
    used = {known_format.eu_uri for known_format in FORMATS.values() if known_format.eu_uri}
    newer = {f"{EU_AUTHORITY}file-type/{code}" for code in ("GTFS", "PARQUET", "YAML", "WEBP", "MOV")}
    assert used - known - newer == set()
