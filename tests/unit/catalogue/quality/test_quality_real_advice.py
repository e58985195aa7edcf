"""Real entries of data.gov.uk, April 2016: the advice raises their stored score by just what it promises."""

import datetime
import gzip
import itertools
import json
from pathlib import Path

import pytest

from catalogue.actions.entry import By, Entry
from catalogue.actions.store import upsert_many
from catalogue.enums import Route, State
from catalogue.models import Dataset, LinkCheck, QualityReport
from catalogue.quality.score import RULES
from harvest.normalise.ckan import CkanNormaliser
from harvest.pipeline.validate import validate
from tests.factories.publishers import PublisherFactory
from tests.unit.catalogue.quality.test_quality_plan import NOW, check_links, follow_the_advice

pytestmark = pytest.mark.django_db


def test_following_the_advice_on_real_entries_brings_what_was_promised(real_data: Path) -> None:
    """Of two hundred entries taken from all over the file the six lowest-scoring, and six below good; every other link
    of theirs is found broken. Each is followed to its end, and together their steps are about every criterion but
    consistency."""
    publisher, normalise = PublisherFactory(), CkanNormaliser()
    with gzip.open(real_data / "a_ckan/data.gov.uk-2016/packages.jsonl.gz", "rt") as lines:
        drafts = [
            validate(normalise(json.loads(line), publisher_id=publisher.id).draft)[0]
            for line in itertools.islice(lines, 0, None, 129)
        ]
    entries = [Entry(draft, state=State.PUBLISHED) for draft in drafts if draft]
    upsert_many(entries, by=By(Route.IMPORT, label="test"), now=NOW)
    # A round of checks takes so many links that are due: those of the entry followed, and no others
    LinkCheck.objects.update(next_check_at=NOW + datetime.timedelta(days=365))
    low = list(QualityReport.objects.order_by("score", "dataset__name").values_list("dataset_id", flat=True))
    fair = list(
        QualityReport.objects.filter(score__range=(55, 70), dataset__resources__isnull=False)
        .order_by("score", "dataset__name")
        .distinct()
        .values_list("dataset_id", flat=True)
    )
    taken: set[str] = set()
    for entry in Dataset.objects.filter(id__in=[*low[:6], *fair[:: max(1, len(fair) // 6)][:6]]).order_by("name"):
        broken = frozenset(list(entry.resources.order_by("position", "id").values_list("url", flat=True))[::2])
        check_links(entry, broken)
        promised, reached = list(follow_the_advice(entry, broken, taken))
        assert promised == reached
        assert reached[-1] == 100
    assert taken == {rule.key for rule in RULES} - {"consistent"}
