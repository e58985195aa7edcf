"""The OpenAPI description of /api/v1, made once from the code, and the page that shows it."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue.api.errors import PROBLEM_JSON
from catalogue.api.reading import ReadView
from catalogue.views.reader import public_page

_PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string", "description": "The kind of error, in a few words."},
        "status": {"type": "integer", "description": "The HTTP status code."},
        "detail": {"type": "string", "description": "What was wrong here, and what to do about it."},
        "errors": {
            "type": "object",
            "description": "For each parameter that can’t be used, why.",
            "additionalProperties": True,
        },
    },
}
_PROBLEM_ANSWER = {
    "description": "An error: 400 for parameters that can’t be used, 404 for what isn’t there, 410 for what went.",
    "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


#: What `fields=` may take any part of.
_SPARSE = ("Dataset", "Publisher", "ResourceDetail")


@cache
def description() -> dict[str, Any]:
    """It does not change at run time."""
    schema: dict[str, Any] = SchemaGenerator(api_version=None).get_schema(request=None, public=True)
    schema["servers"] = [{"url": settings.SITE_URL}]
    schema["components"]["schemas"]["Problem"] = _PROBLEM
    for name in _SPARSE:
        schema["components"]["schemas"][name].pop("required", None)
    for methods in schema["paths"].values():
        for operation in methods.values():
            operation["responses"]["default"] = _PROBLEM_ANSWER
    return schema


class OpenApi(ReadView):
    """This description."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        return Response(description())


@public_page
def docs(request: HttpRequest) -> HttpResponse:
    """The description as a page to read: no JavaScript, nothing from elsewhere."""
    operations = [
        {"method": method.upper(), "path": path, **operation, "body": _body(operation)}
        for path, methods in description()["paths"].items()
        for method, operation in methods.items()
    ]
    return render(request, "pages/api_docs.html", {"operations": operations, "site_url": settings.SITE_URL})


def _body(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of what is sent, each with its `name` and whether it is `needed`; none of what has no fields."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        schema = _meant(content.get("schema", {}))
        needed = schema.get("required", [])
        return [
            {**_meant(field), **field, "name": name, "needed": name in needed}
            for name, field in schema.get("properties", {}).items()
            if not field.get("readOnly")
        ]
    return []


def _meant(schema: dict[str, Any]) -> dict[str, Any]:
    """What a schema refers to, or itself."""
    reference = schema.get("$ref") or next((one["$ref"] for one in schema.get("allOf", []) if "$ref" in one), "")
    found: dict[str, Any] = description()["components"]["schemas"].get(reference.rpartition("/")[2], schema)
    return found
