"""Every action there is, by name. What isn't here doesn't exist, CKAN's clients are told.

Actions about what the catalogue knows nothing of, harvests and what is inside files, stand in the apps above it: the
setting CKAN_ACTIONS names their modules, each with a tuple `ACTIONS`.
"""

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from django.conf import settings

from catalogue.api.ckan import (
    activities,
    groups,
    organisation_writes,
    organisations,
    package_search,
    package_writes,
    packages,
    people,
    resource_writes,
    resources,
    site,
    tags,
    token_writes,
)
from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.errors import NotFound

Action = Callable[[Arguments], Any]


def help_show(arguments: Arguments) -> str:
    """What an action does and takes.

    name: the action's.
    """
    found = ACTIONS.get(arguments.required("name"))
    if found is None:
        raise NotFound("Action function not found")
    return inspect.getdoc(found) or ""


ACTIONS: Final[dict[str, Action]] = {
    action.__name__: action
    for action in (
        package_search.package_search,
        packages.package_list,
        packages.package_show,
        packages.current_package_list_with_resources,
        packages.package_autocomplete,
        packages.package_relationships_list,
        resources.resource_show,
        resources.resource_search,
        resources.format_autocomplete,
        organisations.organization_list,
        organisations.organization_show,
        organisations.organization_autocomplete,
        groups.group_list,
        groups.group_show,
        groups.group_package_show,
        groups.group_autocomplete,
        tags.tag_list,
        tags.tag_show,
        tags.tag_search,
        tags.tag_autocomplete,
        tags.vocabulary_list,
        tags.vocabulary_show,
        people.user_show,
        people.user_list,
        people.organization_list_for_user,
        people.member_list,
        people.member_roles_list,
        people.dataset_follower_count,
        people.organization_follower_count,
        people.group_follower_count,
        people.user_follower_count,
        activities.package_activity_list,
        activities.recently_changed_packages_activity_list,
        activities.organization_activity_list,
        activities.group_activity_list,
        site.license_list,
        site.status_show,
        site.site_read,
        help_show,
        *(action for name in settings.CKAN_ACTIONS for action in import_module(name).ACTIONS),
    )
}

#: Those that write, or tell of what is one's own: they take POST alone.
WRITES: Final[dict[str, Action]] = {
    action.__name__: action
    for action in (
        package_writes.package_create,
        package_writes.package_update,
        package_writes.package_patch,
        package_writes.package_revise,
        package_writes.package_delete,
        package_writes.dataset_purge,
        package_writes.package_owner_org_update,
        package_writes.package_resource_reorder,
        resource_writes.resource_create,
        resource_writes.resource_update,
        resource_writes.resource_patch,
        resource_writes.resource_delete,
        organisation_writes.organization_create,
        organisation_writes.organization_update,
        organisation_writes.organization_patch,
        organisation_writes.organization_delete,
        organisation_writes.organization_member_create,
        organisation_writes.organization_member_delete,
        token_writes.api_token_create,
        token_writes.api_token_list,
        token_writes.api_token_revoke,
    )
}
ACTIONS.update(WRITES)
