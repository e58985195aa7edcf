"""Builds the indexes that bench/search.py asks: one run, a copy left at each size.

    REAL_DATA_DIR=… python bench/search_build.py FOLDER [--datasets 30000 300000 1000000]

Datasets go straight into the index: rows in PostgreSQL would only add its own time. Prints, for each size, the time and
processor time to build it, its size on disk and the largest resident memory.
"""

import argparse
import resource
import shutil
import sys
import time
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from django.conf import settings

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("folder", type=Path, help="holds an index folder for each size afterwards")
parser.add_argument("--datasets", type=int, nargs="+", default=[30_000, 300_000, 1_000_000], metavar="N")
options = parser.parse_args()
settings.configure(SEARCH_DIR=options.folder / "building", USE_TZ=True, SEARCH_BY_MEANING=False)

from bench.made import NOW, datasets, real_records
from catalogue.search.location import State, building, home, make_current, new_build
from catalogue.search.writing import Writer

BATCH = 10_000


def main() -> None:
    sizes = sorted(options.datasets)
    entries = datasets(real_records(), sizes[-1])
    print("| datasets | seconds | processor seconds | MB on disk | of that bitmaps | MB resident at most |")
    print("|---|---|---|---|---|---|", flush=True)
    started, worked = time.perf_counter(), time.process_time()
    with building():
        build = new_build()
        writer = Writer(build, is_new=True)
        done = 0
        for size in sizes:
            while done < size:
                done += writer.add(islice(entries, min(BATCH, size - done)))
            state = State(0, None, None, NOW)
            writer.commit(state)
            writer.save_rows(state, at_once=True)
            make_current(build)
            took, cpu = time.perf_counter() - started, time.process_time() - worked
            copy = options.folder / str(size)
            shutil.copytree(home(), copy / home().name)
            disk = sum(file.stat().st_size for file in build.folder.rglob("*") if file.is_file())
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
            bitmaps = build.rows_path.stat().st_size
            print(
                f"| {size:,} | {took:,.0f} | {cpu:,.0f} | {disk / 1e6:,.0f} | {bitmaps / 1e6:,.0f} | {memory:,.0f} |",
                flush=True,
            )
        writer.close(wait=True)
    shutil.rmtree(options.folder / "building")


if __name__ == "__main__":
    main()
