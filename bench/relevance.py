"""How well search ranks: judged collections (REAL_DATA_DIR/relevance) through the project's own documents and queries.

    REAL_DATA_DIR=… python bench/relevance.py [--verbose] [--ablation] [--meaning]

Each collection's records become index documents in a temporary folder, without the database; every query is searched as
`/search` would; nDCG is trec_eval's (linear gain), means are over all queries, and one that finds nothing counts as 0.
With --meaning it is all measured once more with SEARCH_BY_MEANING, which needs requirements-meaning.txt; giving a
collection's entries their vectors takes 30 to 40 ms each.
"""

import argparse
import csv
import datetime
import gzip
import json
import math
import os
import statistics
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from django.conf import settings

SEARCH_DIR = tempfile.mkdtemp(prefix="domesday-relevance-")
settings.configure(SEARCH_DIR=SEARCH_DIR, USE_TZ=True, SEARCH_BY_MEANING=False)

from catalogue.search.document import Searchable
from catalogue.search.index import open_reader
from catalogue.search.location import State, building, make_current, new_build
from catalogue.search.meaning.filling import Filling
from catalogue.search.query import SearchRequest, search
from catalogue.search.weights import WEIGHTS
from catalogue.search.writing import Writer

#: Published nDCG@10 to compare with, queries of both splits: one combined field, fuzzy for unknown words.
BASELINES = {"lds": 0.594, "dgu2016": 0.826}

DAY = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def searchable(record: Mapping[str, Any]) -> Searchable:
    """A record of either collection as an entry of the catalogue."""
    publisher = record.get("publisher") or "Unknown"
    return Searchable(
        id=uuid.UUID(record["id"]),
        name=record.get("name") or record["id"],
        title=record["title"] or "Untitled",
        description=record.get("description") or "",
        tags=tuple(record.get("tags") or ()),
        publisher_path=((publisher.lower().replace(" ", "-")[:200], publisher),),
        publisher_abbreviation="",
        topic=record.get("theme") or "",
        topic_title=record.get("theme") or "",
        licence_code=record.get("licence") or "",
        access="open",
        kind="dataset",
        formats=tuple(record.get("formats") or ()),
        files=tuple(record.get("resources") or ()),
        places=(record["geography"],) if record.get("geography") else (),
        identifiers=(),
        translations=(),
        quality_score=None,
        quality_band="",
        origin_id="",
        updated_at=DAY.date(),
        changed_at=DAY,
    )


def build_index(corpus: Path) -> int:
    with building():
        build = new_build()
        writer = Writer(build, is_new=True)
        with gzip.open(corpus, "rt") as lines:
            count = writer.add(searchable(json.loads(line)) for line in lines)
        writer.commit(State(0, None, None, DAY))
        writer.close(wait=True)
        make_current(build)
    return count


def read_queries(folder: Path) -> Iterator[tuple[str, str, str]]:
    with open(folder / "queries.tsv", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            yield row["qid"], row["set"], row["text"]


def read_judgements(folder: Path) -> dict[str, dict[str, int]]:
    judgements: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "qrels.txt").read_text().splitlines():
        query, _, record, grade = line.split()
        judgements[query][record] = int(grade)
    return judgements


def ndcg(found: list[str], judged: Mapping[str, int], depth: int) -> float:
    gain = sum(judged.get(record, 0) / math.log2(rank + 2) for rank, record in enumerate(found[:depth]))
    ideal = sum(grade / math.log2(rank + 2) for rank, grade in enumerate(sorted(judged.values(), reverse=True)[:depth]))
    return gain / ideal if ideal else 0.0


def measure(found: list[str], judged: Mapping[str, int]) -> dict[str, float]:
    relevant = {record for record, grade in judged.items() if grade > 0}
    return {
        "nDCG@5": ndcg(found, judged, 5),
        "nDCG@10": ndcg(found, judged, 10),
        "R@100": len(relevant & set(found[:100])) / len(relevant) if relevant else 0.0,
        "success@1": float(bool(found) and found[0] in relevant),
    }


