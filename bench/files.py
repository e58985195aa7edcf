"""What the profiler makes of real files, beside what others make of them, and how long a large one takes.

    python -m config.embedded exec python bench/files.py [--write]

With REAL_DATA_DIR: a table of the files under `f_files`, with a reason for each that has no preview; `--write` puts it
into docs/files-recognised.md. `file` is asked where it is installed; csvkit and Frictionless where OTHERS names a
Python that has them (see bench/files_by_others.py). Then, unless `--no-large`: a CSV of 100 MB, from its arrival on.
"""

import csv
import datetime
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="domesday-bench-")

import django

django.setup()

from django.conf import settings
from django.core.cache import cache

from files import queries
from files.looking import Looked, look_into
from files.models import Table
from files.rows.asked import Asked, asked

LARGE = 100_000_000
PAGE = 50
ROUNDS = 15
OTHERS_SECONDS = 20


def main() -> None:
    if data := os.environ.get("REAL_DATA_DIR"):
        lines = recognised(Path(data) / "f_files")
        print("\n".join(lines))
        if "--write" in sys.argv:
            (ROOT / "docs" / "files-recognised.md").write_text("\n".join(lines) + "\n")
    else:
        print("REAL_DATA_DIR is not set: only the large file is measured.")
    if "--no-large" not in sys.argv:
        print("\n".join(large_file()))


