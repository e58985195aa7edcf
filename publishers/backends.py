"""Sign-in by e-mail address, whatever its case."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from publishers.models import User


class EmailBackend(ModelBackend):
    """Django's own backend looks up by `get_by_natural_key`, which ignores case here; nothing else differs."""

    def has_perm(self, user_obj: User, perm: str, obj: Any = None) -> bool:  # type: ignore[override]
        """Only operators hold Django's own permissions; everyone else's come from `publishers.permissions`."""
        return bool(user_obj.is_active and user_obj.is_superuser)