def ablation(folder: Path, judgements: Mapping[str, Mapping[str, int]]) -> None:
    """What each weight that works while asking is worth: nDCG@10 without it, less that with it."""
    queries = list(read_queries(folder))

    def score() -> float:
        values = []
        for qid, _, text in queries:
            page = search(SearchRequest(q=text, page_size=10, facets=()))
            values.append(ndcg([str(hit.id) for hit in page.hits], judgements[qid], 10))
        return statistics.mean(values)

    whole = score()
    print(f"\nWithout each weight, nDCG@10 less {whole:.3f}:\n")
    print("| weight | value | nDCG@10 |\n|---|---|---|", flush=True)
    for name, weight in WEIGHTS.items():
        if not name.startswith("part: "):
            WEIGHTS[name] = 0.0
            print(f"| {name} | {weight} | {score() - whole:+.3f} |", flush=True)
            WEIGHTS[name] = weight


def run(folder: Path, *, verbose: bool, ablate: bool, meaning: bool) -> None:
    started = time.perf_counter()
    count = build_index(folder / "corpus.jsonl.gz")
    print(f"\n{folder.name}: {count:,} records indexed in {time.perf_counter() - started:.1f} s")
    judgements = read_judgements(folder)
    table(folder, judgements, verbose=verbose)
    if ablate:
        ablation(folder, judgements)
    if meaning:
        before = time.process_time()
        filling = Filling()
        while filling.go_on(open_reader().searcher, seconds=60):
            pass
        each = (time.process_time() - before) / count * 1000
        print(f"\nWith meaning; its vectors took {each:.1f} ms of processor time an entry:")
        settings.SEARCH_BY_MEANING = True
        table(folder, judgements, verbose=verbose)
        settings.SEARCH_BY_MEANING = False


def table(folder: Path, judgements: Mapping[str, Mapping[str, int]], *, verbose: bool) -> None:
    measures: dict[str, list[dict[str, float]]] = defaultdict(list)
    times: list[float] = []
    for qid, kind, text in read_queries(folder):
        before = time.process_time()
        page = search(SearchRequest(q=text, page_size=100))
        times.append((time.process_time() - before) * 1000)
        found = measure([str(hit.id) for hit in page.hits], judgements[qid])
        for group in ("all", kind):
            measures[group].append(found)
        if verbose and found["nDCG@10"] < 0.5:
            print(f"  {found['nDCG@10']:.2f} {kind:8} {text!r} {page.matching} {page.total} corrected={page.corrected}")
    names = list(measures["all"][0])
    print("| queries | number | " + " | ".join(names) + " |\n|---|---|" + "---|" * len(names))
    for group, rows in measures.items():
        means = [statistics.mean(row[name] for row in rows) for name in names]
        print(f"| {group} | {len(rows)} | " + " | ".join(f"{mean:.3f}" for mean in means) + " |")
    print(f"Baseline nDCG@10: {BASELINES.get(folder.name, '–')}. 100 results and six facets, processor time: ", end="")
    print(f"p50 {statistics.median(times):.1f} ms, p95 {statistics.quantiles(times, n=20)[18]:.1f} ms a query.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--verbose", action="store_true", help="print the queries that go badly")
    parser.add_argument("--ablation", action="store_true", help="what each weight is worth")
    parser.add_argument("--meaning", action="store_true", help="once more with SEARCH_BY_MEANING")
    options = parser.parse_args()
    if not os.environ.get("REAL_DATA_DIR"):
        sys.exit("Set REAL_DATA_DIR to the folder of real catalogue metadata, which holds relevance/.")
    for collection in sorted((Path(os.environ["REAL_DATA_DIR"]) / "relevance").iterdir()):
        if (collection / "qrels.txt").exists():
            run(collection, verbose=options.verbose, ablate=options.ablation, meaning=options.meaning)
