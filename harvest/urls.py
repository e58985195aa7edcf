from django.urls import path

from harvest import views

urlpatterns = [
    path("harvest", views.sources, name="harvest-sources"),
    path("harvest/<slug:slug>", views.source, name="harvest-source"),
]
