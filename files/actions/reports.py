"""Checks of a file's content: what is found is kept, with the reports of before as history."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from files import common_sense
from files.enums import ReportKind
from files.looking import Looked
from files.models import Report, ResourceFile

#: Reports of one kind that are kept of a file.
_KEPT: Final = 20


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check found."""

    kind: ReportKind
    counts: dict[str, int] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    schema_url: str = ""
    problem: str = ""


def check(file: ResourceFile, path: Path, looked: Looked, *, folder: Path) -> list[Checked]:
    """Every check that applies to the file."""
    del file, path, folder
    found: list[Checked] = []
    if looked.tables:
        errors = [error for table in looked.tables for error in common_sense.errors_of(table)]
        counts = common_sense.counts_of(looked.tables)
        found.append(Checked(ReportKind.COMMON_SENSE, counts=counts, errors=errors))
    return found


def keep(file: ResourceFile, checked: Sequence[Checked], *, now: datetime.datetime) -> None:
    for one in checked:
        Report.objects.create(
            file=file,
            kind=one.kind,
            schema_url=one.schema_url[:2000],
            made_at=now,
            digest=file.digest,
            is_valid=not one.counts and not one.problem,
            counts=one.counts,
            errors=one.errors,
            problem=one.problem[:500],
        )
        old = file.reports.filter(kind=one.kind).values_list("pk", flat=True)[_KEPT:]
        Report.objects.filter(pk__in=list(old)).delete()
