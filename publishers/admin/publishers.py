"""Publishers, and who works for them. Scoped by `publishers.permissions` like everything else."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from publishers import actions
from publishers.actions import audit, members
from publishers.client_address import client_address
from publishers.enums import AuditAction
from publishers.models import Membership, Publisher
from publishers.permissions import Permission, has_permission, publisher_ids_with

admin.site.site_header = "Domesday: publisher workplace"
admin.site.site_title = "Domesday"
admin.site.index_title = "Your work"
admin.site.site_url = "/"
admin.site.logout_template = "people/signed_out.html"


def _who(request: HttpRequest) -> audit.Who:
    return audit.Who(request.user, address=client_address(request))


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    template = "admin/_tabular.html"
    verbose_name, verbose_name_plural = "member", "who works for this publisher"
    autocomplete_fields = ["user"]

    def _may(self, request: HttpRequest, obj: Any = None) -> bool:
        return isinstance(obj, Publisher) and has_permission(request.user, Permission.MANAGE_MEMBERS, obj)

    has_view_permission = has_add_permission = has_change_permission = has_delete_permission = _may


class PublisherForm(forms.ModelForm):
    def clean_parent(self) -> Publisher | None:
        """A body can't be part of one that is part of it."""
        parent = self.cleaned_data["parent"]
        if parent and self.instance.pk and Publisher.objects.under([self.instance.pk]).contains(parent):
            raise forms.ValidationError(f"{parent} is part of {self.instance}: choose a body above it.")
        return parent


@admin.register(Publisher)
class PublisherAdmin(admin.ModelAdmin):
    form = PublisherForm
    inlines = [MembershipInline]
    list_display = ["title", "slug", "kind", "parent", "closed_on"]
    list_filter = ["kind"]
    list_select_related = ["parent"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    search_fields = ["title", "abbreviation", "slug"]
    fieldsets = [
        (None, {"fields": ["title", "slug", "abbreviation", "kind", "parent", "description", "homepage"]}),
        (
            "Contact, shown on every dataset that names none of its own",
            {"fields": [("contact_name", "contact_email"), ("contact_phone", "contact_url")]},
        ),
        ("Freedom of information", {"fields": [("foi_name", "foi_email"), ("foi_phone", "foi_url")]}),
        ("How it works here", {"fields": ["requires_approval", "shows_holdings"]}),
        ("Lifecycle", {"fields": ["closed_on", "names_so_far"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Publisher | None = None) -> list[str]:
        """The tree and the addresses are the operators' to change."""
        return ["names_so_far", *([] if request.user.is_superuser else ["slug", "kind", "parent", "closed_on"])]

    @admin.display(description="Earlier names")
    def names_so_far(self, obj: Publisher) -> str:
        """All that lead to it, those of bodies that were merged into it included; for a merged one, where they lead."""
        if obj.merged_into:
            return f"Merged into {obj.merged_into}: its names lead there."
        names = obj.names.exclude(slug=obj.slug) if obj.pk else []
        return ", ".join(f"{name.title} ({name.slug})" for name in names) or "None"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publisher]:
        own = publisher_ids_with(request.user, Permission.VIEW_UNPUBLISHED)
        queryset = super().get_queryset(request)
        return queryset if own is None else queryset.filter(id__in=own)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_authenticated and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Publisher | None = None) -> bool:
        if obj is None:
            return self.has_module_permission(request)
        return has_permission(request.user, Permission.VIEW_UNPUBLISHED, obj)

    def has_change_permission(self, request: HttpRequest, obj: Publisher | None = None) -> bool:
        if obj is None:
            return publisher_ids_with(request.user, Permission.EDIT_PUBLISHER) != set()
        return has_permission(request.user, Permission.EDIT_PUBLISHER, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return publisher_ids_with(request.user, Permission.ADD_PUBLISHER) is None

    def has_delete_permission(self, request: HttpRequest, obj: Publisher | None = None) -> bool:
        return False  # a body that is gone is closed: its datasets and addresses remain

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        obj: Publisher | None = kwargs.get("obj")
        if obj and obj.merged_into_id:
            context["may_be_undone"] = obj.mergers_away.filter(undone_at=None).exists()
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Publisher, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        earlier_title = form.initial.get("title", "") if change else ""
        actions.note_name(obj, earlier_title=earlier_title, changed=form.changed_data if change else ())
        if form.changed_data or not change:
            audit.record(
                AuditAction.PUBLISHER_CHANGED if change else AuditAction.PUBLISHER_CREATED,
                who=_who(request),
                now=timezone.now(),
                publisher=obj,
                object_id=obj.pk,
                object_label=obj.title,
                detail={"fields": form.changed_data} if change else {},
            )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Members come and go through the admin's own forms; the audit log is told of each."""
        before = dict(Membership.objects.filter(publisher=form.instance).values_list("pk", "role"))
        super().save_formset(request, form, formset, change)
        who, now = _who(request), timezone.now()
        for gone in formset.deleted_objects:
            members.record(gone, AuditAction.MEMBER_REMOVED, who=who, now=now)
        for new in formset.new_objects:
            members.record(new, AuditAction.MEMBER_ADDED, who=who, now=now)
        for changed, _fields in formset.changed_objects:
            if before.get(changed.pk) != changed.role:
                members.record(changed, AuditAction.MEMBER_CHANGED, who=who, now=now)
