"""What to change in many entries at once."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Field

from catalogue.bulk_changes import Change, counted_entries, move_to, replace_in_addresses, set_fields, unchanged
from catalogue.enums import Access, State, Visibility
from catalogue.forms.dataset_help import HELP_TEXTS, LABELS
from catalogue.forms.lists import CommaSeparatedField
from catalogue.inventory.table_file import MAX_BYTES
from catalogue.models import Dataset
from publishers.models import Publisher
from publishers.permissions import Permission

#: Fields that can be set in many entries at once, in the order of the entry form.
FIELDS: Final = (
    *("topic", "contact_name", "contact_email", "contact_phone", "contact_url"),
    *("licence", "access", "access_reason", "planned_release", "frequency"),
    *("classification", "personal_data", "held_in", "information_asset_owner", "data_steward", "data_custodian"),
    "retention",
)


class BulkForm(forms.Form):
    """Each kind of change says what it does to a draft, and in one sentence what it is."""

    permission = Permission.EDIT_DATASET
    verb = "change"
    state_wanted: State | None = None
    visibility_wanted: Visibility | None = None

    def change(self) -> Change:
        raise NotImplementedError

    def sentence(self, count: int) -> str:
        raise NotImplementedError


class SetFieldsForm(BulkForm):
    """Only ticked fields are set; a ticked empty one is emptied."""

    add_tags = CommaSeparatedField(required=False, help_text="Put to those that each entry has, with commas between.")
    remove_tags = CommaSeparatedField(required=False, help_text="Taken away from each entry that has them.")
    visibility = forms.ChoiceField(
        required=False,
        label="Who may see these entries",
        choices=[("", "Leave as it is"), *Visibility.choices],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in FIELDS:
            model_field = Dataset._meta.get_field(name)
            assert isinstance(model_field, Field)
            field = model_field.formfield()
            assert field is not None
            field.required = False
            field.label = LABELS.get(name, field.label)
            field.help_text = HELP_TEXTS.get(name, "")
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 3
            self.fields[name] = field
            self.fields[f"set_{name}"] = forms.BooleanField(required=False, label=f"Set: {field.label}")

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """(tick box, field) for the page."""
        return [(self[f"set_{name}"], self[name]) for name in FIELDS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = [name for name in FIELDS if cleaned.get(f"set_{name}")]
        if not chosen and not any(cleaned.get(name) for name in ("add_tags", "remove_tags", "visibility")):
            raise ValidationError("Tick at least one field to set, or name a tag.")
        gives_reason = "access_reason" in chosen and cleaned.get("access_reason")
        if "access" in chosen and cleaned.get("access") != Access.OPEN and not gives_reason:
            self.add_error("access_reason", "Say why the data is not open, and tick this field too.")
        self.visibility_wanted = Visibility(cleaned["visibility"]) if cleaned.get("visibility") else None
        return cleaned

    def _chosen(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name in FIELDS:
            if self.cleaned_data.get(f"set_{name}"):
                value = self.cleaned_data[name]
                is_related = name in {"topic", "licence"}
                values[f"{name}_id" if is_related else name] = getattr(value, "pk", None) if is_related else value
        return values

    def change(self) -> Change:
        cleaned = self.cleaned_data
        return set_fields(
            self._chosen(), add_tags=tuple(cleaned["add_tags"]), remove_tags=tuple(cleaned["remove_tags"])
        )

    def sentence(self, count: int) -> str:
        labels = [_short(name) for name in FIELDS if self.cleaned_data.get(f"set_{name}")]
        labels += ["tags"] if self.cleaned_data["add_tags"] or self.cleaned_data["remove_tags"] else []
        labels += ["who may see them"] if self.visibility_wanted else []
        return f"Set {', '.join(labels)} of {counted_entries(count)}"


class ReplaceForm(BulkForm):
    """A department moved its site."""

    find = forms.CharField(
        min_length=8,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
        help_text="The part of the address that changes: https://www.old-department.example/data/",
    )
    put = forms.CharField(
        label="Put instead",
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
        help_text="https://www.new-department.example/files/",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        find, put = cleaned.get("find", ""), cleaned.get("put", "")
        if find and find == put:
            self.add_error("put", "This is the same as what it replaces.")
        if "://" in find[:9] and put and "://" not in put[:9]:
            self.add_error("put", "What you replace begins with https://, so this must too.")
        return cleaned

    def change(self) -> Change:
        return replace_in_addresses(self.cleaned_data["find"], self.cleaned_data["put"])

    def sentence(self, count: int) -> str:
        find, put = self.cleaned_data["find"], self.cleaned_data["put"]
        return f"Replaced {find} by {put} in the links of {counted_entries(count)}"


class MoveForm(BulkForm):
    """Departments merge, and functions move between them."""

    publisher = forms.ModelChoiceField(
        Publisher.objects.active(), label="Move to", help_text="The body that answers for this data from now on."
    )

    def change(self) -> Change:
        return move_to(self.cleaned_data["publisher"].pk)

    def sentence(self, count: int) -> str:
        return f"Moved {counted_entries(count)} to {self.cleaned_data['publisher']}"


class StepForm(BulkForm):
    """Many entries go a step on their way. Nothing has to be filled in, so the plan is shown at once."""

    comment = forms.CharField(
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text="What those who work on these entries should know. You need not say anything.",
    )

    def change(self) -> Change:
        return unchanged


class SubmitForm(StepForm):
    verb, state_wanted = "send for review", State.IN_REVIEW

    def sentence(self, count: int) -> str:
        return f"Sent {count:,} {'draft' if count == 1 else 'drafts'} for review"


class PublishForm(StepForm):
    permission, verb, state_wanted = Permission.PUBLISH_DATASET, "publish", State.PUBLISHED

    def sentence(self, count: int) -> str:
        return f"Published {counted_entries(count)}"


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Table", help_text="CSV or XLSX. Best begin with your entries as a table, which you can download below."
    )
    publisher = forms.ModelChoiceField(Publisher.objects.active(), help_text="Whose new entries become.")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(f"The file is larger than {MAX_BYTES // 1024**2} MB: upload it in parts.")
        return file


def _short(name: str) -> str:
    """A field's name within a sentence."""
    return name.replace("_url", "_page").replace("_", " ")
