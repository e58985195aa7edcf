"""Quality in numbers, as the API gives it."""

from typing import Any

from rest_framework import serializers

from catalogue.quality.figures import Figures
from catalogue.quality.report import describe_score
from catalogue.quality.score import RULES


class LinkFiguresSerializer(serializers.Serializer[Any]):
    listed = serializers.IntegerField()
    checked = serializers.IntegerField()
    working = serializers.IntegerField()
    broken = serializers.IntegerField()


class CriterionFiguresSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    dimension = serializers.CharField(help_text="Of the six of the Government Data Quality Framework.")
    out_of = serializers.IntegerField(help_text="Points that it is worth.")
    met = serializers.IntegerField()
    partly = serializers.IntegerField()
    unmet = serializers.IntegerField()
    unknown = serializers.IntegerField(help_text="Datasets about which nothing can be said: left out of the share.")
    met_percent = serializers.IntegerField(
        allow_null=True, help_text="Of the datasets for which we know; null where none is known."
    )


class FiguresSerializer(serializers.Serializer[Any]):
    """Counts and averages over the public datasets of one scope."""

    datasets = serializers.IntegerField()
    scored = serializers.IntegerField()
    average_score = serializers.FloatField(allow_null=True, help_text="0 to 100.")
    band = serializers.CharField(help_text="Of the average; empty where nothing is scored.")
    average_mqa = serializers.FloatField(allow_null=True, help_text="Points of data.europa.eu's MQA, 0 to 405.")
    average_stars = serializers.FloatField(allow_null=True, help_text="0 to 5, of open datasets.")
    average_format_stars = serializers.FloatField(
        allow_null=True, help_text="Stars of the format, whatever the licence."
    )
    bands = serializers.DictField(child=serializers.IntegerField(), help_text="Band → how many datasets stand in it.")
    mqa_bands = serializers.DictField(child=serializers.IntegerField())
    stars = serializers.DictField(
        child=serializers.IntegerField(), help_text="Stars → how many open datasets have them."
    )
    links = LinkFiguresSerializer()
    criteria = CriterionFiguresSerializer(many=True)


class WholeSerializer(FiguresSerializer):
    as_of = serializers.DateTimeField()
    rules_version = serializers.IntegerField()


class ScopeSerializer(FiguresSerializer):
    title = serializers.CharField()
    slug = serializers.CharField()
    rank = serializers.IntegerField(
        allow_null=True, required=False, help_text="By average score; null below five scored datasets."
    )


class ScopesSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateTimeField()
    count = serializers.IntegerField()
    results = ScopeSerializer(many=True)


class DayFiguresSerializer(FiguresSerializer):
    day = serializers.DateField()
    rules_version = serializers.IntegerField()


class HistorySerializer(serializers.Serializer[Any]):
    scope = serializers.CharField()
    slug = serializers.CharField()
    results = DayFiguresSerializer(many=True)


class QuarterSerializer(serializers.Serializer[Any]):
    quarter = serializers.CharField(help_text="As 2026-Q3.")
    number = serializers.IntegerField(help_text="Of its last row.")
    frozen_at = serializers.DateTimeField()
    digest = serializers.CharField(
        help_text="SHA-256 of its last row, which carries that of the row before, and so on."
    )


class QuartersSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    results = QuarterSerializer(many=True)


class SnapshotSerializer(serializers.Serializer[Any]):
    """A frozen row, with all that its digest is made of: see `GET /api/v1/quality/snapshots/{quarter}`."""

    number = serializers.IntegerField()
    quarter = serializers.CharField()
    scope = serializers.CharField()
    key = serializers.CharField()
    title = serializers.CharField()
    day = serializers.DateField()
    rules_version = serializers.IntegerField()
    figures = serializers.JSONField(
        help_text="Counts and sums as they are kept; criteria: met, partly, unmet, unknown."
    )
    previous = serializers.CharField()
    digest = serializers.CharField()


def figures_json(figures: Figures) -> dict[str, Any]:
    return {
        "datasets": figures.datasets,
        "scored": figures.scored,
        "average_score": _rounded(figures.mean_score),
        "band": describe_score(figures.mean_score)["band"],
        "average_mqa": _rounded(figures.mean_mqa),
        "average_stars": _rounded(figures.mean_stars, 2),
        "average_format_stars": _rounded(figures.mean_format_stars, 2),
        "bands": figures.band_counts(),
        "mqa_bands": figures.mqa_band_counts(),
        "stars": figures.star_counts(),
        "links": {
            "listed": figures.resources,
            "checked": figures.links_checked,
            "working": figures.links_working,
            "broken": figures.links_broken,
        },
        "criteria": [
            {
                "key": rule.key,
                "title": rule.title,
                "dimension": rule.dimension.value,
                "out_of": rule.out_of,
                "met": counts.met,
                "partly": counts.partly,
                "unmet": counts.unmet,
                "unknown": counts.unknown,
                "met_percent": None if counts.met_share is None else round(counts.met_share),
            }
            for rule in RULES
            for counts in (figures.of(rule.key),)
        ],
    }


def _rounded(number: float | None, digits: int = 1) -> float | None:
    return None if number is None else round(number, digits)
