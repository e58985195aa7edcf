"""What allauth asks us about accounts and providers. Settings name these classes."""

import base64
import logging
import secrets
import time
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from requests import RequestException

from publishers.actions import identities, sign_in
from publishers.client_address import client_address
from publishers.models import User
from publishers.permissions import must_have_second_step
from publishers.signing_in.outbound import ProviderSession
from publishers.signing_in.provider import OpenIdProvider, configured_app
from services.sealing import CannotOpen, opened, seal

logger = logging.getLogger(__name__)

#: For so many seconds after signing in nobody is asked again who they are.
_RECENT: Final = 15 * 60


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from invitations: allauth makes none, and mails nobody."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("admin:index")

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage"]

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The second step, where there is one, before the password."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return methods[::-1]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """How somebody signs in is changed only by whoever has just signed in, or shows again who they are."""
        records = get_authentication_records(self.request, self.request.user)
        return time.time() - max((record["at"] for record in records), default=0) > _RECENT

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        return problem_page(request, identities.Refusal.CLOSED.value, status=403)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The pages themselves say what has happened."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Mails to people are `publishers.actions.mail`'s."""


class SecondStepAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps are kept encrypted: a stolen copy of the database opens no account."""

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """What cannot be read, since SECRET_KEY was changed, is as good as a secret that nobody knows."""
        try:
            return opened(encrypted_text)
        except CannotOpen as error:
            logger.error("A second step can't be read, and must be reset in the workplace. %s", error)
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not must_have_second_step(authenticator.user)


class OpenIdAdapter(DefaultSocialAccountAdapter):
    """One provider, from the settings; who comes in by it is `publishers.actions.identities`' to say."""

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> OpenIdProvider:
        return OpenIdProvider(request, app=configured_app())

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        try:
            return [configured_app()]
        except SocialApp.DoesNotExist:
            return []

    def get_requests_session(self) -> ProviderSession:
        return ProviderSession()

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def authenticate_by_email(self, sociallogin: SocialLogin) -> None:
        """`pre_social_login` decides it."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """The provider has vouched for an identity: find its person, or say why there is none."""
        identity: identities.Identity = sociallogin.identity
        now, address = timezone.now(), client_address(request)
        is_link = sociallogin.state.get("process") == AuthProcess.CONNECT
        try:
            if is_link:
                identities.link(_who_began(request, sociallogin), identity, now=now, address=address)
                raise ImmediateHttpResponse(HttpResponseRedirect(reverse("mfa_index")))
            sociallogin.user = identities.let_in(identity, now=now, address=address)
        except identities.Refused as refused:
            account = identity.email or f"{identity.subject} at {identity.issuer}"
            sign_in.note_failure(account, address=address, now=now)
            raise ImmediateHttpResponse(
                problem_page(request, refused.reason.value, status=403, email=identity.email)
            ) from refused
        sociallogin.account = SocialAccount.objects.get(provider=identity.issuer, uid=identity.subject)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Coming back from the provider did not end well."""
        if exception is not None:
            raise ImmediateHttpResponse(answer_to(request, exception))
        reason = "cancelled" if error == AuthError.CANCELLED else "not_begun"
        raise ImmediateHttpResponse(problem_page(request, reason, status=403))


def _who_began(request: HttpRequest, sociallogin: SocialLogin) -> User:
    """Who asked to link an identity: nobody else comes back to it in their session."""
    if not isinstance(request.user, User) or request.user.pk != (sociallogin.state.get("data") or {}).get("user"):
        raise ImmediateHttpResponse(problem_page(request, "not_begun", status=403))
    return request.user


def answer_to(request: HttpRequest, error: Exception) -> HttpResponse:
    """What somebody is shown when the provider gave no answer, or one that can't be believed. The log has the rest."""
    if isinstance(error, RequestException):
        logger.warning("The OpenID Connect provider gave no usable answer: %s", error)
        return problem_page(request, "no_answer", status=503)
    logger.warning("What the OpenID Connect provider said was not believed: %s", str(error)[:300])
    sign_in.note_failure("", address=client_address(request), now=timezone.now())
    return problem_page(request, "not_believed", status=403)


def problem_page(request: HttpRequest, reason: str, *, status: int, email: str = "") -> HttpResponse:
    """A page that says why somebody was not let in, and what they can do."""
    response = render(request, "people/not_let_in.html", {"reason": reason, "email": email}, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
