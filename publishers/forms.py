"""Forms about people: signing in, passwords, invitations, notices."""

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils import timezone

from publishers.actions import sign_in
from publishers.client_address import client_address
from publishers.enums import NoticeKind, NoticePace
from publishers.models import User


class SignInForm(AdminAuthenticationForm):
    """Refuses more attempts, right or wrong, after too many failures."""

    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": "That e-mail address and password don’t go together. Check both and try again.",
        "refused": "There were too many attempts to sign in. Wait 15 minutes and try again, or ask for a new password.",
    }

    def clean(self) -> dict[str, Any]:
        account = str(self.cleaned_data.get("username") or "")
        assert self.request is not None
        if account and not sign_in.may_try(account, address=client_address(self.request), now=timezone.now()):
            raise ValidationError(self.error_messages["refused"], code="refused")
        return super().clean()


class AcceptForm(forms.Form):
    """How somebody who was invited makes their account."""

    name = forms.CharField(label="Your full name", max_length=200)
    password = forms.CharField(
        label="Choose a password",
        strip=False,
        widget=forms.PasswordInput,
        help_text="At least 10 characters. Three words that nobody would guess are good.",
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._email = email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password"):
            user = User(email=self._email, name=data.get("name", ""))
            try:
                password_validation.validate_password(data["password"], user)
            except ValidationError as error:
                self.add_error("password", error)
        return data


class NoticeForm(forms.Form):
    """How often somebody wants to be told about each kind."""

    def __init__(self, *args: Any, choices: dict[NoticeKind, NoticePace], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in NoticeKind:
            self.fields[kind.value] = forms.ChoiceField(
                label=kind.label, choices=NoticePace.choices, initial=choices[kind].value
            )
