"""How fast search is: many datasets in a temporary index, and every kind of query timed inside this process.

    REAL_DATA_DIR=… python bench/search.py [--datasets 300000] [--keep FOLDER]

Datasets are made from the real records of REAL_DATA_DIR (records.jsonl.gz), each repeated with words of another, so
that words are as common and texts as long as they are in life. Times are those of one thread; processor time is
given beside the clock's, since other work on the machine lengthens only the latter. `--keep` leaves the index for the
next run.
"""

import argparse
import datetime
import gzip
import json
import os
import random
import statistics
import sys
import tempfile
import time
import uuid
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from django.conf import settings

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("--datasets", type=int, default=30_000, metavar="N")
parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the index lies, and is left for the next run")
parser.add_argument("--rounds", type=int, default=60, help="queries of each kind")
options = parser.parse_args()
settings.configure(SEARCH_DIR=options.keep or tempfile.mkdtemp(prefix="domesday-bench-"), USE_TZ=True)

from catalogue.search import query as querying  # noqa: E402 (needs the settings above)
from catalogue.search.analysis import STOP_WORDS, WEAK_WORDS, words  # noqa: E402
from catalogue.search.document import Searchable  # noqa: E402
from catalogue.search.index import Writer, open_reader  # noqa: E402
from catalogue.search.kept import KeptCounts  # noqa: E402
from catalogue.search.location import State, building, current_build, make_current, new_build  # noqa: E402
from catalogue.search.query import SearchRequest, search  # noqa: E402

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
BANDS = ("excellent", "good", "fair", "poor")


