"""How fast search is: every kind of question, timed inside the process, on indexes that bench/search_build.py left.

    REAL_DATA_DIR=… python bench/search.py FOLDER/300000 [--rounds 60] [--processes 2]

"Cold": no counts are kept from earlier questions. "Warm": the same question was just asked, as for its next page. A
question is one page of 20 results with marks, the total and every facet. Processor time stands beside the clock's,
since other work on the machine lengthens only the latter. With --processes, so many ask the same at once. With
--postgres (under `python -m config.embedded exec`), PostgreSQL's full-text search is asked the same questions.
"""

import argparse
import datetime
import multiprocessing
import os
import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from django.conf import settings

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("folder", type=Path, help="the index folder of one size")
parser.add_argument("--rounds", type=int, default=60, help="questions of each kind")
parser.add_argument("--processes", type=int, default=1)
parser.add_argument("--commits", type=int, default=0, metavar="N", help="how soon each of N changes is found")
parser.add_argument("--postgres", type=int, default=0, metavar="N", help="ask PostgreSQL N of each kind as well")
options = parser.parse_args()
settings.configure(SEARCH_DIR=options.folder, USE_TZ=True, SEARCH_BY_MEANING=False)

from bench.made import NOW, datasets, real_records
from catalogue.places import Box
from catalogue.search import counting
from catalogue.search.analysis import STOP_WORDS, WEAK_WORDS, words
from catalogue.search.index import close_reader, open_reader
from catalogue.search.kept import KeptCounts
from catalogue.search.query import SearchRequest, search
from catalogue.search.writing import Writer
from catalogue.search_scope import Scope

Maker = Callable[[random.Random], SearchRequest]


def queries(records: list[dict[str, Any]]) -> dict[str, Maker]:
    """A maker of requests for each kind of question."""
    times: Counter[str] = Counter()
    for record in records[::5]:
        times.update({word for word, _ in words(f"{record['title']} {record.get('description') or ''}")})
    ordered = [word for word, _ in times.most_common() if len(word) > 2 and not word.isdigit()]
    ordered = [word for word in ordered if word not in STOP_WORDS | WEAK_WORDS]
    common, middle = ordered[:40], ordered[40:2000]
    rare = [word for word in ordered[5000:30000] if word.isalpha()]
    titles = [record["title"] for record in records if 3 <= len(record["title"].split()) <= 8]
    long_words = [word for word in middle if len(word) > 6]

    def slip(word: str, chance: random.Random) -> str:
        place = chance.randrange(1, len(word) - 1)
        return word[:place] + chance.choice("qzxkj") + word[place + 1 :]

    def body(chance: random.Random) -> tuple[str, ...]:
        return (f"body-{chance.randrange(60)}",)

    def area(chance: random.Random) -> Scope:
        west, south = -6 + chance.random() * 7, 50 + chance.random() * 5
        side = chance.choice((0.05, 0.3, 2.0))
        return Scope(area=Box(west, south, west + side, south + side))

    return {
        "nothing typed": lambda chance: SearchRequest(),
        "filters only": lambda chance: SearchRequest(filters={"publisher": body(chance), "open": ("yes",)}),
        "weak word (data)": lambda chance: SearchRequest(q="data"),
        "commonest words": lambda chance: SearchRequest(q=chance.choice(common)),
        "two common words": lambda chance: SearchRequest(q=" ".join(chance.sample(common, 2))),
        "two words": lambda chance: SearchRequest(q=" ".join(chance.sample(middle, 2))),
        "three words": lambda chance: SearchRequest(q=" ".join(chance.sample(common[:20] + middle, 3))),
        "a title": lambda chance: SearchRequest(q=chance.choice(titles)),
        "a question": lambda chance: SearchRequest(q=f"where can I find data about {chance.choice(titles).lower()}?"),
        "rare word": lambda chance: SearchRequest(q=chance.choice(rare)),
        "half a word": lambda chance: SearchRequest(q=chance.choice(long_words)[:5]),
        "a slip in one of two words": lambda chance: SearchRequest(
            q=f"{chance.choice(middle)} {slip(chance.choice(long_words), chance)}"
        ),
        "common word, two filters": lambda chance: SearchRequest(
            q=chance.choice(common), filters={"publisher": body(chance), "licence_code": ("licence-3",)}
        ),
        "common word, two formats": lambda chance: SearchRequest(
            q=chance.choice(common), filters={"format": ("CSV", "XLS")}
        ),
        "quoted phrase": lambda chance: SearchRequest(q=f'"{" ".join(chance.choice(titles).split()[:2])}"'),
        "area": lambda chance: SearchRequest(scope=area(chance)),
        "word and area": lambda chance: SearchRequest(q=chance.choice(middle), scope=area(chance)),
        "period covered": lambda chance: SearchRequest(
            scope=Scope(covers_from=datetime.date(chance.randrange(2005, 2024), 1, 1))
        ),
        "common word by date": lambda chance: SearchRequest(q=chance.choice(common), sort="recent"),
        "common word by title": lambda chance: SearchRequest(q=chance.choice(common), sort="title"),
        "by title, page 50": lambda chance: SearchRequest(q=chance.choice(common), sort="title", page=50),
        "common word, page 50": lambda chance: SearchRequest(q=chance.choice(common), page=50),
    }


