"""Callers of the write API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from publishers.actions import tokens
from publishers.enums import Role, TokenScope
from publishers.models import Publisher, User
from tests.factories.publishers import PublisherFactory, officer


class Caller:
    """A program with a token. Bodies go out as JSON; answers are Django's test responses."""

    def __init__(self, user: User, **token: Any) -> None:
        token = {"name": "A script", "scope": TokenScope.WRITE, "now": timezone.now()} | token
        self.user = user
        self.token, self.text = tokens.create(user=user, **token)
        self._client = Client()

    def __getattr__(self, method: str) -> Callable[..., Any]:
        send = getattr(self._client, method)

        def call(path: str, body: Any = None, **headers: str) -> Any:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            content_type = named.pop("Content-Type", "application/json")
            headers = {"Authorization": f"Bearer {self.text}"} | named
            if method in {"get", "head"}:
                return send(path, headers=headers)
            return send(path, data="" if body is None else body, content_type=content_type, headers=headers)

        return call


@pytest.fixture
def publisher() -> Publisher:
    return PublisherFactory(slug="leeds-city-council", title="Leeds City Council")


@pytest.fixture
def editor(publisher: Publisher) -> Caller:
    return Caller(officer(publisher, Role.EDITOR))
