"""Nothing that anyone types may raise an error or stall a worker: random and hostile strings against a real index.

    REAL_DATA_DIR=… python bench/fuzz_search.py FOLDER/30000 [--strings 100000] [--seed 1]

Each string is searched as /search would, one in ten with every facet counted, one in ten narrowed to an area. Prints
how many were asked and the slowest; exit code 1 if one raised an error or took over a second of processor time.
"""

import argparse
import random
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from django.conf import settings

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("folder", type=Path, help="the index folder of one size, from bench/search_build.py")
parser.add_argument("--strings", type=int, default=100_000)
parser.add_argument("--seed", type=int, default=1)
options = parser.parse_args()
settings.configure(SEARCH_DIR=options.folder, USE_TZ=True, SEARCH_BY_MEANING=False)

from bench.made import real_records
from catalogue.places import Box
from catalogue.search.facets import DEFAULT_FACETS
from catalogue.search.query import SearchRequest, search
from catalogue.search_scope import EVERYWHERE, Scope

AREA = Scope(area=Box(-2, 53, -1, 54))

#: Pieces that have broken search boxes: query syntax, markup, other scripts, what encodings choke on.
PIECES = (
    *('"', "'", "(", ")", "[", "]", "{", "}", "^", "~", "*", "?", ":", "\\", "/", "|", "&", "+", "-", "!", "%", "\x00"),
    *("AND", "OR", "NOT", "TO", "NEAR", "title:", "publisher:", "format:", "-format:", "topic:", "tag:", "year:"),
    *("place:", "publisher:*", 'tag:"', "-tag:\x00", "year:99999999999999999999", "format:../../etc", "licence:{}"),
    *("<script>", "</mark>", "&amp;", "' OR 1=1 --", "; DROP TABLE", "${jndi:ldap://x}", "../../", "%00", "%s%n"),
    *(
        "\ud800",
        "\udfff",
        "\ufeff",
        "\u202e",
        "\u200d",
        "ﬁ",
        "İ",
        "ß",
        "한국어",
        "العربية",
        "日本語",
        "हिन्दी",
        "e\u0301" * 9,
    ),
    *("a" * 500, "9" * 400, "a " * 250, '"a" ' * 120, "-" * 300, "(" * 500, "NOT " * 120, "~" * 90, "\t\r\n", "ﷺ" * 50),
    *("-1e309", "NaN", "0x7fffffff", "1/0", "A&E", "COVID-19", "NHS", "£25,000", "2019/20", "LS1 4AP", "SEND"),
)


def strings(chance: random.Random, words: list[str]) -> str:
    kind = chance.random()
    if kind < 0.35:  # words, some of them harmed
        typed = [chance.choice(words) for _ in range(chance.randrange(1, 9))]
        place = chance.randrange(len(typed))
        typed[place] = "".join(chance.sample(typed[place], len(typed[place])))
        return " ".join(typed)
    if kind < 0.75:  # words among pieces
        parts = [chance.choice(PIECES) if chance.random() < 0.6 else chance.choice(words) for _ in range(12)]
        return chance.choice(("", " ", " ")).join(parts[: chance.randrange(1, 12)])
    if kind < 0.9:  # any characters at all
        return "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randrange(1, 60)))
    return "".join(chr(chance.randrange(0x20, 0x7F)) for _ in range(chance.randrange(1, 700)))


def main() -> int:
    chance = random.Random(options.seed)
    words = [word for record in real_records()[::40] for word in (record["title"] or "").split()]
    times: list[float] = []
    slowest = (0.0, "")
    failed = 0
    for number in range(options.strings):
        text = strings(chance, words)
        started = time.thread_time()
        try:
            search(
                SearchRequest(
                    q=text,
                    sort=chance.choice(("best", "recent", "title")),
                    page=chance.choice((1, 1, 3)),
                    facets=DEFAULT_FACETS if number % 10 == 0 else (),
                    scope=AREA if number % 10 == 1 else EVERYWHERE,
                )
            )
        except BaseException as error:  # the engine's panics derive from it
            failed += 1
            print(f"{type(error).__name__}: {error} at {text!r}", flush=True)
            if isinstance(error, KeyboardInterrupt):
                return 1
        took = time.thread_time() - started
        times.append(took)
        slowest = max(slowest, (took, text))
        if number % 10_000 == 9_999:
            print(f"{number + 1:,} strings, {failed} failed, slowest {slowest[0] * 1000:.0f} ms", flush=True)
    print(f"{len(times):,} strings: {failed} failed. Processor ms: p50 {statistics.median(times) * 1000:.1f}, ", end="")
    print(
        f"p99 {statistics.quantiles(times, n=100)[98] * 1000:.1f}, most {slowest[0] * 1000:.0f} at {slowest[1][:80]!r}."
    )
    return 1 if failed or slowest[0] > 1 else 0


if __name__ == "__main__":
    sys.exit(main())
