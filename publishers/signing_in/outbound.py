"""How allauth reaches the provider: through the guarded client, like everything that leaves the project."""

from dataclasses import replace
from typing import Any, Final, Self
from urllib.parse import urlsplit

import requests
from django.conf import settings

from services.http import HttpClient, HttpError, OutboundPolicy
from services.http.addresses import parse_allow_hosts

#: A provider's description, its keys and a token are a few kilobytes; a person waits for all of them.
_LIMITS: Final = {
    "max_bytes": 256 * 1024,
    "connect_timeout": 5,
    "response_timeout": 10,
    "total_timeout": 15,
    "max_redirects": 0,
}


class ProviderSession:
    """As much of `requests.Session` as allauth uses. Raises `requests.ConnectionError` where no answer came.

    The operator named the issuer, so its own host may be a private one.
    """

    def __enter__(self) -> Self:
        own = parse_allow_hosts([_host_port(settings.OIDC_ISSUER)])
        policy = OutboundPolicy.from_settings(**_LIMITS)
        self._client = HttpClient(replace(policy, allow_hosts=policy.allow_hosts | own))
        self._client.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._client.__exit__(*exc_info)

    def get(self, url: str, **options: Any) -> requests.Response:
        return self.request("GET", url, **options)

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """Ask, with the options that `requests.Request` takes."""
        asked = requests.Request(method, url, **options).prepare()
        body = asked.body.encode() if isinstance(asked.body, str) else None
        headers = {name: str(value) for name, value in asked.headers.items() if name != "Content-Length"}
        headers = {"Accept": "application/json", **headers}
        response = requests.Response()
        try:
            with self._client.open(
                asked.url or url, method=method, headers=headers, data=body, any_status=True
            ) as stream:
                response.status_code = stream.status
                response.url = stream.url
                response.headers["content-type"] = stream.headers.get("content-type", "")
                response._content = stream.read()
        except HttpError as error:
            raise requests.ConnectionError(str(error)) from error
        return response


def _host_port(address: str) -> str:
    parts = urlsplit(address)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
