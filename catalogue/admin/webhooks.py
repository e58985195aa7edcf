"""Webhooks: everybody has their own, with what became of each call."""

import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from catalogue.actions import webhooks
from catalogue.enums import WebhookSubject
from catalogue.models import Dataset, Webhook, WebhookDelivery
from catalogue.web_addresses import clean_url
from publishers.actions import audit
from publishers.client_address import client_address
from publishers.enums import AuditAction
from publishers.models import User


class WebhookForm(forms.ModelForm):
    class Meta:
        model = Webhook
        fields = ["name", "url", "subject", "publisher", "dataset_id", "search", "is_active"]

    def clean_url(self) -> str:
        url = self.cleaned_data["url"].strip()
        if not url.startswith(("https://", "http://")) or clean_url(url) is None:
            raise ValidationError("This is no web address: begin it with https://.")
        return str(url)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        subject = data.get("subject")
        if subject == WebhookSubject.PUBLISHER and not data.get("publisher"):
            self.add_error("publisher", "Choose the publisher that it follows.")
        if subject == WebhookSubject.DATASET:
            if not data.get("dataset_id"):
                self.add_error("dataset_id", "Give the UUID of the dataset that it follows: its address has it.")
            elif not Dataset.objects.public().filter(id=data["dataset_id"]).exists():
                self.add_error("dataset_id", "No public dataset has this UUID: copy it from the dataset’s address.")
        if subject == WebhookSubject.SEARCH and not webhooks.parameters_of(data.get("search", "")).pairs():
            self.add_error("search", "Give the address of a results page: search for something and copy it.")
        return data


class DeliveryInline(admin.TabularInline):
    model = WebhookDelivery
    fields = ["created_at", "state", "attempts", "status_code", "error", "next_attempt_at", "delivered_at"]
    readonly_fields = ["created_at", "state", "attempts", "status_code", "error", "next_attempt_at", "delivered_at"]
    extra = 0
    verbose_name_plural = "its calls of the last two days"

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookDelivery]:
        recent = timezone.now() - datetime.timedelta(days=2)
        return super().get_queryset(request).filter(created_at__gt=recent).order_by("-created_at")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # the webhook's own admin has asked already

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


class _OwnersOnly(admin.ModelAdmin):
    """One's own; operators see everybody's."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_authenticated and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)  # the queryset says of which

    has_change_permission = has_delete_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)


@admin.register(Webhook)
class WebhookAdmin(_OwnersOnly):
    form = WebhookForm
    inlines = [DeliveryInline]
    list_display = ["name", "url", "subject", "is_active", "owner", "created_at"]
    list_select_related = ["owner"]
    autocomplete_fields = ["publisher"]
    readonly_fields = ["secret", "position"]
    fields = ["name", "url", "subject", "publisher", "dataset_id", "search", "is_active", "secret", "position"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        queryset = super().get_queryset(request)
        return queryset if request.user.is_superuser else queryset.filter(owner_id=request.user.pk)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.inlines if obj else []

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [name for name in self.fields or () if name not in self.readonly_fields]
        # Operators see everybody's webhooks, and nobody's secret but their own
        return [name for name in self.fields or () if name != "secret" or obj.owner_id == request.user.pk]

    def has_add_permission(self, request: HttpRequest) -> bool:
        own = Webhook.objects.filter(owner_id=request.user.pk).count() if request.user.pk else 0
        return super().has_add_permission(request) and own < webhooks.MOST_WEBHOOKS

    def save_model(self, request: HttpRequest, obj: Webhook, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            assert isinstance(request.user, User)
            values = {name: value for name, value in form.cleaned_data.items() if name != "subject"}
            made = webhooks.add(owner=request.user, subject=WebhookSubject(obj.subject), now=timezone.now(), **values)
            obj.pk = made.pk
            obj.refresh_from_db()
            messages.info(request, f"It signs with this secret: {made.secret}")
        self._note(request, obj, AuditAction.WEBHOOK_CHANGED if change else AuditAction.WEBHOOK_CREATED)

    def delete_model(self, request: HttpRequest, obj: Webhook) -> None:
        self._note(request, obj, AuditAction.WEBHOOK_DELETED)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Webhook]) -> None:
        for webhook in queryset:
            self.delete_model(request, webhook)

    def _note(self, request: HttpRequest, webhook: Webhook, action: AuditAction) -> None:
        audit.record(
            action,
            who=audit.Who(request.user, address=client_address(request)),
            now=timezone.now(),
            publisher=webhook.publisher,
            object_id=webhook.pk,
            object_label=webhook.name,
            detail={"url": webhook.url, "follows": webhook.subject},
        )


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(_OwnersOnly):
    """Every call; filtered by “Given up” it is the list of letters that nobody took."""

    list_display = ["webhook", "state", "created_at", "attempts", "status_code", "error", "next_attempt_at"]
    list_filter = ["state"]
    list_select_related = ["webhook"]
    actions = ["send_again"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookDelivery]:
        queryset = super().get_queryset(request)
        return queryset if request.user.is_superuser else queryset.filter(webhook__owner_id=request.user.pk)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [field.name for field in WebhookDelivery._meta.fields]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_delete_permission = has_add_permission

    @admin.action(description="Send the chosen calls again that were given up")
    def send_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        count = webhooks.send_again(queryset, now=timezone.now())
        messages.success(request, f"{count} {'call is' if count == 1 else 'calls are'} made again within a minute.")
