"""A text that stands encrypted in the database and plain in Python."""

from typing import Any

from django.db import models

from services.sealing import CannotOpen, is_sealed, opened, seal


class SealedTextField(models.TextField):
    """Sealed as it is stored. What can't be opened, since SECRET_KEY is another, reads as the empty text."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        try:
            return None if value is None else opened(value)
        except CannotOpen:
            return ""

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return text if not text or is_sealed(text) else seal(text)
