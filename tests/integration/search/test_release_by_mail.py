"""Mails before and after a release: until its minute they go to nobody but those who work on the entry."""

import datetime
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from catalogue.actions import reminders, workflow
from catalogue.actions.entry import By
from catalogue.enums import Route
from catalogue.models import Dataset
from files.actions import alarms
from files.models import ResourceFile
from publishers.actions import notices
from publishers.enums import NoticeKind, NoticePace, Role
from publishers.models import Publisher, User
from tests.factories.publishers import PublisherFactory, UserFactory, officer
from tests.integration.search.test_release import SECRET, agency, embargoed, its_minute_comes

__all__ = ["agency"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_dumps(settings: Any, tmp_path: Any) -> None:
    settings.VAR_DIR = tmp_path


def everything_is_told(entry: Dataset, by: User, now: datetime.datetime) -> None:
    """Every occasion on which people are told of an entry."""
    who = By(Route.FORM, user=by)
    workflow.comment(entry, by=who, now=now, text=f"Is {SECRET} right?")
    reminders.remind(now=now)
    file = ResourceFile.objects.get_or_create(resource=entry.resources.get())[0]
    found = {"kind": "email", "columns": [SECRET, f"{now}"], "count": 3}
    alarms.record(file, [{"name": "", "alarms": [found]}], now=now)


def mailed_to(now: datetime.datetime) -> set[str]:
    """Who gets a mail that tells of the entry, were all that waits sent now."""
    mail.outbox.clear()
    notices.send_due(now=now + datetime.timedelta(days=8))
    return {address for each in mail.outbox if SECRET in f"{each.subject}{each.body}" for address in each.to}


def test_mails_tell_of_it_to_those_who_work_on_it_alone(agency: Publisher) -> None:
    department = PublisherFactory(title="Department")
    agency.parent = department
    agency.save(update_fields=["parent"])
    own, above = officer(agency, Role.ADMINISTRATOR), officer(department, Role.APPROVER)
    elsewhere = officer(PublisherFactory(), Role.ADMINISTRATOR)
    nobodys, left = UserFactory(), officer(agency, Role.APPROVER)
    for person in (own, above, elsewhere, nobodys, left):
        for kind in NoticeKind:
            notices.choose(person, kind, NoticePace.WEEKLY)
    released = embargoed(agency)
    now = timezone.now()
    everything_is_told(released, own, now)
    left.memberships.all().delete()  # between the occasion and the mail
    theirs = {own.email, above.email}
    assert mailed_to(now) == theirs
    assert mailed_to(now) == set()  # each thing once

    its_minute_comes(released)
    everything_is_told(released, own, timezone.now())
    assert mailed_to(timezone.now()) == theirs
