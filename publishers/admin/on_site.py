"""The way from a row in the workplace to its public page.

In place of the admin's own view, which leads whoever is staff to the address of any row, and addresses say titles.
"""

from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404


def view_on_site(request: HttpRequest, content_type_id: int, object_id: str) -> HttpResponse:
    """To the public page of what this person may see in the workplace; 404 for all else."""
    model = get_object_or_404(ContentType, pk=content_type_id).model_class()
    try:
        model_admin = admin.site.get_model_admin(model) if model else None
    except NotRegistered:
        model_admin = None
    found = model_admin.get_object(request, object_id) if model_admin else None
    if not model_admin or not hasattr(found, "get_absolute_url") or not model_admin.has_view_permission(request, found):
        raise Http404("Nothing here has a public page that you may see.")
    return HttpResponseRedirect(found.get_absolute_url())  # type: ignore[union-attr]
