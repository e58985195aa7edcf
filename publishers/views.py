"""Pages for people with an account, or about to have one. No cache keeps any of them."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from publishers.actions import audit, invitations, notices
from publishers.actions.mail import unsubscribing
from publishers.client_address import client_address
from publishers.enums import AuditAction, NoticeKind, NoticePace
from publishers.forms import AcceptForm, NoticeForm
from publishers.models import User
from publishers.signing_in.views import let_in


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: a name and a password, and on to the workplace."""
    now = timezone.now()
    found = invitations.open_invitation(token, now=now)
    if found is None:
        return render(request, "people/invitation_over.html", status=404)
    account = invitations.account_of(found)
    if account:
        if request.method == "POST":
            invitations.accept(found, now=now, address=client_address(request))
            return HttpResponseRedirect(reverse("admin:index"))
        return render(request, "people/invitation.html", {"invitation": found, "account": account})
    form = AcceptForm(request.POST or None, email=found.email, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        user = invitations.accept(
            found,
            now=now,
            name=form.cleaned_data["name"],
            password=form.cleaned_data["password"],
            address=client_address(request),
        )
        if user is None:
            return render(request, "people/invitation_over.html", status=404)
        return let_in(request, user)
    provider = settings.OIDC_NAME if settings.OIDC_ISSUER and settings.OIDC_TRUST_EMAIL else ""
    return render(request, "people/invitation.html", {"invitation": found, "form": form, "provider": provider})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notice_choices(request: HttpRequest) -> HttpResponse:
    """What somebody is told by mail, and how often."""
    assert isinstance(request.user, User)
    form = NoticeForm(request.POST or None, choices=notices.choices_of(request.user))
    is_saved = request.method == "POST" and form.is_valid()
    if is_saved:
        for kind in NoticeKind:
            notices.choose(request.user, kind, NoticePace(form.cleaned_data[kind.value]))
    context = {"form": form, "is_saved": is_saved, "latest": notices.latest_of(request.user)}
    return render(request, "people/notices.html", context)


@never_cache
@csrf_exempt  # the signed address is the proof, and mail programs post without a page (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def stop_notices(request: HttpRequest, signed: str) -> HttpResponse:
    """Hear no more about one kind, without signing in. Reading the page changes nothing: mail scanners open links."""
    found = unsubscribing(signed)
    if found is None:
        return render(request, "people/stop_over.html", status=404)
    user, kind = found
    if request.method == "POST":
        notices.choose(user, kind, NoticePace.NEVER)
    return render(request, "people/stop.html", {"kind": kind, "is_done": request.method == "POST"})


class PasswordReset(views.PasswordResetView):
    """Asks for an address and mails a link. Says the same whether there is an account or not."""

    template_name = "people/password_reset.html"
    email_template_name = "registration/password_reset_mail.txt"
    subject_template_name = "registration/password_reset_subject.txt"
    success_url = reverse_lazy("people:password-reset-sent")

    def form_valid(self, form: Any) -> HttpResponse:
        self.extra_email_context = {"site_url": settings.SITE_URL}
        asked = User.objects.filter(email__iexact=form.cleaned_data["email"], is_active=True).first()
        if asked:
            who = audit.Who(asked, address=client_address(self.request))
            audit.record(AuditAction.PASSWORD_RESET_ASKED, who=who, now=timezone.now())
        return super().form_valid(form)


class PasswordResetConfirm(views.PasswordResetConfirmView):
    template_name = "people/password_new.html"
    success_url = reverse_lazy("admin:index")

    def form_valid(self, form: Any) -> HttpResponse:
        _note_new_password(self.request, form.user)
        super().form_valid(form)
        return let_in(self.request, form.user)


class PasswordChange(views.PasswordChangeView):
    template_name = "people/password_change.html"
    success_url = reverse_lazy("admin:index")

    def form_valid(self, form: Any) -> HttpResponse:
        _note_new_password(self.request, form.user)
        messages.success(self.request, "Your password is changed.")
        return super().form_valid(form)


def _note_new_password(request: HttpRequest, user: User) -> None:
    who = audit.Who(user, address=client_address(request))
    audit.record(AuditAction.PASSWORD_CHANGED, who=who, now=timezone.now(), object_label=user.email)


@never_cache
def password_reset_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "people/password_reset_sent.html")
