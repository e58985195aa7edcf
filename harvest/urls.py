from django.urls import path

from harvest import views

urlpatterns = [
    path("harvest", views.sources, name="harvest-sources"),
    path("harvest/<slug:slug>", views.source, name="harvest-source"),
    path("harvest/<slug:slug>/problems.csv", views.problems_csv, name="harvest-problems"),
    path("harvest/<slug:slug>/records/<int:number>", views.record, name="harvest-record"),
    path("harvest/<slug:slug>/records/<int:number>/raw", views.raw_record, name="harvest-raw-record"),
]
