"""Licences and topics: few, and for operators to change."""

from typing import Any

from django.contrib import admin
from django.db import models, transaction
from django.http import HttpRequest
from django.utils import timezone

from catalogue.actions import quality
from catalogue.models import Licence, Topic


@admin.register(Licence)
class LicenceAdmin(admin.ModelAdmin):
    list_display = ["title", "code", "is_open", "url"]
    list_filter = ["is_open"]
    search_fields = ["title", "code"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def save_model(self, request: HttpRequest, obj: Licence, form: Any, change: bool) -> None:
        """Whether a licence is open, and what it is called, stands in the quality reports of its datasets."""
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            if change and {"is_open", "title"} & set(form.changed_data):
                quality.licence_changed(obj, now=timezone.now())


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ["title", "slug", "description"]
