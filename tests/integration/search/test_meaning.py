"""Ranking by meaning, where it is asked for: entries get their vectors, and the nearer come first."""

from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from catalogue.actions import datasets
from catalogue.actions.entry import By
from catalogue.enums import Route
from catalogue.search.index import open_reader
from catalogue.search.meaning.filling import Filling
from catalogue.search.meaning.model import SCALE, WIDTH, Vector
from catalogue.search.meaning.store import vectors
from catalogue.search.ranking import Ranking
from catalogue.search.schema import SCHEMA
from catalogue.search.text_query import take_apart, to_query
from catalogue.search_scope import EVERYWHERE
from tests.factories.catalogue import dataset, draft
from tests.integration.search.waiting import index_now

pytestmark = pytest.mark.django_db

BY = By(Route.COMMAND, label="test")


def by_subject(text: str) -> Vector:
    """A model that knows two subjects: jobs, and all else."""
    vector = np.zeros(WIDTH, dtype=np.int8)
    vector[0 if any(word in text.lower() for word in ("unemployment", "idle")) else 1] = SCALE
    return vector


def order(q: str) -> list[str]:
    """Titles as the site orders them, with that model."""
    searcher = open_reader().searcher
    text = to_query(take_apart(q), searcher, SCHEMA)
    best = Ranking(text, "any", [], EVERYWHERE, searcher, by_subject).best(0, 10)
    return [searcher.doc(address)["card"][0].decode().split('"title":"')[1].split('"')[0] for _, address in best]


def fill(filling: Filling | None = None) -> Filling:
    filling = filling or Filling(by_subject)
    while filling.go_on(open_reader().searcher, seconds=60):
        pass
    return filling


@pytest.fixture(autouse=True)
def _asked_for(settings: Any) -> None:
    settings.SEARCH_BY_MEANING = True


def test_of_what_shares_words_alike_the_nearer_in_meaning_comes_first() -> None:
    dataset(title="Queues", description="People who wait.")
    dataset(title="Unemployment", description="People who look for jobs, by age.")
    dataset(title="Rivers", description=f"Nothing of {'water ' * 100} but people.")
    index_now()
    assert order("idle people") == ["Queues", "Unemployment", "Rivers"]  # no vectors yet: by their words
    fill()
    assert order("idle people") == ["Unemployment", "Queues", "Rivers"]


def test_a_title_that_is_just_what_was_typed_stays_first_whatever_is_near() -> None:
    dataset(title="People in queues")
    dataset(title="Unemployment of people in queues")
    index_now()
    fill()
    assert order("people in queues")[0] == "People in queues"


def test_one_word_is_taken_at_its_word() -> None:
    dataset(title="Idle mills")
    index_now()
    fill()
    searcher = open_reader().searcher
    assert to_query(take_apart("idle"), searcher, SCHEMA).spoken == ""
    assert (
        to_query(take_apart('who is "out of work" -leeds format:csv'), searcher, SCHEMA).spoken == "who is out of work"
    )


def test_an_entry_that_changes_or_goes_changes_or_loses_its_vector() -> None:
    entry = dataset(title="People in queues")
    gone = dataset(title="Withdrawn soon")
    index_now()
    filling = fill()
    assert set(vectors([entry.id.bytes, gone.id.bytes])) == {entry.id.bytes, gone.id.bytes}

    datasets.edit(entry.id, draft(entry.publisher, title="Unemployment"), by=BY, now=timezone.now())
    datasets.withdraw(gone, reason="No longer kept", by=BY, now=timezone.now())
    index_now()
    fill(filling)
    assert list(vectors([entry.id.bytes])[entry.id.bytes][:2]) == [SCALE, 0]
    fill()  # a new process walks through all once, and forgets what it doesn't meet
    assert set(vectors([entry.id.bytes, gone.id.bytes])) == {entry.id.bytes}
