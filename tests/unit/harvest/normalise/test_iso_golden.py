"""Whole records against what they should become: the JSON beside each sample."""

import json
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest

from harvest.normalise.iso import IsoNormaliser
from harvest.sources.iso_record import Records
from tests.factories.iso import as_json

SAMPLES = Path(__file__).resolve().parents[3] / "data" / "harvest"
PUBLISHER = UUID("11111111-1111-1111-1111-111111111111")


@pytest.mark.parametrize(
    "name",
    ["iso/gemini23_dataset", "iso/gemini22_service", "iso/iso19115_3_series", "csw/dublin_core"],
)
def test_sample_becomes_its_golden_draft(name: str):
    document = (SAMPLES / f"{name}.xml").read_bytes()
    (record,) = Records(BytesIO(document), place=f"{name}.xml").found()

    found = as_json(IsoNormaliser()(record.body, publisher_id=PUBLISHER))

    assert found == json.loads((SAMPLES / f"{name}.golden.json").read_text())
