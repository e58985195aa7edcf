"""Lists of the workplace that stay quick however many rows there are."""

from typing import Any, cast

from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

from catalogue.attention import MOST_COUNTED, bounded_count


class BoundedPaginator(Paginator):
    """Counts no further than people page: counting hundreds of thousands takes longer than finding the first page."""

    @cached_property
    def count(self) -> int:
        return bounded_count(cast("QuerySet[Any]", self.object_list))


class BoundedList(ChangeList):
    """Says so where it stopped counting."""

    @property
    def counted(self) -> str:
        """As the list's foot says it: “10,000 or more datasets”."""
        words = f"{self.result_count:,}" + (" or more" if self.result_count >= MOST_COUNTED else "")
        names = self.opts.verbose_name if self.result_count == 1 else self.opts.verbose_name_plural
        return f"{words} {names}"
