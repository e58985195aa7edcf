"""/api/v1/suggest: what somebody may be typing, for search boxes."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue.api.reading import ReadView
from catalogue.search.suggest import LONGEST, suggest


class SuggestionSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["dataset", "publisher", "place", "topic"])
    label = serializers.CharField(help_text="What it is called.")  # type: ignore[assignment]
    detail = serializers.CharField(help_text="A dataset's publisher; else what kind of thing it is.")
    url = serializers.CharField(help_text="The dataset's page, or a search narrowed to the publisher, place or topic.")


class SuggestionsSerializer(serializers.Serializer[Any]):
    results = SuggestionSerializer(many=True)


class Suggest(ReadView):
    """At most eight suggestions for what was typed so far, the likeliest first; none for a single letter."""

    parameters = frozenset({"q"})

    @extend_schema(
        parameters=[OpenApiParameter("q", str, description=f"What was typed; the first {LONGEST} characters count.")],
        responses=SuggestionsSerializer,
    )
    def get(self, request: Request) -> Response:
        found = suggest(request.query_params.get("q", ""))
        return Response(
            {
                "results": [
                    {"kind": each.kind, "label": each.label, "detail": each.detail, "url": settings.SITE_URL + each.url}
                    for each in found
                ]
            }
        )
