"""Pages about the second step. Their names are the ones that allauth asks for; no other page of allauth's is there."""

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeAgainView
from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from django.contrib.auth.decorators import login_required
from django.urls import path
from django.views.decorators.cache import never_cache

from publishers.signing_in.second_step import HowISignIn, NewCodes, Remove, SetUp

urlpatterns = [
    path("sign-in/code", never_cache(AuthenticateView.as_view()), name="mfa_authenticate"),
    path("second-step", never_cache(HowISignIn.as_view()), name="mfa_index"),
    path("second-step/set-up", never_cache(login_required(SetUp.as_view())), name="mfa_activate_totp"),
    path("second-step/remove", never_cache(Remove.as_view()), name="mfa_deactivate_totp"),
    path("second-step/codes", never_cache(ViewRecoveryCodesView.as_view()), name="mfa_view_recovery_codes"),
    path("second-step/new-codes", never_cache(login_required(NewCodes.as_view())), name="mfa_generate_recovery_codes"),
    path("second-step/code-again", never_cache(CodeAgainView.as_view()), name="mfa_reauthenticate"),
    path(
        "second-step/password-again",
        never_cache(login_required(ReauthenticateView.as_view())),
        name="account_reauthenticate",
    ),
]
