"""How a call comes in and an answer goes out: CKAN's envelope, its errors, JSONP and cross-origin requests.

Reading what is public needs no key; with one, in either header or both, its owner's drafts are shown and changed. As in
CKAN a key that is not good is no error: its bearer is anybody. No session is touched, no cookie set, and no address
redirects, since clients follow none.
"""

import json
import re
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from catalogue.api.ckan import absent
from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.errors import ActionError
from catalogue.api.ckan.registry import ACTIONS, WRITES
from catalogue.views.reader import public_age
from publishers.api.authentication import ckan_user
from publishers.client_address import client_address
from services.compact_json import dumps

_JSON: Final = "application/json;charset=utf-8"
_CALLBACK = re.compile(r"[A-Za-z_$][\w$.\[\]]{0,99}", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff\x00]")
_DEEPEST_JSON: Final = 20


#: Every address under these has answers of CKAN's shape.
_PREFIXES: Final = ("/api/3", "/api/action", "/api/search")


class BadRequest(Exception):
    """The request can't be read. CKAN tells so in a bare JSON string."""


def is_ckan(request: HttpRequest) -> bool:
    return request.path.startswith(_PREFIXES)


@csrf_exempt
def version(request: HttpRequest) -> HttpResponse:
    """`/api/3`: says that version 3 is spoken here."""
    return _answer(request, 200, {"version": 3})


@csrf_exempt
def action(request: HttpRequest, name: str) -> HttpResponse:
    """`/api/3/action/<name>`"""
    return call(request, name, lambda result: envelope(name, result))


@csrf_exempt
def no_such_address(request: HttpRequest) -> HttpResponse:
    return _answer(request, 404, "Not found: actions are at /api/3/action/<name>, without a slash at the end")


def address_too_long(request: HttpRequest) -> HttpResponse:
    return _answer(
        request, 414, "Bad request: this address is too long. Send the same arguments by POST, as JSON or as a form"
    )


def envelope(name: str, result: Any) -> dict[str, Any]:
    """The result of an action as CKAN wraps it."""
    return {"help": _help(name), "success": True, "result": result}


def call(
    request: HttpRequest,
    name: str,
    wrap: Callable[[Any], Any],
    read: Callable[[dict[str, Any]], dict[str, Any]] = lambda values: values,
) -> HttpResponse:
    """Run an action and answer. `wrap` makes the answer of its result, `read` its arguments of the request's."""
    if request.method == "OPTIONS":
        return _answer(request, 200, None)
    if request.method not in {"GET", "HEAD", "POST"}:
        return _answer(request, 405, "Bad request: use GET or POST")
    found = ACTIONS.get(name)
    if found is None and (refused := absent.refusal(name)):
        return _answer(request, refused.status, _failure(name, refused))
    if found is None:
        return _answer(request, 400, f"Bad request: Action name not known: {name}")
    if name in WRITES and request.method != "POST":
        refusal = "JSON Error: Invalid request. Please use POST method for your request"
        return _answer(request, 400, f"Bad request: {refusal}")
    try:
        values = read(_arguments(request))
    except BadRequest as error:
        return _answer(request, 400, f"Bad request: {error}")
    # A page of another site may ask by script, for what anybody may read and nothing else
    user = None if request.GET.get("callback") else ckan_user(request)
    try:
        return _answer(request, 200, wrap(found(Arguments(values, user, client_address(request)))), is_known=bool(user))
    except ActionError as error:
        return _answer(request, error.status, _failure(name, error))


def _failure(name: str, error: ActionError) -> dict[str, Any]:
    return {"help": _help(name), "success": False, "error": error.error}


def _help(name: str) -> str:
    return f"{settings.SITE_URL}/api/3/action/help_show?name={name}"


def _arguments(request: HttpRequest) -> dict[str, Any]:
    """The arguments, from the address or the body: JSON under whatever content type, or a form."""
    values = _of_form(request.GET)
    values.pop("callback", None)
    if request.method == "POST":
        try:
            values = _of_body(request) or values
        except (RequestDataTooBig, TooManyFieldsSent, MultiPartParserError) as error:
            raise BadRequest(f"JSON Error: Error decoding JSON data. Error: {error}") from error
    return {_clean(name): _clean(value) for name, value in values.items()}


def _of_body(request: HttpRequest) -> dict[str, Any]:
    """JSON whatever the content type says, as `curl -d` sends it, or a form, which may hold JSON as its only name."""
    if request.content_type == "multipart/form-data":
        return _of_form(request.POST) | dict(request.FILES.items())
    text = request.body.strip()
    if not text:
        return {}
    if request.content_type == "application/x-www-form-urlencoded" and not text.startswith((b"{", b"[")):
        form = _of_form(request.POST)
        name = next(iter(form), "")
        if len(form) > 1 or not name.startswith("{"):
            return form
        text = name.encode("utf-8", "replace")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"JSON Error: Error decoding JSON data. Error: {error}") from error
    if not isinstance(found, dict):
        raise BadRequest("JSON Error: Request data JSON decoded to a list or value, but it must be an object")
    return found


def _of_form(form: QueryDict) -> dict[str, Any]:
    """Each parameter's text, or a list of texts where it is repeated."""
    return {name: values if len(values) > 1 else values[0] for name, values in form.lists() if values}


def _clean(value: Any, depth: int = 0) -> Any:
    """Without what PostgreSQL can't take: NUL and halves of characters."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if depth > _DEEPEST_JSON:
        raise BadRequest("JSON Error: it is nested too deep")
    if isinstance(value, list):
        return [_clean(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {_clean(name): _clean(item, depth + 1) for name, item in value.items()}
    return value


def _answer(request: HttpRequest, status: int, content: Any, *, is_known: bool = False) -> HttpResponse:
    body = "" if content is None else dumps(content)
    callback = request.GET.get("callback", "")
    response = HttpResponse(body, status=status, content_type=_JSON)
    if callback and status == 200 and request.method == "GET":
        if not _CALLBACK.fullmatch(callback):
            return _answer_to_bad_callback()
        # Two characters that JSON allows and JavaScript of old doesn't
        safe = body.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        response = HttpResponse(f"{callback}({safe});", content_type="application/javascript")
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = "POST, PUT, GET, DELETE, OPTIONS"
    response["Access-Control-Allow-Headers"] = "Authorization, Content-Type, X-CKAN-API-Key"
    may_be_kept = status == 200 and request.method in {"GET", "HEAD"} and not is_known
    patch_vary_headers(response, ["Authorization", "X-CKAN-API-Key"])
    response["Cache-Control"] = f"public, max-age={public_age()}" if may_be_kept else "no-store"
    return response


def _answer_to_bad_callback() -> HttpResponse:
    return HttpResponse(json.dumps("Bad request: callback is no JavaScript name"), status=400, content_type=_JSON)
