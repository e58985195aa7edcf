"""What every write of /api/v1 shares: who may, which version, once only, and how a refusal reads."""

from collections.abc import Callable
from typing import Any, NoReturn

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import NotAuthenticated, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from catalogue import queries
from catalogue.actions.entry import By
from catalogue.api.reading import ReadView
from catalogue.api.writing.errors import Conflict, Unprocessable, pointers
from catalogue.api.writing.parsers import MergePatch, StrictJson
from catalogue.api.writing.preconditions import etag
from catalogue.enums import Route, State
from catalogue.models import Dataset, DatasetName
from catalogue.serializers.native import DatasetSerializer
from publishers.actions import idempotency
from publishers.models import User
from publishers.permissions import Permission, has_permission, token_of

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag that you were given when you read the entry, or * for whatever stands there. Without it the "
    "answer is 428; if somebody changed the entry meanwhile it is 412 and says what.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": 200},
    OpenApiParameter.HEADER,
    description="Any text of your own. Send a request again under the same key, within seven days, and it is not done "
    "twice: you get the first answer again. Another request under the same key is answered with 422.",
)


class WriteView(ReadView):
    """A view that also writes. Reading at the same address goes on as it did."""

    parser_classes = [StrictJson, MergePatch]
    http_method_names = ["get", "head", "options", "post", "put", "patch", "delete"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            if not request.user.is_authenticated:
                raise NotAuthenticated
            if request.query_params:
                raise ValidationError({name: ["Writes take no parameters here."] for name in request.query_params})

    def once(self, request: Request, work: Callable[[], Response]) -> Response:
        """Do the work, or where the client's key says that it is done, answer as then."""
        key = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
        if not key:
            return work()
        if len(key) > 200:
            raise ValidationError({"Idempotency-Key": ["Use at most 200 characters."]})

        def answered() -> idempotency.Answer:
            response = work()
            kept = {name: response[name] for name in ("ETag", "Location") if name in response}
            return idempotency.Answer(response.status_code, response.data, kept)

        try:
            answer = idempotency.once(
                answered,
                user=person(request),
                key=key,
                request=(str(request.method), request.path, _body_as_sent(request)),
                now=timezone.now(),
            )
        except idempotency.KeyUsedForAnother:
            raise Unprocessable(
                "This Idempotency-Key came before with another request: use a new key for a new request."
            ) from None
        repeated = {"Idempotency-Replayed": "true"} if answer.is_repeated else {}
        return Response(answer.body, answer.status, headers=answer.headers | repeated)


def _body_as_sent(request: Request) -> bytes:
    """What tells one body from another: what it says, since the stream is read by now."""
    return repr((request.data, request.META.get("HTTP_IF_MATCH", ""))).encode("utf-8", "surrogatepass")


def person(request: Request) -> User:
    """Whoever asks; anonymous callers get no further than `initial`."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def by(request: Request, comment: str = "") -> By:
    return By(Route.API, user=person(request), comment=comment)


def dataset_for_write(request: Request, key: str, permission: Permission) -> Dataset:
    """The entry of this UUID or name.

    Raises `Http404` for one that the caller may not see, `PermissionDenied` for one that they may see and not change.
    """
    dataset_id = queries.dataset_id_of(key)
    if dataset_id is None:
        raise Http404
    found = Dataset.objects.visible_to(request.user).filter(id=dataset_id).select_related("publisher").first()
    if found is None:
        raise Http404
    ask(request, permission, found.publisher_id)
    return found


def ask(request: Request, permission: Permission, publisher_id: Any) -> None:
    """Raises `PermissionDenied`, and says whether it is the token that holds the caller back."""
    if has_permission(request.user, permission, publisher_id):
        return
    token = token_of(request.user)
    if token:
        raise PermissionDenied(
            f"The token “{token.name}” does not allow this: its scope is “{token.scope}”"
            + (f", for {token.publisher}" if token.publisher_id else "")
            + ", and it allows nothing that you may not do yourself."
        )
    raise PermissionDenied(f"You may not do this for this publisher: it needs the right to {permission.words}.")


def checked(body: BaseSerializer[Any]) -> Any:
    """What the body says. Raises `ValidationError` with JSON pointers."""
    if not body.is_valid():
        refuse(body.errors)
    return body.validated_data


def refuse(errors: Any) -> NoReturn:
    """Raises `ValidationError` for errors nested as the body is."""
    raise ValidationError(pointers(errors))


def refuse_taken_name(name: str, dataset: Dataset | None) -> None:
    """Names are never reused. Raises `ValidationError`."""
    taken = DatasetName.objects.filter(name=name)
    if name and (taken.exclude(dataset=dataset) if dataset else taken).exists():
        refuse({"name": ["Another entry has, or once had, this name: choose a different one."]})


def refuse_withdrawn(dataset: Dataset) -> None:
    if dataset.state == State.WITHDRAWN:
        raise Conflict("The entry is withdrawn: publish it again before you change it.")


def dataset_answer(request: Request, dataset_id: Any, *, status: int = 200) -> Response:
    """The entry as it now stands, with its ETag."""
    dataset = queries.dataset_for_page(dataset_id, request.user)
    if dataset is None:  # written, and not the writer's to see: no role writes without reading
        raise Http404
    return Response(
        DatasetSerializer(dataset, context={"request": request}).data, status, headers={"ETag": etag(dataset.version)}
    )
