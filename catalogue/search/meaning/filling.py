"""Giving entries their vectors, little by little, by the one process that keeps the index."""

import hashlib
import json
import logging
import sqlite3
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from tantivy import FieldType, Order, Query, Searcher

from catalogue.search.meaning.model import Embed, Vector, embed
from catalogue.search.meaning.store import writing
from catalogue.search.schema import SCHEMA

logger = logging.getLogger(__name__)

#: Entries looked at in one step.
_STEP: Final = 500

#: Characters of a description that are given to the model, and tags: it reads no more.
_DESCRIPTION: Final = 1_200
_TAGS: Final = 8


class Filling:
    """How far the index's entries were looked at. An entry that changes gets a higher row, so that one walk up the rows
    that never ends finds all: those there were, and then what is new."""

    def __init__(self, embed: Embed = embed) -> None:
        self._embed = embed
        self._row = 0
        self._seen: set[bytes] | None = set()  # None once the first walk came to its end

    def go_on(self, searcher: Searcher, *, seconds: float, clock: Callable[[], float] = time.monotonic) -> bool:
        """Work for about so long; tells whether there is more to do."""
        until = clock() + seconds
        try:
            while clock() < until:
                if not self._step(searcher, until, clock):
                    return False
        except sqlite3.Error as error:
            logger.error("Vectors of entries can't be written (%s): search goes by words until they can.", error)
            return False
        return True

    def _step(self, searcher: Searcher, until: float, clock: Callable[[], float]) -> bool:
        rows = Query.range_query(SCHEMA, "row", FieldType.Integer, self._row, None)
        hits = searcher.search(rows, _STEP, count=False, order_by_field="row", order=Order.Asc).hits
        with writing() as store:
            cards = [(int(row), json.loads(searcher.doc(address)["card"][0])) for row, address in hits]
            entries = [(row, UUID(card["id"]).bytes, told(card)) for row, card in cards]
            held = store.texts(key for _, key, _ in entries)
            new: dict[bytes, tuple[bytes, Vector]] = {}
            for row, key, text in entries:
                digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
                if held.get(key) != digest:
                    new[key] = digest, self._embed(text)
                self._row = row + 1
                if self._seen is not None:
                    self._seen.add(key)
                if clock() >= until:
                    break
            store.put(new)
            is_done = len(hits) < _STEP and (not entries or self._row > entries[-1][0])
            if is_done and self._seen is not None:
                store.keep_only(self._seen)
                self._seen = None
        return not is_done


def told(card: Mapping[str, Any]) -> str:
    """What the model is given of an entry: what a result shows of it."""
    tags = ", ".join(card["tags"][:_TAGS])
    return f"{card['title']}. {tags}. {card['publisher_title']}. {card['description'][:_DESCRIPTION]}"
