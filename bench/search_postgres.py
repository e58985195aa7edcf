"""The same questions by PostgreSQL's full-text search, for the ratio: used by `bench/search.py --postgres`.

One table with a weighted `tsvector` and a GIN index; one statement a question gives 20 results by `ts_rank_cd`, the
total and six facets. It runs on one core, as ours does, and its time is the backend's own processor time.
"""

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import psycopg

from catalogue.search.analysis import WEAK_WORDS
from catalogue.search.document import Searchable, plain
from catalogue.search.request import SearchRequest
from catalogue.search.text_query import take_apart

#: Facets with one value an entry, and the column of each; formats are several.
FACETS: Final = {"publisher": "publisher", "topic": "topic", "licence_code": "licence", "access": "access"}
_TICK: Final = os.sysconf("SC_CLK_TCK")

_TABLE: Final = """
CREATE TEMPORARY TABLE entry (
    id uuid PRIMARY KEY, publisher text, topic text, licence text, access text, frequency text, formats text[],
    title text, tags text, body text, tsv tsvector
)"""
_VECTOR: Final = """
UPDATE entry SET tsv = setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', tags), 'B')
    || setweight(to_tsvector('english', body), 'D')"""
_ASK: Final = """
WITH found AS MATERIALIZED (
    SELECT id, {rank} AS rank, publisher, topic, licence, access, frequency, formats FROM entry WHERE {where}
)
(SELECT 'best', id::text, 0 FROM found ORDER BY rank DESC LIMIT 20)
UNION ALL SELECT 'total', '', count(*) FROM found
UNION ALL SELECT 'publisher', publisher, count(*) FROM found GROUP BY publisher
UNION ALL SELECT 'topic', topic, count(*) FROM found GROUP BY topic
UNION ALL SELECT 'licence', licence, count(*) FROM found GROUP BY licence
UNION ALL SELECT 'access', access, count(*) FROM found GROUP BY access
UNION ALL SELECT 'frequency', frequency, count(*) FROM found GROUP BY frequency
UNION ALL SELECT 'format', one, count(*) FROM found, unnest(formats) AS one GROUP BY one"""


class OnePass:
    """A filled table on one connection, gone with it."""

    def __init__(self, entries: Iterable[Searchable]) -> None:
        self._connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
        started = time.perf_counter()
        with self._connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0; SET work_mem = '256MB'")
            cursor.execute(_TABLE)
            with cursor.copy(
                "COPY entry (id, publisher, topic, licence, access, frequency, formats, title, tags, body) FROM STDIN"
            ) as copy:
                for entry in entries:
                    text = " ".join((plain(entry.description), entry.publisher_path[-1][1], *entry.files))
                    copy.write_row(
                        tuple(
                            value.replace("\x00", "") if isinstance(value, str) else value
                            for value in (
                                str(entry.id),
                                entry.publisher_path[-1][0],
                                entry.topic,
                                entry.licence_code,
                                entry.access,
                                entry.frequency,
                                list(entry.formats),
                                entry.title,
                                " ".join(entry.tags),
                                text[:200_000],
                            )
                        )
                    )
            cursor.execute(_VECTOR)
            cursor.execute("CREATE INDEX ON entry USING gin (tsv)")
            cursor.execute("VACUUM ANALYZE entry")
            self.seconds = time.perf_counter() - started
        self._status = Path(f"/proc/{self._connection.info.backend_pid}/stat")

    def spent(self) -> float:
        """Milliseconds of processor time that the backend has used, to a hundredth of a second."""
        fields = self._status.read_text().rpartition(")")[2].split()
        return 1000 * (int(fields[11]) + int(fields[12])) / _TICK

    def ask(self, request: SearchRequest, *, any_word: bool) -> int:
        """How many entries match: with every word, or with any, as our own search took them."""
        typed = take_apart(request.q)
        words = [word for word, _ in typed.words if word not in WEAK_WORDS] or [word for word, _ in typed.words]
        parts = [(" | " if any_word else " & ").join(f"'{word}'" for word in words)] if words else []
        parts += [" <-> ".join(f"'{stem}'" for stem in phrase) for phrase in typed.phrases]
        where, values = ["true"], []
        rank = "0"
        if parts:
            where, rank = ["tsv @@ to_tsquery('english', %s)"], "ts_rank_cd(tsv, to_tsquery('english', %s))"
            values = [" & ".join(f"({part})" for part in parts)] * 2
        for name, chosen in request.filters.items():
            where.append("formats && %s" if name == "format" else f"{FACETS[name]} = ANY(%s)")
            values.append(list(chosen))
        with self._connection.cursor() as cursor:
            rows = cursor.execute(_ASK.format(rank=rank, where=" AND ".join(where)), values).fetchall()
        return next(count for kind, _, count in rows if kind == "total")
