"""Values of a table as JSON has them."""

import datetime
from typing import Any


def json_value(value: Any, text: str = "") -> Any:
    """The typed value; the published text of a cell that is of another type (“[c]”, “n/a”); null if empty."""
    match value:
        case None:
            return text or None
        case float():
            if value != value or value in (float("inf"), float("-inf")):
                return text or None
            return value
        case datetime.date():
            return value.isoformat()
        case bool() | int() | str():
            return value
        case _:
            return str(value)
