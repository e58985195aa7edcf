"""Rows for the demo's files, drawn from a family's columns: the same seed gives the same rows.

A column is written `kind` or `kind:arguments`:
    pick:a|b|{town} Road    one of these, with placeholders filled for the row
    int:low,high            a whole number
    num:low,high,digits     a decimal number
    date  time              within the entry's period; a clock time
    lat  lon                within the place's box
"""

import random
from collections.abc import Iterator
from datetime import timedelta

from harvest.demo.periods import Period
from harvest.demo.places import STREETS, SUPPLIERS, Place

Cell = str | int | float
POSTCODE_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


def draw_rows(
    columns: dict[str, str], *, place: Place, period: Period, publisher: str, seed: str, count: int
) -> Iterator[list[Cell]]:
    """Yield `count` rows, each a cell for each column in their order."""
    rng = random.Random(seed)
    kinds = [spec.partition(":")[::2] for spec in columns.values()]
    for number in range(1, count + 1):
        words = row_words(rng, place=place, number=number) | {
            "publisher": publisher,
            "year": period.end.year,
            "m": rng.randint(1, 12),
        }
        yield [_draw(kind, argument, words, rng, place, period) for kind, argument in kinds]


def row_words(rng: random.Random, *, place: Place, number: int) -> dict[str, str | int]:
    """Return the words that a row's or a description's placeholders stand for."""
    town, other_town = rng.sample(place.towns, 2)
    return {
        "i": number,
        "n": rng.randint(2, 98),
        "town": town,
        "other_town": other_town,
        "ward": rng.choice(place.wards),
        "river": rng.choice(place.rivers),
        "street": rng.choice(STREETS),
        "supplier": rng.choice(SUPPLIERS),
        "postcode": f"{place.postcode_area}{rng.randint(1, 29)} {rng.randint(1, 9)}"
        f"{rng.choice(POSTCODE_LETTERS)}{rng.choice(POSTCODE_LETTERS)}",
    }


def _draw(
    kind: str, argument: str, words: dict[str, str | int], rng: random.Random, place: Place, period: Period
) -> Cell:
    west, south, east, north = place.bbox
    if kind == "pick":
        choice = rng.choice(argument.split("|"))
        return choice.format(**words).strip() if "{" in choice else choice.strip()
    if kind == "int":
        low, high = (int(number) for number in argument.split(","))
        # Squared, because small numbers are commoner than large ones in almost every count.
        return low + int((high - low + 1) * rng.random() ** 2)
    if kind == "num":
        low_text, high_text, digits = argument.split(",")
        return round(rng.uniform(float(low_text), float(high_text)), int(digits))
    if kind == "date":
        return (period.start + timedelta(days=rng.randint(0, (period.end - period.start).days))).isoformat()
    if kind == "time":
        return f"{rng.randint(5, 22):02d}:{rng.choice((0, 7, 15, 22, 30, 41, 45, 58)):02d}"
    if kind == "lat":
        return round(rng.uniform(south, north), 5)
    if kind == "lon":
        return round(rng.uniform(west, east), 5)
    raise ValueError(f"Unknown column kind {kind!r}; see the list at the top of this module.")
