"""Actions that write datasets, so that scripts that wrote to a CKAN go on working."""

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile

from catalogue.actions import datasets, workflow
from catalogue.actions.amending import NoSuchResource, amend, with_resources_reordered
from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.errors import AccessDenied, Invalid
from catalogue.api.ckan.packages import packages_of
from catalogue.api.ckan.revising import NoSuchPlace, Revision
from catalogue.api.ckan.rights import by, dataset_to_change, may, now, owner
from catalogue.api.ckan.said import changed_draft, new_draft, refuse_faults
from catalogue.api.ckan.waiting import answered, as_they_work_on_it
from catalogue.drafts import DatasetDraft
from catalogue.enums import State, Visibility
from catalogue.models import Dataset, DatasetName
from catalogue.models.dataset import NAME_PATTERN, UUID_PATTERN
from catalogue.serializers.ckan import Package
from publishers.permissions import Permission, has_permission

_STATES: Final = {"active": State.PUBLISHED, "draft": State.DRAFT}


def package_create(arguments: Arguments) -> Package:
    """Make a dataset.

    name: lower-case letters, digits, hyphen and underscore. owner_org: the organisation's id or name. title, notes,
    url, license_id, tags, groups, extras, resources and the other fields that package_show gives. private: true shows
    it to its organisation alone. state: draft keeps it a draft.
    """
    values = arguments.values
    publisher = owner(values)
    if publisher is None:
        raise Invalid(owner_org="An organization must be provided")
    user = may(arguments, Permission.CREATE_DATASET, publisher.id, "create dataset")
    _refuse_bad_name(values.get("name"), None)
    draft = new_draft({**values, "title": values.get("title") or values["name"]}, publisher.id)
    refuse_faults(draft)
    state = _STATES.get(str(values.get("state")), State.PUBLISHED)
    if not has_permission(user, Permission.PUBLISH_DATASET, publisher):
        state = State.DRAFT
    stored = datasets.create(
        draft, by=by(arguments), now=now(), state=state, visibility=_visibility(values) or Visibility.PUBLIC
    )
    return shown(stored.dataset_id, arguments)


def package_update(arguments: Arguments) -> Package:
    """Make a dataset say what is sent and nothing else. Without resources, these stay as they are.

    id: its id or name. Then as in package_create.
    """
    return _change(arguments, lambda shown: arguments.values)


def package_patch(arguments: Arguments) -> Package:
    """Change those fields of a dataset that are sent.

    id: its id or name. Then any fields of package_create.
    """
    return _change(arguments, lambda shown: {**shown, **arguments.values, "id": shown["id"]})


def package_revise(arguments: Arguments) -> dict[str, Any]:
    """Change parts of a dataset if it still says what you think it says.

    match: an object with the dataset's id or name, and any fields that must be as given, or nothing is changed. filter:
    a list of what is to go, first: "-resources__1" or, to keep a part alone, "+title", "-*". update: an object of what
    is to change; match__resources__0__name and update__resources__1fa4c__url name a place inside, an item of a list by
    its number or by five characters or more of its id; update__resources__extend adds a list of resources. include: a
    list such as "+package__id", "-*" of what is answered. Files are sent by resource_patch.
    """
    try:
        revision = Revision.read(arguments.values)
        if any(isinstance(value, UploadedFile) for value in arguments.values.values()):
            raise Invalid(upload="Not here: send the file by resource_patch or resource_create")
        if not revision.key:
            raise Invalid(match="Must include id or name")

        def revised(ours: Package) -> Package:
            if places := revision.mismatches(ours):
                raise Invalid.fields({"message": [{"match": places}]})
            return revision.applied(ours)

        told = Arguments({**revision.told, "id": revision.key}, arguments.user, arguments.address)
        return revision.answer(_change(told, revised))
    except NoSuchPlace as error:
        raise Invalid.argument(error.parameter, str(error)) from None


def package_delete(arguments: Arguments) -> None:
    """Withdraw a dataset. Its address goes on saying what it was, and its name stays its own.

    id: its id or name.
    """
    key = arguments.required("id")
    dataset = dataset_to_change(arguments, key, Permission.WITHDRAW_DATASET, "delete dataset")
    if dataset.state != State.WITHDRAWN:
        workflow.withdraw(dataset, reason="", by=by(arguments), now=now())


def dataset_purge(arguments: Arguments) -> None:
    """Refused: nothing is destroyed here. package_delete withdraws a dataset; an operator erases what the law says."""
    dataset_to_change(arguments, arguments.required("id"), Permission.WITHDRAW_DATASET, "purge dataset")
    raise AccessDenied(
        "Nothing is purged here: package_delete withdraws a dataset and keeps its address. What the law says must go "
        "is erased by an operator"
    )


