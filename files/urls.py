"""Public pages about what is in files."""

from django.urls import path

from files.views import croissant, downloads, preview

_FILE = "dataset/<uuid:dataset_id>/<str:name>/datafile/<uuid:resource_id>"

urlpatterns = [
    path("dataset/<uuid:dataset_id>.croissant.json", croissant.dataset, name="dataset-croissant"),
    path(f"{_FILE}/preview", preview.preview, name="datafile-preview"),
    path(f"{_FILE}/download.<str:ending>", downloads.download, name="datafile-download"),
]
