"""The demo's catalogue: the same each time, varied, and as broken as it promises."""

import dataclasses
import json
import os
import re
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from harvest.demo.catalogue import demo_catalogue
from harvest.demo.columns import draw_rows
from harvest.demo.family import Series, all_families
from harvest.demo.flaws import FLAWS
from harvest.demo.links import BASE_PLACEHOLDER, BROKEN_ANSWERS, Answer
from harvest.demo.periods import Period, period_back, split
from harvest.demo.places import place_of
from harvest.demo.publishers import ARIAN, ASHBY, COUNTING, FOOTPATHS, LANTERBRIDGE, RIVERS, TRAMS, demo_publishers
from publishers.enums import PublisherKind

TOPICS = {
    "Business and economy",
    "Crime and justice",
    "Defence",
    "Digital service performance",
    "Education",
    "Environment",
    "Government",
    "Government reference data",
    "Government spending",
    "Health",
    "Mapping",
    "Society",
    "Towns and cities",
    "Transport",
}


def sound_records(*, edition: int = 1) -> dict[tuple[str, str], dict[str, Any]]:
    """Every record made from an entry, by publisher and entry name."""
    catalogue = demo_catalogue(edition)
    records = {}
    for slug, published in catalogue.records.items():
        flawed = FLAWS.get(slug, ())
        sound = [record for record in published if not any(record is flaw for flaw in flawed)]
        names = [name for publisher_slug, name in catalogue.entries if publisher_slug == slug]
        records.update({(slug, name): record for name, record in zip(names, sound, strict=True)})
    return records


def words_of(record: dict[str, Any]) -> str:
    return f"{record['title']} {record.get('description', '')} {' '.join(record.get('keyword', []))}".lower()


