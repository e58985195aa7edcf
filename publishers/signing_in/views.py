"""Signing in with a password, or at the provider that an operator has named."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib.admin import site
from django.contrib.auth import REDIRECT_FIELD_NAME, SESSION_KEY, logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from publishers.actions import sign_in
from publishers.client_address import client_address
from publishers.forms import SignInForm
from publishers.models import User
from publishers.signing_in.adapters import answer_to, problem_page
from publishers.signing_in.middleware import waits_for_set_up
from publishers.signing_in.provider import OpenIdClient


def let_in(request: HttpRequest, user: User, *, next_url: str = "") -> HttpResponse:
    """Sign somebody in whose password is right or newly set: by way of their second step, if they have one."""
    if SESSION_KEY in request.session:
        logout(request)
    login = Login(user=user, redirect_url=next_url or reverse("admin:index"), email_verification="none")
    response: HttpResponse = perform_password_login(request, {"email": user.email}, login)
    return response


@method_decorator(never_cache, name="dispatch")
class SignIn(LoginView):
    """The one page for signing in, at the address of the admin's own."""

    template_name = "people/sign_in.html"
    authentication_form = SignInForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "GET" and site.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        if request.method == "GET" and waits_for_set_up(request):
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return super().dispatch(request, *args, **kwargs)

    def get_default_redirect_url(self) -> str:
        return reverse("admin:index")

    def form_valid(self, form: Any) -> HttpResponse:
        return let_in(self.request, form.get_user(), next_url=self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, "provider": settings.OIDC_ISSUER and settings.OIDC_NAME}


@never_cache
@require_safe
def openid_begin(request: HttpRequest) -> HttpResponseBase:
    """Go to the provider. A link, not a form: our policy lets no form be sent elsewhere."""
    if not settings.OIDC_ISSUER:
        raise Http404
    if not sign_in.may_try_from(client_address(request), now=timezone.now()):
        return problem_page(request, "refused", status=429)
    wanted = request.GET.get(REDIRECT_FIELD_NAME, "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    try:
        provider = get_adapter(request).get_provider(request, settings.OIDC_ISSUER)
        response: HttpResponseBase = provider.redirect(
            request, AuthProcess.LOGIN, next_url=wanted if is_ours else reverse("admin:index")
        )
    except (RequestException, OAuth2Error) as error:
        return answer_to(request, error)
    return response


@never_cache
@login_required
@require_POST
@reauthentication_required(app="allauth.socialaccount")
def openid_link(request: HttpRequest) -> HttpResponseBase:
    """Whoever is signed in ties their account at the provider to theirs here.

    A form of ours, so that no other site can begin it; and a page with a link, since no form may lead elsewhere.
    """
    if not settings.OIDC_ISSUER:
        raise Http404
    try:
        provider = get_adapter(request).get_provider(request, settings.OIDC_ISSUER)
        there = provider.redirect(request, AuthProcess.CONNECT, data={"user": request.user.pk})
    except (RequestException, OAuth2Error) as error:
        return answer_to(request, error)
    return render(request, "people/link.html", {"provider": settings.OIDC_NAME, "address": there["Location"]})


@never_cache
@require_safe
def openid_callback(request: HttpRequest) -> HttpResponseBase:
    """Come back from the provider, with a code that is good for one token."""
    if not settings.OIDC_ISSUER:
        raise Http404
    try:
        view = OAuth2CallbackView.adapter_view(OpenIdClient(request, settings.OIDC_ISSUER))
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    response: HttpResponseBase = view(request)
    return response
