"""Checks of a file's content: what is found is kept, with the reports of before as history."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from files import common_sense, declared
from files.enums import ReportKind
from files.looking import Looked, limits_for
from files.models import Report, ResourceFile
from services.apart.process import Crashed, run_apart

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
    """Every check that applies to the file. `folder` may be written to; it holds `out`, where the tables are."""
    found: list[Checked] = []
    code = looked.format.get("code", "")
    if looked.tables:
        errors = [error for table in looked.tables for error in common_sense.errors_of(table)]
        counts = common_sense.counts_of(looked.tables)
        found.append(Checked(ReportKind.COMMON_SENSE, counts=counts, errors=errors))
    if code == "JSON" and declared.is_ocds(path):
        found.append(_against(ReportKind.OCDS, path, looked, folder=folder))
    resource = file.resource
    for number, url in enumerate(declared.addresses(resource.conforms_to, resource.dataset.conforms_to)):
        schema = folder / f"schema-{number}"
        kind = declared.kind_of(schema, format=code) if declared.fetch(url, schema) else None
        if kind is not None:
            found.append(_against(kind, path, looked, folder=folder, schema=schema, url=url))
    return found


def _against(
    kind: ReportKind, path: Path, looked: Looked, *, folder: Path, schema: Path | None = None, url: str = ""
) -> Checked:
    """A check by a process of its own, for schemas are no more to be trusted than files."""
    tables = [
        {"name": table["name"], "parquet": str(folder / "out" / table["parquet"]), "columns": table["columns"]}
        | {"labels": table["labels"]}
        for table in looked.tables
        if table["parquet"]
    ]
    arguments = {"kind": kind, "path": str(path), "schema": str(schema or ""), "tables": tables}
    counts: dict[str, int] = {}
    errors: list[dict[str, Any]] = []
    problem = ""
    try:
        for line in run_apart("files.apart.check", arguments, limits=limits_for(path)):
            for what, said in line.items():
                if what == "error":
                    errors.append(dict(zip(("code", "table", "row", "column", "note"), said, strict=True)))
                elif what == "counts":
                    counts = said
                else:
                    problem = said
    except Crashed as crashed:
        problem = f"The check did not come to its end: {crashed}"
    if any(not alarm["is_allowed"] for table in looked.tables for alarm in table["alarms"]):
        errors = [error | {"note": ""} for error in errors]  # notes quote values
    return Checked(kind, counts=counts, errors=errors, schema_url=url, problem=problem)


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
