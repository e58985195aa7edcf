"""The data officer's workplace: entries of their own publishers, and nobody else's."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalogue.actions import datasets, workflow
from catalogue.actions.entry import Release
from catalogue.admin import entry_list, lifecycle, live_checks, mergers, panels, tables, versions
from catalogue.admin.access import by, may, person
from catalogue.admin.files import ResourceInline
from catalogue.drafts import DatasetDraft
from catalogue.enums import State
from catalogue.forms import DatasetForm, allowed_publishers, resource_drafts
from catalogue.merging import merged_files
from catalogue.models import Dataset, Resource
from catalogue.proposed import copy_for, open_proposals, snapshot_at, take_up
from catalogue.snapshots import draft_from
from publishers.admin.plain_choices import PlainChoices
from publishers.models import Publisher
from publishers.permissions import Permission, has_permission, publisher_ids_with
from publishers.queries import usual_publisher_id


@admin.register(Dataset)
class DatasetAdmin(PlainChoices, entry_list.EntryList):
    form = DatasetForm
    view_on_site = False  # the form's own tools link to the public page, where there is one
    inlines = [ResourceInline]
    readonly_fields = ["state_line", "quality_panel"]
    change_form_template = "admin/catalogue/dataset/change_form.html"
    fieldsets = [
        (None, {"fields": ["state_line", "quality_panel"]}),
        ("What is it?", {"fields": ["title", "description", ("topic", "kind"), "in_series", "tags"]}),
        (
            "Where is it from?",
            {
                "fields": [
                    "publisher",
                    ("contact_email", "contact_name"),
                    ("contact_phone", "contact_url"),
                    "provenance",
                ]
            },
        ),
        (
            "How may it be used?",
            {"fields": ["licence", "licence_text", "access", "access_reason", "planned_release"]},
        ),
        ("When is it updated?", {"fields": ["frequency", ("modified", "issued"), ("temporal_start", "temporal_end")]}),
        ("Where does it cover?", {"fields": ["places", ("west", "south", "east", "north")]}),
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
        ("When is it released?", {"fields": ["release_at"]}),
        (
            "More",
            {
                "classes": ["collapse"],
                "fields": [
                    *("languages", "creator", "landing_page", "name", ("foi_name", "foi_email")),
                    *(("foi_phone", "foi_url"), "read_version", "base_version"),
                ],
            },
        ),
    ]

    def has_change_permission(self, request: HttpRequest, obj: Dataset | None = None) -> bool:
        if obj is None:
            return publisher_ids_with(request.user, Permission.EDIT_DATASET) != set()
        return may(request, Permission.EDIT_DATASET, obj)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Dataset | None:
        """The entry; for those whose changes wait for approval, as it would be with what is proposed already."""
        dataset = super().get_object(request, object_id, from_field)
        if dataset and (copy := copy_for(person(request), dataset)):
            take_up(dataset, copy)
        return dataset

    def get_readonly_fields(self, request: HttpRequest, obj: Dataset | None = None) -> list[str]:
        # A harvested entry stays with the publisher that its source says
        return [*self.readonly_fields, "publisher"] if obj and obj.is_harvested else list(self.readonly_fields)

    def get_form(self, request: HttpRequest, obj: Dataset | None = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.user = request.user
        form.copy = getattr(obj, "working_copy", None)
        form.may_publish_for = publisher_ids_with(request.user, Permission.PUBLISH_DATASET)
        if "publisher" in form.base_fields:
            publisher = form.base_fields["publisher"]
            assert isinstance(publisher, forms.ModelChoiceField)
            allowed_publishers(publisher, publisher_ids_with(request.user, Permission.CREATE_DATASET))
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Someone who works for one publisher finds it filled in, even if other bodies lie below it."""
        initial = super().get_changeform_initial_data(request)
        usual = usual_publisher_id(person(request), publisher_ids_with(request.user, Permission.CREATE_DATASET))
        if usual:
            initial.setdefault("publisher", str(usual))
        return {"licence": "uk-ogl", "languages": ["en"], **initial}

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        context = {
            "may_publish_somewhere": publisher_ids_with(request.user, Permission.PUBLISH_DATASET) != set(),
            **(extra_context or {}),
        }
        return super().changeform_view(request, object_id, form_url, context)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        obj = kwargs.get("obj")
        context["may_publish"] = (
            may(request, Permission.PUBLISH_DATASET, obj) if obj else context["may_publish_somewhere"]
        )
        context["copy"] = getattr(obj, "working_copy", None)
        context["waiting"] = obj and not context["copy"] and open_proposals([obj.pk]).get(obj.pk)
        context["conflict"] = getattr(context["adminform"].form, "conflict", None)
        return super().render_change_form(request, context, *args, **kwargs)

    # Saving goes through the actions, which keep history, changes and quality in step

    def save_model(self, request: HttpRequest, obj: Dataset, form: Any, change: bool) -> None:
        """Nothing: `save_related` stores the entry and its files in one go."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        now, who, dataset = timezone.now(), by(request), form.instance
        current = self._current(request, dataset) if change else None
        for formset in formsets:
            formset.save(commit=False)  # so that the admin's own log can say what was added, changed and deleted
        files = [formset for formset in formsets if formset.model is Resource]
        resources = resource_drafts(files[0]) if files and not dataset.is_harvested else current and current.resources
        if current and not dataset.is_harvested and (base := self._base_files(form)) is not None:
            resources = merged_files(base=base, theirs=current.resources, ours=resources or ())
        draft = form.draft(current, resources or ())
        cleaned = form.cleaned_data
        was = State(dataset.state) if change else State.DRAFT
        state = self._state_wanted(request, cleaned.get("publisher") or dataset.publisher, was)
        visibility = cleaned.get("visibility")
        release = Release(cleaned["release_at"]) if "release_at" in form.changed_data else None
        if change:
            stored = datasets.edit(
                dataset.pk, draft, by=who, now=now, state=state, visibility=visibility, release=release
            )
        else:
            stored = datasets.create(
                draft, by=who, now=now, state=state or State.DRAFT, visibility=visibility, release=release
            )
        request.is_held = stored.is_held  # type: ignore[attr-defined]
        # The admin goes on with this object: to its log and to the page that it shows next
        dataset.pk = stored.dataset_id
        dataset.refresh_from_db()
        if state == State.PUBLISHED and (was != state or release):
            workflow.note_publication(dataset, was=was, release_at=dataset.release_at, by=who, now=now)
        elif state == State.IN_REVIEW and was != state:
            workflow.note_submission(dataset, by=who, now=now)

    def _state_wanted(self, request: HttpRequest, publisher: Publisher, was: State) -> State | None:
        """Where the button that was pressed takes the entry; None: it stays. Who may not publish, asks for review."""
        if "_publish" in request.POST and has_permission(request.user, Permission.PUBLISH_DATASET, publisher):
            return State.PUBLISHED
        asks = {"_publish", "_submit"} & request.POST.keys()
        return State.IN_REVIEW if asks and was in {State.DRAFT, State.WITHDRAWN} else None

    def _current(self, request: HttpRequest, dataset: Dataset) -> DatasetDraft:
        """What the person's changes are changes of."""
        stored = Dataset.objects.get(pk=dataset.pk)
        copy = copy_for(person(request), stored)
        return copy.draft if copy else datasets.draft_of(stored)

    def _base_files(self, form: DatasetForm) -> Any:
        """The files that this person began from, if somebody else has saved the entry since."""
        base, read = form.cleaned_data.get("base_version"), form.cleaned_data.get("read_version")
        if base is None or base == read:
            return None
        said = snapshot_at(form.instance.pk, base)
        return draft_from(said).resources if said else None

    def response_change(self, request: HttpRequest, obj: Dataset) -> HttpResponse:
        return self._stepped(request, obj) or super().response_change(request, obj)

    def response_add(self, request: HttpRequest, obj: Dataset, post_url_continue: str | None = None) -> HttpResponse:
        return self._stepped(request, obj) or super().response_add(request, obj, post_url_continue)

    def _stepped(self, request: HttpRequest, dataset: Dataset) -> HttpResponse | None:
        if getattr(request, "is_held", False):
            messages.success(request, f"Your change of “{dataset.title}” waits for approval. Readers don’t see it yet.")
            return HttpResponseRedirect(reverse("admin:catalogue_dataset_change", args=[dataset.pk]))
        if not {"_publish", "_submit"} & request.POST.keys():
            return None
        if dataset.state == State.IN_REVIEW:
            messages.success(request, f"“{dataset.title}” is saved and waits for review.")
            return HttpResponseRedirect(reverse("admin:catalogue_dataset_review", args=[dataset.pk]))
        if dataset.release_at and dataset.release_at > timezone.now():
            messages.success(request, f"“{dataset.title}” is released on {workflow.in_london(dataset.release_at)}.")
        else:
            link = format_html('<a href="{}">See its public page</a>', dataset.get_absolute_url())
            messages.success(request, format_html("“{}” is published. {}.", dataset.title, link))
        return HttpResponseRedirect(reverse("admin:catalogue_dataset_change", args=[dataset.pk]))

    def get_urls(self) -> list[URLPattern]:
        own = [module.urls(self.admin_site) for module in (lifecycle, versions, live_checks, tables, mergers)]
        return [*(pattern for patterns in own for pattern in patterns), *super().get_urls()]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Every version, with what changed."""
        return HttpResponseRedirect(reverse("admin:catalogue_dataset_versions", args=[object_id]))

    @admin.display(description="State")
    def state_line(self, dataset: Dataset) -> SafeString | str:
        return panels.state_line(dataset)

    @admin.display(description="Quality")
    def quality_panel(self, dataset: Dataset) -> SafeString | str:
        return panels.quality_panel(dataset)
