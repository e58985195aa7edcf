"""The form in which a data officer registers or mends an entry. It builds a draft; `actions.datasets` stores it."""

import datetime
import re
from typing import Any, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html

from catalogue import series
from catalogue.drafts import DATASET_FIELDS, DatasetDraft, ResourceDraft
from catalogue.edit_point import EditPoint
from catalogue.enums import Access, State
from catalogue.forms import dataset_help
from catalogue.forms.conflict import Conflict, conflict_of, take_theirs
from catalogue.forms.lists import CommaSeparatedField
from catalogue.models import Dataset
from catalogue.models.dataset import NAME_PATTERN, UUID_PATTERN
from catalogue.proposed import WorkingCopy, copy_for
from catalogue.release_time import whole_minute
from publishers.models import Publisher, User

LANGUAGES = [("en", "English"), ("cy", "Welsh"), ("gd", "Scottish Gaelic"), ("ga", "Irish"), ("fr", "French")]

#: Titles longer than this are cut in search results and social media.
GOOD_TITLE_LENGTH = 65

_LONG = {"class": "vLargeTextField"}


class EditPointField(forms.Field):
    """What the person had before them when they began, and when they saved last."""

    def to_python(self, value: Any) -> EditPoint | None:
        return value if isinstance(value, EditPoint) else EditPoint.read(str(value or ""))


