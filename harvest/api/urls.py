from django.urls import path

from harvest.api import views

urlpatterns = [
    path("sources", views.SourceList.as_view(), name="v1-source-list"),
    path("runs", views.RunList.as_view(), name="v1-run-list"),
]
