"""`fields=id,title`: answers with only the fields that are asked for."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer

from catalogue.api.reading import ReadView

PARAMETER = OpenApiParameter(
    "fields", str, description="Only these fields, with commas between: id,title,modified. All, if left out."
)


def chosen_fields(request: Request, serializer: type[BaseSerializer[Any]]) -> frozenset[str] | None:
    """None for all. Raises `ValidationError` for a field that there is not."""
    text = request.query_params.get("fields")
    if request.method not in ("GET", "HEAD") or text is None:
        return None
    names = frozenset(name.strip() for name in text.split(","))
    known = serializer.Meta.fields  # type: ignore[attr-defined]
    unknown = sorted(names - set(known))
    if unknown:
        sentence = f"There is no field “{unknown[0]}” here: choose among {', '.join(known)}."
        raise ValidationError({"fields": [sentence]})
    return names


class SparseView(ReadView):
    """A view whose serializer leaves out what is not asked for."""

    def _parameters(self) -> frozenset[str]:
        return super()._parameters() | {"fields"}

    def get_serializer_context(self) -> dict[str, Any]:
        context: dict[str, Any] = super().get_serializer_context()  # type: ignore[misc]
        if getattr(self, "swagger_fake_view", False):
            return context
        return context | {"fields": chosen_fields(self.request, self.serializer_class)}  # type: ignore[attr-defined]
