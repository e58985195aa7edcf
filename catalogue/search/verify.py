"""Comparing the whole index with the database, entry by entry, and mending what differs."""

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Final
from uuid import UUID

from django.utils import timezone
from tantivy import Occur, Query

from catalogue.search import mending
from catalogue.search.document import digest
from catalogue.search.facets import FACETS, count
from catalogue.search.index import Snapshot, WriterBusy, close_reader, engine_errors, open_reader
from catalogue.search.location import current_build
from catalogue.search.schema import SCHEMA
from catalogue.search.source import all_public_entries, public_entries
from catalogue.search.writing import Writer

#: What differs is looked at again after so many seconds: the follower may just not have come so far.
_SECOND_LOOK: Final = 2.0

_BATCH: Final = 1_000

#: More values than any facet has.
_ALL: Final = 10**6


@dataclass(frozen=True, slots=True)
class Differences:
    """Where index and database disagree."""

    missing: set[UUID] = field(default_factory=set)  # public, and not in the index
    stale: set[UUID] = field(default_factory=set)  # in the index, saying something else
    extra: set[UUID] = field(default_factory=set)  # in the index, and not public
    repeated: set[UUID] = field(default_factory=set)  # in the index more than once

    @property
    def all(self) -> set[UUID]:
        return self.missing | self.stale | self.extra | self.repeated

    def counts(self) -> dict[str, int]:
        return {name: len(ids) for name, ids in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Verification:
    datasets: int
    documents: int
    differences: Differences
    counts_agree: bool = True  # the bitmaps count as the engine does; True also where they wait to be saved


class MendingUnanswered(Exception):
    """The process that writes the index did not take up the request in time."""


def verify(*, progress: Callable[[int], object] = lambda count: None) -> Verification:
    """Compare everything. Raises `SearchUnavailable` if there is no index, `IndexDamaged` if it can't be read."""
    snapshot = open_reader()
    found: set[UUID] = set()
    suspects: set[UUID] = set()
    for batch in all_public_entries(now=timezone.now(), batch_size=_BATCH):
        stored = _digests(snapshot, [entry.id for entry in batch])
        found |= {entry.id for entry in batch}
        suspects |= {entry.id for entry in batch if stored.get(entry.id) != [digest(entry)]}
        progress(len(batch))
    documents = int(snapshot.searcher.num_docs)
    suspects |= _stored_ids(snapshot) - found
    differences = Differences()
    if suspects:
        time.sleep(_SECOND_LOOK)
        differences = compare(suspects)
    return Verification(len(found), documents, differences, _counts_agree(snapshot))


def _counts_agree(snapshot: Snapshot) -> bool:
    bitmaps = snapshot.bitmaps
    if bitmaps is None or bitmaps.state != snapshot.state:
        return True
    with engine_errors():
        counted = count(snapshot.searcher, SCHEMA, [(Occur.Must, Query.all_query())], {}, tuple(FACETS), _ALL)
    by_bitmaps = bitmaps.count(bitmaps.alive, {}, tuple(FACETS), _ALL)
    if by_bitmaps is None:  # only the commonest values of some facet were saved: the total has to do
        return len(bitmaps.alive) == counted.total
    return by_bitmaps.total == counted.total and all(
        by_bitmaps.of(name, (), _ALL) == counted.of(name, (), _ALL) for name in FACETS
    )


def verify_and_mend() -> tuple[Verification, set[UUID]]:
    """Compare everything, mend what differs, and return what was found and which entries differ still.

    Where facets are counted wrongly the index is given up, for the follower to build another. Raises as `verify` and
    `mend` do.
    """
    found = verify()
    if not found.counts_agree and (build := current_build()):
        build.damage_path.touch()
    if not found.differences.all:
        return found, set()
    mend(found.differences)
    return found, compare(found.differences.all).all


def compare(ids: Iterable[UUID]) -> Differences:
    """How index and database stand now on these entries."""
    differences = Differences()
    waiting = list(ids)
    snapshot = open_reader()
    for start in range(0, len(waiting), _BATCH):
        batch = waiting[start : start + _BATCH]
        public = {entry.id: digest(entry) for entry in public_entries(batch, now=timezone.now())}
        stored = _digests(snapshot, batch)
        for dataset_id in batch:
            wanted, have = public.get(dataset_id), stored.get(dataset_id, [])
            if len(have) > 1:
                differences.repeated.add(dataset_id)
            elif wanted and not have:
                differences.missing.add(dataset_id)
            elif have and not wanted:
                differences.extra.add(dataset_id)
            elif wanted and have != [wanted]:
                differences.stale.add(dataset_id)
    return differences


def mend(differences: Differences, *, patience: float = 30.0) -> None:
    """Bring the entries that differ up to date: by the follower where one runs, else here.

    Raises `MendingUnanswered` if whoever writes the index didn't do it within `patience` seconds.
    """
    build = open_reader().build
    try:
        writer = Writer(build)
    except WriterBusy:
        request = mending.ask(build, differences.all)
        until = time.monotonic() + patience
        while request.path.exists():
            if time.monotonic() > until:
                mending.settle(request)
                raise MendingUnanswered(
                    "The process that writes the search index did not answer: look at its log, or run rebuild_search."
                ) from None
            time.sleep(0.1)
    else:
        try:
            entries = public_entries(list(differences.all), now=timezone.now())
            writer.put(entries, gone=differences.all - {entry.id for entry in entries})
            state = build.read_state()
            writer.commit(state)
            writer.save_rows(writer.rows_state or state, at_once=True)
        finally:
            writer.close()
    close_reader()


def _digests(snapshot: Snapshot, ids: list[UUID]) -> dict[UUID, list[str]]:
    """The digests that the index holds for these entries: one each, if all is well."""
    if not ids:
        return {}
    found: dict[UUID, list[str]] = {}
    query = Query.term_set_query(SCHEMA, "id", [str(dataset_id) for dataset_id in ids])
    with engine_errors():
        for _, address in snapshot.searcher.search(query, 2 * len(ids), count=False).hits:
            card = json.loads(snapshot.searcher.doc(address)["card"][0])
            found.setdefault(UUID(card["id"]), []).append(card["digest"])
    return found


def _stored_ids(snapshot: Snapshot) -> set[UUID]:
    """The id of every document, in parts that fit into memory well."""
    ids: set[UUID] = set()
    with engine_errors():
        for number in range(256):
            # Without a filter, documents that were deleted and not yet merged away would be counted
            terms = snapshot.searcher.terms_with_prefix("id", f"{number:02x}", filter_query=Query.all_query())
            ids |= {UUID(term) for term, _ in terms}
    return ids
