"""Writing an index: documents and the bitmaps beside them, by one process a node."""

import contextlib
import logging
import struct
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from tantivy import Index, IndexWriter, Query, Searcher

from catalogue.search.document import Searchable, prepare
from catalogue.search.index import IndexDamaged, engine_errors, rows_of
from catalogue.search.location import Build, State
from catalogue.search.rows import Rows, load
from catalogue.search.schema import SCHEMA, register

logger = logging.getLogger(__name__)

#: Memory for documents not yet written to disk, in bytes.
WRITER_MEMORY: Final = 64_000_000


class Writer:
    """The one process that writes an index. Nothing is seen by readers before `commit`.

    The engine's own `with` statement is not used: it commits what was half written when its body raises.
    """

    def __init__(self, build: Build, *, is_new: bool = False) -> None:
        """Raises `WriterBusy` if another process writes it, `IndexDamaged` if it can't be opened."""
        self.build = build
        with engine_errors():
            # Never made where one should be: an empty index would look like an empty catalogue
            index = Index(SCHEMA, path=build.index_path) if is_new else Index.open(build.index_path)
            self._index = register(index)
            self._writer: IndexWriter | None = self._index.writer(heap_size=WRITER_MEMORY, num_threads=1)
            self._index.reload()
            self._searcher = self._index.searcher()
        self._uncommitted: dict[UUID, int] = {}  # rows of entries stored since the last commit
        self._committed: State | None = None
        self.rows = Rows()
        self.rows_state: State | None = None  # what the bitmaps of an index that was there already had come to
        if not is_new:
            try:
                self._load_rows()
            except BaseException:
                self.close()
                raise

    def put(self, entries: Iterable[Searchable], *, gone: Iterable[UUID] = ()) -> int:
        """Store these entries in place of what was there, and take out those gone. Returns how many were stored."""
        writer = self._open_writer()
        new = list(entries)
        old = [*gone, *(entry.id for entry in new)]
        with engine_errors():
            self.rows.remove(self._stored_rows(old))
            for dataset_id in old:
                writer.delete_documents_by_term("id", str(dataset_id))
        return self.add(new)

    def add(self, entries: Iterable[Searchable]) -> int:
        """Store entries that are known not to be there: in a new index."""
        writer = self._open_writer()
        stored = 0
        for entry in entries:
            row = self.rows.next
            try:
                prepared = prepare(entry)
                document = prepared.document(row)
            except (ValueError, TypeError, IndexError):
                # One entry that can't be indexed must not keep all others out
                logger.exception("Dataset %s can't be indexed and won't be found.", entry.id)
                continue
            with engine_errors():
                writer.add_document(document)
            self._uncommitted[entry.id] = self.rows.add(prepared.stems, prepared.values, prepared.fields, entry.tags)
            stored += 1
        return stored

    def commit(self, state: State) -> None:
        """Make it visible and safe on disk, then say how far it goes. A crash in between only repeats some work.

        The bitmaps are saved more rarely: who opens the index carries on from the state that was saved with them.
        """
        self.rows.note_removed(self.build.rows_path)
        with engine_errors():
            self._open_writer().commit()
            self._index.reload()
            self._searcher = self._index.searcher()
        self._uncommitted.clear()
        self.build.write_state(state)
        self._committed = state
        is_first = not self.build.rows_path.exists()
        if self.rows.is_due or is_first:
            self.rows.save(self.build.rows_path, state, meanwhile=not is_first)

    def save_rows(self, state: State | None = None, *, at_once: bool = False) -> None:
        """Save the bitmaps if it is time to, or at once. `state` is what they have come to: that of the last commit."""
        state = state or self._committed
        if state and (at_once or self.rows.is_due) and not self._uncommitted:
            self.rows.save(self.build.rows_path, state, meanwhile=not at_once)

    def searcher(self) -> Searcher:
        """What the last commit left, to be read."""
        return self._searcher

    def document_count(self) -> int:
        """How many documents the last commit left."""
        with engine_errors():
            self._index.reload()
            return int(self._index.searcher().num_docs)

    def _load_rows(self) -> None:
        try:
            self.rows, self.rows_state = load(self.build.rows_path)
        except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
            raise IndexDamaged(f"its bitmaps can't be read: {error}") from error
        with engine_errors():
            highest = self._searcher.aggregate(Query.all_query(), {"row": {"max": {"field": "row"}}})["row"]["value"]
        # Entries stored after the last saving have rows that nobody else may get
        self.rows.next = max(self.rows.next, int(highest) + 1 if highest is not None else 0)

    def _stored_rows(self, ids: list[UUID]) -> set[int]:
        """Rows of what is stored of these entries now."""
        if not ids:
            return set()
        rows = {self._uncommitted[dataset_id] for dataset_id in ids if dataset_id in self._uncommitted}
        query = Query.term_set_query(SCHEMA, "id", [str(dataset_id) for dataset_id in ids])
        found = self._searcher.search(Query.const_score_query(query, 0.0), 2 * len(ids), count=False).hits
        return rows | set(rows_of(self._searcher, [address for _, address in found]))

    def close(self, *, wait: bool = False) -> None:
        """Let go of the lock. What wasn't committed is dropped. `wait`: let merges that run come to their end."""
        writer, self._writer = self._writer, None
        if writer is None:
            return
        with contextlib.suppress(OSError):
            self.rows.end_saving(self.build.rows_path, wait=True)  # while nobody else may write there
        with contextlib.suppress(IndexDamaged), engine_errors():
            if wait:
                writer.wait_merging_threads()
            else:
                writer.rollback()
        del writer

    def _open_writer(self) -> IndexWriter:
        if self._writer is None:
            raise IndexDamaged("its writer is closed")
        return self._writer
