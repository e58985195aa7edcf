"""/api/v1/quality and what belongs to it."""

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue import queries
from catalogue.api.reading import ReadView
from catalogue.quality.report import quality_of
from catalogue.serializers import native
from catalogue.serializers.quality import quality_json


class Quality(ReadView):
    """The catalogue's quality in numbers: of what anybody may see, at most ten minutes old."""

    @extend_schema(responses=native.QualityFiguresSerializer)
    def get(self, request: Request) -> Response:
        figures = queries.figures()
        return Response(
            {
                "datasets": figures.datasets,
                "average_score": None if figures.average_score is None else round(figures.average_score, 1),
                "bands": queries.band_counts(),
                "links": {
                    "checked": figures.links_checked,
                    "working": figures.links_working,
                    "broken": figures.links_broken,
                },
                "criteria": [
                    {"key": c.key, "title": c.title, "met_percent": c.met_percent} for c in queries.criteria_shares()
                ],
            }
        )


class DatasetQuality(ReadView):
    """The three scores of one dataset, each explained: what is met and why, with the evidence, and what to mend."""

    @extend_schema(
        operation_id="datasets_quality_retrieve",
        parameters=[OpenApiParameter("key", str, OpenApiParameter.PATH, description="UUID, name or past name.")],
        responses=dict,
    )
    def get(self, request: Request, key: str) -> Response:
        dataset_id = queries.dataset_id_of(key)
        dataset = queries.dataset_for_page(dataset_id, request.user) if dataset_id else None
        report = quality_of(dataset) if dataset else None
        if dataset is None or report is None:
            raise Http404
        return Response(quality_json(report, dataset))
