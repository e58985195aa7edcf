"""/api/v1, less what the harvest app adds."""

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

from catalogue.api import native
from catalogue.views.home import api_docs

urlpatterns = [
    path("datasets", native.DatasetList.as_view(), name="v1-dataset-list"),
    path("datasets/<str:key>", native.DatasetDetail.as_view(), name="v1-dataset-detail"),
    path("resources/<uuid:resource_id>", native.ResourceDetail.as_view(), name="v1-resource-detail"),
    path("publishers", native.PublisherList.as_view(), name="v1-publisher-list"),
    path("publishers/<slug:slug>", native.PublisherDetail.as_view(), name="v1-publisher-detail"),
    path("search", native.Search.as_view(), name="v1-search"),
    path("quality", native.Quality.as_view(), name="v1-quality"),
    path("changes", native.ChangeList.as_view(), name="v1-change-list"),
    path("openapi.json", SpectacularJSONAPIView.as_view(), name="v1-openapi"),
    path("docs", api_docs, name="v1-docs"),
]
