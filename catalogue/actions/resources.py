"""What is learnt of a file from its content, and not from its publisher's words: no revision, but news to followers."""

import datetime
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from catalogue.actions import changes
from catalogue.enums import ChangeKind
from catalogue.models import Resource

#: More headings than this say no more of a file; search would only grow.
MAX_COLUMNS = 300
_LONGEST_HEADING = 200


def set_columns(resource_id: UUID, columns: Sequence[str], *, now: datetime.datetime) -> bool:
    """Keep the headings of a file's columns, which search reads; return whether they are others than before."""
    kept = [heading[:_LONGEST_HEADING] for heading in dict.fromkeys(columns) if heading][:MAX_COLUMNS]
    with transaction.atomic():
        resource = Resource.objects.select_for_update().only("dataset_id", "columns").filter(id=resource_id).first()
        if resource is None or resource.columns == kept:
            return False
        Resource.objects.filter(id=resource_id).update(columns=kept)
        changes.record([resource.dataset_id], ChangeKind.FILES, now=now)
    return True
