"""Licences and topics: few, and for operators to change."""

from django.contrib import admin
from django.db import models

from catalogue.models import Licence, Topic


@admin.register(Licence)
class LicenceAdmin(admin.ModelAdmin):
    list_display = ["title", "code", "is_open", "url"]
    list_filter = ["is_open"]
    search_fields = ["title", "code"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ["title", "slug", "description"]