def clock(request: SearchRequest) -> tuple[float, float]:
    """Milliseconds by the clock and of processor time."""
    wall, cpu = time.perf_counter(), time.thread_time()
    search(request)
    return (time.perf_counter() - wall) * 1000, (time.thread_time() - cpu) * 1000


def of(values: list[float]) -> str:
    """p50, p95 and p99."""
    parts = statistics.quantiles(values, n=100, method="inclusive") if len(values) > 1 else values * 99
    return f"{parts[49]:.1f} / {parts[94]:.1f} / {parts[98]:.1f}"


def measure(kinds: dict[str, Maker]) -> None:
    print("\nMilliseconds, p50 / p95 / p99.\n")
    print("| question | cold, clock | cold, processor | warm, clock | warm, processor |\n|---|---|---|---|---|")
    for kind, make in kinds.items():
        chance = random.Random(f"{kind} {os.environ.get('BENCH_SEED', '')}")
        requests = [make(chance) for _ in range(options.rounds)]
        for request in requests[:3]:
            clock(request)
        cold, warm = [], []
        for request in requests:
            counting._kept = KeptCounts()
            cold.append(clock(request))
            warm.append(clock(request))
        columns = [[c[0] for c in cold], [c[1] for c in cold], [w[0] for w in warm], [w[1] for w in warm]]
        print(f"| {kind} | {' | '.join(map(of, columns))} |", flush=True)


def commits_to_visible(count: int) -> None:
    """From the commit of one changed entry until this process finds it, on a copy of the index. The 0.2 seconds for
    which a process doesn't look again are part of it."""
    with tempfile.TemporaryDirectory(dir=options.folder.parent) as copy:
        shutil.copytree(options.folder, copy, dirs_exist_ok=True)
        settings.SEARCH_DIR = Path(copy)
        close_reader()
        build = open_reader().build
        writer = Writer(build)
        commits, waits = [], []
        for number, entry in enumerate(datasets(real_records(), count)):
            word = f"beacon{number}"
            writer.put([replace(entry, title=word)])
            started = time.perf_counter()
            writer.commit(build.read_state())
            commits.append((time.perf_counter() - started) * 1000)
            while not search(SearchRequest(q=f'"{word}"', facets=())).total:
                time.sleep(0.001)
            waits.append((time.perf_counter() - started) * 1000)
        writer.close()
    settings.SEARCH_DIR = options.folder
    close_reader()
    print(f"\nFrom commit to visible, ms: {of(waits)}; of that the commit itself {of(commits)}.")


#: Kinds that PostgreSQL can be asked: no boxes, no periods, no half words, no slips.
COMPARED = (
    *("nothing typed", "commonest words", "two common words", "two words", "three words", "a title", "rare word"),
    *("common word, two formats", "quoted phrase"),
)


def beside_postgres(kinds: dict[str, Maker], rounds: int) -> None:
    """Mean processor time a question of ours, nothing kept, and of PostgreSQL's, in turn."""
    from bench.search_postgres import OnePass

    count = open_reader().searcher.num_docs
    other = OnePass(datasets(real_records(), count))
    print(f"\nPostgreSQL: {count:,} entries loaded in {other.seconds:,.0f} s. Mean milliseconds of processor time.\n")
    print("| question | ours | PostgreSQL | ratio | matches, ours and theirs |\n|---|---|---|---|---|")
    for kind in COMPARED:
        chance = random.Random(kind)
        ours = matches = theirs = 0.0
        before = other.spent()
        for request in [kinds[kind](chance) for _ in range(rounds)]:
            counting._kept = KeptCounts()
            started = time.thread_time()
            page = search(request)
            ours += (time.thread_time() - started) * 1000 / rounds
            matches += page.total / rounds
            theirs += other.ask(request, any_word=page.matching == "any") / rounds
        took = (other.spent() - before) / rounds
        print(f"| {kind} | {ours:.1f} | {took:,.0f} | {took / ours:.0f} | {matches:,.0f}, {theirs:,.0f} |", flush=True)


def ask_all(seed: int) -> None:
    os.environ["BENCH_SEED"] = str(seed) if seed else ""
    snapshot = open_reader()
    if seed == 0:
        print(f"{snapshot.searcher.num_docs:,} datasets in {snapshot.searcher.num_segments} segments; {NOW:%Y} data.")
        measure(queries(real_records()))
        with open("/proc/self/status") as status:
            memory = {line.split(":")[0]: line.split()[1] for line in status if line.startswith("Rss")}
        private = int(memory["RssAnon"]) / 1000
        shared = int(memory["RssFile"]) / 1000
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        print(f"\nResident: {private:,.0f} MB own (bench's records too), {shared:,.0f} MB of files; {peak:,.0f} peak.")
        if options.commits:
            commits_to_visible(options.commits)
        if options.postgres:
            beside_postgres(queries(real_records()), options.postgres)
    else:
        out, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: SIM115 (for the life of the process)
        measure(queries(real_records()))
        sys.stdout = out


if __name__ == "__main__":
    if not os.environ.get("REAL_DATA_DIR"):
        sys.exit("Set REAL_DATA_DIR to the folder of real catalogue metadata, which holds records.jsonl.gz.")
    others = [multiprocessing.Process(target=ask_all, args=(seed,)) for seed in range(1, options.processes)]
    for other in others:
        other.start()
    ask_all(0)
    for other in others:
        other.terminate()
        other.join()
