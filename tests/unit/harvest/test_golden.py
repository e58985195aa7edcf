"""Whole sources of each kind, as files, against what they should become: the golden JSON beside each sample.

Where a change is meant, the test's own message has what is found now: judge it, and put it into the file.
"""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from harvest.enums import SourceKind
from harvest.normalise import NORMALISERS
from harvest.normalise.iso import IsoNormaliser
from harvest.normalise.schema_org import SchemaOrgNormaliser
from harvest.raw_record import RawRecord
from harvest.sources import ADAPTERS
from harvest.sources.base import Finished, Limits, Place, SourceProblem
from services.http import OutboundPolicy
from tests.factories.iso import as_json

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "harvest"
PUBLISHER = UUID("11111111-1111-1111-1111-111111111111")

#: A sample of each kind, and its golden file. Those of ISO records, which CSW and web folders give too, and of web
#: pages are in `normalise/test_iso_golden.py` and `normalise/test_schema_org_normaliser.py`.
CASES = [
    (SourceKind.CKAN, "ckan/portal.jsonl", "ckan/portal"),
    (SourceKind.DATA_JSON, "data_json/catalogue.json", "data_json/catalogue"),
    (SourceKind.DATA_JSON, "data_json/catalogue_3.json", "data_json/catalogue_3"),
    *((SourceKind.DCAT, f"dcat/catalogue.{ending}", "dcat/every_form") for ending in ("ttl", "rdf", "jsonld", "nt")),
    (SourceKind.CSV, "csv/inventory.csv", "csv/inventory"),
    (SourceKind.JSON_FOLDER, "json_folder/folder", "json_folder/folder"),
]


def said_of(kind: SourceKind, path: Path) -> dict[str, Any]:
    """Everything that a source gives: its records, by identity, as they would be stored; and what is wrong with it."""
    limits = Limits(OutboundPolicy(), 10_000_000)
    events = list(ADAPTERS[kind].fetch(Place(str(path), {}, may_be_path=True), memory={}, limits=limits))
    assert isinstance(events[-1], Finished)
    records = [event for event in events if isinstance(event, RawRecord)]
    return {
        "records": {
            record.guid: as_json(NORMALISERS[kind](record.body, publisher_id=PUBLISHER))
            | {"noticed": [[finding.kind, finding.field] for finding in record.findings]}
            for record in sorted(records, key=lambda record: record.guid)
        },
        "problems": [
            [event.element, event.finding.kind, event.finding.message]
            for event in events
            if isinstance(event, SourceProblem)
        ],
        "is_whole": events[-1].is_whole,
    }


@pytest.mark.parametrize(("kind", "sample", "golden"), CASES, ids=[sample for _, sample, _ in CASES])
def test_sample_becomes_its_golden_entries(kind: SourceKind, sample: str, golden: str):
    found = said_of(kind, SAMPLES / sample)

    assert found == json.loads((SAMPLES / f"{golden}.golden.json").read_text()), json.dumps(found, ensure_ascii=False)


def test_every_kind_of_source_has_an_adapter_a_normaliser_and_a_golden_file():
    elsewhere = {SourceKind.ISO, SourceKind.CSW, SourceKind.WAF, SourceKind.SITEMAP}

    assert set(ADAPTERS) == set(NORMALISERS) == set(SourceKind)
    assert {kind for kind, _, _ in CASES} == set(SourceKind) - elsewhere
    assert {type(NORMALISERS[kind]) for kind in elsewhere} == {IsoNormaliser, SchemaOrgNormaliser}
