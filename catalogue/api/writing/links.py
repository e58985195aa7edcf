"""Having a link checked again, by those who look after the entry."""

from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle

from catalogue import queries
from catalogue.actions.link_queue import CHECK_AGAIN_AFTER, check_now
from catalogue.api.writing.resources import RESOURCE_ID
from catalogue.api.writing.views import WriteView, dataset_for_write
from catalogue.models import LinkCheck
from publishers.permissions import Permission


class ChecksOfOnePerson(UserRateThrottle):
    rate = "120/hour"
    scope = "check-again"


class CheckQueued(serializers.Serializer):
    state = serializers.CharField(help_text="What is known until then.")
    checked_at = serializers.DateTimeField(allow_null=True, help_text="When the link was last looked at.")
    next_check_at = serializers.DateTimeField(help_text="When it is due: now.")


class CheckAgain(WriteView):
    http_method_names = ["post", "options"]
    throttle_classes = [ChecksOfOnePerson]

    @extend_schema(
        operation_id="resources_check_again", request=None, responses={202: CheckQueued}, parameters=[RESOURCE_ID]
    )
    def post(self, request: Request, resource_id: UUID) -> Response:
        """Have the link checked as soon as a worker is free, at most once a minute: usually within half a minute.

        Read the resource again to see what was found.
        """
        visible = queries.resources_visible_to(request.user).filter(id=resource_id)
        dataset_id = visible.values_list("dataset_id", flat=True).first()
        if dataset_id is None:
            raise Http404
        dataset_for_write(request, str(dataset_id), Permission.EDIT_DATASET)
        now = timezone.now()
        check_now([resource_id], now=now)
        link = LinkCheck.objects.get(resource_id=resource_id)
        if link.next_check_at is None or link.next_check_at > now:
            waiting = CHECK_AGAIN_AFTER - (now - link.checked_at if link.checked_at else CHECK_AGAIN_AFTER)
            raise Throttled(max(1, round(waiting.total_seconds())), "This link was checked less than a minute ago.")
        return Response(CheckQueued(link).data, 202)
