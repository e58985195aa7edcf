"""What the profiler makes of real files, beside what others make of them, and how long a large one takes.

`REAL_DATA_DIR=… python bench/files.py [--write]`: a table of the files under `f_files`, with a reason for each that has
no preview; `--write` puts it into docs/files-recognised.md. `file`, `csvstat` (csvkit) and `frictionless` are asked
where they are installed (a folder of programs may be named by OTHERS).
"""

import csv
import datetime
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from files.looking import Looked, look_into  # noqa: E402
from files.rows import engine, sql  # noqa: E402
from files.rows.asked import Asked, asked  # noqa: E402

LARGE = 100_000_000
PAGE = 50


def main() -> None:
    data = os.environ.get("REAL_DATA_DIR")
    large = large_file()
    lines = recognised(Path(data) / "f_files") + large if data else large
    if not data:
        print("REAL_DATA_DIR is not set: only the large file is measured.")
    print("\n".join(lines))
    if "--write" in sys.argv:
        (ROOT / "docs" / "files-recognised.md").write_text("\n".join(lines) + "\n")


def recognised(folder: Path) -> list[str]:
    """One line a file: kind and number alone, since the files are not ours to quote."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".md")
    tables, seconds, said = 0, [], []
    kinds: Counter[str] = Counter()
    for path in files:
        with tempfile.TemporaryDirectory() as out:
            started = time.monotonic()
            looked = look_into(path, name=path.name, folder=Path(out))
            seconds.append(time.monotonic() - started)
        kinds["preview" if looked.tables else "reason"] += 1
        tables += len(looked.tables)
        said.append(ours(looked))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # before others' children count too
    rows = []
    for number, (path, mine) in enumerate(zip(files, said, strict=True), 1):
        rows.append(f"| {path.parent.name}/{number:03} | {path.suffix} | {mine} | {others(path)} |")
        print(rows[-1], file=sys.stderr)
    middle = sorted(seconds)[len(seconds) // 2]
    return [
        "# Real files, recognised",
        "",
        f"{len(files)} real files of governments, {datetime.date.today():%B %Y}, by `bench/files.py`:",
        f"{kinds['preview']} have a preview ({tables} tables); {kinds['reason']} say why not. None crashed or hung.",
        f"Median {middle:.1f} s, longest {max(seconds):.1f} s, largest child process {peak:.0f} MB.",
        "",
        "Files are named by folder and number. Beside it what `file` says, what csvkit parses (columns, rows) and how",
        "many fields `frictionless describe` finds, each in 20 s at most; “–” where a tool is not for such files.",
        "",
        "| file | ending | the profiler | `file` | csvkit | Frictionless |",
        "|---|---|---|---|---|---|",
        *rows,
        "",
    ]


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


def others(path: Path) -> str:
    kind = run(["file", "--brief", str(path)]).partition(",")[0].strip()[:40] or "–"
    is_table = path.suffix.lower() in (".csv", ".txt")
    return f"{kind} | {csvkit(path) if is_table else '–'} | {frictionless(path)}"


def csvkit(path: Path) -> str:
    """Columns and rows, by parsing as csvkit does."""
    found = run([program("csvstat"), "--count", str(path)])
    names = run([program("csvcut"), "--names", str(path)])
    if not found:
        return "–"
    if "rror" in found:
        return "error"
    return f"{len(names.splitlines())}, {found.strip().rpartition(' ')[2]}"


def frictionless(path: Path) -> str:
    said = run([program("frictionless"), "describe", "--trusted", "--json", str(path)])
    try:
        described = json.loads(said)
        fields = described["schema"]["fields"]
    except (ValueError, KeyError, TypeError):
        return "error" if said else "–"
    return f"{len(fields)}"


def program(name: str) -> str:
    return shutil.which(name, path=f"{os.environ.get('OTHERS', '')}:{os.environ['PATH']}") or name


def run(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except FileNotFoundError:
        return ""
    except subprocess.TimeoutExpired:
        return "error: more than 20 s"
    return done.stdout or f"error: {done.stderr[-200:]}"


def large_file() -> list[str]:
    """100 MB of payments: from arrival to the first page, then pages."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "store" / "file" / "version"
        folder.mkdir(parents=True)
        path = Path(name) / "large.csv"
        payments(path)
        started = time.monotonic()
        looked = look_into(path, name=path.name, folder=folder)
        first = time.monotonic() - started
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        table = looked.tables[0]
        columns, parquet = table["columns"], folder / table["parquet"]
        pages = {
            "as it stands": (asked(columns), [0, 10_000, 900_000]),
            "sorted by amount": (asked(columns, sorts=["-amount"]), [0, 1_000]),
            "filtered by amount": (asked(columns, filters=["amount:gt:9990"]), [0]),
        }
        lines = [
            "## A large file",
            "",
            f"{path.stat().st_size / 1e6:.0f} MB of CSV, {table['rows']:,} rows of {len(columns)} columns: profiled,"
            f" and its first page to be had, {first:.1f} s after its arrival, in {peak:.0f} MB of memory.",
            f"Pages of {PAGE} rows, milliseconds, median (longest) of 15:",
            "",
            "| page | ms |",
            "|---|---|",
        ]
        for label, (question, offsets) in pages.items():
            times = sorted(page(parquet, question, offset) for offset in offsets for _ in range(15 // len(offsets)))
            lines.append(f"| {label} | {times[len(times) // 2]:.0f} ({times[-1]:.0f}) |")
        return lines


def page(parquet: Path, question: Asked, offset: int) -> float:
    started = time.monotonic()
    if question.sorts or question.is_narrowed:
        statement, parameters = sql.ids(question, limit=PAGE, offset=offset)
        numbers = [number for (number,) in engine.ask(parquet, statement, parameters)]
        if numbers:
            engine.ask(parquet, sql.by_ids(question, numbers))
    else:
        engine.ask(parquet, sql.stretch(question, limit=PAGE, offset=offset))
    return 1000 * (time.monotonic() - started)


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
