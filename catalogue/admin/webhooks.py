"""Webhooks: everybody has their own, with what became of each call."""

import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from catalogue.actions import webhook_challenge, webhooks
from catalogue.admin.access import may_ask_outside
from catalogue.enums import PauseReason, WebhookSubject
from catalogue.models import Dataset, Webhook, WebhookDelivery
from catalogue.search_parameters import SearchParameters
from catalogue.web_addresses import clean_url
from catalogue.webhook_signing import OVERLAP
from publishers.actions import audit
from publishers.admin.plain_choices import PlainChoices
from publishers.client_address import client_address
from publishers.enums import AuditAction
from publishers.models import Publisher, User
from publishers.permissions import works_for_any

#: Times in a minute that one person may have the addresses of their webhooks asked.
ASKED_A_MINUTE: Final = 10

#: Calls that a webhook's page shows; all are a click away.
_SHOWN: Final = 50


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
        if subject == WebhookSubject.SEARCH and not SearchParameters.of_address(data.get("search", "")).pairs():
            self.add_error("search", "Give the address of a results page: search for something and copy it.")
        if data.get("is_active") and self.instance.owner_id and not works_for_any(self.instance.owner):
            self.add_error("is_active", "Nobody answers for it: an operator takes it over before it goes on.")
        return data


