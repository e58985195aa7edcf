"""An OpenID Connect provider, and a site that lets people in by it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from tests.servers.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenIdProvider]:
    """Trusted with mail addresses, as most governments' own is."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # loopback has no TLS
    cache.clear()
    with OpenIdProvider(f"{settings.SITE_URL}/sign-in/openid/callback") as made:
        settings.OIDC_ISSUER = made.issuer
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
        settings.OIDC_NAME = "Government ID"
        settings.OIDC_TRUST_EMAIL = True
        yield made
    cache.clear()
