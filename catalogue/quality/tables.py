"""Figures of many publishers or topics as a table for spreadsheets. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final

from catalogue.enums import Band
from catalogue.quality.figures import Figures
from catalogue.quality.score import RULES

HEADER: Final = (
    *("datasets", "scored", "mean score (0 to 100)", "mean MQA points (0 to 405)", "mean stars (0 to 5)"),
    "mean stars of the format alone",
    *(f"datasets {band}" for band in Band.values),
    *("links listed", "links checked", "links working", "links broken"),
    *(words for rule in RULES for words in (f"{rule.key}: % met", f"{rule.key}: datasets known")),
)

Cells = tuple[str | int | float, ...]


def cells_of(figures: Figures) -> Cells:
    """One row below `HEADER`; empty where nothing is known."""
    bands = figures.band_counts()
    criteria: list[str | int | float] = []
    for rule in RULES:
        counts = figures.of(rule.key)
        criteria += [_rounded(counts.met_share), counts.known]
    return (
        *(figures.datasets, figures.scored, _rounded(figures.mean_score), _rounded(figures.mean_mqa)),
        *(_rounded(figures.mean_stars, 2), _rounded(figures.mean_format_stars, 2)),
        *(bands[band] for band in Band.values),
        *(figures.resources, figures.links_checked, figures.links_working, figures.links_broken),
        *criteria,
    )


def with_header(first: tuple[str, ...], rows: Iterable[tuple[Cells, Figures]]) -> Iterator[Cells]:
    """A whole table: columns of its own, then those of the figures."""
    yield (*first, *HEADER)
    for own, figures in rows:
        yield (*(_cell(cell) for cell in own), *cells_of(figures))


def _rounded(number: float | None, digits: int = 1) -> float | str:
    return "" if number is None else round(number, digits)


def _cell(value: str | int | float) -> str | int | float:
    """A title that begins like a formula would be run by a spreadsheet as one."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
