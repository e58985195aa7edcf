"""What the files app adds to /api/v1."""

from django.urls import path

from files.api import rows

urlpatterns = [
    path("resources/<uuid:resource_id>/rows", rows.Rows.as_view(), name="v1-resource-rows"),
    path("resources/<uuid:resource_id>/profile", rows.Profile.as_view(), name="v1-resource-profile"),
]
