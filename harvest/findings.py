"""What was wrong with a record or a source, as plain values. The pipeline stores each as a `Problem`."""

from dataclasses import dataclass

from harvest.enums import Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind` is a fixed word for counting, `message` says what is wrong and what would mend it.

    An error means that the record could not be used; a warning that it was, but for this.
    """

    severity: Severity
    kind: str
    message: str
    field: str = ""
    value: str = ""

    @property
    def is_error(self) -> bool:
        return self.severity == Severity.ERROR


def error(kind: str, message: str, *, field: str = "", value: object = "") -> Finding:
    return Finding(Severity.ERROR, kind, message, field, _brief(value))


def warning(kind: str, message: str, *, field: str = "", value: object = "") -> Finding:
    return Finding(Severity.WARNING, kind, message, field, _brief(value))


def _brief(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 300 else text[:299] + "…"
