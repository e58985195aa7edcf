"""Made-up catalogues of any size from real records, the same at every run.

Each real record of REAL_DATA_DIR (records.jsonl.gz) is repeated with words of another, so that words are as common and
texts as long as they are in life. Publishers, topics, licences, scores, boxes and periods are drawn with a fixed seed:
1,500 publishers of whom few have much, in a tree of 40 departments; half of the entries have a box (of a country,
region, district or a few streets), 40 % a period.
"""

import datetime
import gzip
import json
import os
import random
import uuid
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalogue.search.document import Searchable

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
BANDS = ("excellent", "good", "fair", "poor")
FREQUENCIES = ("", "annual", "monthly", "quarterly", "daily", "irregular", "never")
LINKS = ("working", "some_broken", "all_broken", "not_checked")


def real_records() -> list[dict[str, Any]]:
    with gzip.open(Path(os.environ["REAL_DATA_DIR"]) / "records.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


def datasets(records: list[dict[str, Any]], count: int) -> Iterator[Searchable]:
    chance = random.Random(42)
    publishers = [f"body-{number}" for number in range(1500)]
    weights = [1 / (rank + 5) for rank in range(len(publishers))]
    slugs = chance.choices(publishers, weights, k=count)
    # A build goes by id, which is random: entries of one source don't come one after the other
    mixed = random.Random(7).sample(records, len(records))
    for number in range(count):
        record = mixed[number % len(mixed)]
        other = records[chance.randrange(len(records))]
        description = record.get("description") or ""
        title = record["title"]
        if number >= len(records):
            title = f"{title} {' '.join((other['title'] or '').split()[:2])}"
            description = f"{description} {' '.join((other.get('description') or '').split()[:20])}"
        slug = slugs[number]
        parent = f"body-{int(slug[5:]) % 40}"
        path = ((slug, slug.title()),) if slug == parent else ((parent, parent.title()), (slug, slug.title()))
        resources = record.get("resources") or []
        score = chance.randrange(101)
        themes = record.get("themes") or []
        box, places = _area(chance)
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
            licence_is_open=chance.random() < 0.7,
            frequency=chance.choice(FREQUENCIES),
            link_health=chance.choices(LINKS, (7, 1, 1, 3))[0],
            deliveries=chance.choices((("file",), ("api",), ("api", "file")), (8, 1, 1))[0],
            covers=_period(chance),
            box=box,
            place_codes=places,
        )


def _period(chance: random.Random) -> tuple[datetime.date | None, datetime.date | None]:
    if chance.random() < 0.6:
        return None, None
    year = 2025 - int(chance.expovariate(1 / 8))
    return datetime.date(year, 1, 1), datetime.date(year + chance.choice((0, 0, 0, 1, 4)), 12, 31)


def _area(chance: random.Random) -> tuple[tuple[float, float, float, float] | None, tuple[str, ...]]:
    """A box and the codes of the places it is in: a country, one of 12 regions, of 400 districts, or part of one."""
    kind = chance.random()
    if kind < 0.5:
        return None, ()
    district = chance.randrange(400)
    region = district // 34
    country, region_code, code = "E92000001", f"E120000{region:02}", f"E0800{district:04}"
    west, south = -6.0 + region % 4 * 2 + district % 34 % 6 / 3, 50.0 + region // 4 * 2 + district % 34 // 6 / 3
    if kind < 0.65:
        return (-6.4, 49.8, 1.8, 55.8), (country,)
    if kind < 0.75:
        west, south = -6.0 + region % 4 * 2, 50.0 + region // 4 * 2
        return (west, south, west + 2, south + 2), (region_code, country)
    if kind < 0.95:
        return (west, south, west + 0.33, south + 0.33), (code, region_code, country)
    west, south = west + chance.random() * 0.3, south + chance.random() * 0.3
    return (west, south, west + 0.02, south + 0.02), (code, region_code, country)
