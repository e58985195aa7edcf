"""/api/v1/quality and what belongs to it."""

import datetime
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue import queries
from catalogue.api.pagination import CursorPagination
from catalogue.api.reading import ReadView
from catalogue.enums import RollupScope
from catalogue.models import QualitySnapshot, Topic
from catalogue.quality import rollups, trends
from catalogue.quality.days import day_of
from catalogue.quality.league import ranked
from catalogue.quality.report import quality_of
from catalogue.serializers import quality_figures
from catalogue.serializers.quality import quality_json
from catalogue.serializers.quality_figures import figures_json
from catalogue.serializers.quality_report import DatasetQualitySerializer
from publishers.queries import publisher_named

_A_YEAR = datetime.timedelta(days=365)

_WITH_BELOW = OpenApiParameter(
    "with", str, enum=["below"], description="“below”: count each publisher with the bodies below it."
)


class Quality(ReadView):
    """The catalogue's quality in numbers: of what anybody may see, as of a few minutes ago."""

    @extend_schema(responses=quality_figures.WholeSerializer)
    def get(self, request: Request) -> Response:
        standing = rollups.standing()
        about = {"as_of": standing.as_of, "rules_version": standing.rules_version}
        return Response({**figures_json(standing.figures), **about})


class QualityByPublisher(ReadView):
    """Every publisher with scored datasets, best first; those with fewer than five have no rank and come last."""

    parameters = frozenset({"with"})

    @extend_schema(
        operation_id="quality_publishers", parameters=[_WITH_BELOW], responses=quality_figures.ScopesSerializer
    )
    def get(self, request: Request) -> Response:
        with_below = request.query_params.get("with", "")
        if with_below not in ("", "below"):
            raise ValidationError({"with": ["Write “below”, or leave it out."]})
        table = ranked(rollups.entrants(with_below=bool(with_below)))
        return _scopes([(entrant.title, entrant.slug, entrant.rank, entrant.figures) for entrant in table])


class QualityByTopic(ReadView):
    """Every topic with datasets, in the topics' own order."""

    @extend_schema(operation_id="quality_topics", responses=quality_figures.ScopesSerializer)
    def get(self, request: Request) -> Response:
        standings = rollups.standings(RollupScope.TOPIC)
        topics = [topic for topic in Topic.objects.all() if topic.slug in standings]
        return _scopes([(topic.title, topic.slug, None, standings[topic.slug].figures) for topic in topics])


def _scopes(rows: list[tuple[str, str, int | None, Any]]) -> Response:
    results = [
        {"title": title, "slug": slug, "rank": rank, **figures_json(figures)} for title, slug, rank, figures in rows
    ]
    return Response({"as_of": rollups.standing().as_of, "count": len(results), "results": results})


class QualityHistory(ReadView):
    """The figures of each day on which they changed, oldest first: of all, of a publisher or of a topic; of the last
    365 days, unless `since` says otherwise.

    On the day when the way of scoring changed there are two rows, one for each version of the rules.
    """

    parameters = frozenset({"publisher", "topic", "since"})

    @extend_schema(
        operation_id="quality_history",
        parameters=[
            OpenApiParameter("publisher", str, description="Slug of a publisher: its own datasets."),
            OpenApiParameter("topic", str, description="Slug of a topic."),
            OpenApiParameter(
                "since", OpenApiTypes.DATE, description="The first day, as 2026-01-31; 365 days ago if it is left out."
            ),
        ],
        responses=quality_figures.HistorySerializer,
    )
    def get(self, request: Request) -> Response:
        slug, topic = request.query_params.get("publisher", ""), request.query_params.get("topic", "")
        if slug and topic:
            raise ValidationError({"topic": ["Ask for a publisher or for a topic, not for both."]})
        since = _day(request.query_params.get("since", ""))
        scope, key = RollupScope.WHOLE, ""
        if slug:
            publisher = publisher_named(slug) if "\x00" not in slug else None
            if publisher is None:
                raise ValidationError({"publisher": ["No publisher has this slug: see /api/v1/publishers."]})
            scope, key = RollupScope.PUBLISHER, str(publisher.id)
        elif topic:
            if "\x00" in topic or not Topic.objects.filter(slug=topic).exists():
                raise ValidationError({"topic": ["There is no such topic: see /api/v1/quality/topics."]})
            scope, key = RollupScope.TOPIC, topic
        history = trends.history_of(scope, key, since=since)
        results = [
            {"day": point.day, "rules_version": point.rules_version, **figures_json(point.figures)} for point in history
        ]
        return Response({"scope": scope.value, "slug": slug or topic, "results": results})


def _day(text: str) -> datetime.date:
    if not text:
        return day_of(timezone.now()) - _A_YEAR
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise ValidationError({"since": ["Write a day as 2026-01-31."]}) from None


class QualityQuarters(ReadView):
    """The quarters whose figures are frozen, the latest first."""

    @extend_schema(operation_id="quality_snapshots", responses=quality_figures.QuartersSerializer)
    def get(self, request: Request) -> Response:
        quarters = trends.frozen_quarters()
        return Response({"count": len(quarters), "results": quarters})


class SnapshotPagination(CursorPagination):
    ordering = ("number",)
    page_size = 100


class QualityQuarter(ReadView, ListAPIView[QualitySnapshot]):
    """The frozen rows of a quarter.

    To verify them: of each row take the fields number, quarter, scope, key, title, day, rules_version, figures and
    previous, write them as JSON with sorted keys and without blanks, in UTF-8: its SHA-256 is “digest”, and “previous”
    is the digest of the row before.
    """

    serializer_class = quality_figures.SnapshotSerializer
    pagination_class = SnapshotPagination
    queryset = QualitySnapshot.objects.none()  # tells the API's description the model

    @extend_schema(
        operation_id="quality_snapshot",
        parameters=[OpenApiParameter("quarter", str, OpenApiParameter.PATH, description="As 2026-Q3.")],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        found = trends.rows_of_quarter(self.kwargs["quarter"])
        if not found.exists():
            raise Http404
        return found


class DatasetQuality(ReadView):
    """The three scores of one dataset, each explained: what is met and why, with the evidence, and what to mend."""

    @extend_schema(
        operation_id="datasets_quality_retrieve",
        parameters=[OpenApiParameter("key", str, OpenApiParameter.PATH, description="UUID, name or past name.")],
        responses=DatasetQualitySerializer,
        examples=[
            OpenApiExample(
                "What to mend first",
                response_only=True,
                value={
                    "score": 61,
                    "band": "fair",
                    "fix_first": [
                        {
                            "key": "links",
                            "fix": "Mend or remove the broken link.",
                            "field": "resources",
                            "at_source": False,
                            "gain": 10,
                            "score_after": 71,
                            "evidence": [
                                {
                                    "resource_id": "0b7c9f6e-2d53-4c5e-9b57-6b1f6f1f7a10",
                                    "title": "Counts, 2025",
                                    "link": "broken",
                                    "checked_on": "2026-11-03",
                                }
                            ],
                        }
                    ],
                    "mqa": {"points": 250, "out_of": 405, "band": "good", "not_measured": 0},
                    "stars": {"stars": 3, "format_stars": 3, "meaning": "In an open format as well"},
                },
            )
        ],
    )
    def get(self, request: Request, key: str) -> Response:
        dataset_id = queries.dataset_id_of(key)
        dataset = queries.dataset_for_page(dataset_id, request.user) if dataset_id else None
        report = quality_of(dataset) if dataset else None
        if dataset is None or report is None:
            raise Http404
        return Response(quality_json(report, dataset))
