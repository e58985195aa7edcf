"""Column headings of a file: kept once, and told to followers when they change."""

import pytest
from django.utils import timezone

from catalogue.actions.resources import set_columns
from catalogue.enums import ChangeKind
from catalogue.models import Change
from tests.factories.catalogue import csv_file, dataset

pytestmark = pytest.mark.django_db


def kinds(entry):
    return [change.kind for change in Change.objects.filter(dataset_id=entry.id).order_by("id")]


def test_new_headings_are_kept_and_followers_hear_of_them():
    entry = dataset(resources=(csv_file(),))
    file = entry.resources.get()
    assert set_columns(file.id, ["Supplier", "", "Amount", "Supplier"], now=timezone.now()) is True
    file.refresh_from_db()
    assert file.columns == ["Supplier", "Amount"]
    assert kinds(entry) == [ChangeKind.CREATED, ChangeKind.FILES]
    assert entry.version == 1


def test_the_same_headings_again_are_no_news():
    entry = dataset(resources=(csv_file(),))
    file = entry.resources.get()
    set_columns(file.id, ["Supplier"], now=timezone.now())
    assert set_columns(file.id, ["Supplier"], now=timezone.now()) is False
    assert kinds(entry) == [ChangeKind.CREATED, ChangeKind.FILES]
