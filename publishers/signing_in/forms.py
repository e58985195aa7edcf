"""Forms that ask for a code or, once more, for the password. Wrong ones count as failures to sign in."""

import datetime
from typing import Any, Final

from allauth.account.forms import ReauthenticateForm as AllauthPasswordForm
from allauth.core import context
from allauth.mfa import app_settings
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from publishers.actions import audit, second_steps, sign_in
from publishers.client_address import client_address
from publishers.enums import AuditAction
from publishers.models import User
from publishers.signing_in.middleware import mark

_REFUSED: Final = "There were too many attempts. Wait 15 minutes and try again."
_WRONG: Final = "That code is not right. Codes change every half minute: give the one that is shown now."

#: A code of an authenticator app is good for so long, and so long it is remembered that it was used.
_GOOD_FOR: Final = datetime.timedelta(seconds=(2 * app_settings.TOTP_TOLERANCE + 1) * app_settings.TOTP_PERIOD)


def _check_may_try(user: User) -> None:
    if not sign_in.may_try(user.email, address=client_address(context.request), now=timezone.now()):
        raise ValidationError(_REFUSED, code="refused")


class _CodeFields(forms.Form):
    user: User
    authenticator: Authenticator

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code"
        self.fields["code"].error_messages["required"] = "Enter the code that your authenticator app shows."

    def clean_code(self) -> str:
        """Each code is good once, whichever process is asked and however fast."""
        _check_may_try(self.user)
        now = timezone.now()
        with transaction.atomic():
            list(Authenticator.objects.select_for_update().filter(user=self.user).order_by("pk"))
            try:
                code: str = super().clean_code()  # type: ignore[misc]
                is_good = self._use_up(code, now)
            except ValidationError:
                is_good = False
        if not is_good:
            sign_in.note_failure(self.user.email, address=client_address(context.request), now=now)
            raise ValidationError(_WRONG, code="wrong")
        return code

    def _use_up(self, code: str, now: datetime.datetime) -> bool:
        authenticator = self.authenticator
        if authenticator.type != Authenticator.Type.TOTP:
            return True  # recovery codes see to it themselves
        since = (now - _GOOD_FOR).timestamp()
        digits = "".join(filter(str.isdigit, code))
        used = [(text, at) for text, at in authenticator.data.get("used", []) if at > since]
        if any(text == digits for text, _ in used):
            return False
        authenticator.data["used"] = [*used, (digits, now.timestamp())]
        authenticator.save(update_fields=["data"])
        return True


class CodeForm(_CodeFields, AuthenticateForm):
    """The second step of signing in."""

    def save(self) -> None:
        super().save()
        request = context.request
        mark(request, self.user)
        if self.authenticator.type == Authenticator.Type.RECOVERY_CODES:
            who = audit.Who(self.user, address=client_address(request))
            second_steps.note(AuditAction.RECOVERY_CODE_USED, self.user, who=who, now=timezone.now())


class CodeAgainForm(_CodeFields, ReauthenticateForm):
    """Before somebody changes how they sign in."""


class PasswordAgainForm(AllauthPasswordForm):
    """The same, for somebody who has no second step yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = "Your password"
        self.fields["password"].help_text = ""

    def clean_password(self) -> str:
        _check_may_try(self.user)
        try:
            password: str = super().clean_password()
        except ValidationError as error:  # Django's own signal has noted the failure
            raise ValidationError("That is not your password.", code="wrong") from error
        return password


class SetUpForm(ActivateTOTPForm):
    """The first code of a new authenticator app proves that it was set up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "The six digits that the app shows now"
        self.fields["code"].error_messages["required"] = "Enter the six digits that the app shows."

    def clean_code(self) -> str:
        try:
            code: str = super().clean_code()
        except ValidationError as error:
            raise ValidationError(_WRONG, code="wrong") from error
        return code
