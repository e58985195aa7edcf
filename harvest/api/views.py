"""/api/v1/harvest: sources and runs, for whoever watches them."""

from django.db.models import QuerySet
from rest_framework import generics, serializers

from catalogue.api.pagination import CursorPagination
from catalogue.api.reading import ReadView
from catalogue.serializers.native import PublisherLinkSerializer
from harvest import queries
from harvest.models import Run, Source


class SourceSerializer(serializers.ModelSerializer[Source]):
    publisher = PublisherLinkSerializer()
    url = serializers.CharField(source="public_url")

    class Meta:
        model = Source
        fields = ["slug", "title", "kind", "url", "publisher", "schedule", "is_paused", "next_run_at"]


class RunSerializer(serializers.ModelSerializer[Run]):
    source = serializers.CharField(source="source.slug")  # type: ignore[assignment]

    class Meta:
        model = Run
        fields = [
            *("id", "source", "state", "message", "created_at", "started_at", "finished_at"),
            *("seen", "created", "updated", "unchanged", "retired", "failed", "problems", "expected"),
        ]


class SourcePagination(CursorPagination):
    ordering = ("slug",)


class RunPagination(CursorPagination):
    ordering = ("-created_at", "-id")


class SourceList(ReadView, generics.ListAPIView[Source]):
    """Where entries are harvested from."""

    serializer_class = SourceSerializer
    pagination_class = SourcePagination
    queryset = Source.objects.select_related("publisher")


class RunList(ReadView, generics.ListAPIView[Run]):
    """Harvests, latest first."""

    serializer_class = RunSerializer
    pagination_class = RunPagination

    def get_queryset(self) -> QuerySet[Run]:
        return queries.runs_for_api()
