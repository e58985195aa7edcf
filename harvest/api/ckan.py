"""What CKAN's extension ckanext-harvest tells of harvests, for `catalogue.api.ckan` (setting CKAN_ACTIONS).

Our sources are its sources, runs its jobs, records its objects. What is public on `/harvest` is told, and nothing else:
no address with a password, no settings, no record of an entry that not everybody may see.
"""

import datetime
import zlib
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.errors import NotFound
from catalogue.models import Dataset
from catalogue.serializers.ckan_bodies import moment
from harvest import queries
from harvest.enums import RunState, Schedule, Severity, Stage
from harvest.models import Problem, Record, Run, Source

#: How CKAN calls our states and schedules.
_STATES: Final[dict[str, str]] = {
    RunState.QUEUED: "New",
    RunState.RUNNING: "Running",
    RunState.COMPLETED: "Finished",
    RunState.QUARANTINED: "Finished",
    RunState.FAILED: "Aborted",
    RunState.CANCELLED: "Aborted",
}
_FREQUENCIES: Final[dict[str, str]] = {
    Schedule.MANUAL: "MANUAL",
    Schedule.HOURLY: "ALWAYS",
    Schedule.DAILY: "DAILY",
    Schedule.WEEKLY: "WEEKLY",
    Schedule.MONTHLY: "MONTHLY",
}
_MOST: Final = 1_000
_LARGEST: Final = 2**63 - 1


def harvest_source_list(arguments: Arguments) -> list[dict[str, Any]]:
    """Where entries are harvested from, by title.

    only_active: true for those alone that nobody has paused. organization_id: only this organisation's.
    """
    sources = Source.objects.select_related("publisher").order_by("title", "pk")
    if arguments.flag("only_active"):
        sources = sources.filter(is_paused=False)
    if key := arguments.text("organization_id"):
        by_id = _uuid(key)
        sources = sources.filter(publisher=by_id) if by_id else sources.filter(publisher__slug=key)
    return [_source(source) for source in sources[:_MOST]]


def harvest_source_show(arguments: Arguments) -> dict[str, Any]:
    """One source, with how it is doing.

    id: its name. url: or its address.
    """
    source = _named(arguments)
    runs = Run.objects.filter(source=source)
    last = runs.first()
    return {
        **_source(source),
        "status": {
            "job_count": runs.count(),
            "last_job": _job(last) if last else None,
            "next_run": _at(source.next_run_at),
            "total_datasets": queries.public_records(source).count(),
        },
    }


def harvest_job_list(arguments: Arguments) -> list[dict[str, Any]]:
    """Harvests, the latest first: at most 1,000.

    source_id: only this source's. status: New, Running, Finished or Aborted. limit, offset: which part.
    """
    runs = queries.runs_for_api().order_by("-created_at", "-pk")
    if slug := arguments.text("source_id"):
        runs = runs.filter(source__slug=slug)
    if status := arguments.text("status"):
        runs = runs.filter(state__in=[state for state, name in _STATES.items() if name == status])
    offset = arguments.whole("offset", default=0)
    limit = arguments.whole("limit", default=100, highest=_MOST)
    return [_job(run) for run in runs[offset : offset + limit]]


def harvest_job_show(arguments: Arguments) -> dict[str, Any]:
    """One harvest: how many entries were added, updated and deleted, and which problems were the commonest.

    id: its number.
    """
    run = _run(arguments)
    kinds = queries.problem_counts(run).kinds
    summary = [{"message": kind, "error_count": count} for kind, _, count in kinds]
    return {**_job(run), "object_error_summary": summary}


def harvest_job_report(arguments: Arguments) -> dict[str, Any]:
    """What was wrong in a harvest: with its source, and with each record. At most 1,000 of each.

    id: the harvest's number.
    """
    problems = queries.public_problems(_run(arguments)).filter(severity=Severity.ERROR)
    records: dict[str, dict[str, Any]] = {}
    for problem in problems.filter(stage=Stage.RECORD)[:_MOST]:
        told = records.setdefault(problem.guid, {"guid": problem.guid, "original_url": None, "errors": []})
        told["errors"].append({"message": problem.message, "type": problem.kind})
    return {
        "gather_errors": [_error(problem) for problem in problems.filter(stage=Stage.GATHER)[:_MOST]],
        "object_errors": records,
    }