def test_another_process_generates_the_same_catalogue() -> None:
    program = (
        "import hashlib, json\n"
        "from harvest.demo.catalogue import demo_catalogue\n"
        "print(hashlib.sha256(json.dumps(dict(demo_catalogue(1).records)).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }

    assert len(digests) == 1


def test_publishers_have_known_kinds_reserved_addresses_and_parents_that_come_before_them() -> None:
    publishers = demo_publishers()
    slugs = [publisher.slug for publisher in publishers]

    assert len(set(slugs)) == len(publishers) == 12
    assert {publisher.kind for publisher in publishers} <= set(PublisherKind.values)
    assert {publisher.contact_email.rpartition(".")[2] for publisher in publishers} == {"example"}
    parents = {publisher.slug: publisher.parent_slug for publisher in publishers if publisher.parent_slug}
    assert parents == {FOOTPATHS: RIVERS, TRAMS: LANTERBRIDGE}
    assert all(slugs.index(parent) < slugs.index(child) for child, parent in parents.items())


def test_catalogue_holds_a_few_hundred_records_from_every_publisher() -> None:
    counts = {slug: len(records) for slug, records in demo_catalogue(1).records.items()}

    assert set(counts) == {publisher.slug for publisher in demo_publishers()}
    assert 500 <= sum(counts.values()) <= 600
    assert min(counts.values()) >= 10


def test_entries_cover_all_topics_of_data_gov_uk() -> None:
    assert {entry.family.topic for entry in demo_catalogue(1).entries.values()} == TOPICS


def test_titles_are_nearly_all_different_and_wholly_so_within_a_publisher() -> None:
    titles = {key: record["title"] for key, record in sound_records().items()}

    assert len(set(titles.values())) / len(titles) > 0.98
    assert Counter((slug, title) for (slug, _), title in titles.items()).most_common(1)[0][1] == 1


def test_descriptions_are_not_boilerplate() -> None:
    descriptions = [
        record["description"] for (slug, _), record in sound_records().items() if slug != ASHBY
    ]  # the sloppy publisher's are short

    assert len(set(descriptions)) == len(descriptions)
    assert min(len(description) for description in descriptions) > 120


def test_no_placeholder_is_left_in_what_people_read() -> None:
    text = " ".join(words_of(record) for record in sound_records().values())

    assert re.findall(r"\{\w+\}|\bNone\b", text) == []


@pytest.mark.parametrize(
    ("query", "at_least"),
    [("bus stops", 10), ("flood", 25), ("spending", 40), ("air quality", 8), ("schools", 12), ("planning", 15)],
)
def test_common_searches_have_answers(query: str, at_least: int) -> None:
    assert sum(query in words_of(record) for record in sound_records().values()) >= at_least


def test_identifiers_are_unique_within_a_publisher_but_for_the_planted_duplicates() -> None:
    for publisher in demo_publishers():
        records = demo_catalogue(1).records[publisher.slug]
        identifiers = Counter(
            record["identifier"] for record in records if isinstance(record, dict) and "identifier" in record
        )
        repeated = {identifier for identifier, count in identifiers.items() if count > 1}
        planted = {ASHBY: {"9003"}, "northmarsh-county-council": {"swing-bridge-openings"}}
        assert repeated == planted.get(publisher.slug, set())


def test_identifiers_do_not_depend_on_where_the_server_listens() -> None:
    identifiers = [record["identifier"] for record in sound_records().values()]

    assert [identifier for identifier in identifiers if BASE_PLACEHOLDER in identifier] == []


def test_excellent_publisher_fills_every_field_and_sloppy_one_leaves_many_out() -> None:
    wanted = ("description", "keyword", "modified", "contactPoint", "license", "theme", "spatial", "temporal")

    def share_filled(slug: str) -> float:
        records = [
            record for key, record in sound_records().items() if key[0] == slug and record["accessLevel"] == "public"
        ]
        return sum(field in record for record in records for field in wanted) / (len(records) * len(wanted))

    assert share_filled(RIVERS) == 1
    assert share_filled(COUNTING) == 1
    assert 0.3 < share_filled(ASHBY) < 0.6


def test_some_titles_are_welsh_and_say_so() -> None:
    records = {name: record for (slug, name), record in sound_records().items() if slug == ARIAN}
    languages = Counter(tuple(record["language"]) for record in records.values())

    assert set(languages) == {("cy",), ("cy", "en"), ("en",)}
    assert languages["cy",] >= 5
    assert languages["cy", "en"] >= 5


def test_data_that_is_not_open_says_why_and_has_no_files() -> None:
    closed = [record for record in sound_records().values() if record["accessLevel"] != "public"]

    assert Counter(record["accessLevel"] for record in closed) == {"restricted public": 3, "non-public": 4}
    assert [record["title"] for record in closed if "rights" not in record or "distribution" in record] == []


def test_dates_of_revision_are_not_before_what_the_entry_tells_of() -> None:
    catalogue = demo_catalogue(1)
    early = [
        record["title"]
        for key, record in sound_records().items()
        if re.match(r"\d{4}-\d{2}-\d{2}", record.get("modified", ""))
        and record["modified"][:10] < catalogue.entries[key].period.start.isoformat()
    ]

    assert early == []


def test_flawed_records_stand_among_sound_ones() -> None:
    catalogue = demo_catalogue(1)

    assert sum(len(flaws) for flaws in FLAWS.values()) == 17
    assert [type(record) for record in catalogue.records[ASHBY] if not isinstance(record, dict)] == [str]
    assert catalogue.records[TRAMS].count(None) == 1
    assert isinstance(catalogue.records[ASHBY][0], dict)
    assert isinstance(catalogue.records[ASHBY][-1], dict)


def test_about_eight_links_in_a_hundred_are_broken_and_every_way_of_answering_occurs() -> None:
    answers = Counter(file.answer for file in demo_catalogue(1).files)
    broken = sum(answers[answer] for answer in BROKEN_ANSWERS)

    assert set(answers) == set(Answer)
    assert 0.07 <= broken / answers.total() <= 0.1


def test_paths_are_unique_and_each_file_is_linked_from_its_record() -> None:
    catalogue = demo_catalogue(1)
    text = json.dumps(list(sound_records().values()))

    assert Counter(file.path for file in catalogue.files).most_common(1)[0][1] == 1
    assert [file.url for file in catalogue.files if file.url not in text] == []


def test_edition_2_changes_a_few_entries_adds_some_and_drops_fewer() -> None:
    before, after = sound_records(edition=1), sound_records(edition=2)
    changed = {key for key in before.keys() & after.keys() if before[key] != after[key]}

    assert 0.03 <= len(changed) / len(before) <= 0.08
    assert {after[key]["modified"][:10] for key in changed if key[0] == RIVERS} == {"2026-11-14"}
    assert 5 <= len(after.keys() - before.keys()) <= 20
    assert 2 <= len(before.keys() - after.keys()) <= 10


def test_there_is_no_third_edition() -> None:
    with pytest.raises(ValueError, match="choose 1 or 2"):
        demo_catalogue(3)


@pytest.mark.parametrize(
    ("series", "steps", "label"),
    [
        (Series.YEARS, 1, "2025"),
        (Series.FISCAL_YEARS, 0, "2025 to 2026"),
        (Series.QUARTERS, 0, "July to September 2026"),
        (Series.QUARTERS, 3, "October to December 2025"),
        (Series.MONTHS, 0, "September 2026"),
        (Series.MONTHS, 9, "December 2025"),
        (Series.SINGLE, 0, "2026"),
    ],
)
def test_periods_count_back_from_the_newest(series: Series, steps: int, label: str) -> None:
    assert period_back(series, newest_year=2026, steps=steps).label == label


def test_fiscal_year_splits_into_quarters_across_the_new_year() -> None:
    year = period_back(Series.FISCAL_YEARS, newest_year=2026, steps=0)
    quarters = split(year, 4)

    assert [quarter.slug for quarter in quarters] == ["2025-q2", "2025-q3", "2025-q4", "2026-q1"]
    assert (quarters[0].start, quarters[-1].end) == (year.start, year.end)


def test_families_can_draw_rows_for_every_column() -> None:
    for family in all_families():
        place = place_of(next(iter(family.held_by)))
        period: Period = period_back(family.series, newest_year=family.newest_year, steps=0)
        rows = list(draw_rows(family.columns, place=place, period=period, publisher="P", seed=family.key, count=3))
        assert [len(row) for row in rows] == [len(family.columns)] * 3
        assert not any("{" in str(cell) for row in rows for cell in row)


def test_families_with_maps_have_positions() -> None:
    lacking = [
        family.key for family in all_families() if {"geojson", "kml"} & set(family.formats) and not family.has_points
    ]

    assert lacking == []


def test_entries_cannot_be_changed() -> None:
    entry = next(iter(demo_catalogue(1).entries.values()))

    with pytest.raises(dataclasses.FrozenInstanceError):
        entry.title = "Other"  # type: ignore[misc]
