"""Every address of the site. The only place that mounts all apps."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("catalogue.urls")),
    path("harvest", include("harvest.urls")),
    path("api/v1/", include("catalogue.api.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "catalogue.views.errors.bad_request"
handler403 = "catalogue.views.errors.forbidden"
handler404 = "catalogue.views.errors.not_found"
handler500 = "catalogue.views.errors.server_error"
