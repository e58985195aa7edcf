"""Every promise that the database keeps, broken once by each test."""

import datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from catalogue.enums import State
from catalogue.models import (
    Batch,
    BatchItem,
    Change,
    Dataset,
    LinkCheck,
    PastIdentifier,
    Proposal,
    ProposalEdition,
    QualityDay,
    QualityReport,
    QualityRollup,
    QualitySnapshot,
    Resource,
    Revision,
    WorkflowNote,
)
from harvest.models import ProblemCount, Record, Run, Source
from publishers.models import Membership, Publisher, User
from tests.factories.catalogue import csv_file, dataset, proposed
from tests.factories.publishers import MembershipFactory, PublisherFactory, UserFactory

pytestmark = pytest.mark.django_db

DAY = datetime.date(2024, 1, 2)
NOW = datetime.datetime(2024, 1, 2, tzinfo=datetime.UTC)

#: Fields of a stored dataset that break the constraint.
DATASET_BREAKS = {
    "dataset_has_title": {"title": ""},
    "dataset_name_well_formed": {"name": "01234567-89ab-cdef-0123-456789abcdef"},
    "dataset_period_forwards": {"temporal_start": DAY, "temporal_end": DAY - datetime.timedelta(days=1)},
    "dataset_box_whole_and_on_earth": {"west": 1.0, "south": 2.0, "east": 3.0, "north": None},
    "dataset_state_known": {"state": "lost"},
    "dataset_visibility_known": {"visibility": "nobody"},
    "dataset_access_known": {"access": "perhaps"},
    "dataset_personal_data_known": {"personal_data": "a little"},
    "dataset_published_has_date": {"state": State.PUBLISHED, "published_at": None},
    "dataset_withdrawn_has_date": {"state": State.WITHDRAWN, "withdrawn_at": None},
}
RESOURCE_BREAKS = {
    "resource_has_url": {"url": ""},
    "resource_url_is_web_address": {"url": "javascript:alert(1)"},
    "resource_size_not_negative": {"size_bytes": -1},
    "resource_kind_known": {"kind": "thing"},
}
LINK_BREAKS = {
    "link_check_state_known": {"state": "odd"},
    "link_check_failing_has_since": {"state": "broken", "failing_since": None},
}
QUALITY_BREAKS = {
    "quality_score_out_of_hundred": {"score": 101},
    "quality_band_known": {"band": "superb"},
    "quality_mqa_out_of_405": {"mqa": 406},
    "quality_stars_out_of_five": {"stars": 6},
}
REVISION_BREAKS = {
    "revision_empty_only_if_erased": {"snapshot": None},
    "revision_numbers_from_one": {"number": 0},
}
PUBLISHER_BREAKS = {
    "publisher_slug_well_formed": {"slug": "No Spaces"},
    "publisher_has_title": {"title": ""},
}


def broken(name: str):
    return pytest.raises(IntegrityError, match=name)


@pytest.mark.parametrize(("constraint", "fields"), DATASET_BREAKS.items())
def test_dataset(constraint, fields):
    found = dataset()
    with broken(constraint):
        Dataset.objects.filter(id=found.id).update(**fields)


@pytest.mark.parametrize(("constraint", "fields"), RESOURCE_BREAKS.items())
def test_resource(constraint, fields):
    dataset(resources=(csv_file(),))
    with broken(constraint):
        Resource.objects.update(**fields)


@pytest.mark.parametrize(("constraint", "fields"), LINK_BREAKS.items())
def test_link_check(constraint, fields):
    dataset(resources=(csv_file(),))
    with broken(constraint):
        LinkCheck.objects.update(**fields)


@pytest.mark.parametrize(("constraint", "fields"), QUALITY_BREAKS.items())
def test_quality_report(constraint, fields):
    dataset()
    with broken(constraint):
        QualityReport.objects.update(**fields)


