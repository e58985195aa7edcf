"""The list of entries: whose, in what state, how good; found by the words of their titles; narrowed to what needs work.

Quick with hundreds of thousands of entries: words are looked up in an index, and large lists sort only by what has one.
"""

import re
from typing import Any, Final
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from catalogue.actions import workflow
from catalogue.admin import bulk, tables
from catalogue.admin.access import may
from catalogue.admin.bounded_list import BoundedList, BoundedPaginator
from catalogue.attention import NEEDS, needing
from catalogue.enums import State
from catalogue.models import Dataset, DatasetName
from catalogue.models.dataset import TITLE_WORDS
from catalogue.title_words import title_query
from publishers.models import Publisher
from publishers.permissions import Permission, publisher_ids_with

#: More publishers than these are not offered one by one; the list can be narrowed to one by its page's link.
MOST_PUBLISHERS: Final = 60


class NeedsFilter(admin.SimpleListFilter):
    title, parameter_name = "what needs work", "needs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(NEEDS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Dataset]) -> QuerySet[Dataset]:
        need = self.value()
        return needing(need, queryset, timezone.now()) if need in NEEDS else queryset


class PublisherFilter(admin.SimpleListFilter):
    """For those who work for several bodies, as long as a list of them can be read."""

    title, parameter_name = "publisher", "publisher"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        own = publisher_ids_with(request.user, Permission.VIEW_UNPUBLISHED)
        publishers = Publisher.objects.order_by("title") if own is None else Publisher.objects.filter(id__in=own)
        found = [(slug, title) for slug, title in publishers.values_list("slug", "title")[: MOST_PUBLISHERS + 1]]
        chosen = request.GET.get(self.parameter_name, "")
        if len(found) > MOST_PUBLISHERS:
            return [(slug, title) for slug, title in publishers.filter(slug=chosen).values_list("slug", "title")]
        return found

    def queryset(self, request: HttpRequest, queryset: QuerySet[Dataset]) -> QuerySet[Dataset]:
        return queryset.filter(publisher__slug=self.value()) if self.value() else queryset


#: All that a line of the list shows: an entry's other columns are some kilobytes.
_SHOWN: Final = (
    *("title", "publisher__title", "state", "visibility", "release_at", "modified_at", "origin_title", "origin_id"),
    *("standing__score", "standing__band"),
)


class Entries(BoundedList):
    """By their quality in the order of an index, which holds no entry twice and none that was not scored."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Dataset]:
        queryset = super().get_queryset(request, exclude_parameters)
        first = queryset.query.order_by[0] if queryset.query.order_by else ""
        if first in {"standing__score", "-standing__score"}:
            tie = "-standing__dataset" if first.startswith("-") else "standing__dataset"
            return queryset.filter(standing__score__gte=0).order_by(first, tie)
        return queryset

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = self.result_list.only(*_SHOWN)


class EntryList(bulk.BulkActions, tables.TableActions):
    list_display = ["title", "publisher", "state_and_audience", "quality_score", "source", "modified_at"]
    list_filter = [
        NeedsFilter,
        PublisherFilter,
        "state",
        "visibility",
        "access",
        ("standing__band", admin.ChoicesFieldListFilter),
    ]
    list_select_related = ["publisher", "standing"]
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # counts of every filter, of all entries: seconds
    search_fields = ["title"]
    search_help_text = "Words of the title, or its name, address or identifier at the source."
    change_list_template = "admin/catalogue/dataset/change_list.html"
    actions = [
        *("submit_selected", "publish_selected", "edit_selected", "replace_selected", "move_selected"),
        *("download_csv", "download_xlsx"),
    ]

    # Who may do what: `publishers.permissions` answers

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_authenticated and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Dataset | None = None) -> bool:
        return self.has_module_permission(request) if obj is None else may(request, Permission.VIEW_UNPUBLISHED, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return publisher_ids_with(request.user, Permission.CREATE_DATASET) != set()

    def has_delete_permission(self, request: HttpRequest, obj: Dataset | None = None) -> bool:
        return False  # entries are withdrawn: their address goes on saying what they were

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dataset]:
        own = publisher_ids_with(request.user, Permission.VIEW_UNPUBLISHED)
        queryset = super().get_queryset(request)
        return queryset if own is None else queryset.filter(publisher_id__in=own)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Entries

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """Operators see every entry: theirs sort only by what has an index."""
        return ["quality_score", "modified_at"] if request.user.is_superuser else list(self.list_display)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Dataset], search_term: str
    ) -> tuple[QuerySet[Dataset], bool]:
        """Whoever names an entry exactly gets that one; else all whose titles have words that begin so."""
        exact = _ids_named(search_term)
        if exact:
            return queryset.filter(id__in=exact), False
        query = title_query(search_term)
        if query is None:
            return queryset, False
        return queryset.alias(words=TITLE_WORDS).filter(words=query), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Datasets", **(extra_context or {})})

    @admin.display(description="Quality", ordering="standing__score")
    def quality_score(self, dataset: Dataset) -> str:
        stands = getattr(dataset, "standing", None)
        return f"{stands.score} ({stands.get_band_display().lower()})" if stands else "Not scored yet"

    @admin.display(description="Source")
    def source(self, dataset: Dataset) -> str:
        # Its publisher, by whom sources are mostly named, stands beside it
        title = dataset.origin_title.removeprefix(f"{dataset.publisher.title}: ")
        return title or ("Harvested" if dataset.is_harvested else "Registered here")

    @admin.display(description="State", ordering="state")
    def state_and_audience(self, dataset: Dataset) -> str:
        state = dataset.get_state_display()
        if dataset.state == State.PUBLISHED and dataset.release_at and dataset.release_at > timezone.now():
            return f"Released on {workflow.in_london(dataset.release_at)}"
        return state if dataset.visibility == "public" else f"{state}: {dataset.get_visibility_display().lower()}"


def _ids_named(text: str) -> list[UUID]:
    """The entries with this address, UUID, name of now or then, or identifier at a source."""
    text = text.replace("\x00", "").strip()
    key = re.sub(r"^.*/dataset/", "", text).split("/")[0]
    try:
        return [UUID(key)]
    except ValueError:
        pass
    named = list(DatasetName.objects.filter(name=key[:100]).values_list("dataset_id", flat=True))
    at_source = Dataset.objects.filter(origin_id=text[:1000]).exclude(origin_id="").order_by()
    return [*named, *at_source.values_list("id", flat=True)[:20]] if text else []
