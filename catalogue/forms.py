"""The form in which a data officer registers or mends an entry. It builds a draft; `actions.datasets` stores it."""

import re
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet

from catalogue.drafts import DATASET_FIELDS, RESOURCE_FIELDS, DatasetDraft, ResourceDraft
from catalogue.enums import Access
from catalogue.models import Dataset, Resource
from catalogue.models.dataset import NAME_PATTERN, UUID_PATTERN
from catalogue.vocabularies.formats import FORMATS, format_from

LANGUAGES = [("en", "English"), ("cy", "Welsh"), ("gd", "Scottish Gaelic"), ("ga", "Irish"), ("fr", "French")]


class CommaSeparatedField(forms.CharField):
    """A list, typed with commas between."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        """Blanks dropped, doubles dropped whatever their case, order kept."""
        first: dict[str, str] = {}
        for item in super().clean(value).replace("\n", ",").split(","):
            if item.strip():
                first.setdefault(item.strip().lower(), item.strip())
        return list(first.values())

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial) or "", data)


class DatasetForm(forms.ModelForm):
    tags = CommaSeparatedField(
        required=False,
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
        help_text="Words that people search for, with commas between. Three or more.",
    )
    places = CommaSeparatedField(
        required=False,
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
        help_text="Places that the data covers, with commas between: England, Leeds.",
    )
    languages = forms.MultipleChoiceField(choices=LANGUAGES, required=False, widget=forms.CheckboxSelectMultiple)
    read_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Dataset
        fields = [
            *("title", "description", "topic", "tags", "kind"),
            *("publisher", "creator", "contact_name", "contact_email", "contact_phone", "contact_url"),
            *("foi_name", "foi_email", "foi_phone", "foi_url"),
            *("licence", "licence_text", "access", "access_reason", "planned_release"),
            *("visibility", "classification", "personal_data", "held_in", "information_asset_owner"),
            *("data_steward", "data_custodian", "retention"),
            *("frequency", "issued", "modified", "temporal_start", "temporal_end"),
            *("places", "west", "south", "east", "north", "languages", "landing_page", "name"),
        ]
        help_texts = {
            "title": "What the data is, in plain words. At most 65 characters reads best: “Bus stops in Leeds”.",
            "description": "What it holds, whom it is about, how it was made and what it leaves out. "
            "The first sentence is shown in search results.",
            "name": "Left empty, it is made from the title. An earlier name goes on leading here.",
            "contact_email": "Left empty, the publisher’s contact is shown.",
            "licence": "Most government data is under the Open Government Licence.",
            "access_reason": "Needed unless access is open: the public page gives it.",
            "frequency": "Readers are told when an update is overdue.",
            "modified": "When the data itself last changed, rather than this entry.",
        }
        labels = {"description": "Summary", "issued": "First released", "modified": "Data last updated"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name" in self.fields:
            self.fields["name"].required = False
        if "read_version" in self.fields:
            self.fields["read_version"].initial = self.instance.version
        for name in ("title", "publisher"):
            if name in self.fields:
                self.fields[name].required = True

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if name and (not re.match(NAME_PATTERN, name) or re.match(UUID_PATTERN, name)):
            raise ValidationError("Use 2 to 100 lower-case letters, digits, hyphens and underscores.")
        return name

    def clean_description(self) -> str:
        return self.cleaned_data["description"].replace("\x00", "").replace("\r\n", "\n").strip()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._check_version(cleaned)
        if cleaned.get("access", Access.OPEN) != Access.OPEN and not cleaned.get("access_reason"):
            self.add_error("access_reason", "Say why the data is not open: the public page gives the reason.")
        start, end = cleaned.get("temporal_start"), cleaned.get("temporal_end")
        if start and end and start > end:
            self.add_error("temporal_end", "The period ends before it starts.")
        self._check_box(cleaned)
        return cleaned

    def _check_version(self, cleaned: dict[str, Any]) -> None:
        """Nobody's work is lost: whoever saves second is told. The row stays locked until this save is done."""
        if self.instance._state.adding or cleaned.get("read_version") is None:
            return
        current = Dataset.objects.select_for_update().only("version").get(pk=self.instance.pk).version
        if current != cleaned["read_version"]:
            raise ValidationError(
                "Somebody else changed this entry while you were editing. Nothing of yours is stored yet: open the "
                "entry in another window to see their change, then save again to put yours over it.",
                code="edit_conflict",
            )

    def _check_box(self, cleaned: dict[str, Any]) -> None:
        sides = {name: cleaned.get(name) for name in ("west", "south", "east", "north")}
        if all(side is None for side in sides.values()):
            return
        for name, side in sides.items():
            limit = 180 if name in {"west", "east"} else 90
            if side is None:
                self.add_error(name, "Give all four sides of the area, or none.")
            elif not -limit <= side <= limit:
                self.add_error(name, f"Give degrees from −{limit} to {limit}.")
        if not self.errors and sides["south"] > sides["north"]:  # type: ignore[operator]
            self.add_error("north", "The north side lies south of the south side.")

    def draft(self, current: DatasetDraft | None, resources: tuple[ResourceDraft, ...]) -> DatasetDraft:
        """What the entry should say: the form's values over what it says now."""
        cleaned = self.cleaned_data
        values: dict[str, Any] = {}
        for field in DATASET_FIELDS:
            column = field.removesuffix("_id")
            if field in {"publisher_id", "topic_id", "licence_id"} and column in cleaned:
                related = cleaned[column]
                values[field] = related.pk if related else None
            elif field in cleaned:
                value = cleaned[field]
                values[field] = tuple(value) if isinstance(value, list) else value
        values["name"] = cleaned.get("name", "")
        values["resources"] = resources
        for date in ("issued", "modified"):
            # A day picked here takes the place of whatever words the source had
            if current and values.get(date) != getattr(current, date):
                values[f"{date}_text"] = ""
        return current.with_changes(**values) if current else DatasetDraft(**values)


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


def resource_drafts(formset: BaseInlineFormSet) -> tuple[ResourceDraft, ...]:
    """The files and links of an entry as its formset has them, those marked for deletion left out."""
    given = cast(list[ResourceForm], formset.forms)
    kept = [form for form in given if form.has_changed() or not form.instance._state.adding]
    return tuple(form.draft() for form in kept if not form.cleaned_data.get("DELETE"))


def allowed_publishers(field: forms.ModelChoiceField, allowed: set[UUID] | None) -> None:
    """Offer only these publishers; None leaves all."""
    if allowed is not None:
        field.queryset = field.queryset.filter(id__in=allowed)  # type: ignore[union-attr]
