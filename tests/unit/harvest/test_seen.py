"""`Seen` is a set that only grows."""

from hypothesis import given
from hypothesis import strategies as st

from harvest.seen import Seen

KEYS = st.one_of(st.text(max_size=20), st.tuples(st.text(max_size=5), st.text(max_size=5)), st.none())


@given(st.lists(KEYS), KEYS)
def test_it_tells_what_a_set_tells(members: list[object], other: object) -> None:
    seen, expected = Seen(), set[object]()
    for member in members:
        assert seen.add(member) == (member not in expected)
        expected.add(member)
    assert [member in seen for member in members] == [True] * len(members)
    assert (other in seen) == (other in expected)
    assert len(seen) == len(expected)


def test_it_grows_and_forgets_nothing() -> None:
    names = [f"record-{number}" for number in range(25_000)]
    seen = Seen(names)
    assert all(name in seen for name in names)
    assert "record-25000" not in seen
    assert len(seen) == 25_000
