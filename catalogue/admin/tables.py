"""The inventory as a table: out as CSV or XLSX, and in again, after a look at what each row would do."""

import tempfile
from collections.abc import Iterator
from typing import IO, Final
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import slugify

from catalogue.actions import batches, inventory_import
from catalogue.admin.access import by, person, their_entries
from catalogue.admin.batches import done_words
from catalogue.forms import allowed_publishers
from catalogue.forms.bulk import UploadForm
from catalogue.inventory.export import rows_of
from catalogue.inventory.import_plan import ImportPlan, plan_import
from catalogue.inventory.outcome import rows_with_outcome
from catalogue.inventory.table_file import UnreadableTable, csv_lines, read_table, write_xlsx
from catalogue.models import Dataset, InventoryFile
from publishers.permissions import Permission, has_permission, publisher_ids_with
from publishers.queries import usual_publisher_id

#: Things wrong with several rows that it lists above those.
KINDS_SHOWN: Final = 30

#: Rows of each kind that the preview shows; of more it tells the number.
SHOWN: Final = 200

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def urls(site: admin.AdminSite) -> list[URLPattern]:
    return [
        path("inventory.csv", site.admin_view(download_csv), name="catalogue_dataset_csv"),
        path("inventory.xlsx", site.admin_view(download_xlsx), name="catalogue_dataset_xlsx"),
        path("import/", site.admin_view(upload), name="catalogue_dataset_import"),
        path("import/<uuid:file_id>/", site.admin_view(preview), name="catalogue_dataset_import_preview"),
        path("import/<uuid:file_id>/rows.csv", site.admin_view(download_rows), name="catalogue_dataset_import_rows"),
    ]


class TableActions(admin.ModelAdmin):
    """The list's actions that take the chosen entries out."""

    @admin.action(description="Download as CSV")
    def download_csv(self, request: HttpRequest, queryset: QuerySet[Dataset]) -> HttpResponse | StreamingHttpResponse:
        return _csv(queryset)

    @admin.action(description="Download as a spreadsheet (XLSX)")
    def download_xlsx(self, request: HttpRequest, queryset: QuerySet[Dataset]) -> FileResponse:
        return _xlsx(queryset)


def download_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Every entry of theirs; of one publisher with `?publisher=<id>`."""
    return _csv(_asked_for(request))


def download_xlsx(request: HttpRequest) -> FileResponse:
    """The same as a spreadsheet."""
    return _xlsx(_asked_for(request))


def _asked_for(request: HttpRequest) -> QuerySet[Dataset]:
    entries = their_entries(request)
    try:
        return entries.filter(publisher_id=UUID(request.GET["publisher"])) if "publisher" in request.GET else entries
    except ValueError:
        return entries.none()


def _csv(entries: QuerySet[Dataset]) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(csv_lines(rows_of(entries)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="inventory-{timezone.localdate()}.csv"'
    return answer


def _xlsx(entries: QuerySet[Dataset]) -> FileResponse:
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed, and so gone, when it is sent)
    write_xlsx(rows_of(entries), file)
    file.seek(0)
    name = f"inventory-{timezone.localdate()}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=_XLSX)


def upload(request: HttpRequest) -> HttpResponse:
    """Take a table, and go on to what it would do."""
    allowed = publisher_ids_with(request.user, Permission.CREATE_DATASET)
    if allowed == set():
        raise PermissionDenied
    form = UploadForm(request.POST or None, request.FILES or None)
    allowed_publishers(form.fields["publisher"], allowed)  # type: ignore[arg-type]
    form.fields["publisher"].initial = usual_publisher_id(person(request), allowed)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        file = InventoryFile(
            name=given.name[:300],
            content=given.read(),
            publisher=form.cleaned_data["publisher"],
            person=person(request),
        )
        inventory_import.keep_upload(file, now=timezone.now())
        return HttpResponseRedirect(reverse("admin:catalogue_dataset_import_preview", args=[file.pk]))
    context = {**admin.site.each_context(request), "title": "Upload an inventory", "form": form, "opts": Dataset._meta}
    return TemplateResponse(request, "admin/catalogue/dataset/import.html", context)


def preview(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Row by row what the table would do; POST does it."""
    file = get_object_or_404(InventoryFile, pk=file_id, person=person(request))
    if file.batch_id:
        return HttpResponseRedirect(reverse("admin:catalogue_batch_change", args=[file.batch_id]))
    if not has_permission(request.user, Permission.CREATE_DATASET, file.publisher_id):
        raise PermissionDenied
    plan, failed = None, ""
    try:
        plan = plan_import(read_table(bytes(file.content)), user=person(request), publisher=file.publisher)
    except UnreadableTable as error:
        failed = str(error)
    may_publish = has_permission(request.user, Permission.PUBLISH_DATASET, file.publisher_id)
    if request.method == "POST" and plan:
        try:
            publishes = may_publish and "publish" in request.POST
            who = by(request, f"Imported from {file.name}")
            batch = inventory_import.import_plan(
                plan, file, by=who, now=timezone.now(), publishes=publishes, with_twins="with_twins" in request.POST
            )
        except (batches.Changed, batches.NothingToDo) as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, done_words(batch, held=plan.held))
            return HttpResponseRedirect(reverse("admin:catalogue_batch_change", args=[batch.pk]))
    context = {
        **admin.site.each_context(request),
        "title": f"What {file.name} would do",
        "file": file,
        "plan": plan,
        "failed": failed,
        "counts": {name: plan.count(name) for name in ("unchanged", *_HEADINGS)} if plan else {},
        "rows": list(_first_of_each(plan)) if plan else [],
        "kinds": plan.kinds_of_problem[:KINDS_SHOWN] if plan else [],
        "shown": SHOWN,
        "may_publish": may_publish,
        "opts": Dataset._meta,
    }
    return TemplateResponse(request, "admin/catalogue/dataset/import_preview.html", context)


_HEADINGS = {
    "problem": "Left out, since something is wrong",
    "twin": "Left out, since their title is there already",
    "changed": "Changed",
    "new": "New",
}


def download_rows(request: HttpRequest, file_id: UUID) -> HttpResponse | StreamingHttpResponse:
    """The table with what each row would do; once it is done, the rows of it that were left out."""
    file = get_object_or_404(InventoryFile, pk=file_id, person=person(request))
    if file.batch_id and not file.content:
        raise Http404("Nothing was left out of this table, or it is no longer kept.")
    if not has_permission(request.user, Permission.CREATE_DATASET, file.publisher_id):
        raise PermissionDenied
    lines: Iterator[str]
    if file.batch_id:
        kind, lines = "left-out", iter([bytes(file.content).decode()])
    else:
        content = bytes(file.content)
        try:
            plan = plan_import(read_table(content), user=person(request), publisher=file.publisher)
        except UnreadableTable:
            return HttpResponseRedirect(reverse("admin:catalogue_dataset_import_preview", args=[file.pk]))
        kind, lines = "what-it-would-do", csv_lines(rows_with_outcome(read_table(content), plan))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = slugify(file.name.rpartition(".")[0]) or "table"
    answer["Content-Disposition"] = f'attachment; filename="{name}-{kind}.csv"'
    return answer


def _first_of_each(plan: ImportPlan) -> Iterator[tuple[str, str, list]]:
    """(heading, action, entries): problems first, then what changes."""
    for action, heading in _HEADINGS.items():
        found = [entry for entry in plan.entries if entry.action == action]
        if found:
            yield heading, action, found[:SHOWN]
