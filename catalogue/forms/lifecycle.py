"""What people say when they move an entry on its way: comments, reasons and what replaces it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from catalogue import queries
from catalogue.models import Dataset
from publishers.models import User

_LARGE = {"rows": 4, "class": "vLargeTextField"}


class ReviewForm(forms.Form):
    """One form, several buttons: the view says which of them need a comment."""

    comment = forms.CharField(
        widget=forms.Textarea(attrs=_LARGE),
        max_length=5000,
        required=False,
        help_text="For those who work on this entry. The public does not read it.",
    )


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        widget=forms.Textarea(attrs=_LARGE),
        max_length=2000,
        help_text="Shown to everybody who follows a link to this entry: what happened to it, and where to look now.",
    )
    replaced_by = forms.CharField(
        label="Replaced by",
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
        help_text="The address of the entry that takes its place, or its name in addresses, if there is one.",
    )
    redirects = forms.BooleanField(
        label="Lead straight there",
        required=False,
        help_text="Whoever follows an old link comes to the new entry at once, rather than to a page about this one.",
    )

    def __init__(self, *args: Any, dataset: Dataset, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dataset, self.user = dataset, user

    def clean_replaced_by(self) -> Dataset | None:
        """An entry by its address, UUID or name, that this person may see."""
        words = self.cleaned_data["replaced_by"].strip()
        if not words:
            return None
        found = queries.dataset_at(words, self.user)
        if found is None:
            raise ValidationError("There is no entry with this address or name: copy the address of its page.")
        if found.pk == self.dataset.pk:
            raise ValidationError("An entry can't replace itself.")
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("redirects") and not cleaned.get("replaced_by") and "replaced_by" not in self.errors:
            self.add_error("replaced_by", "Say which entry it should lead to.")
        return cleaned
