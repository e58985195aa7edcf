"""`manage.py profile_files`: look into the files that are due, or into local ones, here and now."""

import json
import tempfile
import time
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from files.actions import queue, run
from files.enums import FileState
from files.looking import Looked, look_into


class Command(BaseCommand):
    help = (
        "Look into the files that are due: fetch each, find its tables, and keep what previews need. Safe to stop and "
        "to repeat. With --path, look into local files instead, keep nothing and say what they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=_positive, metavar="N", help="look into at most N files")
        parser.add_argument("--path", type=Path, metavar="FOLDER", help="a file, or a folder of files, on this machine")
        parser.add_argument(
            "--json", action="store_true", help="print JSON: counts, or with --path a line for each file"
        )

    def handle(self, *, limit: int | None, path: Path | None, json: bool, **options: Any) -> None:
        if path is not None:
            self._local(path, limit=limit, as_json=json)
        else:
            self._due(limit=limit, as_json=json)

    def _due(self, *, limit: int | None, as_json: bool) -> None:
        queue.enqueue_all(now=timezone.now())
        total = queue.due_count(now=timezone.now())
        with tqdm(total=min(total, limit or total), unit=" files", disable=None) as bar:
            try:
                states = run.profile_due(now=timezone.now, limit=limit, progress=lambda _: bar.update())
            except KeyboardInterrupt:
                raise CommandError("Stopped. What was looked into is kept; the rest is still due.") from None
        if as_json:
            self.stdout.write(json.dumps({"files": states.total(), "states": dict(states)}))
            return
        self.stdout.write(f"Looked into {states.total():,} files.")
        for state, count in states.most_common():
            self.stdout.write(f"  {FileState(state).label}: {count:,}")

    def _local(self, path: Path, *, limit: int | None, as_json: bool) -> None:
        if not path.exists():
            raise CommandError(f"There is nothing at {path}: give a file or a folder.")
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in tqdm(files[:limit], unit=" files", disable=None):
            started = time.monotonic()
            with tempfile.TemporaryDirectory(prefix="domesday-file-") as folder:
                looked = look_into(file.absolute(), name=file.name, folder=Path(folder))
            seconds = time.monotonic() - started
            name = str(file.relative_to(path)) if path.is_dir() else file.name
            line = _as_json(name, looked, seconds) if as_json else _in_words(name, looked, seconds)
            tqdm.write(line, file=self.stdout)


def _as_json(name: str, looked: Looked, seconds: float) -> str:
    return json.dumps(
        {
            "file": name,
            "format": looked.format.get("code"),
            "encoding": looked.format.get("encoding"),
            "tables": [
                {
                    "name": table["name"],
                    "rows": table["rows"],
                    "columns": [[column["heading"], column["type"]] for column in table["columns"]],
                    "period": table.get("period"),
                    "box": table.get("box"),
                }
                for table in looked.tables
            ],
            "reason": looked.crash or looked.reason,
            "seconds": round(seconds, 2),
        },
        ensure_ascii=False,
    )


def _in_words(name: str, looked: Looked, seconds: float) -> str:
    kind = looked.format.get("title", "unknown")
    lines = [f"{name}: {kind}, {len(looked.tables)} tables, {seconds:.1f} s. {looked.crash or looked.reason}".rstrip()]
    for table in looked.tables:
        headings = ", ".join(column["heading"] for column in table["columns"][:8])
        lines.append(f"    {table['name'] or 'table'}: {table['rows']:,} rows; {headings}"[:200])
    return "\n".join(lines)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"“{text}” is not a number of files: give one such as 100.")
    return int(text)
