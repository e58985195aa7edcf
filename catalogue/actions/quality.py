"""Scoring datasets and storing the reports."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from catalogue.actions import changes, rows
from catalogue.enums import BROKEN_LINK_STATES, ChangeKind
from catalogue.models import Dataset, Licence, LinkCheck, QualityReport, Resource
from catalogue.quality.days import day_of
from catalogue.quality.facts import DatasetFacts
from catalogue.quality.measure import DATASET_COLUMNS, LINK_COLUMNS, RESOURCE_COLUMNS, facts_of
from catalogue.quality.mqa_measured import mqa_score
from catalogue.quality.score import RULES_VERSION, Score, score
from catalogue.quality.stars import Stars, stars_of
from catalogue.quality.timeliness import timeliness
from publishers.models import Publisher

#: Datasets that are fetched, scored and written together.
_BATCH: Final = 500

#: How far back a change of a publisher's contact is looked for. What is older, `manage.py rescore` finds.
_PUBLISHER_CHANGES: Final = datetime.timedelta(days=7)

# One JSON document carries the whole batch, as in `rows`.
_STORE: Final = """
    WITH report AS (
        SELECT * FROM json_to_recordset(%s::json) AS report(
            dataset_id uuid, score smallint, band text, mqa smallint, stars smallint, format_stars smallint,
            marks varchar[], results jsonb, facts jsonb,
            rules_version smallint, scored_at timestamptz, due_at timestamptz,
            publisher_id uuid, state text, release_at timestamptz, broken_links integer, late_after date
        )
    ), stored AS (
        INSERT INTO catalogue_qualityreport
            (dataset_id, score, band, mqa, stars, format_stars, marks, results, facts, rules_version, scored_at, due_at)
        SELECT
            dataset_id, score, band, mqa, stars, format_stars, marks, results, facts, rules_version, scored_at, due_at
        FROM report
        ON CONFLICT (dataset_id) DO UPDATE SET
            score = excluded.score, band = excluded.band, mqa = excluded.mqa, stars = excluded.stars,
            format_stars = excluded.format_stars, marks = excluded.marks,
            results = excluded.results, facts = excluded.facts,
            rules_version = excluded.rules_version, scored_at = excluded.scored_at, due_at = excluded.due_at
    )
    INSERT INTO catalogue_standing
        (dataset_id, publisher_id, state, release_at, score, band, broken_links, late_after)
    SELECT dataset_id, publisher_id, state, release_at, score, band, broken_links, late_after FROM report
    ON CONFLICT (dataset_id) DO UPDATE SET
        publisher_id = excluded.publisher_id, state = excluded.state, release_at = excluded.release_at,
        score = excluded.score, band = excluded.band,
        broken_links = excluded.broken_links, late_after = excluded.late_after
"""

_COLUMNS: Final = (*DATASET_COLUMNS, "state", "release_at")


@dataclass(frozen=True, slots=True)
class _Report:
    """A row of QualityReport on its way into the database."""

    dataset: Dataset
    facts: DatasetFacts
    scored: Score
    mqa: int
    stars: Stars

    @property
    def outcome(self) -> tuple[int, str, int, int | None]:
        """What readers of the change log are told of."""
        return self.scored.score, self.scored.band, self.mqa, self.stars.stars

    @property
    def broken_links(self) -> int:
        return sum(resource.link in BROKEN_LINK_STATES for resource in self.facts.resources)

    def late_after(self, today: datetime.date) -> datetime.date | None:
        return timeliness(self.facts, today).late_after if self.facts.is_released else None


@dataclass(frozen=True, slots=True)
class RescoreCounts:
    scored: int = 0
    changed: int = 0
    """Datasets of whose scores one is no longer what it was."""

    def __add__(self, other: "RescoreCounts") -> "RescoreCounts":
        return RescoreCounts(self.scored + other.scored, self.changed + other.changed)


def score_stored(batch: Sequence[tuple[Dataset, list[Resource]]], *, now: datetime.datetime) -> None:
    """Score datasets that were just written, in the caller's transaction, which records the change."""
    older = [resource.id for dataset, resources in batch if dataset.version > 1 for resource in resources]
    links = LinkCheck.objects.filter(resource_id__in=older).only(*LINK_COLUMNS) if older else []
    _store(_reports(batch, links, now=now), now=now)


def rescore(
    dataset_ids: Iterable[UUID] | None,
    *,
    now: datetime.datetime,
    progress: Callable[[int], object] | None = None,
) -> RescoreCounts:
    """Score these datasets (None: all) anew, and record a change for each whose scores moved.

    Works in batches with a transaction each, so stopping half-way loses at most one batch; `progress` is told how many
    datasets each batch held. Ids that no dataset has are passed over. Don't call it within a transaction that has
    written link checks: writers lock datasets before their links, and so does this.
    """
    counts = RescoreCounts()
    for ids in _all_ids() if dataset_ids is None else _batches(dataset_ids):
        counts += _rescore_batch(ids, now=now)
        if progress:
            progress(len(ids))
    return counts


