"""Who may see and do what with sources and what came of them."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from publishers.permissions import Permission, has_permission, publisher_ids_with


class Scoped:
    """Only what belongs to publishers for whom the reader may manage sources."""

    publisher_path = "publisher"

    def _publisher_id(self, obj: Any) -> Any:
        return obj.publisher_id

    def _may(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None:
            return publisher_ids_with(request.user, Permission.MANAGE_SOURCES) != set()
        return has_permission(request.user, Permission.MANAGE_SOURCES, self._publisher_id(obj))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        own = publisher_ids_with(request.user, Permission.MANAGE_SOURCES)
        queryset: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        return queryset if own is None else queryset.filter(**{f"{self.publisher_path}__in": own})
