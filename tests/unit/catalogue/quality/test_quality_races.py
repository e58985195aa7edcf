"""A score stored is the score of what stands, also when somebody writes meanwhile."""

import datetime
import threading

import pytest
from django.db import connection, transaction

from catalogue.actions import datasets, quality, store
from catalogue.drafts import DatasetDraft
from catalogue.enums import Route
from catalogue.models import Dataset, QualityReport
from publishers.models import Publisher

NOW = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)
BY = store.By(Route.FORM, label="An officer")


def _wait_until_somebody_waits_for_a_lock() -> None:
    with connection.cursor() as cursor:
        for _ in range(24_000):
            # What a transaction has once seen of others' activity is kept until it is cleared
            cursor.execute("SELECT pg_stat_clear_snapshot(), pg_sleep(0.01)")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("The rescoring did not wait for the edit.")


@pytest.fixture
def dataset(transactional_db: None) -> Dataset:
    publisher = Publisher.objects.create(slug="ministry-of-examples", title="Ministry of Examples")
    stored = datasets.create(DatasetDraft(title="Bus stops of Wales", publisher_id=publisher.id), by=BY, now=NOW)
    return Dataset.objects.get(id=stored.dataset_id)


def test_rescoring_waits_for_an_edit_under_way_and_then_scores_what_it_wrote(dataset: Dataset) -> None:
    def rescore() -> None:
        try:
            quality.rescore([dataset.id], now=NOW)
        finally:
            connection.close()

    edited = datasets.draft_of(dataset).with_changes(description="Every bus stop. " * 10, tags=("bus", "stop", "map"))
    thread = threading.Thread(target=rescore)
    with transaction.atomic():
        stored = datasets.edit(dataset.id, edited, by=BY, now=NOW)
        score = QualityReport.objects.get(dataset=dataset).score
        thread.start()
        _wait_until_somebody_waits_for_a_lock()
    thread.join(timeout=60)
    assert not thread.is_alive()
    assert stored.version == 2
    report = QualityReport.objects.get(dataset=dataset)
    assert report.score == score
    assert {result["key"]: result["points"] for result in report.results}["title_description"] == 10
