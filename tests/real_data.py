"""Real catalogue metadata is much: tests walk a part of it, the same each time; all of it with REAL_DATA_ALL set."""

import os
from collections.abc import Sequence
from pathlib import Path


def part_of(files: Sequence[Path], *, one_in: int) -> Sequence[Path]:
    """One file in so many, from all over the folder."""
    return files if os.environ.get("REAL_DATA_ALL") else files[::one_in]
