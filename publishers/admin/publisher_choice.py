"""Forms that ask for a publisher offer those for which whoever fills them in holds a permission."""

from typing import Any, ClassVar

from django.http import HttpRequest

from publishers.admin.plain_choices import PlainChoices
from publishers.models import Publisher
from publishers.permissions import Permission, publisher_ids_with


class ChoosesPublisher(PlainChoices):
    """`offers` says by which permission; `offers_none_as` what the empty choice means, if it means something."""

    offers: ClassVar[Permission]
    offers_none_as: ClassVar[str | None] = None

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "publisher":
            own = publisher_ids_with(request.user, self.offers)
            every = Publisher.objects.order_by("title")
            kwargs["queryset"] = every if own is None else every.filter(id__in=own)
            if self.offers_none_as:
                kwargs["empty_label"] = self.offers_none_as
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
