"""What can be wrong with a write, beyond what every address of the API may answer."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import APIException


class Conflict(APIException):
    """What is asked for can't be done to the entry as it stands."""

    status_code = 409


class PreconditionRequired(APIException):
    """RFC 6585: changes must say which version they were made to, so that nobody's work is lost."""

    status_code = 428
    default_detail = (
        "Say which version you changed: send “If-Match” with the ETag that you were given when you read the entry, or "
        "“If-Match: *” to change whatever stands there."
    )


class PreconditionFailed(APIException):
    """Somebody else changed the entry. `extra` says what they changed."""

    status_code = 412

    def __init__(self, detail: str, *, extra: Mapping[str, Any]) -> None:
        super().__init__(detail)
        self.extra = extra


class Unprocessable(APIException):
    status_code = 422


def pointers(errors: Any, at: str = "#") -> dict[str, list[str]]:
    """DRF's nested errors as JSON pointers (RFC 6901, as URI fragments), each with its sentences."""
    if isinstance(errors, Mapping):
        found: dict[str, list[str]] = {}
        for key, inner in errors.items():
            step = "" if key == "non_field_errors" else "/" + str(key).replace("~", "~0").replace("/", "~1")
            for pointer, messages in pointers(inner, at + step).items():
                found.setdefault(pointer, []).extend(messages)
        return found
    if isinstance(errors, list | tuple):
        if errors and all(isinstance(item, Mapping | list) for item in errors):
            return pointers(dict(enumerate(errors)), at)
        return {at: [str(item) for item in errors]} if errors else {}
    return {at: [str(errors)]}