def package_owner_org_update(arguments: Arguments) -> None:
    """Move a dataset to another organisation.

    id: the dataset's id or name. organization_id: the organisation's.
    """
    moved = Arguments(
        {"id": arguments.required("id"), "owner_org": arguments.required("organization_id")},
        arguments.user,
        arguments.address,
    )
    package_patch(moved)


def package_resource_reorder(arguments: Arguments) -> dict[str, Any]:
    """Put the resources of a dataset in order: those named come first, the others follow as they stood.

    id: the dataset's id or name. order: a list of resource ids.
    """
    dataset = editable(arguments, arguments.required("id"), "reorder resources of")
    try:
        order = [UUID(text) for text in arguments.texts("order")]
        stored = amend(dataset.id, lambda draft: with_resources_reordered(draft, order), by=by(arguments), now=now())
    except (ValueError, NoSuchResource):
        raise Invalid(order="resource_id in order not found in the dataset") from None

    def read() -> dict[str, Any]:
        ids = dataset.resources.order_by("position", "id").values_list("id", flat=True)
        return {"id": str(dataset.id), "order": [str(resource_id) for resource_id in ids]}

    return answered(stored, read)


def shown(dataset_id: UUID, arguments: Arguments) -> Package:
    """The dataset as it now stands."""
    return packages_of([dataset_id], arguments.user)[0]


def editable(arguments: Arguments, key: str, to_do: str) -> Dataset:
    """An entry whose resources the caller may change. Raises `NotFound`, `AccessDenied`, `Invalid`."""
    dataset = dataset_to_change(arguments, key, Permission.EDIT_DATASET, to_do)
    if dataset.is_harvested:
        raise Invalid(resources="This dataset is harvested: its resources follow its source. Change them there")
    if dataset.state == State.WITHDRAWN:
        raise Invalid(id="This dataset is deleted: update it with state “active” to bring it back")
    return dataset


def _change(arguments: Arguments, wanted_of: Any) -> Package:
    key = arguments.text("id") or arguments.text("name")
    dataset = dataset_to_change(arguments, key or arguments.required("id"), Permission.EDIT_DATASET, "update dataset")
    told = owner(arguments.values)
    if told and told.id != dataset.publisher_id:
        may(arguments, Permission.CREATE_DATASET, told.id, "create dataset")
    if arguments.values.get("name") not in (None, "", dataset.name):
        _refuse_bad_name(arguments.values["name"], dataset)

    def change(current: DatasetDraft) -> DatasetDraft:
        # What stands now, for another writer may have come in between: the entry is locked here
        ours = as_they_work_on_it(arguments, dataset.id, lambda: shown(dataset.id, arguments))
        theirs: Mapping[str, Any] = wanted_of(ours)
        titled = {**theirs, "title": theirs.get("title") or theirs.get("name") or current.title}
        draft = changed_draft(current, ours, titled, told.id if told else current.publisher_id)
        if dataset.is_harvested:
            draft = draft.with_changes(resources=current.resources, publisher_id=current.publisher_id)
        refuse_faults(draft)
        return draft

    state = _state_wanted(arguments, dataset)
    stored = amend(
        dataset.id, change, by=by(arguments), now=now(), state=state, visibility=_visibility(arguments.values)
    )
    return answered(stored, lambda: shown(stored.dataset_id, arguments))


def _state_wanted(arguments: Arguments, dataset: Dataset) -> State | None:
    """To publish a draft or bring back what was withdrawn, and to withdraw, takes the right to."""
    told = arguments.values.get("state")
    if told == "deleted" and dataset.state != State.WITHDRAWN:
        raise Invalid(state="Use package_delete to withdraw a dataset")
    if told != "active" or dataset.state == State.PUBLISHED:
        return None
    may(arguments, Permission.PUBLISH_DATASET, dataset.publisher_id, f"publish dataset {dataset.name}")
    return State.PUBLISHED


def _visibility(values: Mapping[str, Any]) -> Visibility | None:
    if "private" not in values:
        return None
    is_private = str(values["private"]).strip().casefold() in {"true", "1", "yes", "on"}
    return Visibility.PUBLISHER if is_private else Visibility.PUBLIC


def _refuse_bad_name(name: Any, dataset: Dataset | None) -> None:
    if not isinstance(name, str) or not name:
        raise Invalid(name="Missing value")
    if not re.fullmatch(NAME_PATTERN, name) or re.fullmatch(UUID_PATTERN, name):
        raise Invalid(name="Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_")
    taken = DatasetName.objects.filter(name=name)
    if (taken.exclude(dataset=dataset) if dataset else taken).exists():
        raise Invalid(name="That URL is already in use.")
