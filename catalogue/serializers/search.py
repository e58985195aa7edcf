"""The answer of /api/v1/search and /search.json: as a body, and described for OpenAPI."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from catalogue.search.query import Hit, SearchPage
from catalogue.search_labels import labelled
from catalogue.search_parameters import FILTERS


class HitPublisherSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    title = serializers.CharField()


class HighlightsSerializer(serializers.Serializer[Any]):
    """Safe HTML: everything is escaped but the <mark> around each matched word."""

    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True, help_text="A piece of the description; may be empty.")
    elsewhere = serializers.CharField(
        allow_blank=True,
        help_text="Tags, titles of files, columns and places with words that those lack; may be empty.",
    )


class HitSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    title = serializers.CharField()
    publisher = HitPublisherSerializer()
    url = serializers.CharField(help_text="Its page.")
    origin_id = serializers.CharField(
        allow_blank=True, help_text="Its identifier at the source it was harvested from; may be empty."
    )
    score = serializers.FloatField(help_text="How well it matches; comparable within one answer only.")
    highlights = HighlightsSerializer()
    formats = serializers.ListField(child=serializers.CharField())
    topic = serializers.CharField(allow_null=True)
    licence = serializers.CharField(allow_null=True)
    access = serializers.CharField()
    quality_score = serializers.IntegerField(allow_null=True)
    updated_at = serializers.DateField()


class OptionSerializer(serializers.Serializer[Any]):
    value = serializers.CharField(help_text="For the filter of the facet's name.")
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()
    selected = serializers.BooleanField()


class FacetsSerializer(serializers.Serializer[Any]):
    """Values with their counts, the chosen ones first. A facet without values is left out."""

    def get_fields(self) -> dict[str, Any]:
        return {name: OptionSerializer(many=True, required=False) for name in FILTERS}


class SearchAnswerSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    next = serializers.CharField(allow_null=True, help_text="Address of the next page; null on the last.")
    results = HitSerializer(many=True)
    facets = FacetsSerializer()
    corrected = serializers.ListField(
        child=serializers.CharField(), help_text="Words that no entry has, for which similar ones were looked for."
    )
    unknown = serializers.ListField(
        child=serializers.CharField(), help_text="Words that no entry has, and nothing like them."
    )


def answer_body(found: SearchPage, *, following: str | None) -> dict[str, Any]:
    """A page of results as `SearchAnswerSerializer` describes it. `following`: address of the next page."""
    facets = {
        facet.name: [
            {"value": o.value, "label": o.label, "count": o.count, "selected": o.selected} for o in facet.options
        ]
        for facet in labelled(found.facets)
    }
    return {
        "count": found.total,
        "next": following,
        "results": [hit_body(hit) for hit in found.hits],
        "facets": facets,
        "corrected": list(found.corrected),
        "unknown": list(found.unknown),
    }


def hit_body(hit: Hit) -> dict[str, Any]:
    return {
        "id": str(hit.id),
        "name": hit.name,
        "title": hit.title,
        "publisher": {"slug": hit.publisher_slug, "title": hit.publisher_title},
        "url": settings.SITE_URL + hit.url,
        "origin_id": hit.origin_id,
        "score": hit.score,
        "highlights": hit.highlights,
        "formats": list(hit.formats),
        "topic": hit.topic or None,
        "licence": hit.licence_code or None,
        "access": hit.access,
        "quality_score": hit.quality_score,
        "updated_at": hit.updated_at,
    }