class DatasetForm(forms.ModelForm):
    tags = CommaSeparatedField(
        required=False,
        widget=forms.TextInput(attrs=_LONG),
        help_text="Words that people search for, with commas between. Three or more.",
    )
    places = CommaSeparatedField(
        required=False,
        widget=forms.TextInput(attrs=_LONG),
        help_text="Places that the data covers, with commas between: England, Leeds.",
    )
    in_series = forms.CharField(
        label="Part of the series",
        required=False,
        max_length=2000,
        widget=forms.TextInput(attrs=_LONG),
        help_text=dataset_help.IN_SERIES,
    )
    languages = forms.MultipleChoiceField(choices=LANGUAGES, required=False, widget=forms.CheckboxSelectMultiple)
    release_at = forms.DateTimeField(
        label="Release at",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=dataset_help.RELEASE_AT,
    )
    read_version = EditPointField(widget=forms.HiddenInput, required=False)
    base_version = EditPointField(widget=forms.HiddenInput, required=False)

    #: Publishers whose entries this person may publish; None: all. The admin sets it for each request.
    may_publish_for: set[UUID] | None = None

    #: Who fills it in: they choose among the series that they may see. The admin sets it for each request.
    user: User | AnonymousUser = AnonymousUser()

    #: What this person works on, where what they change waits for approval. The admin sets it for each request.
    copy: WorkingCopy | None = None

    #: What somebody else changed meanwhile, once `clean` has found it.
    conflict: Conflict | None = None

    class Meta:
        model = Dataset
        fields = [
            *("title", "description", "topic", "tags", "kind", "in_series"),
            *("publisher", "creator", "provenance", "contact_name", "contact_email", "contact_phone", "contact_url"),
            *("foi_name", "foi_email", "foi_phone", "foi_url"),
            *("licence", "licence_text", "access", "access_reason", "planned_release"),
            *("visibility", "classification", "personal_data", "held_in", "information_asset_owner"),
            *("data_steward", "data_custodian", "retention"),
            *("frequency", "issued", "modified", "temporal_start", "temporal_end"),
            *("places", "west", "south", "east", "north", "languages", "landing_page", "name"),
        ]
        help_texts = dataset_help.HELP_TEXTS
        labels = dataset_help.LABELS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name" in self.fields:
            self.fields["name"].required = False
        for name in ("read_version", "base_version"):
            if name in self.fields:
                self.fields[name].initial = self.copy.point if self.copy else EditPoint(self.instance.version)
        if "in_series" in self.fields:
            own = series.visible(self.instance.in_series_id, self.user)
            self.initial["in_series"] = settings.SITE_URL + own.get_absolute_url() if own else ""
        if "release_at" in self.fields:
            self.fields["release_at"].initial = self.instance.release_at
        for name in ("title", "publisher"):
            if name in self.fields:
                self.fields[name].required = True
        if self.copy:
            self.initial.update(publisher=self.copy.draft.publisher_id, name=self.copy.draft.name)
        if "contact_email" in self.fields and self.instance.publisher_id:
            self.fields["contact_email"].help_text = inherited_contact(self.instance.publisher)

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if name and (not re.match(NAME_PATTERN, name) or re.match(UUID_PATTERN, name)):
            raise ValidationError("Use 2 to 100 lower-case letters, digits, hyphens and underscores.")
        return name

    def clean_description(self) -> str:
        return self.cleaned_data["description"].replace("\x00", "").replace("\r\n", "\n").strip()

    def clean_in_series(self) -> Dataset | None:
        """A published series by its address, UUID or name."""
        current, member = self.instance.in_series_id, None if self.instance._state.adding else self.instance.pk
        try:
            wished = series.wished(self.cleaned_data["in_series"], self.user, member=member, current=current)
        except series.NoSuchSeries as error:
            raise ValidationError(str(error)) from None
        return Dataset.objects.get(pk=wished) if wished else None

    def clean_release_at(self) -> datetime.datetime | None:
        """A whole minute to come. What is public already can't be hidden again, nor an embargo moved by anybody."""
        wanted, entry, now = whole_minute(self.cleaned_data["release_at"]), self.instance, timezone.now()
        if wanted == entry.release_at:
            return wanted
        if wanted and wanted <= now:
            raise ValidationError("This time has passed. Choose one to come, or leave it empty to release at once.")
        if entry.state == State.PUBLISHED and not entry._state.adding:
            if entry.release_at is None or entry.release_at <= now:
                raise ValidationError("This entry is released already. If it has to wait, withdraw it first.")
            if self.may_publish_for is not None and entry.publisher_id not in self.may_publish_for:
                raise ValidationError("Only somebody who may publish this entry can change when it is released.")
        return wanted

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("access", Access.OPEN) != Access.OPEN and not cleaned.get("access_reason"):
            self.add_error("access_reason", "Say why the data is not open: the public page gives the reason.")
        start, end = cleaned.get("temporal_start"), cleaned.get("temporal_end")
        if start and end and start > end:
            self.add_error("temporal_end", "The period ends before it starts.")
        self._check_box(cleaned)
        self._check_version(cleaned)
        return cleaned

    def _check_version(self, cleaned: dict[str, Any]) -> None:
        """Nobody's work is lost: whoever saves second is shown both. The row stays locked until this save is done."""
        if self.instance._state.adding or cleaned.get("read_version") is None:
            return
        user = self.user if isinstance(self.user, User) else None
        locked = Dataset.objects.select_for_update(of=("self",)).get(pk=self.instance.pk)
        copy = copy_for(user, locked)
        current = copy.point if copy else EditPoint(locked.version)
        if current == cleaned["read_version"]:
            return
        self.conflict = conflict_of(self.instance.pk, cleaned, read=cleaned["read_version"], current=current)
        self.data = take_theirs(self.data, self.conflict)
        raise ValidationError(self.conflict.words, code="edit_conflict")

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
        values = {field: _value(self.cleaned_data, field) for field in DATASET_FIELDS if _is_given(self, field)}
        values["name"] = self.cleaned_data.get("name", "")
        values["resources"] = resources
        for date in ("issued", "modified"):
            # A day picked here takes the place of whatever words the source had
            if current and values.get(date) != getattr(current, date):
                values[f"{date}_text"] = ""
        return current.with_changes(**values) if current else DatasetDraft(**values)


def _is_given(form: DatasetForm, field: str) -> bool:
    return field.removesuffix("_id") in form.cleaned_data if field.endswith("_id") else field in form.cleaned_data


def _value(cleaned: dict[str, Any], field: str) -> Any:
    if field in {"publisher_id", "topic_id", "licence_id", "in_series_id"}:
        related = cleaned[field.removesuffix("_id")]
        return related.pk if related else None
    value = cleaned[field]
    return tuple(value) if isinstance(value, list) else value


def inherited_contact(publisher: Publisher) -> str:
    """What stands in an entry's place of contact if it names none, in words: HTML, as all help of Django's forms is."""
    contact = publisher.contact_email or publisher.contact_phone or publisher.contact_url
    if contact:
        return format_html("Left empty, the publisher’s contact is shown: {}.", contact)
    return format_html("{} has no contact of its own: give one here.", publisher.title)


def allowed_publishers(field: forms.ModelChoiceField, allowed: set[UUID] | None) -> None:
    """Offer only these publishers; None leaves all."""
    if allowed is not None:
        field.queryset = cast(Any, field.queryset).filter(id__in=allowed)
