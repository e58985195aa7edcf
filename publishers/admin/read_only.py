"""Lists of what nobody writes by hand."""

from typing import Any

from django.http import HttpRequest


class ReadOnly:
    """What machines found or noted: to be read, and acted on by name. Comes before ModelAdmin."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
