"""The form of one file or link of an entry."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet

from catalogue.drafts import RESOURCE_FIELDS, ResourceDraft
from catalogue.models import Resource
from catalogue.proposed import WorkingCopy
from catalogue.vocabularies.formats import FORMATS, format_from


class ResourceForm(forms.ModelForm):
    format = forms.ChoiceField(
        required=False,
        choices=[("", "Work it out from the link"), *((code, code) for code in FORMATS)],
        help_text="What you get when you follow the link.",
    )

    class Meta:
        model = Resource
        fields = ["title", "url", "kind", "format", "description", "modified", "size_bytes", "period_text"]
        help_texts = {"url": "Begins with https:// and leads to the file itself where there is one."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["format"].choices  # type: ignore[attr-defined]
        present = self.instance.format
        if present and present not in FORMATS:
            choices.append((present, present))

    def clean_url(self) -> str:
        url = self.cleaned_data["url"].strip()
        if not url.lower().startswith(("http://", "https://", "ftp://")) or any(c.isspace() or c < " " for c in url):
            raise ValidationError("Give the whole web address, beginning with https://, without spaces.")
        return url

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("format") and cleaned.get("url"):
            cleaned["format"] = format_from("", url=cleaned["url"])
        return cleaned

    def draft(self) -> ResourceDraft:
        """What the resource should say: the form's values over what it says now."""
        stored = {field: getattr(self.instance, field) for field in RESOURCE_FIELDS}
        given = {field: value for field, value in self.cleaned_data.items() if field in RESOURCE_FIELDS}
        return ResourceDraft(id=self.instance.pk, **(stored | given))


class FilesFormSet(BaseInlineFormSet):
    """An entry's files; for whoever works on a change that waits for approval, as that change has them."""

    @property
    def _copy(self) -> WorkingCopy | None:
        return getattr(self.instance, "working_copy", None)

    def get_queryset(self) -> Any:
        return super().get_queryset() if self._copy is None else self._copy.files

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if self._copy is not None:  # one that is only proposed is no row to be chosen
            known = form.instance.pk if not form.instance._state.adding else None
            form.fields["id"] = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=known)


def resource_drafts(formset: BaseInlineFormSet) -> tuple[ResourceDraft, ...]:
    """The files and links of an entry as its formset has them, those marked for deletion left out."""
    given = cast(list[ResourceForm], formset.forms)
    kept = [form for form in given if form.has_changed() or not form.instance._state.adding]
    return tuple(form.draft() for form in kept if not form.cleaned_data.get("DELETE"))