def harvest_object_show(arguments: Arguments) -> dict[str, Any]:
    """One record as its source gave it, and the dataset that it became.

    id: the record's number. dataset_id: or the UUID or name of its dataset.
    """
    records = Record.objects.filter(dataset__in=Dataset.objects.public()).select_related("source")
    if key := arguments.text("dataset_id"):
        by_id = _uuid(key)
        records = records.filter(dataset=by_id) if by_id else records.filter(dataset__names__name=key)
    else:
        records = records.filter(pk=_number(arguments.required("id")))
    found = records.order_by("pk").first()
    if found is None:
        raise NotFound
    return {
        "id": str(found.pk),
        "guid": found.guid,
        "source": found.source.slug,
        "job": str(found.last_run_id) if found.last_run_id else None,
        "package": str(found.dataset_id),
        "content": zlib.decompress(bytes(found.raw)).decode("utf-8", "replace") if found.raw else None,
        "current": True,
        "state": "COMPLETE",
        "gathered": moment(found.first_seen_at),
        "import_finished": moment(found.last_seen_at),
        "metadata_modified_date": None,
        "extras": {},
    }


def harvest_object_list(arguments: Arguments) -> list[str]:
    """Numbers of a source's records: at most 1,000.

    source_id: the source's name. limit, offset: which part.
    """
    source = _by_slug(arguments.required("source_id"))
    offset = arguments.whole("offset", default=0)
    limit = arguments.whole("limit", default=_MOST, highest=_MOST)
    numbers: QuerySet[Record, int] = queries.public_records(source).order_by("pk").values_list("pk", flat=True)
    return [str(number) for number in numbers[offset : offset + limit]]


ACTIONS: Final = (
    harvest_source_list,
    harvest_source_show,
    harvest_job_list,
    harvest_job_show,
    harvest_job_report,
    harvest_object_show,
    harvest_object_list,
)


def _source(source: Source) -> dict[str, Any]:
    return {
        "id": source.slug,
        "name": source.slug,
        "title": source.title,
        "url": source.public_url,
        "type": source.kind,
        "source_type": source.kind,
        "active": not source.is_paused,
        "state": "active",
        "frequency": _FREQUENCIES[source.schedule],
        "next_run": _at(source.next_run_at),
        "created": moment(source.created_at),
        "owner_org": str(source.publisher_id),
        "publisher_id": str(source.publisher_id),
        "publisher_title": source.publisher.title,
        "config": None,  # may hold a password
    }


def _at(time: datetime.datetime | None) -> str | None:
    return moment(time) if time else None


def _job(run: Run) -> dict[str, Any]:
    return {
        "id": str(run.pk),
        "source_id": run.source.slug,
        "status": _STATES[run.state],
        "created": _at(run.created_at),
        "gather_started": _at(run.started_at),
        "gather_finished": _at(run.gathered_at),
        "finished": _at(run.finished_at),
        "stats": {
            "added": run.created,
            "updated": run.updated,
            "not modified": run.unchanged,
            "deleted": run.retired,
            "errored": run.failed,
        },
    }


def _error(problem: Problem) -> dict[str, str]:
    return {"message": problem.message, "type": problem.kind}


def _named(arguments: Arguments) -> Source:
    if url := arguments.text("url"):
        found = [one for one in Source.objects.select_related("publisher").order_by("pk") if one.public_url == url]
        if not found:
            raise NotFound
        return found[0]
    return _by_slug(arguments.required("id"))


def _by_slug(slug: str) -> Source:
    found = Source.objects.select_related("publisher").filter(slug=slug).first()
    if found is None:
        raise NotFound
    return found


def _run(arguments: Arguments) -> Run:
    found = queries.runs_for_api().filter(pk=_number(arguments.required("id"))).first()
    if found is None:
        raise NotFound
    return found


def _number(text: str) -> int:
    """Raises `NotFound` for what is no number of ours."""
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _LARGEST):
        raise NotFound
    return int(text)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
