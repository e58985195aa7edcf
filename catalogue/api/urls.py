"""/api/v1, less what the harvest app adds."""

from django.urls import path

from catalogue.api import description, native, quality, search, suggest
from catalogue.api.writing import datasets, files, links, proposals, resources

urlpatterns = [
    path("datasets", datasets.Datasets.as_view(), name="v1-dataset-list"),
    path("datasets/<str:key>", datasets.DatasetItem.as_view(), name="v1-dataset-detail"),
    path("datasets/<str:key>/quality", quality.DatasetQuality.as_view(), name="v1-dataset-quality"),
    path("datasets/<str:key>/submit", datasets.Submit.as_view(), name="v1-dataset-submit"),
    path("datasets/<str:key>/publish", datasets.Publish.as_view(), name="v1-dataset-publish"),
    path("datasets/<str:key>/withdraw", datasets.Withdraw.as_view(), name="v1-dataset-withdraw"),
    path("datasets/<str:key>/proposal", proposals.ProposalItem.as_view(), name="v1-dataset-proposal"),
    path("datasets/<str:key>/proposal/approve", proposals.Approve.as_view(), name="v1-dataset-proposal-approve"),
    path("datasets/<str:key>/proposal/send-back", proposals.SendBack.as_view(), name="v1-dataset-proposal-send-back"),
    path("datasets/<str:key>/resources", resources.DatasetResources.as_view(), name="v1-dataset-resources"),
    path("datasets/<str:key>/files", files.DatasetFiles.as_view(), name="v1-dataset-files"),
    path("resources/<uuid:resource_id>/file", files.ResourceFile.as_view(), name="v1-resource-file"),
    path("datasets/<str:key>/resources/order", resources.ResourceOrder.as_view(), name="v1-dataset-resource-order"),
    path("resources", native.ResourceList.as_view(), name="v1-resource-list"),
    path("resources/<uuid:resource_id>", resources.ResourceItem.as_view(), name="v1-resource-detail"),
    path("resources/<uuid:resource_id>/check", links.CheckAgain.as_view(), name="v1-resource-check"),
    path("publishers", native.PublisherList.as_view(), name="v1-publisher-list"),
    path("publishers/<slug:slug>", native.PublisherDetail.as_view(), name="v1-publisher-detail"),
    path("search", search.Search.as_view(), name="v1-search"),
    path("suggest", suggest.Suggest.as_view(), name="v1-suggest"),
    path("quality", quality.Quality.as_view(), name="v1-quality"),
    path("quality/publishers", quality.QualityByPublisher.as_view(), name="v1-quality-publishers"),
    path("quality/topics", quality.QualityByTopic.as_view(), name="v1-quality-topics"),
    path("quality/history", quality.QualityHistory.as_view(), name="v1-quality-history"),
    path("quality/snapshots", quality.QualityQuarters.as_view(), name="v1-quality-snapshots"),
    path("quality/snapshots/<str:quarter>", quality.QualityQuarter.as_view(), name="v1-quality-snapshot"),
    path("changes", native.ChangeList.as_view(), name="v1-change-list"),
    path("openapi.json", description.OpenApi.as_view(), name="v1-openapi"),
    path("docs", description.docs, name="v1-docs"),
]