def recognised(folder: Path) -> list[str]:
    """One line a file: kind and number alone, since the files are not ours to quote."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".md")
    tables, seconds, said = 0, [], []
    kinds: Counter[str] = Counter()
    for path in files:
        with tempfile.TemporaryDirectory() as out:
            started = children_seconds()
            looked = look_into(path, name=path.name, folder=Path(out))
            seconds.append(children_seconds() - started)
        kinds["preview" if looked.tables else "crash" if looked.crash else "reason"] += 1
        tables += len(looked.tables)
        said.append(ours(looked))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # before others' children count too
    theirs = by_others(files)
    rows = [
        f"| {path.parent.name}/{number:03} | {path.suffix} | {mine} | {by_file(path)} | {other} |"
        for number, (path, mine, other) in enumerate(zip(files, said, theirs, strict=True), 1)
    ]
    return [
        "# Real files, recognised",
        "",
        f"{len(files)} real files of governments, {datetime.date.today():%B %Y}, by `bench/files.py --write`:",
        f"{kinds['preview']} have a preview ({tables} tables); {kinds['reason']} say why not; {kinds['crash']} ended"
        " the process that looked into them.",
        f"Processor time {statistics.median(seconds):.1f} s a file in the middle, {max(seconds):.1f} s at most;"
        f" the largest process held {peak:.0f} MB.",
        "",
        "Files are named by folder and number. Beside it what `file` says, what csvkit's `in2csv` makes of it, and",
        f"what `frictionless validate` finds, each in {OTHERS_SECONDS} s at most: columns × rows, then kinds of error.",
        "",
        "| file | ending | the profiler | `file` | csvkit | Frictionless |",
        "|---|---|---|---|---|---|",
        *rows,
    ]


def by_others(files: list[Path]) -> list[str]:
    """What csvkit and Frictionless say, as two cells; “–” where they are not installed."""
    python = os.environ.get("OTHERS")
    if not python:
        return ["– | –"] * len(files)
    command = [python, str(ROOT / "bench" / "files_by_others.py"), *map(str, files)]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    return [f"{found['csvkit']} | {found['frictionless']}" for found in map(json.loads, said)]


def ours(looked: Looked) -> str:
    kind = f"{looked.format.get('code', '?')}"
    if encoding := looked.format.get("encoding"):
        kind += f" ({encoding})"
    if not looked.tables:
        return f"{kind}: {looked.crash or looked.reason}"
    first = looked.tables[0]
    said = f"{len(first['columns'])} columns, {first['rows']:,} rows"
    more = f", and {len(looked.tables) - 1} more tables" if len(looked.tables) > 1 else ""
    extras = [f"{len(first['preamble'])} lines above"] if first["preamble"] else []
    extras += [f"{first['heading_rows']} heading rows"] if first["heading_rows"] > 1 else []
    extras += ["no headings"] if not first["has_headings"] else []
    extras += [f"{len(first['notes'])} notes below"] if first["notes"] else []
    return f"{kind}: {said}{more}{'; ' + ', '.join(extras) if extras else ''}"


def by_file(path: Path) -> str:
    try:
        said = subprocess.run(["file", "--brief", str(path)], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return "–"
    return said.partition(",")[0].strip()[:40]


def large_file() -> list[str]:
    """100 MB of payments: from arrival to the first page, then pages."""
    folder = Path(settings.VAR_DIR) / "files" / "file" / "version"
    folder.mkdir(parents=True)
    path = Path(settings.VAR_DIR) / "large.csv"
    payments(path)
    started, used = time.monotonic(), children_seconds()
    looked = look_into(path, name=path.name, folder=folder)
    first, used = time.monotonic() - started, children_seconds() - used
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    found = looked.tables[0]
    table = Table(rows=found["rows"], columns=found["columns"], parquet=f"file/version/{found['parquet']}")
    lines = [
        f"{path.stat().st_size / 1e6:.0f} MB of CSV, {table.rows:,} rows of {len(table.columns)} columns: profiled, and"
        f" its first page to be had, {first:.1f} s after its arrival ({used:.1f} s of processor time), in {peak:.0f} MB"
        f" of memory; {found['bytes'] / 1e6:.0f} MB of Parquet.",
        f"Pages of {PAGE} rows with their count, milliseconds, median (longest) of {ROUNDS}, nothing kept from before:",
        "",
        "| page | rows | by the clock | processor |",
        "|---|---:|---:|---:|",
    ]
    for label, page, question in (
        ("as it stands, first", 1, {}),
        ("as it stands, 18,000th", 18_000, {}),
        ("sorted by amount, largest first", 1, {"sorts": ["-amount"]}),
        ("the same, 21st", 21, {"sorts": ["-amount"]}),
        ("the same, 1,001st", 1_001, {"sorts": ["-amount"]}),
        ("sorted by supplier, a text", 1, {"sorts": ["supplier"]}),
        ("amount over 9,990", 1, {"filters": ["amount:gt:9990"]}),
        ("one supplier", 1, {"filters": ["supplier:eq:Supplier 77 Limited"]}),
        ("supplier contains “r 77 ”", 1, {"filters": ["supplier:contains:r 77 "]}),
        ("one department, sorted by amount", 1, {"filters": ["department:eq:Housing"], "sorts": ["-amount"]}),
        ("“Supplier 77 ” in any column", 1, {"q": "Supplier 77 "}),
        ("… its second page", 2, {"q": "Supplier 77 "}),
    ):
        times = [timed(table, asked(table.columns, **question), page, keeps=page == 2) for _ in range(ROUNDS)]
        clock, processor = ([one[place] for one in times] for place in (1, 2))
        lines.append(
            f"| {label} | {times[0][0]:,} | {statistics.median(clock):.0f} ({max(clock):.0f})"
            f" | {statistics.median(processor):.0f} ({max(processor):.0f}) |"
        )
    return lines


def children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(table: Table, question: Asked, page: int, *, keeps: bool) -> tuple[int, float, float]:
    """(rows in all, milliseconds by the clock, milliseconds of the processor). `keeps`: with the count as last kept."""
    if not keeps:
        cache.clear()
    clock, processor = time.monotonic(), time.process_time()
    count, rows = queries.page_of(table, question, limit=PAGE, offset=(page - 1) * PAGE)
    assert rows
    return count, 1000 * (time.monotonic() - clock), 1000 * (time.process_time() - processor)


def payments(path: Path) -> None:
    chance = random.Random(1)
    suppliers = [f"Supplier {number} Limited" for number in range(5_000)]
    departments = ["Adult social care", "Highways", "Education, schools", "Housing", "Corporate"]
    start = datetime.date(2015, 1, 1)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Supplier", "Department", "Date", "Amount", "Transaction", "Postcode", "Notes", "Area"])
        number = 0
        while number % 1_000 or file.tell() < LARGE:
            number += 1
            day = start + datetime.timedelta(chance.randrange(3_000))
            writer.writerow(
                [
                    *(chance.choice(suppliers), chance.choice(departments), f"{day:%d/%m/%Y}"),
                    *(f"{chance.random() * 10_000:,.2f}", number, f"LS{chance.randrange(1, 30)} {number % 9}AB"),
                    *("Payment, for services" if number % 3 else "", f"E0{chance.randrange(1_000_000, 9_999_999)}"),
                ]
            )


if __name__ == "__main__":
    main()