def real_records() -> list[dict[str, Any]]:
    with gzip.open(Path(os.environ["REAL_DATA_DIR"]) / "records.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


def datasets(records: list[dict[str, Any]], count: int) -> Iterator[Searchable]:
    chance = random.Random(42)
    publishers = [f"body-{number}" for number in range(1500)]
    weights = [1 / (rank + 5) for rank in range(len(publishers))]
    for number in range(count):
        record = records[number % len(records)]
        other = records[chance.randrange(len(records))]
        description = record.get("description") or ""
        title = record["title"]
        if number >= len(records):
            title = f"{title} {' '.join((other['title'] or '').split()[:2])}"
            description = f"{description} {' '.join((other.get('description') or '').split()[:20])}"
        slug = chance.choices(publishers, weights)[0]
        parent = f"body-{int(slug[5:]) % 40}"
        path = ((slug, slug.title()),) if slug == parent else ((parent, parent.title()), (slug, slug.title()))
        resources = record.get("resources") or []
        score = chance.randrange(101)
        themes = record.get("themes") or []
        yield Searchable(
            id=uuid.UUID(int=chance.getrandbits(128)),
            name=f"dataset-{number}",
            title=title[:500] or "Untitled",
            description=description,
            tags=tuple((record.get("tags") or [])[:20]),
            publisher_path=path,
            publisher_abbreviation="",
            topic=f"topic-{zlib.crc32(themes[0].encode()) % 14}" if themes else "",
            topic_title=themes[0] if themes else "",
            licence_code=f"licence-{zlib.crc32(record['licence'].encode()) % 15}" if record.get("licence") else "",
            access="open" if chance.random() < 0.95 else "restricted",
            kind="dataset",
            formats=tuple(dict.fromkeys(r["format"][:40] for r in resources if r.get("format"))),
            files=tuple(dict.fromkeys(r["title"] for r in resources if r.get("title"))),
            places=(record["spatial"][:100],) if isinstance(record.get("spatial"), str) else (),
            identifiers=(),
            translations=(),
            quality_score=score,
            quality_band=BANDS[3 - score // 26],
            origin_id=record["id"],
            updated_at=NOW.date() - datetime.timedelta(days=chance.randrange(4000)),
            changed_at=NOW - datetime.timedelta(seconds=chance.randrange(10**8)),
        )


def build_index(records: list[dict[str, Any]]) -> None:
    started = time.perf_counter()
    with building():
        build = new_build()
        writer = Writer(build, is_new=True)
        count = writer.add(datasets(records, options.datasets))
        writer.commit(State(0, None, None, NOW))
        writer.close(wait=True)
        make_current(build)
    took = time.perf_counter() - started
    size = sum(file.stat().st_size for file in Path(build.index_path).iterdir())
    print(f"Indexed {count:,} datasets in {took:.0f} s ({count / took:,.0f}/s); {size / 1e6:,.0f} MB on disk.")


def queries(records: list[dict[str, Any]]) -> dict[str, Callable[[random.Random], SearchRequest]]:
    """A maker of requests for each kind of query."""
    times: Counter[str] = Counter()
    for record in records[::5]:
        times.update({word for word, _ in words(f"{record['title']} {record.get('description') or ''}")})
    ordered = [word for word, _ in times.most_common() if len(word) > 2 and not word.isdigit()]
    ordered = [word for word in ordered if word not in STOP_WORDS | WEAK_WORDS]
    common, middle = ordered[:40], ordered[40:2000]
    rare = [word for word in ordered[5000:30000] if word.isalpha()]
    titles = [record["title"] for record in records if 3 <= len(record["title"].split()) <= 8]

    def slip(word: str, chance: random.Random) -> str:
        place = chance.randrange(1, len(word) - 1)
        return word[:place] + chance.choice("qzxkj") + word[place + 1 :]

    long_words = [word for word in middle if len(word) > 6]
    body = lambda chance: (f"body-{chance.randrange(60)}",)  # noqa: E731
    return {
        "nothing typed": lambda chance: SearchRequest(),
        "nothing typed, one filter": lambda chance: SearchRequest(filters={"publisher": body(chance)}),
        "weak word (data)": lambda chance: SearchRequest(q="data"),
        "commonest words": lambda chance: SearchRequest(q=chance.choice(common)),
        "two common words": lambda chance: SearchRequest(q=" ".join(chance.sample(common, 2))),
        "two words": lambda chance: SearchRequest(q=" ".join(chance.sample(middle, 2))),
        "three words": lambda chance: SearchRequest(q=" ".join(chance.sample(common[:20] + middle, 3))),
        "a title": lambda chance: SearchRequest(q=chance.choice(titles)),
        "a question": lambda chance: SearchRequest(q=f"where can I find data about {chance.choice(titles).lower()}?"),
        "rare word": lambda chance: SearchRequest(q=chance.choice(rare)),
        "a slip in one of two words": lambda chance: SearchRequest(
            q=f"{chance.choice(middle)} {slip(chance.choice(long_words), chance)}"
        ),
        "common word, two filters": lambda chance: SearchRequest(
            q=chance.choice(common), filters={"publisher": body(chance), "licence_code": ("licence-3",)}
        ),
        "quoted phrase": lambda chance: SearchRequest(q=f'"{" ".join(chance.choice(titles).split()[:2])}"'),
        "common word by date": lambda chance: SearchRequest(q=chance.choice(common), sort="recent"),
        "common word, page 50": lambda chance: SearchRequest(q=chance.choice(common), page=50),
    }


def clock(request: SearchRequest) -> tuple[float, float]:
    """Milliseconds by the clock and of processor time."""
    wall, cpu = time.perf_counter(), time.thread_time()
    search(request)
    return (time.perf_counter() - wall) * 1000, (time.thread_time() - cpu) * 1000


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[18] if len(values) > 1 else values[0]


def measure(kinds: dict[str, Callable[[random.Random], SearchRequest]]) -> None:
    print("\n| query | counts kept: no, ms p50 (p95) | processor ms p50 (p95) | counts kept: yes, ms p50 (p95) |")
    print("|---|---|---|---|")
    for kind, make in kinds.items():
        chance = random.Random(kind)
        requests = [make(chance) for _ in range(options.rounds)]
        for request in requests[:3]:
            clock(request)
        cold = []
        for request in requests:
            querying._kept = KeptCounts()
            cold.append(clock(request))
        kept = [max(clock(request), clock(request))[0] for request in requests if clock(request)]
        wall, cpu = [c[0] for c in cold], [c[1] for c in cold]
        print(
            f"| {kind} | {statistics.median(wall):.1f} ({p95(wall):.1f})"
            f" | {statistics.median(cpu):.1f} ({p95(cpu):.1f})"
            f" | {statistics.median(kept):.1f} ({p95(kept):.1f}) |",
            flush=True,
        )


if __name__ == "__main__":
    if not os.environ.get("REAL_DATA_DIR"):
        sys.exit("Set REAL_DATA_DIR to the folder of real catalogue metadata, which holds records.jsonl.gz.")
    found = real_records()
    if current_build() is None:
        build_index(found)
    print(f"{open_reader().searcher.num_docs:,} datasets in {open_reader().searcher.num_segments} segments.")
    measure(queries(found))
