"""Fields of the bodies of writes: each takes what the same field of an answer gives."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalogue.models import Licence, Topic
from catalogue.web_addresses import clean_url
from publishers.models import Publisher
from publishers.queries import publisher_named

#: Characters of the JSON of what we have no field for.
MOST_EXTRAS = 200_000


class _ByKey(serializers.Field):
    """Something known by a key, given alone or as the object that answers have."""

    key = ""

    def to_internal_value(self, data: Any) -> str:
        value = data.get(self.key) if isinstance(data, dict) else data
        if not isinstance(value, str):
            raise serializers.ValidationError(f"Give a text, or an object with “{self.key}”.")
        return value

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(
    {
        "anyOf": [
            {"type": "string", "description": "Its slug or UUID."},
            {"type": "object", "required": ["slug"], "properties": {"slug": {"type": "string"}}},
        ]
    }
)
class PublisherField(_ByKey):
    """A publisher, by its slug or UUID; past slugs do too."""

    key = "slug"

    def to_internal_value(self, data: Any) -> Publisher:  # type: ignore[override]
        text = super().to_internal_value(data)
        try:
            found = Publisher.objects.filter(id=UUID(text)).first()
        except ValueError:
            found = publisher_named(text[:200])
        if found is None:
            raise serializers.ValidationError("There is no such publisher: /api/v1/publishers lists them.")
        return found


def _choice(key: str, says: str) -> dict[str, Any]:
    return {
        "anyOf": [
            {"type": "string", "description": says},
            {"type": "object", "required": [key], "properties": {key: {"type": "string"}}},
            {"type": "null"},
        ]
    }


class _Listed(_ByKey):
    """One of a list that stands in the database: `listed` is its model, `called` what one is called."""

    listed: type[Topic] | type[Licence]
    called = ""

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        known = list(self.listed.objects.values_list(self.key, flat=True))
        if value not in known:
            raise serializers.ValidationError(f"There is no such {self.called}: use one of {', '.join(known)}.")
        return value


@extend_schema_field(_choice("slug", "The topic’s slug, such as “health”."))
class TopicField(_Listed):
    key, listed, called = "slug", Topic, "topic"


@extend_schema_field(_choice("code", "The licence’s code, such as “uk-ogl”."))
class LicenceField(_Listed):
    key, listed, called = "code", Licence, "licence"


@extend_schema_field(
    {
        "anyOf": [
            {"type": "string", "format": "uuid", "description": "Its UUID."},
            {
                "type": "object",
                "required": ["id"],
                "properties": {"id": {"type": "string", "format": "uuid"}},
            },
        ]
    }
)
class SeriesField(_ByKey):
    """A series, by its UUID. Whether there is one, and whether the writer may see it, is the view's to say."""

    key = "id"

    def to_internal_value(self, data: Any) -> UUID:  # type: ignore[override]
        try:
            return UUID(super().to_internal_value(data))
        except ValueError:
            raise serializers.ValidationError("This is no UUID: give the “id” of the series.") from None


class WordsField(serializers.CharField):
    """Text and nothing else: DRF's own takes numbers too, which the description doesn't allow."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class AddressField(serializers.CharField):
    """A web address; what is none is refused rather than mended."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if text and not is_address(text):
            raise serializers.ValidationError("This is no web address: begin it with https://.")
        return text


def is_address(text: str) -> bool:
    """Whether a link may lead there as it is written."""
    scheme = text.partition("://")[0].lower()
    return scheme in {"http", "https", "ftp"} and clean_url(text) is not None and not set(text) & set(' <>"\t\n\r\\')


@extend_schema_field({"type": "object", "additionalProperties": True})
class ExtrasField(serializers.JSONField):
    """What we have no field for, under names of its own."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            raise serializers.ValidationError("Give an object.")
        if len(str(data)) > MOST_EXTRAS:
            raise serializers.ValidationError(f"This is too much: at most {MOST_EXTRAS:,} characters of JSON.")
        return super().to_internal_value(data)


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "properties": {"title": {"type": "string"}, "description": {"type": "string"}},
            "additionalProperties": False,
        },
        "example": {"cy": {"title": "Safleoedd bws"}},
    }
)
class TranslationsField(ExtrasField):
    """Title and description in other languages, by ISO 639-1 code."""

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        for language, texts in value.items():
            if not (len(language) == 2 and language.isascii() and language.islower() and isinstance(texts, dict)):
                raise serializers.ValidationError('Give {"cy": {"title": …, "description": …}}.')
            if not texts.keys() <= {"title", "description"} or not all(isinstance(t, str) for t in texts.values()):
                raise serializers.ValidationError(f"“{language[:2]}” may have “title” and “description”, both texts.")
        return value
