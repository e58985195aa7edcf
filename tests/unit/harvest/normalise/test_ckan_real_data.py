"""Real packages: every one accounted for, and how much of them our vocabulary holds. Floors, not exact counts."""

from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest

from catalogue.enums import Access, Frequency
from catalogue.vocabularies.formats import FORMATS
from harvest.normalise.ckan import CkanNormaliser
from harvest.pipeline.validate import validate
from harvest.raw_record import RawRecord
from harvest.sources.base import Limits, Place, SourceFailed, SourceProblem
from harvest.sources.ckan import CkanAdapter
from services.http import OutboundPolicy
from tests.real_data import part_of

LIMITS = Limits(OutboundPolicy(), max_bytes=4 * 1024**3)
PACKAGES = "a_ckan/data.gov.uk-2016/packages.jsonl.gz"

#: One record in so many is normalised: enough for shares, and quick.
STEP = 20


@pytest.fixture(scope="module")
def read(real_data: Path) -> tuple[list[str], list[RawRecord]]:
    """The identifier of every record, and some of the records, from all over the file."""
    events = CkanAdapter().fetch(Place(str(real_data / PACKAGES), may_be_path=True), memory={}, limits=LIMITS)
    guids, some = [], []
    for record in (event for event in events if isinstance(event, RawRecord)):
        if len(guids) % STEP == 0:
            some.append(record)
        guids.append(record.guid)
    return guids, some


def test_every_package_of_2016_is_a_record_of_its_own(read: tuple[list[str], list[RawRecord]]):
    guids, _ = read

    assert len(guids) == len(set(guids)) == 25_817


def test_most_of_what_2016_says_finds_its_field(read: tuple[list[str], list[RawRecord]]):
    normaliser = CkanNormaliser()
    have: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    total = 0
    for record in read[1]:
        total += 1
        normalised = normaliser(record.body, publisher_id=UUID(int=1))
        draft, findings = validate(normalised.draft)
        assert draft is not None
        kinds.update(finding.kind for finding in (*normalised.findings, *findings))
        have["uuid"] += normalised.uuid is not None
        have["organisation"] += normalised.organisation is not None
        have["topic"] += draft.topic_id is not None
        have["licence"] += draft.licence_id is not None
        have["frequency"] += draft.frequency != Frequency.UNKNOWN
        have["issued"] += draft.issued is not None
        have["period"] += draft.temporal_start is not None
        have["box"] += draft.west is not None
        have["places"] += bool(draft.places)
        have["contact"] += bool(draft.contact_email)
        have["not released"] += draft.access == Access.NOT_RELEASED
        have["resources"] += len(draft.resources)
        have["formats"] += sum(resource.format in FORMATS for resource in draft.resources)

    assert (have["uuid"], have["organisation"]) == (total, total)
    floors = {
        "topic": 0.95, "licence": 0.78, "frequency": 0.60, "issued": 0.65, "period": 0.49, "box": 0.52,
        "places": 0.21, "contact": 0.68, "not released": 0.09,
    }  # fmt: skip
    assert {name: have[name] / total for name, floor in floors.items() if have[name] / total < floor} == {}
    assert have["formats"] / have["resources"] > 0.94
    ceilings = {"unknown-licence": 0.09, "bad-date": 0.002, "bad-period": 0.005, "unknown-frequency": 0.003}
    assert {kind: kinds[kind] / total for kind, ceiling in ceilings.items() if kinds[kind] / total > ceiling} == {}


def test_every_json_file_of_portals_loads_or_is_answered_with_a_sentence(real_data: Path):
    files = [
        file
        for file in sorted((real_data / "a_ckan").rglob("*"))
        if file.name.removesuffix(".gz").endswith((".json", ".jsonl")) and file.stat().st_size < 5_000_000
    ]
    loaded = 0
    sentences = []
    assert len(files) > 50
    for file in part_of(files, one_in=3):
        events = CkanAdapter().fetch(Place(str(file), may_be_path=True), memory={}, limits=LIMITS)
        try:
            found = list(events)
        except SourceFailed as failure:
            sentences.append(str(failure))
            continue
        for event in found:
            if isinstance(event, RawRecord):
                draft, _ = validate(CkanNormaliser()(event.body, publisher_id=UUID(int=1)).draft)
                assert draft is not None
                loaded += 1
            elif isinstance(event, SourceProblem):
                assert event.finding.message
    assert loaded >= 300
    assert [sentence for sentence in sentences if not sentence.endswith((".", "”"))] == []
