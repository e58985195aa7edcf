"""Every address of the site. The only place that mounts all apps."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from catalogue.api.errors import not_found
from catalogue.views.reader import public_page
from publishers.admin.on_site import view_on_site
from publishers.signing_in.views import SignIn

urlpatterns = [
    path("", include("files.urls")),
    path("", include("catalogue.urls")),
    path("", include("publishers.urls")),
    path("", include("publishers.second_step_urls")),
    path("", include("harvest.urls")),
    path("api/v1/", include("files.api.urls")),
    path("api/v1/", include("catalogue.api.urls")),
    path("api/v1/harvest/", include("harvest.api.urls")),
    path("api/", include("catalogue.api.ckan.urls")),
    path("api/v1", public_page(RedirectView.as_view(pattern_name="v1-docs"))),
    re_path(r"^api/v1(?:/(?P<path>[\s\S]*))?$", not_found),
    # In place of the admin’s own, at its address; allauth asks for the name
    path("admin/login/", SignIn.as_view(), name="account_login"),
    path("admin/password_change/", RedirectView.as_view(pattern_name="people:password-change")),
    path("admin/r/<int:content_type_id>/<path:object_id>/", admin.site.admin_view(view_on_site)),
    path("admin/", admin.site.urls),
]

handler400 = "catalogue.views.errors.bad_request"
handler403 = "catalogue.views.errors.forbidden"
handler404 = "catalogue.views.errors.not_found"
handler500 = "catalogue.views.errors.server_error"
