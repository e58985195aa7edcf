"""Public pages: data.gov.uk's own addresses, so that its links keep working."""

from django.urls import path, re_path

from catalogue.views import (
    dataset,
    dumps,
    health,
    home,
    inventory,
    legacy,
    linked_data,
    publisher,
    quality,
    search,
    search_formats,
    sitemap,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("search", search.results, name="search"),
    re_path(r"^search\.(?P<extension>atom|csv|json)$", search_formats.results, name="search-format"),
    path("search/filters/<str:facet>", search.values, name="search-values"),
    path("topics", home.topics, name="topic-list"),
    path("publishers", publisher.index, name="publisher-list"),
    path("publisher/<slug:slug>", publisher.detail, name="publisher-detail"),
    path("inventory", inventory.index, name="inventory"),
    path("quality", quality.index, name="quality"),
    path("api", home.api, name="api"),
    path("accessibility", home.accessibility, name="accessibility"),
    path("privacy", home.privacy, name="privacy"),
    re_path(r"^catalog\.(?P<form>ttl|rdf|jsonld|nt)$", linked_data.catalogue, name="catalogue-rdf"),
    re_path(
        r"^dataset/(?P<dataset_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(?P<form>[a-z.-]{2,20})$",
        linked_data.dataset,
        name="dataset-rdf",
    ),
    # A UUID is tried before a name: no name looks like one
    path("dataset/<uuid:dataset_id>", dataset.detail, name="dataset-short"),
    path("dataset/<uuid:dataset_id>/<str:name>/history", dataset.history, name="dataset-history"),
    path(
        "dataset/<uuid:dataset_id>/<str:name>/datafile/<uuid:resource_id>/preview",
        legacy.preview,
        name="datafile-preview",
    ),
    path("dataset/<uuid:dataset_id>/<str:name>", dataset.detail, name="dataset-detail"),
    path("dataset/<str:name>", dataset.by_name, name="dataset-by-name"),
    path("dataset/<str:name>/resource/<uuid:resource_id>", dataset.by_resource, name="dataset-resource"),
    path("data.json", dumps.data_json_file, name="data-json"),
    path("dcat-us-3.json", dumps.dcat_us_file, name="dcat-us"),
    path("data/dumps", dumps.index, name="dump-list"),
    path("data/dumps/manifest.json", dumps.manifest, name="dump-manifest"),
    path("data/dumps/SHA256SUMS", dumps.checksums, name="dump-checksums"),
    path("data/dumps/<str:name>", dumps.file, name="dump-file"),
    path("data/search", legacy.data_search, name="legacy-search"),
    path("healthz", health.healthz, name="healthz"),
    path("favicon.ico", home.favicon, name="favicon"),
    path("robots.txt", home.robots, name="robots"),
    path("sitemap.xml", sitemap.index, name="sitemap"),
    re_path(r"^sitemap-(?P<number>[0-9]{1,6})\.xml$", sitemap.part, name="sitemap-part"),
]
