"""Remembering what entries were called."""

from collections.abc import Iterable
from uuid import UUID

from catalogue.models import PastIdentifier


def remember(given_up: Iterable[tuple[UUID, str]]) -> None:
    """Note identifiers that entries have no more; what is noted already stays as it is."""
    rows = [PastIdentifier(dataset_id=dataset_id, identifier=text) for dataset_id, text in given_up if text]
    if rows:
        PastIdentifier.objects.bulk_create(rows, ignore_conflicts=True)
