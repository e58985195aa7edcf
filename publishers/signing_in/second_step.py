"""Pages on which people set up, renew and remove their second step: allauth's, and the audit log told of them."""

from typing import Any

from allauth.mfa.base.views import IndexView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from publishers.actions import audit, second_steps
from publishers.client_address import client_address
from publishers.enums import AuditAction
from publishers.models import User
from publishers.signing_in.middleware import mark


class HowISignIn(IndexView):
    """The second step, and the account at the provider."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        provider = settings.OIDC_NAME if settings.OIDC_ISSUER else ""
        theirs = SocialAccount.objects.filter(user=_user(self.request), provider=settings.OIDC_ISSUER)
        return {**super().get_context_data(**kwargs), "provider": provider, "is_linked": provider and theirs.exists()}


class SetUp(ActivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        mark(self.request, _user(self.request))
        _note(self.request, AuditAction.SECOND_STEP_ADDED)
        return response


class Remove(DeactivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _note(self.request, AuditAction.SECOND_STEP_REMOVED)
        return response


class NewCodes(GenerateRecoveryCodesView):
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _note(self.request, AuditAction.RECOVERY_CODES_MADE)
        return response


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _note(request: HttpRequest, action: AuditAction) -> None:
    user = _user(request)
    second_steps.note(action, user, who=audit.Who(user, address=client_address(request)), now=timezone.now())
