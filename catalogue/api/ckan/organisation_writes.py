"""Actions that write organisations and who works for them."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction

from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.errors import AccessDenied, Invalid, NotFound
from catalogue.api.ckan.organisations import organization_show
from catalogue.api.ckan.rights import may, now, organisation, person, who
from publishers import actions
from publishers.actions import audit, members
from publishers.enums import AuditAction, Role
from publishers.models import Publisher, User
from publishers.permissions import Permission, publisher_ids_with

#: CKAN's roles and ours.
_ROLES: Final = {
    "member": Role.VIEWER,
    "editor": Role.EDITOR,
    "admin": Role.ADMINISTRATOR,
    **{role.value: role for role in Role},
}
_MOST_TEXT: Final = {"title": 300, "description": 100_000}


def organization_create(arguments: Arguments) -> dict[str, Any]:
    """Register an organisation. Operators may.

    name: lower-case letters, digits, hyphen and underscore. title, description. groups: as ckanext-hierarchy has it,
    the one that it is part of.
    """
    user = person(arguments, "create organization")
    if publisher_ids_with(user, Permission.ADD_PUBLISHER) is not None:
        raise AccessDenied(f"User {user.email} not authorized to create organizations")
    name = arguments.required("name")
    if not actions.is_well_formed(name):
        raise Invalid(name="Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_")
    parent = _parent(arguments.values)
    texts = _texts(arguments.values)
    try:
        with transaction.atomic():
            publisher = actions.add(
                title=texts.get("title") or name, slug=name, parent=parent, description=texts.get("description", "")
            )
            _record(AuditAction.PUBLISHER_CREATED, publisher, arguments)
    except actions.NameTaken:
        raise Invalid(name="Group name already exists in database") from None
    return _shown(publisher, arguments)


def organization_update(arguments: Arguments) -> dict[str, Any]:
    """Change an organisation's title and description: those left out become empty, but for the title.

    id: its id or name.
    """
    return _change(arguments, {"description": "", **_texts(arguments.values)})


def organization_patch(arguments: Arguments) -> dict[str, Any]:
    """Change what is sent of an organisation's title and description.

    id: its id or name.
    """
    return _change(arguments, _texts(arguments.values))


def organization_delete(arguments: Arguments) -> None:
    """Refused: a body that is gone is closed, and its datasets and addresses remain.

    id: its id or name.
    """
    publisher = _found(arguments, "id")
    may(arguments, Permission.EDIT_PUBLISHER, publisher.id, "delete organization")
    raise AccessDenied(
        "Organisations are not deleted here: an operator notes the day on which one closed, and its datasets and "
        "addresses remain"
    )


def organization_member_create(arguments: Arguments) -> dict[str, Any]:
    """Let somebody who has an account here work for an organisation.

    id: the organisation's id or name. username: their e-mail address. role: member, editor or admin.
    """
    publisher = _found(arguments, "id")
    may(arguments, Permission.MANAGE_MEMBERS, publisher.id, "edit members of organization")
    role = _ROLES.get(arguments.required("role"))
    if role is None:
        raise Invalid(role="role does not exist.")
    user = _user(arguments)
    members.put(user, publisher, role, who=who(arguments), now=now())
    return {"group_id": str(publisher.id), "table_name": "user", "table_id": str(user.pk), "capacity": role.value}


def organization_member_delete(arguments: Arguments) -> None:
    """End somebody's work for an organisation.

    id: the organisation's id or name. username: their e-mail address.
    """
    publisher = _found(arguments, "id")
    may(arguments, Permission.MANAGE_MEMBERS, publisher.id, "edit members of organization")
    members.remove(_user(arguments), publisher, who=who(arguments), now=now())


def _change(arguments: Arguments, texts: dict[str, str]) -> dict[str, Any]:
    publisher = _found(arguments, "id")
    may(arguments, Permission.EDIT_PUBLISHER, publisher.id, f"update organization {publisher.slug}")
    wish = arguments.text("name")
    if wish and wish != publisher.slug:
        raise Invalid(name="Only an operator gives an organisation another name, in the workplace")
    changed = {
        name: text for name, text in texts.items() if text != getattr(publisher, name) and (text or name != "title")
    }
    if changed:
        earlier_title = publisher.title
        with transaction.atomic():
            for name, text in changed.items():
                setattr(publisher, name, text)
            publisher.save(update_fields=[*changed, "modified_at"])
            actions.note_name(publisher, earlier_title=earlier_title, changed=changed)
            _record(AuditAction.PUBLISHER_CHANGED, publisher, arguments, fields=sorted(changed))
    return _shown(publisher, arguments)


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name, most in _MOST_TEXT.items():
        value = values.get(name)
        if value is None:
            continue
        if not isinstance(value, str) or len(value) > most:
            raise Invalid.argument(name, f"Must be a string of at most {most} characters")
        found[name] = value.strip()
    return found


def _parent(values: Mapping[str, Any]) -> Publisher | None:
    groups = values.get("groups")
    first = groups[0] if isinstance(groups, list) and groups else None
    name = first.get("name") if isinstance(first, dict) else None
    if not isinstance(name, str) or not name:
        return None
    found = organisation(name)
    if found is None:
        raise Invalid(groups="Organization does not exist")
    return found


def _found(arguments: Arguments, argument: str) -> Publisher:
    person(arguments, "change organizations")
    publisher = organisation(arguments.required(argument))
    if publisher is None:
        raise NotFound("Organization was not found.")
    return publisher


def _user(arguments: Arguments) -> User:
    key = arguments.text("username") or arguments.required("user", called="username")
    user = User.objects.filter(email__iexact=key[:254], is_active=True).first()
    if user is None:
        raise NotFound("User was not found: invite them in the workplace.")
    return user


def _shown(publisher: Publisher, arguments: Arguments) -> dict[str, Any]:
    return organization_show(Arguments({"id": str(publisher.id)}, arguments.user))


def _record(action: AuditAction, publisher: Publisher, arguments: Arguments, **detail: Any) -> None:
    audit.record(
        action,
        who=who(arguments),
        now=now(),
        publisher=publisher,
        object_id=publisher.id,
        object_label=publisher.title,
        detail=detail,
    )
