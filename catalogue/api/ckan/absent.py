"""Actions of CKAN 2.11 that there are not here, each with what to use instead."""

from collections.abc import Iterable
from typing import Final

from catalogue.api.ckan.errors import ActionError


class NotHere(ActionError):
    """CKAN knows the action, and this catalogue does not."""

    status = 400
    kind = "Action Not Supported Error"


_PACKAGES = (
    "Change datasets one by one, by package_patch or package_delete, or many at once as a table in the workplace."
)
_COLLABORATORS = (
    "There are no collaborators of single datasets: people belong to an organization, by organization_member_create."
)
_GROUPS = (
    "Groups are topics, the same for every publisher: they can't be made or changed. Give a dataset one in “groups”."
)
_TAGS = "Tags are made by using them in “tags” of a dataset; there are no vocabularies."
_PEOPLE = "Accounts are made in the workplace, where administrators invite people and everybody changes their own."
_FOLLOWING = (
    "Nobody follows anything here: take the Atom feed of a dataset, a publisher or a search, or a webhook, which you"
    " make in the workplace."
)
_ACTIVITIES = (
    "Use package_activity_list or organization_activity_list, /api/v1/changes, or the history on a dataset's page."
)
_VIEWS = (
    "Previews are made by themselves of every file that can be looked into: resource_view_list tells which there are."
)
_TABLES = "Tables are made of the files themselves: send a new file by resource_update or resource_patch with “upload”."
_RELATIONSHIPS = "Datasets are related by series: give a dataset “in_series” at PATCH /api/v1/datasets/<id>."
_OPERATORS = "This is done by operators, in the workplace."


def _each(names: str, sentence: str) -> Iterable[tuple[str, str]]:
    return ((name, sentence) for name in names.split())


ABSENT: Final[dict[str, str]] = dict([
    *_each("bulk_update_private bulk_update_public bulk_update_delete", _PACKAGES),
    *_each(
        "package_collaborator_create package_collaborator_delete package_collaborator_list"
        " package_collaborator_list_for_user",
        _COLLABORATORS,
    ),
    *_each(
        "group_create group_update group_patch group_delete group_purge group_member_create group_member_delete"
        " group_list_authz member_create member_delete",
        _GROUPS,
    ),
    ("organization_purge", "Nothing is purged here: organization_delete closes an organization that has no datasets."),
    *_each("tag_create tag_delete vocabulary_create vocabulary_update vocabulary_delete", _TAGS),
    *_each("user_create user_invite user_update user_patch user_delete user_autocomplete get_site_user", _PEOPLE),
    *_each(
        "follow_dataset follow_group follow_user unfollow_dataset unfollow_group unfollow_user am_following_dataset"
        " am_following_group am_following_user dataset_follower_list group_follower_list organization_follower_list"
        " user_follower_list dataset_followee_list group_followee_list organization_followee_list user_followee_list"
        " followee_list dataset_followee_count group_followee_count organization_followee_count user_followee_count"
        " followee_count",
        _FOLLOWING,
    ),
    *_each(
        "activity_create activity_show activity_data_show activity_diff user_activity_list dashboard_activity_list"
        " dashboard_new_activities_count dashboard_mark_activities_old send_email_notifications",
        _ACTIVITIES,
    ),
    *_each(
        "resource_view_create resource_view_update resource_view_delete resource_view_reorder resource_view_clear"
        " resource_create_default_resource_views package_create_default_resource_views",
        _VIEWS,
    ),
    *_each(
        "datastore_create datastore_upsert datastore_delete datastore_records_delete datastore_run_triggers"
        " datastore_function_create datastore_function_delete set_datastore_active_flag datapusher_submit"
        " datapusher_status datapusher_hook xloader_submit xloader_status",
        _TABLES,
    ),
    (
        "datastore_search_sql",
        "No SQL is taken: ask datastore_search, or /api/v1/resources/<id>/rows, which filters, sorts, groups and sums.",
    ),
    *_each("package_relationship_create package_relationship_update package_relationship_delete", _RELATIONSHIPS),
    *_each(
        "config_option_list config_option_show config_option_update job_list job_show job_clear job_cancel"
        " task_status_show task_status_update task_status_update_many task_status_delete term_translation_show"
        " term_translation_update term_translation_update_many",
        _OPERATORS,
    ),
])  # fmt: skip


def refusal(name: str) -> NotHere | None:
    """Why there is no such action; None for one that CKAN doesn't know either."""
    return NotHere(f"There is no {name} here. {ABSENT[name]}") if name in ABSENT else None