class _OwnersOnly(PlainChoices):
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
    change_form_template = "admin/catalogue/webhook/change_form.html"
    list_display = ["name", "url", "subject", "state", "owner", "created_at"]
    list_filter = ["is_active", "paused_because"]
    list_select_related = ["owner"]
    search_fields = ["name", "url", "owner__email"]
    fields = ["name", "url", "subject", "publisher", "dataset_id", "search", "is_active"]
    readonly_fields = ["state", "secret", "secret_before"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        queryset = super().get_queryset(request)
        return queryset if request.user.is_superuser else queryset.filter(owner_id=request.user.pk)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "publisher":  # any: what is told is public
            kwargs["queryset"] = Publisher.objects.filter(merged_into=None).order_by("title", "pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = [str(name) for name in self.fields or ()]
        if obj is None:
            return shown
        # Operators see everybody's webhooks, and nobody's secret but their own
        own = ["secret", *(["secret_before"] if obj.secret_before_until else [])]
        return [*shown, "state", *(own if obj.owner_id == request.user.pk else ["owner"])]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*self.readonly_fields, "owner"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Asked several times for a page, and answered by the database once."""
        if not hasattr(request, "_may_add_webhook"):
            request._may_add_webhook = self._may_add(request)  # type: ignore[attr-defined]
        return bool(request._may_add_webhook)  # type: ignore[attr-defined]

    def _may_add(self, request: HttpRequest) -> bool:
        if not isinstance(request.user, User) or not works_for_any(request.user):
            return False
        own = Webhook.objects.filter(owner_id=request.user.pk).count()
        return super().has_add_permission(request) and own < webhooks.MOST_WEBHOOKS

    @admin.display(description="how it stands")
    def state(self, webhook: Webhook) -> str:
        if webhook.paused_because:
            return f"Paused: {PauseReason(webhook.paused_because).label}"
        if not webhook.is_active:
            return "Paused by its owner"
        if webhook.failing_since:
            return f"Active, but not heard since {_when(webhook.failing_since)}"
        return "Active"

    @admin.display(description="secret of before")
    def secret_before(self, webhook: Webhook) -> str:
        if webhook.secret_before_until and timezone.now() < webhook.secret_before_until:
            return f"{webhook.secret_before} (signs too until {_when(webhook.secret_before_until)})"
        return "Signs no more"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        webhook = self.get_object(request, unquote(object_id))
        context: dict[str, Any] = {"overlap_days": OVERLAP.days}
        if webhook:
            context |= {
                "calls": list(webhook.deliveries.order_by("-created_at", "-sequence", "pk")[:_SHOWN]),
                "is_own": webhook.owner_id == request.user.pk,
                "is_unproven": webhook.paused_because == PauseReason.UNPROVEN,
            }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What is stored first, its address is asked afterwards: no transaction waits for another's server."""
        response: HttpResponse = super().changeform_view(request, *args, **kwargs)
        if stored := getattr(request, "to_be_proven", None):
            self._prove(request, Webhook.objects.get(pk=stored))
        return response

    def save_model(self, request: HttpRequest, obj: Webhook, form: Any, change: bool) -> None:
        now = timezone.now()
        wants_calls = form.cleaned_data.get("is_active")
        if change:
            webhooks.change(obj, set(form.changed_data), now=now)
        else:
            assert isinstance(request.user, User)
            values = {name: value for name, value in form.cleaned_data.items() if name not in {"subject", "is_active"}}
            made = webhooks.add(owner=request.user, subject=WebhookSubject(obj.subject), now=now, **values)
            obj.pk = made.pk
            obj.refresh_from_db()
            messages.info(request, f"It signs with this secret: {made.secret}")
        if wants_calls and obj.paused_because == PauseReason.UNPROVEN:
            request.to_be_proven = obj.pk  # type: ignore[attr-defined]
        self._note(request, obj, AuditAction.WEBHOOK_CHANGED if change else AuditAction.WEBHOOK_CREATED)

    def _prove(self, request: HttpRequest, webhook: Webhook) -> None:
        """Ask its address whether it wants to be called, and say what came of it."""
        if not may_ask_outside(request, "addresses of webhooks", most=ASKED_A_MINUTE):
            messages.warning(request, "That were many attempts. Wait a minute, then ask its address again.")
        elif problem := webhook_challenge.prove(webhook, clock=timezone.now):
            messages.warning(
                request, f"It is not called so far, for its address has not shown that it wants calls. {problem}"
            )
        else:
            messages.success(request, "Its address wants to be called: the webhook is active.")

    def delete_model(self, request: HttpRequest, obj: Webhook) -> None:
        self._note(request, obj, AuditAction.WEBHOOK_DELETED)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Webhook]) -> None:
        for webhook in queryset:
            self.delete_model(request, webhook)

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site
        own = [
            path("<uuid:pk>/secret/", site.admin_view(self.change_secret), name="catalogue_webhook_secret"),
            path("<uuid:pk>/challenge/", site.admin_view(self.challenge), name="catalogue_webhook_challenge"),
            path("<uuid:pk>/take-over/", site.admin_view(self.take_over), name="catalogue_webhook_take_over"),
            path(
                "<uuid:pk>/send-again/<uuid:call>/",
                site.admin_view(self.send_again),
                name="catalogue_webhook_send_again",
            ),
        ]
        return [*own, *super().get_urls()]

    @method_decorator(require_POST)
    def change_secret(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """A new secret, which operators may ask for too, without seeing it."""
        webhook = self._found(request, pk)
        is_leaked = "leaked" in request.POST
        webhooks.change_secret(webhook, now=timezone.now(), is_leaked=is_leaked)
        detail = {"before": "signs no more" if is_leaked else f"signs for {OVERLAP.days} days"}
        self._note(request, webhook, AuditAction.WEBHOOK_SECRET_CHANGED, **detail)
        messages.success(request, "It signs with a new secret from now on.")
        return self._back(webhook)

    @method_decorator(require_POST)
    def challenge(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Ask an address again that has not answered so far."""
        webhook = self._found(request, pk)
        if webhook.paused_because == PauseReason.UNPROVEN and works_for_any(webhook.owner):
            self._prove(request, webhook)
        return self._back(webhook)

    @method_decorator(require_POST)
    def take_over(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """An operator answers for it from now on: somebody's webhooks must not die with their account."""
        webhook = self._found(request, pk)
        if not isinstance(request.user, User) or not request.user.is_superuser:
            raise PermissionDenied
        before = webhook.owner.email
        webhooks.take_over(webhook, owner=request.user, now=timezone.now())
        self._note(request, webhook, AuditAction.WEBHOOK_CHANGED, owner_before=before)
        messages.success(request, f"It is yours now, with a new secret. The one of {before} signs too for a time.")
        return self._back(webhook)

    @method_decorator(require_POST)
    def send_again(self, request: HttpRequest, pk: UUID, call: UUID) -> HttpResponse:
        webhook = self._found(request, pk)
        say_sent_again(request, webhooks.send_again(webhook.deliveries.filter(pk=call), now=timezone.now()))
        return self._back(webhook)

    def _found(self, request: HttpRequest, pk: UUID) -> Webhook:
        webhook = self.get_queryset(request).filter(pk=pk).first()
        if webhook is None or not self.has_change_permission(request, webhook):
            raise PermissionDenied
        return webhook

    def _back(self, webhook: Webhook) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:catalogue_webhook_change", args=[webhook.pk]))

    def _note(self, request: HttpRequest, webhook: Webhook, action: AuditAction, **detail: str) -> None:
        who = audit.Who(request.user, address=client_address(request))
        webhooks.record(webhook, action, who=who, now=timezone.now(), **detail)


def _when(moment: datetime.datetime) -> str:
    return f"{timezone.localtime(moment):%-d %B %Y, %H:%M}"


def say_sent_again(request: HttpRequest, count: int) -> None:
    if count:
        messages.success(request, f"{count} {'call is' if count == 1 else 'calls are'} made again within a minute.")
    else:
        messages.warning(request, "Nothing is sent again: the webhook is paused, or the calls wait already.")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(_OwnersOnly):
    """Every call; filtered by “Given up” it is the list of letters that nobody took."""

    list_display = ["webhook", "sequence", "state", "created_at", "attempts", "status_code", "error", "next_attempt_at"]
    list_filter = ["state"]
    search_fields = ["=webhook__id"]
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

    @admin.action(description="Send the chosen calls again")
    def send_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        say_sent_again(request, webhooks.send_again(queryset, now=timezone.now()))
