"""Whose link is to be checked next, and who is checking it. The rows of LinkCheck are the queue.

A link is claimed by a lease. Whatever becomes of the worker, its links can be claimed again once the lease has run out.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from catalogue.enums import LinkState, State
from catalogue.models import LinkCheck

#: Longer than any check takes, so that two workers don't look at one link; short, so that a dead worker's links wait
#: little.
LEASE: Final = timedelta(minutes=4)

#: Links of one host in one claim: enough for eight seconds, at two a second.
PER_HOST: Final = 16

#: How often people may have a link checked again.
CHECK_AGAIN_AFTER: Final = timedelta(minutes=1)

#: Links of withdrawn entries are looked at no more; after this time we see whether the entry has come back.
_WHILE_WITHDRAWN: Final = timedelta(days=7)

#: Up to this many due links, their hosts are read off; with more, hosts are walked through one after the other.
_FEW: Final = 5_000

_BATCH: Final = 5_000

_DUE_HOSTS: Final = """
    SELECT host, count(*) FROM (
        SELECT host FROM catalogue_linkcheck
        WHERE next_check_at <= %(now)s AND (leased_until IS NULL OR leased_until <= %(now)s)
        ORDER BY next_check_at LIMIT %(few)s
    ) AS due GROUP BY host
"""

_HOSTS_GIVEN: Final = "hosts AS (SELECT unnest(%(hosts)s::text[]) AS host)"

# From host to host through the index (host, next_check_at): each step also brings the host's earliest date. However
# many links of one host are due, it costs one step.
_HOSTS_WALKED: Final = """
    walk AS (
        (SELECT host, next_check_at AS earliest FROM catalogue_linkcheck WHERE host >= %(after_host)s
         ORDER BY host, next_check_at LIMIT 1)
        UNION ALL
        SELECT step.host, step.earliest FROM walk CROSS JOIN LATERAL (
            SELECT host, next_check_at AS earliest FROM catalogue_linkcheck WHERE host > walk.host
            ORDER BY host, next_check_at LIMIT 1
        ) AS step
    ),
    hosts AS (SELECT host FROM walk WHERE earliest <= %(now)s)
"""

_CLAIM: Final = """
    WITH RECURSIVE {hosts},
    chosen AS MATERIALIZED (
        SELECT due.resource_id FROM hosts CROSS JOIN LATERAL (
            SELECT link.resource_id FROM catalogue_linkcheck AS link
            WHERE link.host = hosts.host AND link.next_check_at <= %(now)s
                AND (link.leased_until IS NULL OR link.leased_until <= %(now)s)
            ORDER BY link.next_check_at LIMIT %(per_host)s FOR UPDATE SKIP LOCKED
        ) AS due
        WHERE hosts.host <> ALL (%(busy_hosts)s::text[])
        LIMIT %(limit)s
    ),
    taken AS (
        UPDATE catalogue_linkcheck AS link SET
            leased_until = CASE WHEN dataset.state = %(withdrawn)s THEN NULL ELSE %(leased_until)s END,
            next_check_at = CASE WHEN dataset.state = %(withdrawn)s THEN %(look_again)s ELSE link.next_check_at END
        FROM chosen
            JOIN catalogue_resource AS resource ON resource.id = chosen.resource_id
            JOIN catalogue_dataset AS dataset ON dataset.id = resource.dataset_id
        WHERE link.resource_id = chosen.resource_id
        RETURNING link.resource_id, resource.url, link.host, link.leased_until, resource.format
    )
    SELECT * FROM taken ORDER BY host
"""


_OURS: Final = """
    SELECT link.resource_id, resource.dataset_id, link.state, link.reason, link.status_code, link.final_url,
        link.media_type, link.checked_at, link.failing_since, link.last_success_at, link.changed_at,
        link.failure_count, link.success_count, link.etag, link.last_modified, link.size_bytes, link.fingerprint
    FROM json_to_recordset(%s::json) AS claimed(resource_id uuid, url text, leased_until timestamptz)
        JOIN catalogue_linkcheck AS link USING (resource_id, leased_until)
        JOIN catalogue_resource AS resource ON resource.id = link.resource_id AND resource.url = claimed.url
    FOR UPDATE OF link SKIP LOCKED
