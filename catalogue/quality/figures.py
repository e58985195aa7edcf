"""The quality of many datasets in numbers that can be added up: of a cell, a publisher, a topic, the catalogue. Pure.

Sums and counts are kept, not means: means of means would give a publisher of two datasets the weight of one of
thousands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Self

from catalogue.enums import Band, CriterionState
from catalogue.quality.mqa import MQA_BANDS

#: The states of a criterion in the order in which their counts are kept.
STATES: Final = (CriterionState.MET, CriterionState.PARTLY, CriterionState.UNMET, CriterionState.UNKNOWN)

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class CriterionCounts:
    """How many datasets stand how on one criterion."""

    met: int = 0
    partly: int = 0
    unmet: int = 0
    unknown: int = 0

    @property
    def known(self) -> int:
        """Datasets about which something can be said: the only fair denominator."""
        return self.met + self.partly + self.unmet

    @property
    def lacking(self) -> int:
        return self.partly + self.unmet

    @property
    def met_share(self) -> float | None:
        """Percentage that meet it, of those about which we know."""
        return 100 * self.met / self.known if self.known else None

    def __add__(self, other: "CriterionCounts") -> "CriterionCounts":
        return CriterionCounts(
            self.met + other.met,
            self.partly + other.partly,
            self.unmet + other.unmet,
            self.unknown + other.unknown,
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts and sums over some public datasets. With no arguments: of none."""

    datasets: int = 0
    scored: int = 0
    score_sum: int = 0
    mqa_scored: int = 0
    mqa_sum: int = 0
    starred: int = 0
    """Datasets of which stars are asked: the open ones."""
    star_sum: int = 0
    format_star_sum: int = 0
    outdated: int = 0
    """Scored by earlier rules, and waiting for the present ones."""

    resources: int = 0
    links_checked: int = 0
    links_working: int = 0
    links_broken: int = 0

    bands: Counts = field(default_factory=dict)
    mqa_bands: Counts = field(default_factory=dict)
    stars: Counts = field(default_factory=dict)
    criteria: dict[str, CriterionCounts] = field(default_factory=dict)

    @property
    def mean_score(self) -> float | None:
        return self.score_sum / self.scored if self.scored else None

    @property
    def mean_mqa(self) -> float | None:
        return self.mqa_sum / self.mqa_scored if self.mqa_scored else None

    @property
    def mean_stars(self) -> float | None:
        return self.star_sum / self.starred if self.starred else None

    @property
    def mean_format_stars(self) -> float | None:
        return self.format_star_sum / self.starred if self.starred else None

    @property
    def working_share(self) -> float | None:
        """Percentage of checked links that work."""
        return 100 * self.links_working / self.links_checked if self.links_checked else None

    def band_counts(self) -> Counts:
        """Every band, best first."""
        return {str(band): self.bands.get(band, 0) for band in Band.values}

    def mqa_band_counts(self) -> Counts:
        return {band: self.mqa_bands.get(band, 0) for _, band in MQA_BANDS}

    def star_counts(self) -> Counts:
        return {str(number): self.stars.get(str(number), 0) for number in range(6)}

    def of(self, key: str) -> CriterionCounts:
        return self.criteria.get(key, CriterionCounts())

    def __add__(self, other: "Figures") -> "Figures":
        numbers = {name: getattr(self, name) + getattr(other, name) for name in _NUMBERS}
        counts: dict[str, Any] = {name: _added(getattr(self, name), getattr(other, name)) for name in _COUNTS}
        keys = self.criteria.keys() | other.criteria.keys()
        return Figures(**numbers, **counts, criteria={key: self.of(key) + other.of(key) for key in sorted(keys)})

    def to_json(self) -> dict[str, Any]:
        """What isn't nought."""
        value: dict[str, Any] = {name: getattr(self, name) for name in _NUMBERS if getattr(self, name)}
        value |= {name: _sorted(getattr(self, name)) for name in _COUNTS if getattr(self, name)}
        if self.criteria:
            value["criteria"] = {
                key: [counts.met, counts.partly, counts.unmet, counts.unknown]
                for key, counts in sorted(self.criteria.items())
            }
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        known = {name: value[name] for name in (*_NUMBERS, *_COUNTS) if name in value}
        criteria = {key: CriterionCounts(*counts) for key, counts in value.get("criteria", {}).items()}
        return cls(**known, criteria=criteria)


_COUNTS: Final = ("bands", "mqa_bands", "stars")
_NUMBERS: Final = tuple(each.name for each in fields(Figures) if each.name not in (*_COUNTS, "criteria"))


def total(parts: Iterable[Figures]) -> Figures:
    return sum(parts, start=Figures())


def _added(one: Counts, other: Counts) -> Counts:
    return {key: one.get(key, 0) + other.get(key, 0) for key in sorted(one.keys() | other.keys())}


def _sorted(counts: Counts) -> Counts:
    return {key: count for key, count in sorted(counts.items()) if count}
