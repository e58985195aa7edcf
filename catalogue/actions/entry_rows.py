"""Writing the rows of entries as they are to stand, with their history, and telling all that follows from it."""

import datetime

from catalogue.actions import audit_steps, changes, past_identifiers, quality, rows
from catalogue.actions.entry import By, Result
from catalogue.actions.entry_work import Work, identifiers_of
from catalogue.drafts import DATASET_FIELDS, RESOURCE_FIELDS
from catalogue.enums import ChangeKind
from catalogue.models import Dataset, DatasetName, LinkCheck, Resource, Revision
from catalogue.snapshots import digest
from catalogue.web_addresses import netloc_of

#: Columns that a harvest may move without the metadata having changed.
_PROVENANCE = [
    *("origin_id", "origin_url", "origin_title", "source_created_at", "source_modified_at", "last_seen_at"),
    "overlay",
]

_LIFECYCLE = [
    *("name", "state", "visibility", "release_at", "published_at", "withdrawn_at", "withdrawn_reason"),
    *("replaced_by", "redirects_to_replacement", "version", "modified_at"),
]
_UPDATED = [*DATASET_FIELDS, *_LIFECYCLE, *_PROVENANCE]


def write_rows(works: list[Work], *, by: By, now: datetime.datetime) -> None:
    """Write what differs, with its history and all that follows from it, in the caller's transaction."""
    changed = [work for work in works if work.result is not Result.UNCHANGED]
    past_identifiers.remember(
        (work.dataset.id, text)
        for work in works
        if work.identifiers  # a new entry has none to give up
        for text in sorted(work.identifiers - identifiers_of(work.dataset, work.resources))
    )
    touched = [work.dataset for work in works if work.result is Result.UNCHANGED and work.entry.origin]
    if touched:
        rows.update(Dataset, touched, _PROVENANCE)
    if not changed:
        return
    for work in changed:
        work.dataset.version += 1
        work.dataset.modified_at = now
    new = [work for work in changed if work.is_new]
    old = [work for work in changed if not work.is_new]
    rows.insert(Dataset, [work.dataset for work in new])
    rows.update(Dataset, [work.dataset for work in old], _UPDATED)
    renamed = [work.dataset for work in changed if _is_renamed(work)]
    rows.insert(DatasetName, [rows.new(DatasetName, name=dataset.name, dataset_id=dataset.id) for dataset in renamed])
    _write_resources(changed, now)
    rows.insert(Revision, [_revision(work, by, now) for work in changed])
    changes.record([work.dataset.id for work in new], ChangeKind.CREATED, now=now)
    changes.record([work.dataset.id for work in old], ChangeKind.UPDATED, now=now)
    quality.score_stored([(work.dataset, work.resources) for work in changed], now=now)
    steps = [audit_steps.Step(work.dataset, work.before, work.after or {}) for work in changed]
    audit_steps.record(steps, user=by.user, label=by.label, route=by.route, in_bulk=by.in_bulk, now=now)


def _is_renamed(work: Work) -> bool:
    return work.before is None or (
        work.before["name"] != work.dataset.name
        and not DatasetName.objects.filter(name=work.dataset.name, dataset_id=work.dataset.id).exists()
    )


def _write_resources(works: list[Work], now: datetime.datetime) -> None:
    """Resources that went, that stayed and that came. A changed address starts its link history anew."""
    gone = [
        resource_id
        for work in works
        for resource_id in work.stored_resources
        if resource_id not in {resource.id for resource in work.resources}
    ]
    if gone:
        Resource.objects.filter(id__in=gone).delete()
    back = [work.dataset.id for work in works if work.is_back]
    if back:  # nobody looked at its links meanwhile
        LinkCheck.objects.filter(resource__dataset__in=back, next_check_at__gt=now).update(next_check_at=now)
    new: list[Resource] = []
    kept: list[Resource] = []
    moved: list[Resource] = []
    for work in works:
        for resource in work.resources:
            stored = work.stored_resources.get(resource.id)
            (kept if stored else new).append(resource)
            if stored:
                resource.created_at = stored.created_at
                if stored.url != resource.url:
                    moved.append(resource)
    for resource in new:
        resource.created_at = now
    rows.insert(Resource, new)
    rows.update(Resource, kept, [*RESOURCE_FIELDS, "position"])
    if moved:
        LinkCheck.objects.filter(resource__in=moved).delete()
    rows.insert(LinkCheck, [_unchecked(resource, now) for resource in [*new, *moved]])


def _unchecked(resource: Resource, now: datetime.datetime) -> LinkCheck:
    """A link before its first check."""
    return rows.new(LinkCheck, resource_id=resource.id, host=netloc_of(resource.url), next_check_at=now)


def _revision(work: Work, by: By, now: datetime.datetime) -> Revision:
    assert work.after is not None
    return rows.new(
        Revision,
        dataset_id=work.dataset.id,
        number=work.dataset.version,
        created_at=now,
        actor_id=by.user.pk if by.user else None,
        actor_label=by.words[:300],
        route=by.route,
        comment=by.comment[:500],
        snapshot=work.after,
        digest=digest(work.after),
    )
