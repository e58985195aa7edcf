"""Real entries of data.gov.uk, April 2016: the advice raises their stored score by just what it promises."""

import gzip
import itertools
import json
from pathlib import Path

import pytest

from catalogue.actions.store import By, Entry, upsert_many
from catalogue.enums import Route, State
from catalogue.models import Dataset, QualityReport
from catalogue.quality.report import present
from harvest.normalise.ckan import CkanNormaliser
from harvest.pipeline.validate import validate
from tests.factories.publishers import PublisherFactory
from tests.unit.catalogue.quality.test_quality_plan import NOW, check_links, follow_the_advice

pytestmark = pytest.mark.django_db


def test_following_the_advice_on_real_entries_brings_what_was_promised(real_data: Path) -> None:
    """The lowest-scoring eight of two hundred entries taken from all over the file, each followed to its end."""
    publisher, normalise = PublisherFactory(), CkanNormaliser()
    with gzip.open(real_data / "a_ckan/data.gov.uk-2016/packages.jsonl.gz", "rt") as lines:
        drafts = [
            validate(normalise(json.loads(line), publisher_id=publisher.id).draft)[0]
            for line in itertools.islice(lines, 0, None, 129)
        ]
    entries = [Entry(draft, state=State.PUBLISHED) for draft in drafts if draft]
    upsert_many(entries, by=By(Route.IMPORT, label="test"), now=NOW)
    low = QualityReport.objects.order_by("score", "dataset_id").values_list("dataset_id", flat=True)[:8]
    told = 0
    for entry in Dataset.objects.filter(id__in=list(low)):
        check_links(entry)
        if present(QualityReport.objects.get(dataset=entry)).steps:
            promised, reached = list(follow_the_advice(entry))
            assert promised == reached
            assert reached[-1] == 100
            told += len(promised)
    assert told > 30
