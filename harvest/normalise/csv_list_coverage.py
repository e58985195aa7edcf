"""When a dataset in an inventory was issued and changed, and which time and area it covers. Pure."""

from typing import Any

from catalogue.dates import parse_date, parse_period
from catalogue.enums import Frequency
from catalogue.places import box_from
from catalogue.plain import clean_text
from catalogue.vocabularies.frequencies import frequency_from
from harvest.normalise.csv_list_cells import Cells


def dates_of(cells: Cells) -> dict[str, Any]:
    """Of several rows' dates the first that it was issued and the last that it was changed."""
    values: dict[str, Any] = {}
    for name, choose in (("issued", min), ("modified", max)):
        found = cells.take(name)
        days = [(day.start, cell) for cell in found if (day := parse_date(clean_text(cell.text, max_length=100)))]
        cell = choose(days, key=lambda pair: pair[0])[1] if days else next(iter(found), None)
        values[name], values[f"{name}_text"] = cells.date(cell)
    cell = cells.one("frequency")
    frequency = frequency_from(cell.text.removeprefix("freq:")) if cell else None
    if cell and frequency is None:
        cells.keep(cell)
        message = "How often the data is updated was not understood: write daily, monthly, every year and so on."
        cells.warn("unknown-frequency", message, cell)
    return values | {"frequency": frequency or Frequency.UNKNOWN}


def period_of(cells: Cells) -> dict[str, Any]:
    first, last, whole = cells.one("period_start"), cells.one("period_end"), cells.one("period")
    start, end = (parse_period(whole.text) if whole else (None, None)) if not (first or last) else (None, None)
    text = clean_text(whole.text, max_length=300) if whole else ""
    if whole and not (first or last) and start is None and end is None:
        cells.warn("bad-period", "This is no period that can be understood: write 2023-04-01/2024-03-31.", whole)
    if first:
        start = day.start if (day := parse_date(first.text)) else None
    if last:
        end = day.end if (day := parse_date(last.text)) else None
    for cell, found in ((first, start), (last, end)):
        if cell and found is None:
            cells.keep(cell)
            cells.warn("bad-date", "This is no date that can be understood: write it as 2024-03-31.", cell)
    return {"temporal_start": start, "temporal_end": end, "temporal_text": text}


def area_of(cells: Cells) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for cell in [*cells.take("box"), *cells.take("places")]:
        box = box_from(cell.text)
        if box and "west" not in values:
            values |= box.sides
    for cell in cells.take("box"):
        if box_from(cell.text) is None:
            cells.keep(cell)
            cells.warn("bad-box", "This is no box on Earth: write west,south,east,north in degrees.", cell)
    return values | {"places": tuple(part for part in cells.parts("places", at=";|") if box_from(part) is None)}