@pytest.mark.parametrize(("constraint", "fields"), REVISION_BREAKS.items())
def test_revision(constraint, fields):
    dataset()
    with broken(constraint):
        Revision.objects.update(**fields)


@pytest.mark.parametrize(("constraint", "fields"), PUBLISHER_BREAKS.items())
def test_publisher(constraint, fields):
    PublisherFactory()
    with broken(constraint):
        Publisher.objects.update(**fields)


def test_dataset_not_replaced_by_itself():
    found = dataset()
    with broken("dataset_not_replaced_by_itself"):
        Dataset.objects.filter(id=found.id).update(replaced_by=found)


def test_revision_number_once():
    found = dataset()
    with broken("revision_number_once"):
        Revision.objects.create(dataset=found, number=1, created_at=NOW, route="form", snapshot={}, digest="")


@pytest.mark.parametrize(
    ("constraint", "fields"),
    {"proposal_state_known": {"state": "imagined"}, "proposal_open_once": {"state": "returned"}}.items(),
)
def test_proposal(constraint, fields):
    entry = proposed(PublisherFactory())
    Proposal.objects.create(dataset=entry, state="approved", opened_at=NOW, changed_at=NOW)
    with broken(constraint):
        Proposal.objects.filter(dataset=entry, state="approved").update(**fields)


def test_proposal_edition_once():
    proposed(PublisherFactory())
    again = ProposalEdition.objects.get()
    again.pk = None
    with broken("proposal_edition_once"):
        again.save()


def test_past_identifier_once():
    own = dataset()
    PastIdentifier.objects.create(dataset=own, identifier="10.5072/7")
    PastIdentifier.objects.create(dataset=dataset(), identifier="10.5072/7")
    with broken("past_identifier_once"):
        PastIdentifier.objects.create(dataset=own, identifier="10.5072/7")


def test_change_position_once():
    found = dataset()
    Change.objects.create(dataset_id=found.id, kind="created", at=NOW, position=5)
    with broken("change_position_once"):
        Change.objects.create(dataset_id=found.id, kind="created", at=NOW, position=5)


def test_change_kind_known():
    with broken("change_kind_known"):
        Change.objects.create(dataset_id=dataset().id, kind="imagined", at=NOW)


def test_publisher_not_its_own_parent():
    publisher = PublisherFactory()
    with broken("publisher_not_its_own_parent"):
        Publisher.objects.filter(id=publisher.id).update(parent=publisher)


def test_publisher_merged_is_closed():
    publisher, other = PublisherFactory(), PublisherFactory()
    with broken("publisher_merged_is_closed"):
        Publisher.objects.filter(id=publisher.id).update(merged_into=other)


def test_membership_once_per_publisher():
    membership = MembershipFactory()
    with broken("membership_once_per_publisher"):
        Membership.objects.create(user=membership.user, publisher=membership.publisher)


def test_membership_role_known():
    MembershipFactory()
    with broken("membership_role_known"):
        Membership.objects.update(role="king")


def test_user_email_unique_whatever_case():
    UserFactory(email="ada@example.gov.uk")
    with broken("user_email_unique_whatever_case"):
        User.objects.create(email="ADA@example.gov.uk")


def source(**fields):
    defaults = {"slug": "one", "title": "One", "kind": "data-json", "url": "https://one.example/data.json"}
    return Source.objects.create(publisher=fields.pop("publisher", None) or PublisherFactory(), **(defaults | fields))


def test_source_once_per_publisher():
    first = source()
    with broken("source_once_per_publisher"):
        source(slug="two", publisher=first.publisher)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    {"source_kind_known": {"kind": "gopher"}, "source_retire_share_is_share": {"retire_share": 1.5}}.items(),
)
def test_source(constraint, fields):
    source()
    with broken(constraint):
        Source.objects.update(**fields)


