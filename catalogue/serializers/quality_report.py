"""The shape of one dataset's quality report in the API: what `quality.quality_json` answers, for its description."""

from typing import Any

from rest_framework import serializers


class EvidenceSerializer(serializers.Serializer[Any]):
    resource_id = serializers.CharField()
    title = serializers.CharField()
    link = serializers.CharField(help_text="State of its link.")
    checked_on = serializers.DateField(allow_null=True)


class ExplainedCriterionSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    dimension = serializers.CharField()
    state = serializers.CharField(help_text="met, partly, unmet or unknown.")
    points = serializers.IntegerField()
    out_of = serializers.IntegerField()
    gain = serializers.IntegerField(help_text="Points of the score that meeting this one criterion would add.")
    reason = serializers.CharField()
    fix = serializers.CharField(allow_blank=True)
    field = serializers.CharField()
    evidence = EvidenceSerializer(many=True)


class StepSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="The criterion.")
    fix = serializers.CharField()
    field = serializers.CharField()
    at_source = serializers.BooleanField(help_text="Whether it can be mended only where the entry is harvested from.")
    gain = serializers.IntegerField(help_text="By how much the score rises, once the steps before are taken.")
    score_after = serializers.IntegerField()
    evidence = EvidenceSerializer(many=True)


class IndicatorSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    dimension = serializers.CharField()
    property = serializers.CharField()
    state = serializers.CharField(help_text="met, unmet or unknown.")
    points = serializers.IntegerField()
    out_of = serializers.IntegerField()
    fix = serializers.CharField(allow_blank=True)
    field = serializers.CharField()
    evidence = EvidenceSerializer(many=True, help_text="The file that counted, of what is asked of files.")


class MqaSerializer(serializers.Serializer[Any]):
    points = serializers.IntegerField()
    out_of = serializers.IntegerField()
    band = serializers.CharField(help_text="excellent, good, sufficient or bad.")
    not_measured = serializers.IntegerField(help_text="Points about which nothing is known yet.")
    resource_id = serializers.CharField(allow_null=True, help_text="The file that counted.")
    dimensions = serializers.DictField()
    indicators = IndicatorSerializer(many=True)


class StarsSerializer(serializers.Serializer[Any]):
    stars = serializers.IntegerField(allow_null=True)
    format_stars = serializers.IntegerField(allow_null=True)
    meaning = serializers.CharField(allow_null=True)
    reason = serializers.CharField()
    fix = serializers.CharField(allow_blank=True)
    field = serializers.CharField(allow_blank=True)
    evidence = EvidenceSerializer(many=True)


class DatasetQualitySerializer(serializers.Serializer[Any]):
    dataset_id = serializers.UUIDField()
    scored_at = serializers.DateTimeField()
    rules_version = serializers.IntegerField()
    score = serializers.IntegerField()
    band = serializers.CharField()
    criteria = ExplainedCriterionSerializer(many=True)
    fix_first = StepSerializer(many=True)
    mqa = MqaSerializer()
    stars = StarsSerializer()
