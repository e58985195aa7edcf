"""Uploading a file to an entry, and every version that is kept."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalogue.actions import amending, uploads
from catalogue.actions.entry import By
from catalogue.actions.virus_scans import is_served
from catalogue.admin.access import their_entries
from catalogue.drafts import ResourceDraft
from catalogue.enums import Route
from catalogue.models import Resource, UploadedFile
from publishers.models import User
from publishers.permissions import Permission, publisher_ids_with

#: Columns that tell nobody anything, or that `virus_check` tells in words.
_NOT_SHOWN: Final = {"id", "stored_as", "scanned", "found_by"}


class UploadForm(forms.ModelForm):
    file = forms.FileField(
        help_text="It is held here, checked for viruses where a scanner is set up, and given as a download."
    )
    title = forms.CharField(max_length=500, required=False, help_text="What readers see: “Bus stops, October 2026”.")
    replaces = forms.UUIDField(
        required=False,
        label="New version of",
        help_text="The UUID of the file that this is a new version of, if it is.",
    )

    class Meta:
        model = UploadedFile
        fields = ["dataset"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        dataset, replaced = data.get("dataset"), data.get("replaces")
        if dataset and dataset.is_harvested:
            raise ValidationError("This entry is harvested: its files follow its source. Change them there.")
        if dataset and replaced and not Resource.objects.filter(id=replaced, dataset=dataset).exists():
            self.add_error("replaces", "This entry has no such file: leave it empty for a new one.")
        return data


@admin.register(UploadedFile)
class UploadedFileAdmin(admin.ModelAdmin):
    form = UploadForm
    list_display = ["file_name", "number", "dataset", "size_bytes", "uploaded_by", "uploaded_at", "virus_check"]
    list_select_related = ["dataset", "uploaded_by"]
    search_fields = ["file_name", "dataset__title"]
    autocomplete_fields = ["dataset"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[UploadedFile]:
        own = publisher_ids_with(request.user, Permission.VIEW_UNPUBLISHED)
        queryset = super().get_queryset(request)
        return queryset if own is None else queryset.filter(dataset__publisher_id__in=own)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ["dataset", "file", "title", "replaces"]
        shown = [field.name for field in UploadedFile._meta.fields if field.name not in _NOT_SHOWN]
        return [*shown, "virus_check"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj) if obj else []

    @admin.display(description="virus check")
    def virus_check(self, file: UploadedFile) -> SafeString | str:
        """What came of it and, where the file is not given out, what to do."""
        if file.found_by:
            again = (
                f"{reverse('admin:catalogue_uploadedfile_add')}?dataset={file.dataset_id}&replaces={file.resource_id}"
            )
            words = 'Something was found in it: it is not given out. <a href="{}">Upload a new version of it</a>.'
            return format_html(words, again)
        if file.scanned:
            return "Nothing was found"
        if is_served(file):
            return "No scanner is set up: it is given out unchecked"
        return "Waits to be checked, within the hour: until then it is not given out"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_authenticated and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)  # the queryset says of which

    def has_add_permission(self, request: HttpRequest) -> bool:
        return publisher_ids_with(request.user, Permission.EDIT_DATASET) != set()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # versions are kept

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "dataset":  # the field would say the title even of one that it refuses
            kwargs["queryset"] = their_entries(request, Permission.EDIT_DATASET)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: UploadedFile, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)
        by, now, data = By(Route.FORM, user=request.user), timezone.now(), form.cleaned_data
        replaced: UUID | None = data.get("replaces")
        if replaced:
            kept, _ = uploads.replace_file(obj.dataset, replaced, data["file"], by=by, now=now)
        else:
            about = ResourceDraft(url="", title=data.get("title", ""))
            kept, _ = uploads.add_file(obj.dataset, data["file"], by=by, now=now, about=about)
        obj.pk = kept.pk
        obj.refresh_from_db()

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        try:
            return super().add_view(request, form_url, {"title": "Upload a file", **(extra_context or {})})
        except (uploads.FileRefused, amending.NoSuchResource) as error:
            messages.error(request, str(error) or "The entry has no such file any more: look at it again.")
            return HttpResponseRedirect(request.get_full_path())

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        messages.success(request, f"“{obj.file_name}” is uploaded and stands among the entry’s files.")
        return HttpResponseRedirect(reverse("admin:catalogue_dataset_change", args=[obj.dataset_id]))