def test_run_one_active_per_source():
    here = source()
    Run.objects.create(source=here, created_at=NOW, state="running")
    with broken("run_one_active_per_source"):
        Run.objects.create(source=here, created_at=NOW, state="queued")


def test_run_state_known():
    with broken("run_state_known"):
        Run.objects.create(source=source(), created_at=NOW, state="asleep")


def test_problem_count_once():
    run = Run.objects.create(source=source(), created_at=NOW, state="completed")
    ProblemCount.objects.create(run=run, stage="record", kind="no-title", severity="error", told=2)
    with broken("problem_count_once"):
        ProblemCount.objects.create(run=run, stage="record", kind="no-title", severity="error", told=1)


RECORD = {"content_hash": "", "normaliser_version": 1, "raw": b"", "first_seen_at": NOW, "last_seen_at": NOW}


def test_record_once_per_source():
    here = source()
    Record.objects.create(source=here, guid="a", **RECORD)
    with broken("record_once_per_source"):
        Record.objects.create(source=here, guid="a", **RECORD)


@pytest.mark.parametrize(
    ("constraint", "fields"), {"record_state_known": {"state": "odd"}, "record_has_guid": {"guid": ""}}.items()
)
def test_record(constraint, fields):
    Record.objects.create(source=source(), guid="a", **RECORD)
    with broken(constraint):
        Record.objects.update(**fields)


def test_workflow_step_known():
    with broken("workflow_step_known"):
        WorkflowNote.objects.create(dataset=dataset(), step="shrugged", at=NOW)


def test_batch_kind_known():
    with broken("batch_kind_known"):
        Batch.objects.create(kind="odd", title="Something", at=NOW)


@pytest.mark.parametrize(
    ("constraint", "before", "after"), [("batch_item_once", 1, 2), ("batch_item_goes_forwards", 2, 2)]
)
def test_batch_item(constraint, before, after):
    batch, entry = Batch.objects.create(kind="edit", title="Something", at=NOW), dataset()
    if constraint == "batch_item_once":
        BatchItem.objects.create(batch=batch, dataset=entry, before=1, after=2)
    with broken(constraint):
        BatchItem.objects.create(batch=batch, dataset=entry, before=before, after=after)


ROLLED_UP = {"scope": "whole", "figures": {}, "rules_version": 1}


def test_quality_rollups_and_days():
    QualityRollup.objects.create(**ROLLED_UP, datasets=0, as_of=NOW)
    QualityDay.objects.create(**ROLLED_UP, day=NOW.date())
    for constraint, model, fields in (
        ("quality_rollup_once", QualityRollup, {"datasets": 0, "as_of": NOW}),
        ("quality_rollup_scope_known", QualityRollup, {"datasets": 0, "as_of": NOW, "scope": "half"}),
        ("quality_day_once", QualityDay, {"day": NOW.date()}),
        ("quality_day_scope_known", QualityDay, {"day": NOW.date(), "scope": "half"}),
    ):
        with broken(constraint), transaction.atomic():
            model.objects.create(**{**ROLLED_UP, **fields})


def test_quality_snapshots():
    frozen = {**ROLLED_UP, "quarter": "2026-Q3", "day": NOW.date(), "frozen_at": NOW, "digest": "a"}
    QualitySnapshot.objects.create(**frozen, number=1)
    with broken("quality_snapshot_once"), transaction.atomic():
        QualitySnapshot.objects.create(**frozen, number=2, previous="a")
    with broken("quality_snapshot_quarter"):
        QualitySnapshot.objects.create(**{**frozen, "quarter": "Summer"}, number=2, previous="a")


def test_every_named_constraint_has_a_test_here():
    text = "".join(path.read_text() for path in Path(__file__).parent.glob("test_constraints*.py"))
    names = [
        constraint.name
        for app in ("publishers", "catalogue", "harvest")
        for model in apps.get_app_config(app).get_models()
        for constraint in model._meta.constraints
    ]
    assert [name for name in names if name not in text] == []
