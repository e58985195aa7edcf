"""Actions about resources: the files, documents and services of datasets."""

from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.errors import AccessDenied, Invalid, NotFound
from catalogue.api.ckan.packages import MOST_PACKAGES, Reader, in_datastore, page, public
from catalogue.api.ckan.query.table import SHOWN_FORMAT
from catalogue.models import Dataset, Resource
from catalogue.serializers.ckan import resource_dict
from catalogue.serializers.resource_rows import resource_rows

#: CKAN's names of what can be looked for, and the condition for each.
_SEARCHED: Final = {
    "id": "id__iexact",
    "name": "title__icontains",
    "description": "description__icontains",
    "url": "url__icontains",
    "format": "shown_format__icontains",
    "mimetype": "media_type__icontains",
    "hash": "checksum__icontains",
    "resource_type": "kind__icontains",
}
_ORDERS: Final = {
    "id": "id",
    "name": "title",
    "description": "description",
    "url": "url",
    "format": "shown_format",
    "created": "created_at",
    "last_modified": "modified",
    "position": "position",
    "size": "size_bytes",
}


def _public_resources() -> QuerySet[Any]:
    return Resource.objects.filter(dataset__in=public()).annotate(shown_format=SHOWN_FORMAT)


def resources_visible_to(user: Reader) -> QuerySet[Any]:
    return Resource.objects.filter(dataset__in=Dataset.objects.visible_to(user).order_by())


def resource_show(arguments: Arguments) -> dict[str, Any]:
    """One resource.

    id: its UUID.
    """
    resource_id = resource_id_of(arguments.required("id"), arguments.user)
    return _dicts(Resource.objects.filter(id=resource_id))[0]


def _dicts(resources: QuerySet[Any]) -> list[dict[str, Any]]:
    rows = resource_rows(resources)
    active = in_datastore({row["dataset_id"] for row in rows})
    return [resource_dict(row, None, active) for row in rows]


def resource_id_of(key: str, user: Reader) -> UUID:
    """The id of the resource that `user` may see.

    Raises `AccessDenied` for one that was public once, else `NotFound`.
    """
    try:
        resource_id = UUID(key)
    except ValueError:
        raise NotFound from None
    if not resources_visible_to(user).filter(id=resource_id).exists():
        if Resource.objects.filter(id=resource_id, dataset__in=Dataset.objects.tombstones()).exists():
            raise AccessDenied
        raise NotFound
    return resource_id


def resource_search(arguments: Arguments) -> dict[str, Any]:
    """Resources that contain a text in one of their fields.

    query: `field:text`; given several times, all must hold. order_by: a field. limit, offset: which part of them.
    """
    if not arguments.texts("query"):
        raise Invalid(query="Missing value")
    found = _public_resources()
    for query in arguments.texts("query"):
        field, colon, text = query.partition(":")
        if not colon:
            raise Invalid(query="Must be <field>:<value> pair(s)")
        if field not in _SEARCHED:
            raise Invalid(query=f"Field “{field[:60]}” is not recognised: use one of {', '.join(_SEARCHED)}")
        found = found.filter(_id_is(text) if field == "id" else Q(**{_SEARCHED[field]: text}))
    order = arguments.text("order_by")
    if order and order not in _ORDERS:
        raise Invalid(order_by=f"Field “{order[:60]}” is not recognised: use one of {', '.join(_ORDERS)}")
    ordered = found.order_by(*([_ORDERS[order]] if order else []), "id")
    return {
        "count": found.count(),
        "results": _dicts(page(ordered, arguments, most=MOST_PACKAGES)),
    }


def _id_is(text: str) -> Q:
    try:
        return Q(id=UUID(text))
    except ValueError:
        return Q(pk__in=[])


def format_autocomplete(arguments: Arguments) -> list[str]:
    """Formats in use that contain what was typed, the commonest first.

    q: what was typed. limit: how many, 5 unless told otherwise.
    """
    typed = arguments.required("q")
    limit = arguments.whole("limit", default=5, highest=MOST_PACKAGES)
    found = _public_resources().filter(shown_format__icontains=typed).order_by()
    counted = found.values_list("shown_format").annotate(count=Count("id")).order_by("-count", "shown_format")
    return [written.lower() for written, _ in counted[:limit]]
