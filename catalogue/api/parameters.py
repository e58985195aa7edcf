"""Query parameters of /api/v1, read strictly: what can't be meant is answered with 400 and a sentence."""

from collections.abc import Collection

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

#: An empty search is a search for everything.
MAY_BE_EMPTY = {"q"}


def refuse_unknown(request: Request, known: Collection[str]) -> None:
    """A misspelt or empty filter must not answer with everything. Raises `ValidationError`."""
    errors = {
        name: [f"There is no such parameter here. Leave it out, or use one of: {', '.join(sorted(known))}."]
        if known
        else ["This address takes no parameters: leave it out."]
        for name in request.query_params
        if name not in known
    }
    errors |= {
        name: ["This is empty: give it a value, or leave it out."]
        for name, values in request.query_params.lists()
        if name in known and name not in MAY_BE_EMPTY and not all(values)
    }
    errors |= {
        name: ["This contains a NUL character, which no value here does: leave it out."]
        for name, values in request.query_params.lists()
        if name in known and any("\x00" in value for value in values)
    }
    if errors:
        raise ValidationError(errors)


def whole_number(request: Request, name: str, *, default: int, lowest: int = 0, highest: int) -> int:
    """Raises `ValidationError` for anything but a whole number within the bounds."""
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 20 and lowest <= int(text) <= highest):
        raise ValidationError({name: [f"Give a whole number from {lowest:,} to {highest:,}."]})
    return int(text)


def one_of(request: Request, name: str, choices: Collection[str], *, default: str) -> str:
    """Raises `ValidationError` for anything but one of the choices."""
    text = request.query_params.get(name, "") or default
    if text not in choices:
        raise ValidationError({name: [f"Give one of: {', '.join(choices)}."]})
    return text
