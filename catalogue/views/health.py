"""`/healthz`: whether this node can do its work, for load balancers and people."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from catalogue.models import Change
from catalogue.search.query import SearchUnavailable, index_position


@never_cache
@csrf_exempt
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers. A search index that is being built is told, and is not a reason to take the node
    out of service: every other page works."""
    del request
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        newest = Change.objects.exclude(position=None).order_by("-position").values_list("position", flat=True).first()
    except DatabaseError:
        return JsonResponse({"status": "failing", "database": "does not answer"}, status=503)
    try:
        position: int | None = index_position()
    except SearchUnavailable:
        position = None
    behind = None if position is None else max(0, (newest or 0) - position)
    search = "not built yet" if position is None else "working"
    return JsonResponse({"status": "ok", "database": "working", "search": search, "search_changes_behind": behind})
