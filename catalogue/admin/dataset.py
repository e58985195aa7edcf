"""The data officer's workplace: entries of their own publishers, and nobody else's."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from catalogue.actions import datasets
from catalogue.actions.store import By
from catalogue.enums import BROKEN_LINK_STATES, Route, State
from catalogue.forms import DatasetForm, ResourceForm, allowed_publishers, resource_drafts
from catalogue.models import Dataset, Resource
from catalogue.quality.report import present
from catalogue.serializers.quality import follows_its_source, place_to_mend
from catalogue.serializers.revisions import label_of
from publishers.models import User
from publishers.permissions import Permission, has_permission, publisher_ids_with


def _person(request: HttpRequest) -> User:
    """Whoever is signed in; nobody else gets this far."""
    assert isinstance(request.user, User)
    return request.user


class ResourceInline(admin.StackedInline):
    model = Resource
    form = ResourceForm
    extra = 1  # one empty form, so that a file can be added without JavaScript
    verbose_name, verbose_name_plural = "file or link", "files and links"
    readonly_fields = ["link_state"]
    fields = [
        ("title", "kind"),
        "url",
        ("format", "modified", "size_bytes"),
        "description",
        "period_text",
        "link_state",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resource]:
        return super().get_queryset(request).select_related("link").order_by("position", "id")

    @admin.display(description="Does the link work?")
    def link_state(self, resource: Resource) -> str:
        link = getattr(resource, "link", None)
        if link is None or link.checked_at is None:
            return "Not checked yet."
        checked = timezone.localtime(link.checked_at)
        return f"{link.get_state_display()}. {link.reason} Checked {checked:%-d %B %Y at %H:%M}."

    # Whoever may change the entry may change its files; the entry's own admin has asked already.
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None or not obj.is_harvested

    has_change_permission = has_delete_permission = has_add_permission

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


class MineFilter(admin.SimpleListFilter):
    title, parameter_name = "what needs work", "needs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("links", "Broken links"), ("quality", "Poor quality"), ("draft", "Drafts")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Dataset]) -> QuerySet[Dataset]:
        match self.value():
            case "links":
                return queryset.filter(resources__link__state__in=BROKEN_LINK_STATES).distinct()
            case "quality":
                return queryset.filter(quality__band="poor")
            case "draft":
                return queryset.filter(state=State.DRAFT)
        return queryset


@admin.register(Dataset)
class DatasetAdmin(admin.ModelAdmin):
    form = DatasetForm
    view_on_site = False  # the form's own tools link to the public page, where there is one
    inlines = [ResourceInline]
    list_display = ["title", "publisher", "state", "quality_score", "source", "modified_at"]
    list_filter = [MineFilter, "state", ("quality__band", admin.ChoicesFieldListFilter), "access"]
    list_select_related = ["publisher", "quality"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["title", "name", "origin_id"]
    search_help_text = "Words of the title, the name in addresses, or the identifier at the source."
    readonly_fields = ["state_line", "quality_panel"]
    change_form_template = "admin/catalogue/dataset/change_form.html"
    actions = ["publish_selected"]
    fieldsets = [
        (None, {"fields": ["state_line", "quality_panel"]}),
        ("What is it?", {"fields": ["title", "description", "topic", "tags", "kind"]}),
        (
            "Who answers for it?",
            {"fields": ["publisher", ("contact_name", "contact_email"), ("contact_phone", "contact_url"), "creator"]},
        ),
        (
            "How may it be used?",
            {"fields": ["licence", "licence_text", "access", "access_reason", "planned_release"]},
        ),
        (
            "Who holds it, and who may know?",
            {
                "description": "For the inventory. Where it is held, and by whom, only signed-in officials read.",
                "fields": [
                    *("visibility", ("personal_data", "classification"), "held_in", "information_asset_owner"),
                    *(("data_steward", "data_custodian"), "retention"),
                ],
            },
        ),
        ("When is it updated?", {"fields": ["frequency", ("issued", "modified"), ("temporal_start", "temporal_end")]}),
        ("Where does it cover?", {"fields": ["places", ("west", "south", "east", "north")]}),
        (
            "More",
            {
                "classes": ["collapse"],
                "fields": [
                    *("languages", "landing_page", "name"),
                    *(("foi_name", "foi_email"), ("foi_phone", "foi_url"), "read_version"),
                ],
            },
        ),
    ]

    # Who may do what: `publishers.permissions` answers

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_authenticated and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Dataset | None = None) -> bool:
        return (
            self.has_module_permission(request) if obj is None else self._may(request, Permission.VIEW_UNPUBLISHED, obj)
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return publisher_ids_with(request.user, Permission.CREATE_DATASET) != set()

    def has_change_permission(self, request: HttpRequest, obj: Dataset | None = None) -> bool:
        if obj is None:
            return publisher_ids_with(request.user, Permission.EDIT_DATASET) != set()
        return self._may(request, Permission.EDIT_DATASET, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Dataset | None = None) -> bool:
        return False  # entries are withdrawn: their address goes on saying what they were

    def _may(self, request: HttpRequest, permission: Permission, dataset: Dataset) -> bool:
        return has_permission(request.user, permission, dataset.publisher_id)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dataset]:
        own = publisher_ids_with(request.user, Permission.VIEW_UNPUBLISHED)
        queryset = super().get_queryset(request)
        return queryset if own is None else queryset.filter(publisher_id__in=own)

    def get_readonly_fields(self, request: HttpRequest, obj: Dataset | None = None) -> list[str]:
        # A harvested entry stays with the publisher that its source says
        return [*self.readonly_fields, "publisher"] if obj and obj.is_harvested else list(self.readonly_fields)

    def get_form(self, request: HttpRequest, obj: Dataset | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        for name in {"publisher", "topic", "licence"} & form.base_fields.keys():
            # Choosing one is this form's business; changing one is not
            for related in ("add", "change", "delete", "view"):
                setattr(form.base_fields[name].widget, f"can_{related}_related", False)
        if "publisher" in form.base_fields:
            publisher = form.base_fields["publisher"]
            assert isinstance(publisher, forms.ModelChoiceField)
            allowed_publishers(publisher, publisher_ids_with(request.user, Permission.CREATE_DATASET))
        return form

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Datasets", **(extra_context or {})})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Someone who works for one publisher finds it filled in."""
        initial = super().get_changeform_initial_data(request)
        own = publisher_ids_with(request.user, Permission.CREATE_DATASET) or set()
        if len(own) == 1:
            initial.setdefault("publisher", str(*own))
        return {"licence": "uk-ogl", "languages": ["en"], **initial}

    # Saving goes through the actions, which keep history, changes and quality in step

    def save_model(self, request: HttpRequest, obj: Dataset, form: Any, change: bool) -> None:
        """Nothing: `save_related` stores the entry and its files in one go."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        now = timezone.now()
        dataset = form.instance
        by = By(Route.FORM, user=_person(request))
        current = datasets.draft_of(Dataset.objects.get(pk=dataset.pk)) if change else None
        for formset in formsets:
            formset.save(commit=False)  # so that the admin's own log can say what was added, changed and deleted
        files = [formset for formset in formsets if formset.model is Resource]
        resources = resource_drafts(files[0]) if files and not dataset.is_harvested else current and current.resources
        draft = form.draft(current, resources or ())
        state = State.PUBLISHED if "_publish" in request.POST else None
        visibility = form.cleaned_data.get("visibility")
        if change:
            stored = datasets.edit(dataset.pk, draft, by=by, now=now, state=state, visibility=visibility)
        else:
            stored = datasets.create(draft, by=by, now=now, state=state or State.DRAFT, visibility=visibility)
        # The admin goes on with this object: to its log and to the page that it shows next
        dataset.pk = stored.dataset_id
        dataset.refresh_from_db()

    def response_change(self, request: HttpRequest, obj: Dataset) -> HttpResponse:
        return self._published(request, obj) or super().response_change(request, obj)

    def response_add(self, request: HttpRequest, obj: Dataset, post_url_continue: str | None = None) -> HttpResponse:
        return self._published(request, obj) or super().response_add(request, obj, post_url_continue)

    def _published(self, request: HttpRequest, dataset: Dataset) -> HttpResponse | None:
        if "_publish" not in request.POST:
            return None
        link = format_html('<a href="{}">See its public page</a>', dataset.get_absolute_url())
        messages.success(request, format_html("“{}” is published. {}.", dataset.title, link))
        return HttpResponseRedirect(reverse("admin:catalogue_dataset_change", args=[dataset.pk]))

    @admin.action(description="Publish the chosen drafts", permissions=["change"])
    def publish_selected(self, request: HttpRequest, queryset: QuerySet[Dataset]) -> None:
        by, now, done = By(Route.FORM, user=_person(request)), timezone.now(), 0
        for dataset in queryset.exclude(state=State.PUBLISHED):
            if self._may(request, Permission.PUBLISH_DATASET, dataset):
                datasets.publish(dataset, by=by, now=now)
                done += 1
        messages.success(request, f"Published {done} {'entry' if done == 1 else 'entries'}.")

    def get_urls(self) -> list[URLPattern]:
        withdraw = path(
            "<uuid:dataset_id>/withdraw/", self.admin_site.admin_view(self.withdraw), name="catalogue_dataset_withdraw"
        )
        return [withdraw, *super().get_urls()]

    def withdraw(self, request: HttpRequest, dataset_id: Any) -> HttpResponse:
        """Ask for the reason, then withdraw."""
        dataset = get_object_or_404(self.get_queryset(request), pk=dataset_id)
        if not self._may(request, Permission.WITHDRAW_DATASET, dataset):
            raise PermissionDenied
        form = WithdrawForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            by = By(Route.FORM, user=_person(request), comment=form.cleaned_data["reason"])
            datasets.withdraw(dataset, reason=form.cleaned_data["reason"], by=by, now=timezone.now())
            messages.success(request, f"“{dataset.title}” is withdrawn. Its address now says that it was, and why.")
            return HttpResponseRedirect(reverse("admin:catalogue_dataset_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Withdraw “{dataset.title}”",
            "dataset": dataset,
            "form": form,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/catalogue/dataset/withdraw.html", context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Every version with what changed: the same page that readers have."""
        dataset = get_object_or_404(self.get_queryset(request), pk=object_id)
        return HttpResponseRedirect(f"{dataset.get_absolute_url()}/history")

    # What the lists and the form show

    @admin.display(description="Quality", ordering="quality__score")
    def quality_score(self, dataset: Dataset) -> str:
        report = getattr(dataset, "quality", None)
        return f"{report.score} ({report.get_band_display().lower()})" if report else "Not scored yet"

    @admin.display(description="Source")
    def source(self, dataset: Dataset) -> str:
        return dataset.origin_title or ("Harvested" if dataset.is_harvested else "This form")

    @admin.display(description="State")
    def state_line(self, dataset: Dataset) -> SafeString | str:
        if dataset._state.adding:
            return "New"
        line: SafeString = format_html("{}", dataset.get_state_display())
        if dataset.state == State.PUBLISHED:
            line = format_html('{} – <a href="{}">see its public page</a>', line, dataset.get_absolute_url())
        if dataset.is_harvested:
            line = format_html(
                "{}<br>Harvested from {}. What you change here stays through later harvests; files and links follow "
                "the source.",
                line,
                dataset.origin_title or dataset.origin_url or "its source",
            )
        if dataset.overlay:
            corrected = ", ".join(label_of(field.removesuffix("_id")).lower() for field in dataset.overlay)
            line = format_html("{}<br>Corrected here: {}.", line, corrected)
        return line

    @admin.display(description="Quality")
    def quality_panel(self, dataset: Dataset) -> SafeString | str:
        report = getattr(dataset, "quality", None)
        if dataset._state.adding or report is None:
            return "Scored as soon as you save."
        steps = present(report).steps
        band = report.get_band_display().lower()
        if not steps:
            return format_html("<strong>{}</strong> out of 100 ({}). Nothing left to mend.", report.score, band)
        resource_ids = [str(key) for key in dataset.resources.order_by("position", "id").values_list("id", flat=True)]
        rows = format_html_join(
            "",
            '<li><a href="#{}">{}</a> <strong>+{}</strong>, to {}<br><span class="help">{}{}</span></li>',
            (
                (
                    place_to_mend(step.field, step.evidence, resource_ids),
                    step.fix,
                    step.gain,
                    step.score_after,
                    step.reason,
                    " Files and links are mended at its source." if follows_its_source(dataset, step.field) else "",
                )
                for step in steps
            ),
        )
        return format_html(
            '<strong>{}</strong> out of 100 ({}). Fix this first:<ol class="quality-fixes">{}</ol>',
            report.score,
            band,
            rows,
        )


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        max_length=2000,
        help_text="Shown to everybody who follows a link to this entry: what happened to it, and where to look now.",
    )
