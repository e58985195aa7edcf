"""What was learnt from files, for the officers whose entries they belong to. Alarms are for their eyes alone."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.views.decorators.http import require_POST

from catalogue.admin.access import by, their_entry
from files.actions import alarms, coverage, queue
from files.enums import AlarmState
from files.models import Alarm, ResourceFile
from files.serializers.coverage import coverage_of
from files.views.preview import address
from publishers.admin.read_only import ReadOnly
from publishers.permissions import Permission, has_permission, publisher_ids_with


class OwnFilesAdmin(ReadOnly, admin.ModelAdmin):
    """To be read, by those who may see a publisher's unpublished entries."""

    #: From the model to its dataset.
    path_to_dataset = ""
    list_per_page = 50
    show_full_result_count = False
    list_display_links = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_authenticated and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if obj is None:
            return self.has_module_permission(request)
        return has_permission(request.user, Permission.VIEW_UNPUBLISHED, _publisher_id(obj))

    def has_edit_permission(self, request: HttpRequest) -> bool:
        return publisher_ids_with(request.user, Permission.EDIT_DATASET) != set()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset = super().get_queryset(request)
        own = publisher_ids_with(request.user, Permission.VIEW_UNPUBLISHED)
        return queryset if own is None else queryset.filter(**{f"{self.path_to_dataset}__publisher_id__in": own})

    def editable(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        own = publisher_ids_with(request.user, Permission.EDIT_DATASET)
        return queryset if own is None else queryset.filter(**{f"{self.path_to_dataset}__publisher_id__in": own})


@admin.register(Alarm)
class AlarmAdmin(OwnFilesAdmin):
    path_to_dataset = "file__resource__dataset"
    list_display = ["kind", "entry", "preview", "table", "named_columns", "count", "state", "found_at", "settled_by"]
    list_filter = ["state", "kind"]
    list_select_related = ["file__resource__dataset", "settled_by"]
    search_fields = ["file__resource__dataset__title", "file__url"]
    actions = ["dismiss"]

    @admin.action(description="These columns are meant to be public: show them in previews", permissions=["edit"])
    def dismiss(self, request: HttpRequest, queryset: QuerySet[Alarm]) -> None:
        chosen = list(self.editable(request, queryset).filter(state=AlarmState.OPEN))
        count = alarms.dismiss(chosen, by=request.user, now=timezone.now())  # type: ignore[arg-type]
        messages.success(request, f"{count} dismissed. The columns appear once the files have been looked into again.")

    @admin.display(description="Columns")
    def named_columns(self, alarm: Alarm) -> str:
        return ", ".join(alarm.columns)

    @admin.display(description="Entry", ordering="file__resource__dataset__title")
    def entry(self, alarm: Alarm) -> SafeString:
        return _entry(alarm.file)

    @admin.display(description="File")
    def preview(self, alarm: Alarm) -> SafeString:
        return _preview(alarm.file)


class FormatFilter(admin.AllValuesFieldListFilter):
    """By format; files whose content shows none are chosen by a name as well."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for choice in super().choices(changelist):
            shown = str(choice["display"])
            yield {**choice, "display": shown if shown[:1].strip() else f"None found{shown}"}


@admin.register(ResourceFile)
class ResourceFileAdmin(OwnFilesAdmin):
    path_to_dataset = "resource__dataset"
    list_display = ["preview", "entry", "state", "reason", "format", "size_bytes", "suggestion", "fetched_at", "due_at"]
    list_filter = ["state", ("format", FormatFilter)]
    list_select_related = ["resource__dataset"]
    search_fields = ["url", "resource__dataset__title"]
    search_help_text = "Words of the entry's title, or part of the link."
    actions = ["look_again", "take_over"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(take_over_coverage)
        return [path("coverage/<uuid:dataset_id>/", view, name="files_resourcefile_coverage"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ResourceFile]:
        return super().get_queryset(request).prefetch_related("tables")

    @admin.action(description="Look into the chosen files again", permissions=["edit"])
    def look_again(self, request: HttpRequest, queryset: QuerySet[ResourceFile]) -> None:
        ids = list(self.editable(request, queryset).values_list("resource_id", flat=True))
        count = queue.look_again(ids, now=timezone.now())
        messages.success(request, f"{count} files will be looked into as soon as a worker is free.")

    @admin.action(description="Say in the entries what their chosen files seem to cover", permissions=["edit"])
    def take_over(self, request: HttpRequest, queryset: QuerySet[ResourceFile]) -> None:
        ids = self.editable(request, queryset).order_by("resource__dataset_id").values_list("resource__dataset_id")
        taken = [coverage.take_over(dataset_id, by=by(request), now=timezone.now()) for (dataset_id,) in ids.distinct()]
        messages.success(request, f"{sum(taken)} entries now say what their files cover.")

    @admin.display(description="File")
    def preview(self, file: ResourceFile) -> SafeString:
        return _preview(file)

    @admin.display(description="Entry", ordering="resource__dataset__title")
    def entry(self, file: ResourceFile) -> SafeString:
        return _entry(file)

    @admin.display(description="Seems to cover")
    def suggestion(self, file: ResourceFile) -> str:
        """Period and area as the content has them, where the entry does not say so itself."""
        found = coverage_of(file.resource.dataset, [file])
        period = [f"{found.start} to {found.end}"] if found.start else []
        return "; ".join([*period, ", ".join(found.places)] if found.places else period)


@require_POST
def take_over_coverage(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """The entry says what its files seem to cover."""
    dataset = their_entry(request, dataset_id, Permission.EDIT_DATASET)
    if coverage.take_over(dataset.id, by=by(request, "What its files cover"), now=timezone.now()):
        messages.success(request, "The entry now says what its files cover.")
    else:
        messages.info(request, "The entry says already what its files cover.")
    return HttpResponseRedirect(reverse("admin:catalogue_dataset_change", args=[dataset.id]))


def _publisher_id(obj: Any) -> Any:
    return (obj.file if isinstance(obj, Alarm) else obj).resource.dataset.publisher_id


def _entry(file: ResourceFile) -> SafeString:
    dataset = file.resource.dataset
    return format_html('<a href="{}">{}</a>', reverse("admin:catalogue_dataset_change", args=[dataset.id]), dataset)


def _preview(file: ResourceFile) -> SafeString:
    words = Truncator(file.resource.title or file.url).chars(48)  # names of files have no blanks to break at
    return format_html('<a href="{}">{}</a>', address(file.resource), words)
