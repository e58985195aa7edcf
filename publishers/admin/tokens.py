"""API tokens: everybody makes and revokes their own. A token is shown once, when it is made."""

import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from publishers.actions import audit, tokens
from publishers.admin.publisher_choice import ChoosesPublisher
from publishers.client_address import client_address
from publishers.enums import TokenScope
from publishers.models import ApiToken, User
from publishers.permissions import Permission

_LASTS = {"30": "30 days", "90": "90 days", "365": "A year", "": "Until it is revoked"}


class TokenForm(forms.ModelForm):
    lasts = forms.ChoiceField(label="Good for", choices=list(_LASTS.items()), initial="90", required=False)

    class Meta:
        model = ApiToken
        fields = ["name", "scope", "publisher"]


@admin.register(ApiToken)
class ApiTokenAdmin(ChoosesPublisher):
    offers, offers_none_as = Permission.VIEW_UNPUBLISHED, "All that I work for"
    form = TokenForm
    list_display = ["name", "hint", "scope", "publisher", "created_at", "expires_at", "last_used_at", "state"]
    list_select_related = ["publisher", "user"]
    ordering = ["-created_at"]
    actions = ["revoke_selected"]
    search_fields = ["name", "hint"]
    change_form_template = "admin/publishers/apitoken/change_form.html"

    def get_list_display(self, request: HttpRequest) -> Any:
        shown: list[str] = [str(name) for name in self.list_display]
        return ["user", *shown] if request.user.is_superuser else shown

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        """One's own; operators see everybody's, to revoke one that has leaked."""
        queryset = super().get_queryset(request)
        return queryset if request.user.is_superuser else queryset.filter(user_id=request.user.pk)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        if obj is None:
            return ["name", "scope", "publisher", "lasts"]
        return ["user", "name", "hint", "scope", "publisher", "created_at", "expires_at", "last_used_at", "state"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return [] if obj is None else self.get_fields(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_authenticated and request.user.is_staff)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request) and (obj is None or self._is_for(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and self.has_module_permission(request)  # the list has the action that revokes

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a revoked token stays in the list: the audit log speaks of it

    def _is_for(self, request: HttpRequest, token: ApiToken) -> bool:
        return bool(request.user.is_superuser or token.user_id == request.user.pk)

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)
        now = timezone.now()
        days = form.cleaned_data.get("lasts")
        made, text = tokens.create(
            user=request.user,
            name=obj.name,
            scope=TokenScope(obj.scope),
            publisher=obj.publisher,
            expires_at=now + datetime.timedelta(days=int(days)) if days else None,
            now=now,
            who=audit.Who(request.user, address=client_address(request)),
        )
        obj.pk = made.pk
        obj.hint = made.hint
        request._token_text = text  # type: ignore[attr-defined]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        try:
            return super().add_view(request, form_url, {"title": "Make an API token", **(extra_context or {})})
        except tokens.TooManyTokens as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(reverse("admin:publishers_apitoken_changelist"))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """The one page that shows the token. It is an answer to a POST: no address leads to it again."""
        context = {
            **self.admin_site.each_context(request),
            "title": "Your new API token",
            "token": obj,
            "text": request._token_text,  # type: ignore[attr-defined]
            "opts": self.opts,
        }
        response = TemplateResponse(request, "admin/publishers/apitoken/made.html", context)
        response["Cache-Control"] = "no-store"
        return response

    @admin.display(description="State")
    def state(self, token: ApiToken) -> str:
        if token.revoked_at:
            return "Revoked"
        return "Run out" if token.expires_at and token.expires_at <= timezone.now() else "Good"

    @admin.action(description="Revoke the chosen tokens")
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset:
            self._revoke(request, token)
        messages.success(request, "Revoked. Programs that use them are let in no more.")

    def get_urls(self) -> list[URLPattern]:
        revoke = path(
            "<uuid:token_id>/revoke/", self.admin_site.admin_view(self.revoke), name="publishers_apitoken_revoke"
        )
        return [revoke, *super().get_urls()]

    @method_decorator([never_cache, require_POST])
    def revoke(self, request: HttpRequest, token_id: Any) -> HttpResponse:
        token = self.get_queryset(request).filter(pk=token_id).first()
        if token is None:
            raise PermissionDenied
        self._revoke(request, token)
        messages.success(request, f"“{token.name}” is revoked. Programs that use it are let in no more.")
        return HttpResponseRedirect(reverse("admin:publishers_apitoken_changelist"))

    def _revoke(self, request: HttpRequest, token: ApiToken) -> None:
        tokens.revoke(token, now=timezone.now(), who=audit.Who(request.user, address=client_address(request)))
