"""Inviting people: administrators for their publishers, operators for all."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from publishers.actions import audit, invitations
from publishers.admin.publisher_choice import ChoosesPublisher
from publishers.client_address import client_address
from publishers.enums import Role
from publishers.models import Invitation, User
from publishers.permissions import Permission, has_permission, publisher_ids_with


class InvitationForm(forms.ModelForm):
    class Meta:
        model = Invitation
        fields = ["email", "name", "publisher", "role"]


@admin.register(Invitation)
class InvitationAdmin(ChoosesPublisher):
    offers = Permission.MANAGE_MEMBERS
    form = InvitationForm
    list_display = ["email", "publisher", "role", "invited_by", "created_at", "state"]
    list_select_related = ["publisher", "invited_by"]
    search_fields = ["email", "name"]
    actions = ["revoke_selected"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        own = publisher_ids_with(request.user, Permission.MANAGE_MEMBERS)
        queryset = super().get_queryset(request)
        return queryset if own is None else queryset.filter(publisher_id__in=own)

    def get_readonly_fields(self, request: HttpRequest, obj: Invitation | None = None) -> list[str]:
        return ["email", "name", "publisher", "role", "invited_by", "created_at", "state"] if obj else []

    def get_fields(self, request: HttpRequest, obj: Invitation | None = None) -> Any:
        return self.get_readonly_fields(request, obj) or ["email", "name", "publisher", "role"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)
        own = publisher_ids_with(request.user, Permission.MANAGE_MEMBERS) or set()
        if len(own) == 1:
            initial.setdefault("publisher", str(*own))
        return initial

    def has_module_permission(self, request: HttpRequest) -> bool:
        return publisher_ids_with(request.user, Permission.MANAGE_MEMBERS) != set()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        if obj is None:
            return self.has_module_permission(request)
        return has_permission(request.user, Permission.MANAGE_MEMBERS, obj.publisher_id)

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return obj is None and self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)
        made = invitations.invite(
            email=obj.email,
            name=obj.name,
            publisher=obj.publisher,
            role=Role(obj.role),
            by=request.user,
            now=timezone.now(),
            address=client_address(request),
        )
        obj.pk = made.pk

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        try:
            return super().add_view(request, form_url, {"title": "Invite somebody", **(extra_context or {})})
        except OSError:
            messages.error(request, "The mail could not be sent, so nobody was invited. Try again in a few minutes.")
            return HttpResponseRedirect(reverse("admin:publishers_invitation_add"))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        messages.success(request, f"A mail is on its way to {obj.email}. Its link is good for seven days.")
        return HttpResponseRedirect(reverse("admin:publishers_invitation_changelist"))

    @admin.display(description="State")
    def state(self, invitation: Invitation) -> str:
        if invitation.accepted_at:
            return "Accepted"
        if invitation.revoked_at:
            return "Taken back"
        return "Run out" if invitation.expires_at <= timezone.now() else "Waits for an answer"

    @admin.action(description="Take the chosen invitations back")
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        who = audit.Who(request.user, address=client_address(request))
        for invitation in queryset.select_related("publisher"):
            invitations.revoke(invitation, who=who, now=timezone.now())
        messages.success(request, "Taken back: their links lead nowhere any more.")
