"""Actions about what happened to datasets: our change log in CKAN's words.

CKAN's log keeps the whole package as it was; ours says what happened to which entry, and its versions are told by
`/api/v1`. Only what anybody may see, or could once see, is told.
"""

from typing import Any, Final

from django.db.models import QuerySet

from catalogue import queries
from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.groups import group_named
from catalogue.api.ckan.organisations import publisher_of
from catalogue.api.ckan.packages import id_of
from catalogue.enums import ChangeKind
from catalogue.models import Change, Dataset
from catalogue.serializers.ckan_bodies import id_of as made_id
from catalogue.serializers.ckan_bodies import moment

Activity = dict[str, Any]

#: The changes that CKAN has words for. Links checked and quality measured anew are no activities of anybody.
_TYPES: Final[dict[str, str]] = {
    ChangeKind.CREATED: "new package",
    ChangeKind.UPDATED: "changed package",
    ChangeKind.WITHDRAWN: "deleted package",
    ChangeKind.DELETED: "deleted package",
}
#: As many as CKAN gives, unless told otherwise and at most.
_USUALLY: Final = 31
_MOST: Final = 100


def package_activity_list(arguments: Arguments) -> list[Activity]:
    """What happened to a dataset, the latest first.

    id: its UUID or name. limit: how many, 31 unless told otherwise, at most 100. offset: how many to leave out.
    """
    dataset_id = id_of(arguments.required("id"), arguments.user)
    return _told(queries.public_changes(since=0).filter(dataset_id=dataset_id), arguments)


def recently_changed_packages_activity_list(arguments: Arguments) -> list[Activity]:
    """What happened to any dataset, the latest first.

    limit, offset: as for package_activity_list.
    """
    return _told(queries.public_changes(since=0), arguments)


def organization_activity_list(arguments: Arguments) -> list[Activity]:
    """What happened to an organisation's datasets, the latest first.

    id: its UUID or name. limit, offset: as for package_activity_list.
    """
    publisher = publisher_of(arguments.required("id"))
    own = Dataset.objects.filter(publisher=publisher).order_by().values("id")
    return _told(queries.public_changes(since=0).filter(dataset_id__in=own), arguments)


def group_activity_list(arguments: Arguments) -> list[Activity]:
    """What happened to a group's datasets, the latest first.

    id: its UUID or name. limit, offset: as for package_activity_list.
    """
    own = Dataset.objects.filter(topic_id=group_named(arguments)["name"]).order_by().values("id")
    return _told(queries.public_changes(since=0).filter(dataset_id__in=own), arguments)


def _told(changes: QuerySet[Change], arguments: Arguments) -> list[Activity]:
    limit = arguments.whole("limit", default=_USUALLY, highest=_MOST)
    offset = arguments.whole("offset", default=0)
    found = list(changes.filter(kind__in=_TYPES).order_by("-position")[offset : offset + limit])
    named = Dataset.objects.in_bulk({change.dataset_id for change in found})
    return [_activity(change, named[change.dataset_id]) for change in found if change.dataset_id in named]


def _activity(change: Change, dataset: Dataset) -> Activity:
    package = {"id": str(dataset.id), "name": dataset.name, "title": dataset.title}
    return {
        "id": made_id("activity", str(change.position)),
        "timestamp": moment(change.at),
        "activity_type": _TYPES[change.kind],
        "object_id": package["id"],
        "user_id": "",  # who works on an entry is nobody's business but its publisher's
        "data": {"package": package},
    }
