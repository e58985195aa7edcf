"""Pages for people with an account."""

from django.urls import path
from django.views.decorators.cache import never_cache

from publishers import views
from publishers.signing_in import views as signing_in

app_name = "people"

urlpatterns = [
    path("sign-in/openid", signing_in.openid_begin, name="openid"),
    path("sign-in/openid/link", signing_in.openid_link, name="openid-link"),
    path("sign-in/openid/callback", signing_in.openid_callback, name="openid-callback"),
    path("invitation/<str:token>", views.invitation, name="invitation"),
    path("notices", views.notice_choices, name="notices"),
    path("notices/stop/<str:signed>", views.stop_notices, name="stop-notices"),
    path("password", never_cache(views.PasswordChange.as_view()), name="password-change"),
    path("password/forgotten", never_cache(views.PasswordReset.as_view()), name="password-reset"),
    path("password/sent", views.password_reset_sent, name="password-reset-sent"),
    path("password/new/<uidb64>/<token>", views.PasswordResetConfirm.as_view(), name="password-new"),
]
