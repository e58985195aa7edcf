"""The order of all that meets an area, at once: as the rule for one entry has it."""

import random
from pathlib import Path

import pytest
from pyroaring import BitMap

from catalogue.places import Box
from catalogue.search.boxes import Boxes, ReadBoxes
from catalogue.search.coverage import Sides, extent_class
from catalogue.search.document import halves, joined
from catalogue.search.rows import Rows, load
from catalogue.search.scope import FILED, NEARNESS, fit, spans_of
from catalogue.search.weights import WEIGHTS
from tests.unit.catalogue.search.test_tally import STATE

Made = list[tuple[Sides | None, int]]  # box and standing


def made(count: int) -> Made:
    chance = random.Random(3)
    boxes: Made = []
    for _ in range(count):
        west, south = round(chance.uniform(-179, 170), 6), round(chance.uniform(-80, 70), 6)
        side = chance.choice((0.0, 0.01, 0.5, 2.0, 9.0))
        boxes.append(
            ((west, south, west + side, south + side) if chance.random() < 0.8 else None, chance.randrange(101))
        )
    return boxes


def held(entries: Made) -> Boxes:
    boxes = Boxes()
    for number, (box, standing) in enumerate(entries):
        high, low = halves(joined(number, -number))
        sides = dict(zip(("west", "south", "east", "north"), box, strict=True)) if box else {}
        boxes.add({"id_high": high, "id_low": low, "standing": standing, **sides})
    return boxes


def expected(entries: Made, area: Box | None, filed: set[int]) -> list[float]:
    scores = []
    for number, (box, standing) in enumerate(entries):
        score = 1.0 + (FILED if number in filed else 0.0)
        if area and box:
            score += WEIGHTS["box that fits the area"] * fit(area, *box)
            size = extent_class((box[0], box[2]), box[1], box[3])
            about = extent_class(spans_of(area)[0], area.south, area.north)
            score += sum(lift for reach, lift in NEARNESS if abs(size - about) <= reach)
        scores.append(score * (1 + WEIGHTS["standing"] * standing / 100))
    return scores


@pytest.mark.parametrize(
    "area", [None, Box(-2, 51, 0, 53), Box(-60, -40, 60, 40), Box(179, -20, -179, 20), Box(10, 10, 10, 10)], ids=str
)
def test_scores_and_order_are_those_of_each_entry(area: Box | None) -> None:
    entries = made(400)
    filed = set(range(0, 400, 7))
    scores = expected(entries, area, filed)
    found = ReadBoxes(*map(memoryview, held(entries).pieces())).best(
        BitMap(range(400)), area, BitMap(filed), first=0, size=400
    )
    numbers = [own.int >> 64 for _, own in found]
    assert sorted(numbers) == sorted(joined(number, 0).int >> 64 for number in range(400))
    assert [score for score, _ in found] == pytest.approx(sorted(scores, reverse=True), rel=1e-4)


def test_a_page_is_a_piece_of_the_whole_order_and_only_of_the_rows_asked_for() -> None:
    boxes = ReadBoxes(*map(memoryview, held(made(100)).pieces()))
    rows, area = BitMap(range(0, 100, 3)), Box(-5, 50, 2, 56)
    whole = boxes.best(rows, area, BitMap(), first=0, size=100)
    assert len(whole) == 34
    assert [boxes.best(rows, area, BitMap(), first=first, size=10) for first in (0, 10, 30, 40)] == [
        whole[:10],
        whole[10:20],
        whole[30:],
        [],
    ]


def test_what_was_saved_is_read_and_carried_on(tmp_path: Path) -> None:
    rows = Rows()
    rows.add([], {}, {"id_high": 1, "id_low": 2, "west": -1.5, "south": 53, "east": -1, "north": 54, "standing": 70})
    rows.add([], {}, {"id_high": 3, "id_low": 4, "standing": 20})
    rows.next += 1  # of an entry that a crash took
    rows.save(tmp_path / "rows", STATE)
    read, _ = load(tmp_path / "rows")
    assert read.boxes.pieces() == rows.boxes.pieces()
    assert (list(read.boxes.sides[:4]), list(read.boxes.standings)) == (
        [-1_500_000, 53_000_000, -1_000_000, 54_000_000],
        [70, 20, 0],
    )
