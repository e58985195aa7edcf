"""`ETag` and `If-Match`: which version of an entry somebody read, and whether it still stands."""

import hashlib
import re
from typing import Any

from rest_framework.request import Request

from catalogue.actions.amending import EditConflict
from catalogue.api.writing.errors import PreconditionFailed, PreconditionRequired
from catalogue.edit_point import EditPoint
from catalogue.models import Dataset, Revision
from catalogue.proposed import WorkingCopy, copy_for, snapshot_at
from catalogue.snapshots import differences
from publishers.models import User
from services.compact_json import dumps

#: Every ETag of an entry begins with its version, and of a change that waits beside it with the edition of that, too;
#: what follows tells answers about one version apart.
_TAG = re.compile(r'(?:W/)?"(\d{1,9}(?:-e\d{1,18})?)(?:\.[^"]*)?"', re.ASCII)


def etag(point: EditPoint | int) -> str:
    return f'"{point}"'


def etag_of(version: int, answer: Any) -> str:
    """The ETag of an answer about this version: of two that differ, in the state of a link perhaps, it differs too."""
    return f'"{version}.{hashlib.sha256(dumps(answer).encode("utf-8", "surrogatepass")).hexdigest()[:16]}"'


def expected_point(request: Request, dataset: Dataset, *, is_needed: bool = True) -> EditPoint | None:
    """What the request may change; None for “whatever stands there”.

    Raises `PreconditionRequired` without `If-Match` where it is needed, `PreconditionFailed` if nothing that it names
    is what stands.
    """
    copy = _copy(request, dataset)
    current = copy.point if copy else EditPoint(dataset.version)
    return _matched(request, dataset, current, copy, is_needed=is_needed)


def proposal_point(request: Request, copy: WorkingCopy) -> EditPoint | None:
    """The proposed change that the request decides on; None for “whatever waits there”. Raises as `expected_point`."""
    return _matched(request, copy.dataset, copy.point, copy, is_needed=True)


def _matched(
    request: Request, dataset: Dataset, current: EditPoint, copy: WorkingCopy | None, *, is_needed: bool
) -> EditPoint | None:
    header = request.META.get("HTTP_IF_MATCH", "").strip()
    if not header:
        if is_needed:
            raise PreconditionRequired
        return None
    if header == "*":
        return None
    points = [point for text in _TAG.findall(header) if (point := EditPoint.read(text))]
    if current in points:
        return current
    raise _failed(dataset, copy, read=max(points, default=None))


def _failed(dataset: Dataset, copy: WorkingCopy | None, *, read: EditPoint | None) -> PreconditionFailed:
    """What to answer where the entry, or the change that waits, was changed since: by whom, when, in which fields."""
    waiting = copy.edition if copy else None
    now = Revision.objects.filter(dataset=dataset, number=dataset.version).first()
    then = snapshot_at(dataset.id, read) if read else None
    extra: dict[str, Any] = {"current_version": dataset.version}
    if waiting:
        extra |= {"changed_at": waiting.at.isoformat(), "changed_by": waiting.person_name}
    elif now:
        extra |= {"changed_at": now.created_at.isoformat(), "changed_by": now.actor_label}
    stands = copy.said if copy else now.snapshot if now else None
    if then is not None and stands is not None:
        extra["changed"] = [
            {"field": field, "before": before, "after": after} for field, before, after in differences(then, stands)
        ]
    which = f"you read version {read}" if then else "your “If-Match” names no version of it"
    beside = (
        f" A change of it waits for approval: read it at /api/v1/datasets/{dataset.id}/proposal." if waiting else ""
    )
    return PreconditionFailed(
        f"The entry stands at version {copy.point if copy else dataset.version}; {which}.{beside} Nothing was changed. "
        "Read it again, bring your changes together with “changed”, and send them with the new ETag.",
        extra=extra,
    )


def conflict(request: Request, dataset: Dataset, error: EditConflict) -> PreconditionFailed:
    """The same for a change that came in between."""
    dataset.refresh_from_db(fields=["version"])
    return _failed(dataset, _copy(request, dataset), read=error.expected)


def _copy(request: Request, dataset: Dataset) -> WorkingCopy | None:
    return copy_for(request.user if isinstance(request.user, User) else None, dataset)
