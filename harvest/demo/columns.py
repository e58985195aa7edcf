"""Rows for the demo's files, drawn from a family's columns: the same seed gives the same rows.

A column is written `kind` or `kind:arguments`:
    pick:a|b|{town} Road    one of these, with placeholders filled for the row
    int:low,high            a whole number
    num:low,high,digits     a decimal number
    date  time              within the entry's period; a clock time
    lat  lon                within the place's box
"""

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from harvest.demo.periods import Period
from harvest.demo.places import STREETS, SUPPLIERS, Place

Cell = str | int | float
Words = dict[str, str | int]
Draw = Callable[[random.Random, Words], Cell]
POSTCODE_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
MINUTES = ("00", "07", "15", "22", "30", "41", "45", "58")


def draw_rows(
    columns: Mapping[str, str], *, place: Place, period: Period, publisher: str, seed: str, count: int
) -> Iterator[list[Cell]]:
    """Yield `count` rows, each a cell for each column in their order."""
    rng = random.Random(seed)
    draws = [_draw(spec, place, period) for spec in columns.values()]
    for number in range(1, count + 1):
        words = row_words(rng, place=place, number=number)
        words |= {"publisher": publisher, "year": period.end.year, "m": rng.randint(1, 12)}
        yield [draw(rng, words) for draw in draws]


def row_words(rng: random.Random, *, place: Place, number: int) -> Words:
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


def _draw(spec: str, place: Place, period: Period) -> Draw:
    """Return the function that draws a column's cell. Raises ValueError for a kind that is not in the list above."""
    kind, _, argument = spec.partition(":")
    west, south, east, north = place.bbox
    match kind, argument.split("," if kind in ("int", "num") else "|"):
        case "pick", choices:
            return lambda rng, words: rng.choice(choices).format_map(words).strip()
        case "int", [low, high]:
            # Squared, because small numbers are commoner than large ones in almost every count.
            least, spread = int(low), int(high) - int(low) + 1
            return lambda rng, words: least + int(spread * rng.random() ** 2)
        case "num", [low, high, digits]:
            bottom, top, places = float(low), float(high), int(digits)
            return lambda rng, words: round(rng.uniform(bottom, top), places)
        case "date", _:
            days = (period.end - period.start).days
            return lambda rng, words: (period.start + timedelta(days=rng.randint(0, days))).isoformat()
        case "time", _:
            return lambda rng, words: f"{rng.randint(5, 22):02d}:{rng.choice(MINUTES)}"
        case "lat", _:
            return lambda rng, words: round(rng.uniform(south, north), 5)
        case "lon", _:
            return lambda rng, words: round(rng.uniform(west, east), 5)
    raise ValueError(f"Cannot read the column {spec!r}; see the list at the top of this module.")
