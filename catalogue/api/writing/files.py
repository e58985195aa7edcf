"""Files sent to be held here: as new resources, or as the next version of one."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from catalogue import queries
from catalogue.actions import amending, uploads
from catalogue.api.writing.bodies import ResourceBody
from catalogue.api.writing.parsers import BodyTooLarge, refuse_unstorable
from catalogue.api.writing.preconditions import etag
from catalogue.api.writing.proposals import KEY, ProposalBody, held_answer
from catalogue.api.writing.resources import RESOURCE_ID, open_for_resources, open_of_resource
from catalogue.api.writing.views import WriteView, by, checked, refuse
from catalogue.models import UploadedFile
from catalogue.serializers.native import ResourceDetailSerializer

#: What a body may have beside its file.
_BESIDES = 2**20


class FileBody(serializers.Serializer):
    file = serializers.FileField(max_length=200, help_text="The file itself.")
    title = serializers.CharField(max_length=500, required=False, allow_blank=True)
    description = serializers.CharField(max_length=100_000, required=False, allow_blank=True)
    kind = serializers.ChoiceField(["data", "document"], required=False)
    period_text = serializers.CharField(max_length=100, required=False, allow_blank=True)


class NewVersionBody(serializers.Serializer):
    file = serializers.FileField(max_length=200, help_text="The file itself.")


class VersionSerializer(serializers.ModelSerializer[UploadedFile]):
    """One version of a file that is held here."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = UploadedFile
        fields = ["number", "file_name", "media_type", "size_bytes", "sha256", "scanned", "uploaded_at", "url"]

    def get_url(self, version: UploadedFile) -> str:
        path = f"/dataset/{version.dataset_id}/download/{version.resource_id}/{version.file_name}"
        return f"{settings.SITE_URL}{path}?version={version.number}"


class _FileView(WriteView):
    parser_classes = [MultiPartParser]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > settings.UPLOAD_MAX_BYTES + _BESIDES:
            most = settings.UPLOAD_MAX_BYTES // 10**6
            raise BodyTooLarge(f"The file is larger than {most:,} MB, the most that is taken here.")

    def body(self, request: Request, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The checked fields of the form."""
        data = request.data
        if not isinstance(data, dict):
            raise ParseError("Send a form (multipart/form-data) with the file as “file”.")
        refuse_unstorable({name: value for name, value in data.items() if isinstance(value, str)})
        body = serializer(data=data)
        checked(body)
        return body.validated_data


class DatasetFiles(_FileView):
    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="files_create",
        request={"multipart/form-data": FileBody},
        responses={201: ResourceDetailSerializer, 202: ProposalBody},
        parameters=[KEY],
    )
    def post(self, request: Request, key: str) -> Response:
        """Send a file to be held here, as a new resource of an entry."""
        dataset = open_for_resources(request, key)
        values = self.body(request, FileBody)
        incoming = values.pop("file")
        about = ResourceBody(data={**values, "url": "https://held.example/"})
        checked(about)
        try:
            kept, stored = uploads.add_file(
                dataset, incoming, by=by(request), now=timezone.now(), about=replace(about.draft(), url="")
            )
        except uploads.FileRefused as error:
            refuse({"file": [str(error)]})
        if stored.waits:
            return held_answer(request, dataset.id, stored, resource_id=kept.resource_id)
        resource = queries.resources_visible_to(request.user).get(id=kept.resource_id)
        headers = {"ETag": etag(stored.version), "Location": f"/api/v1/resources/{resource.id}"}
        return Response(ResourceDetailSerializer(resource).data, 201, headers=headers)


class ResourceFile(_FileView):
    http_method_names = ["get", "head", "put", "options"]

    @extend_schema(operation_id="files_list", responses=VersionSerializer(many=True), parameters=[RESOURCE_ID])
    def get(self, request: Request, resource_id: UUID) -> Response:
        """The versions of a file that is held here, the latest first."""
        if not queries.resources_visible_to(request.user).filter(id=resource_id).exists():
            raise Http404
        versions = UploadedFile.objects.filter(resource_id=resource_id, is_held=False).order_by("-number")
        return Response(VersionSerializer(versions[:1_000], many=True).data)

    @extend_schema(
        operation_id="files_replace",
        request={"multipart/form-data": NewVersionBody},
        responses={200: ResourceDetailSerializer, 202: ProposalBody},
        parameters=[RESOURCE_ID],
    )
    def put(self, request: Request, resource_id: UUID) -> Response:
        """Send the next version of a file. Earlier versions are kept."""
        dataset = open_of_resource(request, resource_id)
        incoming = self.body(request, NewVersionBody)["file"]
        try:
            _, stored = uploads.replace_file(dataset, resource_id, incoming, by=by(request), now=timezone.now())
        except uploads.FileRefused as error:
            refuse({"file": [str(error)]})
        except amending.NoSuchResource:
            raise Http404 from None
        if stored.waits:
            return held_answer(request, dataset.id, stored, resource_id=resource_id)
        resource = queries.resources_visible_to(request.user).get(id=resource_id)
        return Response(ResourceDetailSerializer(resource).data, headers={"ETag": etag(stored.version)})
