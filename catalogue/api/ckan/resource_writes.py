"""Actions that write resources, one at a time.

Each is done to what stands when its turn comes: however many are added to one dataset at once, all are there in the
end.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile

from catalogue.actions import amending, uploads
from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.errors import Invalid, NotFound
from catalogue.api.ckan.package_writes import editable
from catalogue.api.ckan.resources import resource_show, resources_visible_to
from catalogue.api.ckan.rights import by, now, person
from catalogue.api.ckan.said import changed_resource, new_resource, refuse_faults
from catalogue.api.ckan.waiting import answered, as_they_work_on_it, proposal_beside
from catalogue.drafts import DatasetDraft, ResourceDraft
from catalogue.models import Dataset, Resource
from catalogue.proposed import proposal_with_file
from catalogue.serializers.ckan import resource_dict
from catalogue.serializers.resource_rows import resource_rows
from publishers.permissions import Permission, publisher_ids_with

_OF_THE_FILE = ("url", "format", "mimetype", "size", "hash", "last_modified")


def resource_create(arguments: Arguments) -> dict[str, Any]:
    """Add a resource to a dataset.

    package_id: the dataset's id or name. url: the file's address; or upload: the file itself, in a form, to be held
    here. name, description, format and the other fields that resource_show gives.
    """
    dataset = editable(arguments, arguments.required("package_id"), "create resource in")
    if incoming := _upload(arguments):
        about = new_resource({**_told(arguments), "url": "https://held.example/"})
        _refuse_faults(dataset, about)
        try:
            kept, stored = uploads.add_file(
                dataset, incoming, by=by(arguments), now=now(), about=replace(about, url="")
            )
        except uploads.FileRefused as error:
            raise Invalid(upload=str(error)) from None
        return answered(stored, lambda: _shown(arguments, kept.resource_id))
    wish = new_resource(arguments.values)
    is_free = wish.id is not None and not Resource.objects.filter(id=wish.id).exists()
    resource = wish if is_free else replace(wish, id=uuid4())
    _refuse_faults(dataset, resource)
    stored = amending.amend(
        dataset.id, lambda draft: amending.with_resource(draft, resource), by=by(arguments), now=now()
    )
    return answered(stored, lambda: _shown(arguments, resource.id))


def resource_update(arguments: Arguments) -> dict[str, Any]:
    """Make a resource say what is sent and nothing else.

    id: its id. Then as in resource_create.
    """
    return _change(arguments, lambda ours: _told(arguments))


def resource_patch(arguments: Arguments) -> dict[str, Any]:
    """Change those fields of a resource that are sent.

    id: its id. Then any fields of resource_create.
    """
    return _change(arguments, lambda ours: {**ours, **_told(arguments)})


def resource_delete(arguments: Arguments) -> dict[str, Any] | None:
    """Remove a resource from its dataset.

    id: its id.
    """
    resource_id, dataset = _found(arguments, "delete resource of")
    try:
        stored = amending.amend(
            dataset.id,
            lambda draft: amending.without_resource(draft, resource_id),
            by=by(arguments),
            now=now(),
        )
    except amending.NoSuchResource:
        raise NotFound("Resource was not found.") from None
    return proposal_beside(stored) or None


def _change(arguments: Arguments, wanted_of: Any) -> dict[str, Any]:
    resource_id, dataset = _found(arguments, "update resource of")
    if incoming := _upload(arguments):
        try:
            uploads.replace_file(dataset, resource_id, incoming, by=by(arguments), now=now())
        except uploads.FileRefused as error:
            raise Invalid(upload=str(error)) from None

    def change(draft: DatasetDraft) -> DatasetDraft:
        current = next((resource for resource in draft.resources if resource.id == resource_id), None)
        rows = as_they_work_on_it(
            arguments, dataset.id, lambda: list(resource_rows(Resource.objects.filter(id=resource_id)))
        )
        if current is None or not rows:
            raise NotFound("Resource was not found.")
        ours = resource_dict(rows[0])
        wanted = wanted_of(ours)
        # Of a file that was sent just now, what it is stands already
        told = {name: ours[name] for name in _OF_THE_FILE} if incoming else {}
        changed = changed_resource(current, ours, {**wanted, **told})
        _refuse_faults(dataset, changed)
        return amending.with_resource_replaced(draft, changed)

    stored = amending.amend(dataset.id, change, by=by(arguments), now=now())
    return answered(stored, lambda: _shown(arguments, resource_id))


def _told(arguments: Arguments) -> dict[str, Any]:
    """What is said in words, without the file."""
    return {name: value for name, value in arguments.values.items() if name != "upload"}


def _upload(arguments: Arguments) -> UploadedFile | None:
    found = arguments.values.get("upload")
    return found if isinstance(found, UploadedFile) else None


def _found(arguments: Arguments, to_do: str) -> tuple[UUID, Dataset]:
    person(arguments, to_do)
    try:
        resource_id = UUID(arguments.required("id"))
    except ValueError:
        raise NotFound("Resource was not found.") from None
    editable_publishers = publisher_ids_with(arguments.user, Permission.EDIT_DATASET)
    stored = resources_visible_to(arguments.user).filter(id=resource_id).values_list("dataset_id", flat=True)
    found = stored.first() or proposal_with_file(resource_id, editable_publishers)
    if found is None:
        raise NotFound("Resource was not found.")
    return resource_id, editable(arguments, str(found), to_do)


def _refuse_faults(dataset: Dataset, resource: ResourceDraft) -> None:
    """Raises `Invalid` with the names of a resource's own fields."""
    if not resource.url:
        raise Invalid(url="Missing value")
    alone = DatasetDraft(title="x", publisher_id=dataset.publisher_id, resources=(resource,))
    try:
        refuse_faults(alone)
    except Invalid as invalid:
        found = invalid.error.get("resources")
        raise (Invalid.fields(found[0]) if found else invalid) from None


def _shown(arguments: Arguments, resource_id: UUID | None) -> dict[str, Any]:
    return resource_show(Arguments({"id": str(resource_id)}, arguments.user))
