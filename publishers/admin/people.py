"""People. Operators keep their accounts; administrators look them up to give them roles."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from publishers.actions import audit, identities, second_steps
from publishers.client_address import client_address
from publishers.enums import AuditAction
from publishers.models import User
from publishers.permissions import Permission, may_reset_second_step, publisher_ids_with

# Roles are code (`publishers.permissions`); and how people sign in is changed by actions that the audit log knows
for model in (Group, Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    ordering = ["email"]
    list_display = ["email", "name", "is_active", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_superuser"]
    search_fields = ["email", "name"]
    actions = ["reset_second_step", "unlink_identities"]
    filter_horizontal = []
    readonly_fields = ["date_joined", "last_login"]
    fieldsets = [
        (None, {"fields": ["email", "name", "password"]}),
        ("What they may do", {"fields": ["is_active", "is_staff", "is_superuser"]}),
        ("Dates", {"fields": ["date_joined", "last_login"]}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["email", "name", "usable_password", "password1", "password2"]})
    ]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        audit.record(
            AuditAction.USER_CHANGED,
            who=audit.Who(request.user, address=client_address(request)),
            now=timezone.now(),
            object_id=obj.pk,
            object_label=obj.email,
            detail={"fields": [name for name in form.changed_data if "password" not in name]},
        )

    @admin.action(description="Reset the second step of the chosen people")
    def reset_second_step(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """For those who have lost theirs. They set up another when they next sign in."""
        who, now = audit.Who(request.user, address=client_address(request)), timezone.now()
        for person in queryset:
            if not may_reset_second_step(request.user, person):
                messages.error(request, f"{person} works for others too: an operator must reset their second step.")
            elif second_steps.reset(person, who=who, now=now):
                messages.success(request, f"The second step of {person} is reset. A mail tells them.")
            else:
                messages.warning(request, f"{person} has no second step.")

    @admin.action(description="Unlink the chosen people from the sign-in provider", permissions=["change"])
    def unlink_identities(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Where somebody has a new account there; the next sign-in links it."""
        who, now = audit.Who(request.user, address=client_address(request)), timezone.now()
        count = sum(bool(identities.unlink(person, who=who, now=now)) for person in queryset)
        messages.success(request, f"Unlinked: {count}.")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Administrators of a publisher look people up to make them members; the rest is the operators'."""
        return publisher_ids_with(request.user, Permission.MANAGE_MEMBERS) != set()
