"""`/api/3` and `/api/action`: CKAN's addresses, without a slash at the end."""

from django.urls import path, re_path

from catalogue.api.ckan import legacy, transport

app_name = "ckan"

urlpatterns = [
    re_path(r"^3/?$", transport.version, name="version"),
    path("3/action/<str:name>", transport.action, name="action"),
    path("action/<str:name>", transport.action, name="action-unversioned"),
    path("3/search/dataset", legacy.search_dataset_v3, name="search-dataset-v3"),
    path("search/dataset", legacy.search_dataset, name="search-dataset"),
    # Nothing here redirects to a better address: clients follow none
    re_path(r"^(?:3/)?(?:action|search)(?:/.*)?$", transport.no_such_address, name="no-such-address"),
]
