"""`manage.py harvest KIND URL_OR_PATH --publisher SLUG [--dry-run] [--max-records N] [--json]`"""

import json
import sys
import time
from argparse import ArgumentTypeError
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from harvest import actions
from harvest.enums import PublisherRule, RunState, Schedule, SourceKind
from harvest.management.foreground import Bar, Busy, harvest_now
from harvest.models import Problem, Run, Source
from harvest.pipeline.preview import preview
from harvest.pipeline.reading import Reading
from harvest.sources import ADAPTERS
from harvest.sources.opening import is_web_address
from publishers.models import Publisher
from publishers.queries import publisher_named

#: Problems that are printed after a harvest; the run's page lists all.
SHOWN_PROBLEMS = 20


class Command(BaseCommand):
    help = (
        "Harvests one source now, in the foreground, and prints what came of it. Exit code: 0 when the harvest"
        " completed, even with problems in single records; 1 when it could not; 2 for bad arguments."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=[str(kind) for kind in ADAPTERS], help="what the source speaks")
        parser.add_argument("url", metavar="URL_OR_PATH", help="web address, or file or folder on this machine")
        parser.add_argument("--publisher", required=True, metavar="SLUG", help="the publisher whose source it is")
        parser.add_argument("--dry-run", action="store_true", help="write nothing; print the first drafts and problems")
        parser.add_argument("--max-records", type=_positive, metavar="N", help="stop after so many; retires nothing")
        parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
        parser.add_argument("--force", action="store_true", help="read every record anew, changed or not")
        parser.add_argument(
            "--publisher-rule",
            choices=PublisherRule.values,
            help="whose the entries become: this publisher's, or that of the organisation each record names",
        )
        parser.add_argument(
            "--keep-uuids", action="store_true", default=None, help="entries keep the UUIDs that their source gave them"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        publisher = publisher_named(options["publisher"])
        if publisher is None:
            raise CommandError(
                f"There is no publisher “{options['publisher']}”: register it first with"
                f' manage.py createpublisher {options["publisher"]} "Its title".',
                returncode=2,
            )
        url = options["url"]
        if not is_web_address(url):
            if not Path(url).exists():
                raise CommandError(f"There is no file or folder {url}, and it is no web address.", returncode=2)
            url = str(Path(url).resolve())
        wishes = {
            name: value
            for name, value in (
                ("publisher_rule", options["publisher_rule"]),
                ("keeps_uuids", options["keep_uuids"]),
            )
            if value is not None
        }
        kind = SourceKind(options["kind"])
        if options["dry_run"]:
            source = _found(kind, url, publisher) or Source(kind=kind, url=url, publisher=publisher, title="Preview")
            for name, value in wishes.items():
                setattr(source, name, value)
            self._preview(source, options)
        else:
            self._harvest(_source(kind, url, publisher, wishes), options)

    def _harvest(self, source: Source, options: dict[str, Any]) -> None:
        started = time.monotonic()
        try:
            with Bar() as bar:
                run = harvest_now(
                    source,
                    forced=options["force"],
                    max_records=options["max_records"],
                    on_progress=bar.show,
                    on_wait=lambda: self.stderr.write("An earlier harvest of this source was interrupted: waiting."),
                )
        except Busy as busy:
            raise CommandError(str(busy)) from busy
        except KeyboardInterrupt:
            raise CommandError("Stopped. What had been read is kept; nothing was retired.") from None
        counts = {name: getattr(run, name) for name in _COUNTS}
        if options["json"]:
            result = {"state": run.state, "message": run.message, "run": run.pk, "source": source.slug, **counts}
            self.stdout.write(json.dumps(result | {"seconds": round(time.monotonic() - started, 2)}))
        else:
            self._print_counts(counts)
            self._print_problems(run)
            self.stdout.write(run.message)
        if run.state not in (RunState.COMPLETED, RunState.QUARANTINED):
            sys.exit(1)

    def _preview(self, source: Source, options: dict[str, Any]) -> None:
        found = preview(source, max_records=options["max_records"], may_be_path=True)
        if found.failure:
            raise CommandError(found.failure)
        counts = asdict(found.tally)
        if options["json"]:
            drafts = [_brief(reading) for reading in found.readings]
            problems = [
                {"guid": guid, "severity": finding.severity, "kind": finding.kind, "field": finding.field,
                 "message": finding.message, "value": finding.value}
                for guid, finding in found.problems
            ]  # fmt: skip
            self.stdout.write(
                json.dumps({"state": "preview", **counts, "drafts": drafts, "problem_list": problems}, default=str)
            )
            return
        for reading in found.readings:
            self.stdout.write(json.dumps(_brief(reading), indent=2, ensure_ascii=False, default=str))
        for guid, finding in found.problems:
            self.stdout.write(_line(finding.severity, guid, finding.field, finding.message, finding.value))
        self._print_counts(counts)
        self.stdout.write("Nothing was written.")

    def _print_counts(self, counts: dict[str, int]) -> None:
        for name in _COUNTS:
            self.stdout.write(f"{name:<10} {counts[name]:>9,}")

    def _print_problems(self, run: Run) -> None:
        problems = Problem.objects.filter(run=run)
        for problem in problems[:SHOWN_PROBLEMS]:
            self.stdout.write(_line(problem.severity, problem.guid, problem.field, problem.message, problem.value))
        if run.problems > SHOWN_PROBLEMS:
            self.stdout.write(f"… and {run.problems - SHOWN_PROBLEMS:,} more problems.")


_COUNTS = ("seen", "created", "updated", "unchanged", "retired", "failed", "problems")


def _found(kind: SourceKind, url: str, publisher: Publisher) -> Source | None:
    return Source.objects.select_related("publisher").filter(kind=kind, url=url, publisher=publisher).first()


def _source(kind: SourceKind, url: str, publisher: Publisher, wishes: dict[str, Any]) -> Source:
    """The source of an earlier harvest of the same address, or a new one that nobody harvests by the clock."""
    source = _found(kind, url, publisher)
    if source is None:
        name = url if is_web_address(url) else Path(url).name
        return actions.add_source(
            kind=kind,
            url=url,
            publisher=publisher,
            title=f"{publisher.title}: {name}",
            schedule=Schedule.MANUAL,
            may_be_path=True,
            now=timezone.now(),
            **wishes,
        )
    changed = {name: value for name, value in wishes.items() if getattr(source, name) != value}
    return actions.edit_source(source, now=timezone.now(), **changed) if changed else source


def _brief(reading: Reading) -> dict[str, Any]:
    """A draft without what it leaves empty."""
    assert reading.draft is not None
    values = asdict(reading.draft)
    values["resources"] = [{k: v for k, v in resource.items() if v} for resource in values["resources"]]
    return {"guid": reading.guid, **{name: value for name, value in values.items() if value}}


def _line(severity: str, guid: str, field: str, message: str, value: str) -> str:
    where = " · ".join(part for part in (guid, field) if part)
    said = f" ({value[:100]})" if value else ""
    return f"{severity}: {where + ': ' if where else ''}{message}{said}"


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"“{text}” is not a whole number above nought")
    return int(text)