"""


@dataclass(frozen=True, slots=True)
class DueLink:
    """A link that is ours to check until `leased_until`."""

    resource_id: UUID
    url: str
    """As it stood when the link was claimed."""
    host: str
    leased_until: datetime
    format: str = ""
    """What the entry says it is."""


class OurLink(NamedTuple):
    """What is known of a link that we have leased: columns of LinkCheck."""

    resource_id: UUID
    dataset_id: UUID
    state: LinkState
    reason: str
    status_code: int | None
    final_url: str
    media_type: str
    checked_at: datetime | None
    failing_since: datetime | None
    last_success_at: datetime | None
    changed_at: datetime | None
    failure_count: int
    success_count: int
    etag: str
    last_modified: str
    size_bytes: int | None
    fingerprint: str


def claim_due(
    now: datetime,
    *,
    limit: int,
    lease: timedelta = LEASE,
    per_host: int = PER_HOST,
    busy_hosts: Collection[str] = (),
    after_host: str = "",
) -> list[DueLink]:
    """Take at most `limit` links that are due, at most `per_host` of each host, for nobody else to take meanwhile.

    None of `busy_hosts`. Where more is due than can be taken, hosts have their turns in the order of their names,
    beginning with `after_host`: callers that go on claiming give the last host they were given.
    """
    values = {
        "now": now,
        "leased_until": now + lease,
        "look_again": now + _WHILE_WITHDRAWN,
        "withdrawn": State.WITHDRAWN,
        "per_host": per_host,
        "limit": limit,
        "busy_hosts": list(busy_hosts),
    }
    hosts = _few_due_hosts(now)
    if hosts is not None:
        return _claim(_HOSTS_GIVEN, values | {"hosts": hosts}) if hosts else []
    links = _claim(_HOSTS_WALKED, values | {"after_host": after_host})
    return links or (_claim(_HOSTS_WALKED, values | {"after_host": ""}) if after_host else [])


def _few_due_hosts(now: datetime) -> list[str] | None:
    """The hosts of all links that are due, longest due first, or None where there are too many to tell."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE_HOSTS, {"now": now, "few": _FEW})
        due = cursor.fetchall()
    return [host for host, _ in due] if sum(count for _, count in due) < _FEW else None


def _claim(hosts: str, values: Mapping[str, Any]) -> list[DueLink]:
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM.format(hosts=hosts), values)
            rows = cursor.fetchall()
        links = [DueLink(*row) for row in rows if row[3] is not None]
        if links or not rows:
            return links
        # Nothing but links of withdrawn entries, which are now out of the way: there may be others behind them.


def give_back(links: Iterable[DueLink], *, next_check_at: datetime | None = None) -> None:
    """End the leases of links that were not checked. They are due as before, or at `next_check_at`."""
    with transaction.atomic():
        ids = [link.resource_id for link in still_ours(links)]
        later = {} if next_check_at is None else {"next_check_at": next_check_at}
        LinkCheck.objects.filter(resource_id__in=ids).update(leased_until=None, **later)


def end_all_leases(*, now: datetime) -> None:
    """For when nobody is checking links: whoever held these leases is dead."""
    with transaction.atomic():
        # What is leased is due: that has an index.
        leased = LinkCheck.objects.filter(next_check_at__lte=now, leased_until__gt=now)
        ids = list(leased.select_for_update(skip_locked=True).values_list("resource_id", flat=True))
        LinkCheck.objects.filter(resource_id__in=ids).update(leased_until=None)


def check_now(resource_ids: Iterable[UUID], *, now: datetime) -> int:
    """Have these links checked as soon as a worker is free; return how many will be, because of this call.

    Passed over: those that are due already, that were checked less than a minute ago, or whose entry is withdrawn.
    """
    lately = now - CHECK_AGAIN_AFTER
    not_lately = Q(checked_at=None) | Q(checked_at__lte=lately)
    return _waiting(now).filter(not_lately, resource_id__in=list(resource_ids)).update(next_check_at=now)


def make_all_due(*, now: datetime, limit: int | None = None) -> int:
    """Have every link checked (at most `limit`, those not checked for longest), whether due or not; return how many."""
    ids = iter(
        _waiting(now)
        .order_by(F("checked_at").asc(nulls_first=True))
        .values_list("resource_id", flat=True)[:limit]
        .iterator(_BATCH)
    )
    return sum(
        # A short transaction each: while a row is locked, no outcome can be recorded in it.
        LinkCheck.objects.filter(resource_id__in=batch).update(next_check_at=now)
        for batch in iter(lambda: list(islice(ids, _BATCH)), [])
    )


def due(now: datetime) -> QuerySet[LinkCheck]:
    """Links that are to be checked now, those that somebody is checking included."""
    return LinkCheck.objects.filter(next_check_at__lte=now).exclude(resource__dataset__state=State.WITHDRAWN)


def _waiting(now: datetime) -> QuerySet[LinkCheck]:
    not_due = Q(next_check_at=None) | Q(next_check_at__gt=now)
    return LinkCheck.objects.filter(not_due).exclude(resource__dataset__state=State.WITHDRAWN)


def still_ours(links: Iterable[DueLink]) -> list[OurLink]:
    """Lock and return the rows whose lease is still the one that was given, and whose address is still the same.

    Rows that another transaction has locked are left out: somebody is changing the entry, or its lease ran out.
    Waiting for them could be a deadlock, since whoever writes entries locks rows in another order.
    """
    claimed = [
        {"resource_id": str(link.resource_id), "url": link.url, "leased_until": link.leased_until.isoformat()}
        for link in links
    ]
    if not claimed:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_OURS, [json.dumps(claimed)])
        return [OurLink(*row) for row in cursor.fetchall()]