def rescore_due(*, now: datetime.datetime, limit: int = 10_000) -> RescoreCounts:
    """Rescore what is no longer true: by the passing of time, by newer rules, or by a publisher's new contact.

    At most `limit` datasets; the next call goes on.
    """
    inherits = Q(dataset__contact_email="", dataset__contact_url="", dataset__contact_phone="")
    publisher_changed = Q(
        dataset__publisher__modified_at__gt=now - _PUBLISHER_CHANGES,
        dataset__publisher__modified_at__lte=now,
        scored_at__lt=F("dataset__publisher__modified_at"),
    )
    ids: set[UUID] = set()
    outdated_by_rules = Q(rules_version__lt=RULES_VERSION)
    for outdated in (Q(due_at__lte=now), publisher_changed & inherits, outdated_by_rules):
        if len(ids) < limit:
            ids.update(QualityReport.objects.filter(outdated).values_list("dataset_id", flat=True)[: limit - len(ids)])
    return rescore(ids, now=now)


def rescore_all_due(*, clock: Callable[[], datetime.datetime], seconds: float, limit: int = 10_000) -> RescoreCounts:
    """Rescore what is due, `limit` datasets at a time, until nothing is left or `seconds` have passed.

    So the whole catalogue takes new rules in minutes, and one call ends before the next one is sent.
    """
    began, counts = clock(), RescoreCounts()
    while True:
        now = clock()
        found = rescore_due(now=now, limit=limit)
        counts += found
        if found.scored < limit or now - began >= datetime.timedelta(seconds=seconds):
            return counts


def licence_changed(licence: Licence, *, now: datetime.datetime) -> int:
    """Let the datasets of a licence be scored anew, since it was opened, closed or renamed; returns how many."""
    return QualityReport.objects.filter(dataset__licence=licence).update(due_at=now)


def _rescore_batch(ids: Sequence[UUID], *, now: datetime.datetime) -> RescoreCounts:
    with transaction.atomic():
        # Locked in the order in which every writer locks, and before anything else is read: what is stored is then
        # the score of what stands.
        locked = Dataset.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id").only(*_COLUMNS)
        datasets = list(locked)
        resources: dict[UUID, list[Resource]] = {dataset.id: [] for dataset in datasets}
        wanted = Resource.objects.filter(dataset_id__in=resources).order_by("position", "id").only(*RESOURCE_COLUMNS)
        for resource in wanted:
            resources[resource.dataset_id].append(resource)
        links = LinkCheck.objects.filter(resource__dataset_id__in=resources).only(*LINK_COLUMNS)
        stood = QualityReport.objects.filter(dataset_id__in=resources)
        before = {key: was for key, *was in stood.values_list("dataset_id", "score", "band", "mqa", "stars")}
        reports = _reports([(dataset, resources[dataset.id]) for dataset in datasets], links, now=now)
        _store(reports, now=now)
        changed = [report.dataset.id for report in reports if before.get(report.dataset.id) != list(report.outcome)]
        changes.record(changed, ChangeKind.QUALITY, now=now)
    return RescoreCounts(len(reports), len(changed))


def _reports(
    batch: Sequence[tuple[Dataset, list[Resource]]], links: Iterable[LinkCheck], *, now: datetime.datetime
) -> list[_Report]:
    by_resource = {link.resource_id: link for link in links}
    publishers = Publisher.objects.in_bulk({dataset.publisher_id for dataset, _ in batch})
    licences = Licence.objects.in_bulk({dataset.licence_id for dataset, _ in batch if dataset.licence_id})
    reports = []
    for dataset, resources in batch:
        licence = licences[dataset.licence_id] if dataset.licence_id else None
        facts = facts_of(dataset, resources, by_resource, publishers[dataset.publisher_id], licence)
        reports.append(_Report(dataset, facts, score(facts, now=now), mqa_score(facts), stars_of(facts)))
    return reports


def _store(reports: Iterable[_Report], *, now: datetime.datetime) -> None:
    today = day_of(now)
    documents = [
        {
            "dataset_id": str(report.dataset.id),
            "score": report.scored.score,
            "band": report.scored.band,
            "mqa": report.mqa,
            "stars": report.stars.stars,
            "format_stars": report.stars.format_stars,
            "marks": [result.mark for result in report.scored.results],
            "results": [result.to_json() for result in report.scored.results],
            "facts": report.facts.to_json(),
            "rules_version": RULES_VERSION,
            "scored_at": now.isoformat(),
            "due_at": report.scored.due_at.isoformat() if report.scored.due_at else None,
            # Where it stands: see `catalogue.models.standing`
            "publisher_id": str(report.dataset.publisher_id),
            "state": report.dataset.state,
            "release_at": report.dataset.release_at,
            "broken_links": report.broken_links,
            "late_after": report.late_after(today),
        }
        for report in reports
    ]
    rows.execute(_STORE, documents)


def _all_ids() -> Iterator[list[UUID]]:
    """The ids of all datasets, batch by batch, in their order: memory stays the same however many there are."""
    every = Dataset.objects.order_by("id").values_list("id", flat=True)
    ids = list(every[:_BATCH])
    while ids:
        yield ids
        ids = list(every.filter(id__gt=ids[-1])[:_BATCH])


def _batches(dataset_ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    remaining = iter(dataset_ids)
    while batch := list(islice(remaining, _BATCH)):
        yield batch
