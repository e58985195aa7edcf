"""Django tells of sign-ins by signals alone, whichever way somebody signs in: here they reach the log."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest
from django.utils import timezone

from publishers.actions import sign_in
from publishers.client_address import client_address
from publishers.models import User


def _signed_in(sender: Any, user: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
    if request is not None and isinstance(user, User):
        sign_in.note_success(user, address=client_address(request), now=timezone.now())


def _signed_out(sender: Any, user: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
    if request is not None and isinstance(user, User):
        sign_in.note_sign_out(user, address=client_address(request), now=timezone.now())


def _failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    if request is not None:
        account = str(credentials.get("username") or credentials.get("email") or "")
        sign_in.note_failure(account, address=client_address(request), now=timezone.now())


def listen() -> None:
    """Called once, when the app is ready."""
    user_logged_in.connect(_signed_in, dispatch_uid="publishers.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="publishers.signed_out")
    user_login_failed.connect(_failed, dispatch_uid="publishers.sign_in_failed")
