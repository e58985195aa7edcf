"""What csvkit and Frictionless make of files: run by a Python that has them, since the project has neither.

    python -m venv others && others/bin/pip install "frictionless[excel,ods,json]" csvkit
    others/bin/python bench/files_by_others.py FILE …

A line of JSON for each file: {"csvkit": …, "frictionless": …}. `bench/files.py` calls it (OTHERS=others/bin/python).
"""

import csv
import io
import json
import signal
import sys
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

SECONDS = 20


class TooLong(Exception):
    pass


def csvkit(path: Path) -> str:
    """Columns and rows of what `in2csv` makes of a file, by its ending."""
    from csvkit.utilities.in2csv import In2CSV  # type: ignore[import-not-found]

    out = io.StringIO()
    as_text = ["--format", "csv"] if path.suffix == ".txt" else []
    In2CSV(["--no-inference", *as_text, str(path)], output_file=out).run()
    rows = list(csv.reader(io.StringIO(out.getvalue())))
    return f"{max(map(len, rows))} × {len(rows) - 1:,}" if rows else "nothing"


def frictionless(path: Path) -> str:
    """Columns and rows, and the kinds of error that `frictionless validate` finds."""
    from frictionless import Resource, system  # type: ignore[import-not-found]

    with system.use_context(trusted=True):
        report = Resource(path=str(path)).validate()
    if not report.tasks:
        return ", ".join(sorted({error.type for error in report.errors})) or "nothing"
    task = report.tasks[0]
    kinds = sorted({error[0] for error in report.flatten(["type"])})
    stats = task.stats
    size = f"{len(task.labels)} × {stats.get('rows') or 0:,}"
    if task.type != "table":
        return f"no table ({', '.join(kinds) or task.type})"
    return f"{size}{': ' + ', '.join(kinds) if kinds else ''}"


def said(tool: Callable[[Path], str], path: Path) -> str:
    signal.alarm(SECONDS)
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            return tool(path)
    except TooLong:
        return f"more than {SECONDS} s"
    except SystemExit:
        return "does not read it"
    except Exception as error:
        return f"fails: {type(error).__name__}"
    finally:
        signal.alarm(0)


def end(*_: object) -> None:
    raise TooLong


def main() -> None:
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, end)
    for name in sys.argv[1:]:
        path = Path(name)
        print(json.dumps({tool.__name__: said(tool, path) for tool in (csvkit, frictionless)}), flush=True)


if __name__ == "__main__":
    main()
