"""What an action was asked with, however it came: from an address every value is text, from JSON it may be anything."""

from collections.abc import Mapping
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser

from catalogue.api.ckan.errors import Invalid
from publishers.models import User

_TRUE: Final = frozenset({"true", "yes", "on", "y", "t", "1"})
_FALSE: Final = frozenset({"false", "no", "off", "n", "f", "0", ""})
_LARGEST: Final = 10**9


class Arguments:
    """The arguments of one call. Each reader raises `Invalid` for a value that can't be meant.

    `user` is whoever the call's token speaks for.
    """

    def __init__(self, values: Mapping[str, Any], user: User | AnonymousUser | None = None, address: str = "") -> None:
        self._values = values
        self.user = user or AnonymousUser()
        self.address = address

    @property
    def values(self) -> dict[str, Any]:
        """All of them, as they came."""
        return dict(self._values)

    def names(self) -> set[str]:
        return set(self._values)

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def is_list(self, name: str) -> bool:
        return isinstance(self._values.get(name), list)

    def text(self, name: str, default: str = "") -> str:
        """One text. Of a parameter given several times it is the last."""
        value = self._values.get(name)
        if isinstance(value, list):
            value = value[-1] if value else None
        if value is None:
            return default
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str | int | float):
            return str(value)
        raise Invalid.argument(name, "Must be a string")

    def required(self, name: str, *, called: str = "") -> str:
        """A text without which nothing can be answered. `called` is CKAN's name for it in the error."""
        found = self.text(name)
        if not found.strip():
            raise Invalid.argument(called or name, "Missing value")
        return found.strip()

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.text(name).strip().casefold()
        if not self.has(name) or (value not in _TRUE and value not in _FALSE):
            return default
        return value in _TRUE

    def whole(self, name: str, *, default: int, lowest: int = 0, highest: int = _LARGEST) -> int:
        """A whole number; what is more than `highest` counts as that."""
        text = self.text(name).strip()
        if not text:
            return default
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 30):
            raise Invalid.argument(name, "Invalid integer")
        number = int(text)
        if number < lowest:
            raise Invalid.argument(name, f"Must be {lowest} or more" if lowest else "Must be a natural number")
        return min(number, highest)

    def texts(self, name: str) -> list[str]:
        """A list: a JSON list, a repeated parameter, or a single text."""
        value = self._values.get(name)
        values = value if isinstance(value, list) else [] if value is None else [value]
        if not all(isinstance(item, str | int | float) for item in values):
            raise Invalid.argument(name, "Must be a list of strings")
        return [str(item) for item in values]
