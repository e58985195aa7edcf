"""Fast JSON text says what the standard library's says."""

import datetime
import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.enums import State
from services.compact_json import dumps

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_any_value_reads_back_as_the_standard_library_would_have_it(value):
    assert json.loads(dumps(value)) == json.loads(json.dumps(value))


def test_dates_uuids_enums_and_bytes_have_a_form():
    day, moment = datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.UTC)
    key = uuid.UUID(int=7)
    assert dumps([day, moment, key, State.DRAFT, b"\x00\xff", 2**70]) == (
        '["2024-02-29","2024-02-29T12:30:00+00:00","00000000-0000-0000-0000-000000000007","draft","\\\\x00ff",'
        "1180591620717411303424]"
    )


def test_keys_in_order_give_one_text_for_one_value():
    assert dumps({"b": 1, "a": [{"d": 2, "c": 3}]}, sort_keys=True) == '{"a":[{"c":3,"d":2}],"b":1}'


def test_what_has_no_form_is_refused():
    with pytest.raises(TypeError, match="has no form in JSON"):
        dumps({1, 2})
