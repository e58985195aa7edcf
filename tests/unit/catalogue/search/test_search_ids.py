"""Ids in the index as two numbers."""

from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from catalogue.search.document import halves, joined

_SIGNED = range(-(2**63), 2**63)


@given(st.uuids())
@example(UUID(int=0))
@example(UUID(int=2**128 - 1))
def test_the_halves_of_an_id_fit_the_index_and_give_it_back(entry_id):
    high, low = halves(entry_id)
    assert high in _SIGNED
    assert low in _SIGNED
    assert joined(high, low) == entry_id


@given(st.uuids(), st.uuids())
def test_halves_are_ordered_as_the_ids_are(one, other):
    assert (halves(one) < halves(other)) == (one < other)
