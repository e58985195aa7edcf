"""Reading JSON in pieces gives what reading it whole gives, and says where it is broken."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvest.sources import json_stream
from harvest.sources.json_stream import JsonError, JsonReader


class Trickle(io.RawIOBase):
    """Gives its bytes in pieces of the sizes asked for, over and over."""

    def __init__(self, body: bytes, sizes: list[int]) -> None:
        self._body, self._sizes, self._turn = body, sizes, 0

    def read(self, size: int = -1, /) -> bytes:
        self._turn += 1
        step = self._sizes[self._turn % len(self._sizes)]
        piece, self._body = self._body[:step], self._body[step:]
        return piece


def records(body: bytes, sizes: list[int] | None = None) -> list[tuple[Any, str]]:
    reader = JsonReader(Trickle(body, sizes or [1 << 20]))
    found = [reader.value() for _ in reader.elements()]
    reader.end()
    return found


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(json_values, max_size=6), st.lists(st.integers(1, 9), min_size=1, max_size=3), st.booleans())
def test_values_come_whole_whatever_the_pieces(values: list[Any], sizes: list[int], escaped: bool):
    body = json.dumps(values, ensure_ascii=escaped, indent=1)

    found = records(body.encode("utf-8", "surrogatepass" if escaped else "strict"), sizes)

    assert [value for value, _ in found] == values
    assert [json.loads(text) for _, text in found] == values


def test_text_of_each_value_is_what_was_received():
    assert [text for _, text in records(b'[ {"b": 1,\n "a":2.50} , "x" ]')] == ['{"b": 1,\n "a":2.50}', '"x"']


def test_members_and_nested_walks():
    reader = JsonReader(io.BytesIO(b'{"a": {"deep": [1, 2]}, "list": [{"x": 1}, {"x": 2}], "last": null}'))
    seen: dict[str, Any] = {}
    for key in reader.members():
        if key == "list":
            seen[key] = [{member: reader.value()[0] for member in reader.members()} for _ in reader.elements()]
        else:
            seen[key] = reader.value()[0]
    reader.end()

    assert seen == {"a": {"deep": [1, 2]}, "list": [{"x": 1}, {"x": 2}], "last": None}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'\xef\xbb\xbf["\xc3\xa9"]', "é"),
        ('["é"]'.encode("utf-16"), "é"),
        (b'["a\xffb"]', "a\ufffdb"),
        (b'["\\ud800"]', "\ud800"),
        (b'["tab\tinside"]', "tab\tinside"),
    ],
    ids=["byte order mark", "utf-16", "bad byte", "lone surrogate", "bare control character"],
)
def test_what_stricter_parsers_refuse_is_read(body: bytes, expected: str):
    assert records(body)[0][0] == expected


def test_bad_bytes_are_noticed_and_written_replacement_characters_are_not():
    bad, good = JsonReader(io.BytesIO(b'"a\xff"')), JsonReader(io.BytesIO('"a\ufffd"'.encode()))
    bad.value()
    good.value()

    assert (bad.has_bad_bytes, good.has_bad_bytes) == (True, False)


@given(st.integers(1, 60))
def test_a_text_cut_anywhere_is_an_error_after_the_whole_values(cut: int):
    body = b'[{"a": "one"}, {"a": true, "b": [1.5]}, {"a": "three"}]'
    reader = JsonReader(Trickle(body[:cut], [3]))
    found = []
    is_broken = False
    try:
        for _ in reader.elements():
            found.append(reader.value()[0])
    except JsonError:
        is_broken = True
    whole = [{"a": "one"}, {"a": True, "b": [1.5]}, {"a": "three"}]

    assert is_broken == (cut < len(body))
    assert found == whole[: sum(cut >= end for end in (13, 38, 54))]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'[{"a": }]', 'is broken at character 8, near “[{"a": }]” (Expecting value).'),
        (b"[1 2]", "is broken at character 4, near “[1 2]”: expected “,” or “]”."),
        (b"[1] x", "is broken at character 5, near “[1] x”: expected the end."),
        (b'["abc', "stops in the middle, after 5 characters."),
        (b"[" + b"[" * 50_000, "is nested too deeply to be read."),
    ],
)
def test_broken_json_says_where(body: bytes, message: str):
    with pytest.raises(JsonError) as caught:
        records(body)

    assert str(caught.value) == message


def test_one_value_larger_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(json_stream, "_CHUNK", 100)
    reader = JsonReader(io.BytesIO(b'["' + b"x" * 5000 + b'"]'), max_value=1000)

    with pytest.raises(JsonError, match="holds one value of more than 1,000 characters"):
        next(reader.value() for _ in reader.elements())


def test_memory_stays_flat_however_many_values():
    reader = JsonReader(Trickle(b"[" + b",".join([b'{"a": "' + b"x" * 1000 + b'"}'] * 2000) + b"]", [4096]))

    assert max(len(reader._text) for _ in reader.elements() if reader.value()) < 20_000
