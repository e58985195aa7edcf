"""Datasets like a given one: by the telling words of its title and its tags."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tantivy import Occur, Query, Searcher

from catalogue.search.analysis import STOP_WORDS, WEAK_WORDS, stems, words
from catalogue.search.index import SearchUnavailable, reading
from catalogue.search.schema import SCHEMA

#: The rarest words of a title and tags say what an entry is about; so many are asked for.
_MOST_WORDS: Final = 12

#: A word of more entries than this share says nothing of one.
_COMMON: Final = 0.1

#: Of a series ("Spending, May 2019", "Spending, June 2019") so many are shown.
_OF_A_SERIES: Final = 2
_LOOKED_AT: Final = 40


@dataclass(frozen=True, slots=True)
class SimilarDataset:
    id: UUID
    name: str
    title: str
    publisher_title: str

    @property
    def url(self) -> str:
        return f"/dataset/{self.id}/{self.name}"


def similar(dataset_id: UUID, title: str, tags: Iterable[str], *, limit: int = 5) -> list[SimilarDataset]:
    """The likest first, without the dataset itself. Empty where the index is away: nobody's page waits for it."""
    try:
        with reading() as snapshot:
            return _similar(dataset_id, title, tuple(tags), limit, snapshot.searcher)
    except SearchUnavailable:
        return []


def _similar(
    dataset_id: UUID, title: str, tags: tuple[str, ...], limit: int, searcher: Searcher
) -> list[SimilarDataset]:
    most = max(_COMMON * searcher.num_docs, 10)
    told = {stem: word for word, stem in words(f"{title} {' '.join(tags)}"[:2_000])}
    frequencies = {
        stem: int(searcher.doc_freq("text", stem))
        for stem, word in told.items()
        if word not in STOP_WORDS | WEAK_WORDS and not word.isdigit()
    }
    telling = sorted((times, stem) for stem, times in frequencies.items() if 1 < times <= most)[:_MOST_WORDS]
    if not telling:
        return []
    terms: list[tuple[Occur, Query]] = [
        (Occur.Should, Query.term_query(SCHEMA, field, stem)) for _, stem in telling for field in ("text", "title")
    ]
    own = _series(title)
    series: dict[str, int] = {own: 1}  # one of them is being looked at
    found: list[SimilarDataset] = []
    for _, address in searcher.search(Query.boolean_query(terms), _LOOKED_AT, count=False).hits:
        card = json.loads(searcher.doc(address)["card"][0])
        name = _series(card["title"])
        series[name] = series.get(name, 0) + 1
        if card["id"] != str(dataset_id) and series[name] <= _OF_A_SERIES + (name == own):
            found.append(SimilarDataset(UUID(card["id"]), card["name"], card["title"], card["publisher_title"]))
            if len(found) == limit:
                break
    return found


_MONTHS: Final = frozenset(
    stems("january february march april may june july august september october november december quarter q1 q2 q3 q4")
)


def _series(title: str) -> str:
    """A title without what tells members of a series apart: numbers and months."""
    return " ".join(stem for stem in stems(title) if stem not in _MONTHS and not any(map(str.isdigit, stem)))
