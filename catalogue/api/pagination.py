"""Paging by cursor: a page costs the same however deep, and rows that come or go meanwhile shift nothing."""

from typing import Any

from rest_framework import pagination


class CursorPagination(pagination.CursorPagination):
    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering: Any = ("-modified_at", "-id")
    cursor_query_description = "From “next” or “previous” of an earlier answer."
    page_size_query_description = "Results to a page, at most 100."
