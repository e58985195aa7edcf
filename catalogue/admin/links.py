"""What we know of links, for the officers whose entries they belong to. To be read: the checker writes it."""

from typing import Any, Final
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalogue.actions import links
from catalogue.admin.bounded_list import BoundedList, BoundedPaginator
from catalogue.enums import BROKEN_LINK_STATES, LinkState
from catalogue.inventory.table_rows import uuid_of
from catalogue.models import Dataset, LinkCheck
from catalogue.models.dataset import TITLE_WORDS
from catalogue.title_words import title_query
from catalogue.web_addresses import netloc_of
from publishers.admin.read_only import ReadOnly
from publishers.permissions import Permission, has_permission, publisher_ids_with

#: States in which somebody has to do something; what is told of them first is what has failed longest.
_FAILING: Final = (*BROKEN_LINK_STATES, LinkState.SUSPECTED)

_SHOWN: Final = (
    *("host", "state", "reason", "failing_since", "checked_at", "next_check_at"),
    *("resource__url", "resource__dataset__title"),
)


class StateFilter(admin.SimpleListFilter):
    """What is broken, unless somebody asks for other links."""

    title, parameter_name = "state", "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*LinkState.choices, ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        every: list[Any] = list(super().choices(changelist))
        return [every[0] | {"display": "Broken or gone"}, *every[1:]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LinkCheck]) -> QuerySet[LinkCheck]:
        wanted = self.value()
        if wanted is None or wanted in BROKEN_LINK_STATES:
            failing = queryset.filter(state__in=[wanted] if wanted else BROKEN_LINK_STATES)
            if publisher_ids_with(request.user, Permission.VIEW_UNPUBLISHED) is None:
                return failing
            # Named by the entries that have some, so that PostgreSQL needn't look through all links of somebody's
            return failing.filter(resource__dataset__standing__broken_links__gt=0)
        return queryset.filter(state=wanted) if wanted in LinkState.values else queryset


class Links(BoundedList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = self.result_list.only(*_SHOWN)


def _asks_for_failing(request: HttpRequest) -> bool:
    return request.GET.get("state", LinkState.BROKEN) in _FAILING


@admin.register(LinkCheck)
class LinkCheckAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["address", "entry", "state", "reason", "failing_since", "checked_at", "next_check_at"]
    list_display_links = None
    list_filter = [StateFilter]
    list_select_related = ["resource__dataset"]
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    search_fields = ["host"]
    search_help_text = "A host, the beginning of a link, or the entry's title or UUID."
    actions = ["check_again"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_authenticated and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: LinkCheck | None = None) -> bool:
        if obj is None:
            return self.has_module_permission(request)
        return has_permission(request.user, Permission.VIEW_UNPUBLISHED, obj.resource.dataset.publisher_id)

    def has_check_permission(self, request: HttpRequest) -> bool:
        return publisher_ids_with(request.user, Permission.EDIT_DATASET) != set()

    def get_queryset(self, request: HttpRequest) -> QuerySet[LinkCheck]:
        queryset = super().get_queryset(request)
        own = publisher_ids_with(request.user, Permission.VIEW_UNPUBLISHED)
        # By the narrow copy of an entry: to look through the entries themselves takes several times as long
        return queryset if own is None else queryset.filter(resource__dataset__standing__publisher__in=own)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Links

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return (
            [F("failing_since").asc(nulls_last=True), "pk"]
            if _asks_for_failing(request)
            else ["resource__dataset_id", "pk"]
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[LinkCheck], search_term: str
    ) -> tuple[QuerySet[LinkCheck], bool]:
        """By what has an index: the host of a link, with its beginning where one is given, or the entry: words of its
        title, or its UUID."""
        term = search_term.replace("\x00", "").strip()
        if not term:
            return queryset, False
        if "://" in term:
            return queryset.filter(host=netloc_of(term), resource__url__startswith=term), False
        if entry := uuid_of(term):
            return queryset.filter(resource__dataset=entry), False
        on_host = queryset.filter(host=term.lower())
        if " " not in term and "." in term and on_host.exists():
            return on_host, False
        query = title_query(term)
        if query is None:
            return queryset.none(), False
        titled = Dataset.objects.alias(words=TITLE_WORDS).filter(words=query)
        return queryset.filter(resource__dataset__in=titled), False

    @admin.action(description="Check the chosen links again", permissions=["check"])
    def check_again(self, request: HttpRequest, queryset: QuerySet[LinkCheck]) -> None:
        editable = publisher_ids_with(request.user, Permission.EDIT_DATASET)
        if editable is not None:
            queryset = queryset.filter(resource__dataset__publisher_id__in=editable)
        ids: list[UUID] = list(queryset.values_list("resource_id", flat=True))
        count = links.check_now(ids, now=timezone.now())
        if count:
            messages.success(request, f"{count} {'link' if count == 1 else 'links'} will be checked in a moment.")
        else:
            messages.info(request, "These links are waiting for a check already, or had one within the last minute.")

    @admin.display(description="Link", ordering="host")
    def address(self, check: LinkCheck) -> SafeString:
        return format_html('<a href="{}" rel="noopener">{}</a>', check.resource.url, check.resource.url)

    @admin.display(description="Entry", ordering="resource__dataset__title")
    def entry(self, check: LinkCheck) -> SafeString:
        dataset = check.resource.dataset
        return format_html('<a href="{}">{}</a>', reverse("admin:catalogue_dataset_change", args=[dataset.id]), dataset)
