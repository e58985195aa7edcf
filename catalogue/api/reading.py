"""What every view of /api/v1 shares: it is read, strictly, and caches may keep what anybody may see."""

from typing import Any

from django.utils.cache import patch_cache_control, patch_vary_headers
from rest_framework.exceptions import Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from catalogue.api.parameters import refuse_unknown
from catalogue.api.rates import Allowance, spend
from catalogue.views.reader import public_age


class ReadView(APIView):
    """Anonymous answers may be shared for a minute; signed-in ones and errors are kept nowhere.

    Who may read what is the querysets' to say, not a permission's.
    """

    permission_classes = [AllowAny]
    http_method_names = ["get", "head", "options"]

    #: What is left of the requests that the asker may make this minute.
    allowance: Allowance | None = None

    #: Query parameters besides those of the filters and of paging.
    parameters: frozenset[str] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.allowance = spend(request._request)
        if self.allowance and self.allowance.is_spent:
            raise Throttled(
                self.allowance.reset,
                "That is more requests than one address may make in a minute. Wait as “Retry-After” says.",
            )
        if request.method in {"GET", "HEAD"}:
            refuse_unknown(request, self._parameters())

    def _parameters(self) -> frozenset[str]:
        filters = getattr(self, "filterset_class", None)
        known = self.parameters | frozenset(filters.base_filters if filters else ())
        return (
            known | {"cursor", "page_size"}
            if getattr(self, "pagination_class", None) and hasattr(self, "list")
            else known
        )

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if allowance := getattr(self, "allowance", None):
            for name, value in allowance.headers().items():
                response[name] = value
        patch_vary_headers(response, ["Cookie", "Authorization"])
        if response.status_code == 200 and request.method in {"GET", "HEAD"} and not request.user.is_authenticated:
            patch_cache_control(response, public=True, max_age=public_age())
        else:
            patch_cache_control(response, private=True, no_store=True)
        return response
