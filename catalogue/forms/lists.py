"""Lists that people type."""

from typing import Any

from django import forms


class CommaSeparatedField(forms.CharField):
    """A list, typed with commas between."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        """Blanks dropped, doubles dropped whatever their case, order kept."""
        first: dict[str, str] = {}
        for item in super().clean(value).replace("\n", ",").split(","):
            if item.strip():
                first.setdefault(item.strip().lower(), item.strip())
        return list(first.values())

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial) or "", data)
