"""Bodies as they come in: JSON that can be stored, or a sentence that says why not."""

import json
import re
from typing import IO, Any, Final, NoReturn

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

#: Levels of lists and objects within each other: more than any entry has, fewer than hurt anything that reads them.
DEEPEST: Final = 20

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class BodyTooLarge(APIException):
    status_code = 413


class StrictJson(BaseParser):
    """JSON within bounds of size and depth, without what the database can't hold."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20
            raise BodyTooLarge(f"The body is larger than {most} MB: send it in several requests.")
        try:
            value = json.loads(body, parse_constant=_not_a_number)
        except RecursionError:
            raise ParseError(f"The JSON is nested deeper than {DEEPEST} levels: make it flatter.") from None
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {error}.") from None
        refuse_unstorable(value)
        return value


class MergePatch(StrictJson):
    """JSON Merge Patch, RFC 7396."""

    media_type = "application/merge-patch+json"


def _not_a_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


def refuse_unstorable(value: Any) -> None:
    """Raises `ParseError` for values that are nested too deep, or hold NUL or half a character."""
    waiting = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        match item:
            case str():
                if _UNSTORABLE.search(item):
                    raise ParseError("The body has a text with a NUL character or half of one (U+0000, U+D800–DFFF).")
            case list() | dict() if depth >= DEEPEST:
                raise ParseError(f"The JSON is nested deeper than {DEEPEST} levels: make it flatter.")
            case list():
                waiting += [(inner, depth + 1) for inner in item]
            case dict():
                waiting += [(inner, depth + 1) for inner in item.values()]
                waiting += [(key, depth + 1) for key in item]
            case int() if not isinstance(item, bool) and item.bit_length() > 64:
                raise ParseError("The body has a whole number of more than 64 bits: send it as text.")


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396: what a merge patch makes of a value. Null takes a member away."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result
