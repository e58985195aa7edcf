"""What can go wrong in an action, with the status and the words that CKAN's clients know it by."""

from typing import Any, ClassVar


class ActionError(Exception):
    """The request can't be answered. `error` is what stands under "error" in the answer."""

    status: ClassVar[int] = 500
    kind: ClassVar[str] = "Internal Server Error"

    @property
    def error(self) -> dict[str, Any]:
        return {"message": str(self), "__type": self.kind}


class NotFound(ActionError):
    """There is nothing of that name, or nothing that anybody may see."""

    status = 404
    kind = "Not Found Error"

    def __init__(self, what: str = "") -> None:
        super().__init__(f"Not found: {what}" if what else "Not found")


class AccessDenied(ActionError):
    """It was public once, and is no more."""

    status = 403
    kind = "Authorization Error"

    def __init__(self, why: str = "") -> None:
        super().__init__(f"Access denied: {why}" if why else "Access denied")


class Invalid(ActionError):
    """Arguments that can't be right: for each what is wrong with it."""

    status = 409
    kind = "Validation Error"

    def __init__(self, **messages: str) -> None:
        super().__init__(", ".join(messages.values()))
        self._messages = messages
        self._errors: dict[str, Any] = {}

    @classmethod
    def argument(cls, name: str, message: str) -> "Invalid":
        """For arguments whose names are no Python names, such as `facet.limit`."""
        return cls(**{name: message})

    @classmethod
    def fields(cls, errors: dict[str, Any]) -> "Invalid":
        """For errors of a body as CKAN tells them: lists of sentences, and for resources a list of such."""
        invalid = cls(**{name: str(messages) for name, messages in errors.items()})
        invalid._errors = errors
        return invalid

    @property
    def error(self) -> dict[str, Any]:
        errors = self._errors or {name: [message] for name, message in self._messages.items()}
        return {**errors, "__type": self.kind}


class SearchQueryInvalid(ActionError):
    """A query that doesn't follow the query language, or a parameter that search doesn't know."""

    status = 400
    kind = "Search Query Error"

    def __init__(self, why: str) -> None:
        super().__init__(f"Search Query is invalid: {why}")


class SearchFailed(ActionError):
    """A query that would take too long to answer."""

    status = 409
    kind = "Search Error"

    def __init__(self, why: str) -> None:
        super().__init__(f"Search error: {why}")


class SearchNotReady(ActionError):
    """The index is being built."""

    status = 503
    kind = "Search Connection Error"
