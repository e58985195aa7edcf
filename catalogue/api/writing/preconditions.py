"""`ETag` and `If-Match`: which version of an entry somebody read, and whether it still stands."""

import hashlib
import re
from typing import Any

from rest_framework.request import Request

from catalogue.actions.datasets import EditConflict
from catalogue.api.writing.errors import PreconditionFailed, PreconditionRequired
from catalogue.models import Dataset, Revision
from catalogue.snapshots import differences
from services.compact_json import dumps

#: Every ETag of an entry begins with its version; what follows tells answers about one version apart.
_TAG = re.compile(r'(?:W/)?"(\d{1,9})(?:\.[^"]*)?"')


def etag(version: int) -> str:
    return f'"{version}"'


def etag_of(version: int, answer: Any) -> str:
    """The ETag of an answer about this version: of two that differ, in the state of a link perhaps, it differs too."""
    return f'"{version}.{hashlib.sha256(dumps(answer).encode("utf-8", "surrogatepass")).hexdigest()[:16]}"'


def expected_version(request: Request, dataset: Dataset, *, is_needed: bool = True) -> int | None:
    """The version that the request may change; None for “whatever stands there”.

    Raises `PreconditionRequired` without `If-Match` where it is needed, `PreconditionFailed` if none of the versions
    that it names is the one that stands.
    """
    header = request.META.get("HTTP_IF_MATCH", "").strip()
    if not header:
        if is_needed:
            raise PreconditionRequired
        return None
    if header == "*":
        return None
    versions = [int(found) for found in _TAG.findall(header)]
    if dataset.version in versions:
        return dataset.version
    raise failed(dataset, read=max(versions, default=None))


def failed(dataset: Dataset, *, read: int | None) -> PreconditionFailed:
    """What to answer where the entry has changed since version `read`: by whom, when, and in which fields."""
    now = Revision.objects.filter(dataset=dataset, number=dataset.version).first()
    then = Revision.objects.filter(dataset=dataset, number=read).first() if read is not None else None
    extra: dict[str, Any] = {"current_version": dataset.version}
    if now:
        extra |= {"changed_at": now.created_at.isoformat(), "changed_by": now.actor_label}
    if now and then and now.snapshot is not None and then.snapshot is not None:
        extra["changed"] = [
            {"field": field, "before": before, "after": after}
            for field, before, after in differences(then.snapshot, now.snapshot)
        ]
    which = f"you read version {read}" if then else "your “If-Match” names no version of it"
    return PreconditionFailed(
        f"The entry stands at version {dataset.version}; {which}. Nothing was changed. Read it again, bring your "
        "changes together with “changed”, and send them with the new ETag.",
        extra=extra,
    )


def conflict(dataset: Dataset, error: EditConflict) -> PreconditionFailed:
    """The same for a change that came in between."""
    dataset.refresh_from_db(fields=["version"])
    return failed(dataset, read=error.expected)
