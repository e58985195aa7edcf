"""The OpenID Connect provider that an operator has named: allauth's, with the checks that it leaves to others."""

import hashlib
from typing import Any, Final
from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse

from publishers.actions.identities import Identity
from publishers.signing_in import id_tokens
from publishers.signing_in.outbound import ProviderSession

#: For so many seconds a provider's description and keys are believed before they are read again.
_KEPT: Final = 600

#: What of a provider's description can't be done without.
_NEEDED: Final = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")


class OpenIdClient(OpenIDConnectOAuth2Adapter):
    """Asks the provider for a token and makes sure of what it says."""

    #: Stays in the session between going to the provider and coming back; PKCE's verifier, and the nonce is made of it.
    _secret = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself. Raises `OAuth2Error` where it is not who the operator named."""
        address = self.get_provider().server_url
        described: dict[str, Any] = cache.get(_key(address)) or _read(address)
        missing = [name for name in _NEEDED if not isinstance(described.get(name), str)]
        if missing:
            raise OAuth2Error(f"{address} names no {missing[0]}.")
        if described["issuer"].rstrip("/") != settings.OIDC_ISSUER.rstrip("/"):
            raise OAuth2Error(f"{address} speaks for {described['issuer']}, not for {settings.OIDC_ISSUER}.")
        wanted = urlsplit(settings.OIDC_ISSUER).scheme
        if any(urlsplit(described[name]).scheme not in {wanted, "https"} for name in _NEEDED):
            raise OAuth2Error(f"{address} names addresses that are not {wanted}.")
        cache.set(_key(address), described, _KEPT)
        return described

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return f"{settings.SITE_URL}{reverse('people:openid-callback')}"

    def get_access_token_data(
        self, request: HttpRequest, app: SocialApp, client: OAuth2Client, pkce_code_verifier: str | None = None
    ) -> dict[str, Any]:
        self._secret = pkce_code_verifier or ""
        answer: dict[str, Any] = super().get_access_token_data(
            request, app, client, pkce_code_verifier=pkce_code_verifier
        )
        return answer

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        answer = kwargs["response"]
        if not isinstance(answer.get("id_token"), str) or not self._secret:
            raise OAuth2Error("The provider gave no ID token.")
        claims = self._claims(answer["id_token"])
        if "email" not in claims and "userinfo_endpoint" in self.openid_config:
            told = self._fetch_user_info(token.token)
            if not isinstance(told, dict) or told.get("sub") != claims["sub"]:
                raise OAuth2Error("The provider’s user information is of somebody else.")
            claims = {**told, **claims}
        login: SocialLogin = self.get_provider().sociallogin_from_response(request, claims)
        login.identity = identity_of(claims)
        return login

    def _claims(self, token: str) -> dict[str, Any]:
        described = self.openid_config
        expected = {"issuer": described["issuer"], "client_id": settings.OIDC_CLIENT_ID, "secret": self._secret}
        address = described["jwks_uri"]
        try:
            keys = cache.get(_key(address))
            if keys is not None:
                try:
                    return id_tokens.check(token, keys=keys, **expected)
                except id_tokens.UnknownKey:
                    pass  # providers change their keys: theirs are read anew
            keys = _read(address)
            claims = id_tokens.check(token, keys=keys, **expected)
            cache.set(_key(address), keys, _KEPT)
        except id_tokens.BadToken as error:
            raise OAuth2Error(f"The ID token is not good: {error}") from error
        return claims


class OpenIdProvider(OpenIDConnectProvider):
    """Named by the operator's settings, never by rows of the database."""

    oauth2_adapter_class = OpenIdClient

    def get_pkce_params(self) -> dict[str, str]:
        """Always PKCE, and the nonce beside it."""
        made: dict[str, str] = generate_code_challenge()
        return {**made, "nonce": id_tokens.nonce_of(made["code_verifier"])}

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing is kept of what the provider tells but who it is."""
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        return []


def configured_app() -> SocialApp:
    """The operator's settings, as allauth has them. Raises `SocialApp.DoesNotExist` where nothing is configured."""
    if not settings.OIDC_ISSUER:
        raise SocialApp.DoesNotExist
    return SocialApp(
        provider="openid_connect",
        provider_id=settings.OIDC_ISSUER,
        name=settings.OIDC_NAME,
        client_id=settings.OIDC_CLIENT_ID,
        secret=settings.OIDC_CLIENT_SECRET,
        settings={"server_url": f"{settings.OIDC_ISSUER.rstrip('/')}/.well-known/openid-configuration"},
    )


def identity_of(claims: dict[str, Any]) -> Identity:
    """Who somebody is by checked claims. Providers write `email_verified` as a truth value or as the word."""
    email = claims.get("email")
    name = claims.get("name")
    return Identity(
        issuer=settings.OIDC_ISSUER,
        subject=claims["sub"],
        email=email.strip().lower()[:254] if isinstance(email, str) else "",
        is_verified=claims.get("email_verified") in (True, "true"),
        name=" ".join(name.split())[:200] if isinstance(name, str) else "",
    )


def _key(address: str) -> str:
    return f"openid:{hashlib.sha256(address.encode()).hexdigest()}"


def _read(address: str) -> dict[str, Any]:
    with ProviderSession() as session:
        response = session.get(address)
        response.raise_for_status()
        found = response.json()
    if not isinstance(found, dict):
        raise OAuth2Error(f"{address} gave something else than a JSON object.")
    return found
