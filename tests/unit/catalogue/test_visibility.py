"""Who may see which entry: the one definition, over every kind of reader and every state of an entry."""

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from catalogue.enums import State, Visibility
from catalogue.models import Dataset
from publishers.enums import Role
from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory, UserFactory, officer

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def entries():
    """One entry of each kind, all of one agency, which is part of a department."""
    department = PublisherFactory(title="Department")
    agency = PublisherFactory(title="Agency", parent=department)
    now = timezone.now()
    made = {
        "public": dataset(agency),
        "embargoed": dataset(agency, release_at=now + HOUR),
        "released": dataset(agency, release_at=now - HOUR),
        "for officials": dataset(agency, visibility=Visibility.OFFICIALS),
        "for officials, embargoed": dataset(agency, visibility=Visibility.OFFICIALS, release_at=now + HOUR),
        "for the publisher": dataset(agency, visibility=Visibility.PUBLISHER),
        "draft": dataset(agency, state=State.DRAFT),
        "in review": dataset(agency, state=State.IN_REVIEW),
    }
    return department, agency, {entry.id: words for words, entry in made.items()}


PUBLIC = {"public", "released"}
FOR_OFFICIALS = PUBLIC | {"for officials"}


def seen_by(user, entries) -> set[str]:
    return {entries[2][dataset_id] for dataset_id in Dataset.objects.visible_to(user).values_list("id", flat=True)}


def test_anonymous_sees_what_is_public(entries):
    assert seen_by(AnonymousUser(), entries) == PUBLIC


def test_an_official_of_another_publisher_sees_what_officials_may(entries):
    assert seen_by(officer(PublisherFactory()), entries) == FOR_OFFICIALS


def test_a_user_without_any_membership_sees_what_officials_may(entries):
    assert seen_by(UserFactory(), entries) == FOR_OFFICIALS


@pytest.mark.parametrize("role", Role)
def test_every_member_of_the_publisher_sees_all_of_its_entries(entries, role):
    assert seen_by(officer(entries[1], role), entries) == set(entries[2].values())


def test_a_member_of_the_department_sees_the_entries_of_its_agency(entries):
    assert seen_by(officer(entries[0]), entries) == set(entries[2].values())


def test_a_member_of_the_agency_sees_no_draft_of_its_department(entries):
    dataset(entries[0], state=State.DRAFT)
    assert Dataset.objects.visible_to(officer(entries[1])).filter(publisher=entries[0]).count() == 0


def test_an_operator_sees_everything(entries):
    assert seen_by(UserFactory(is_superuser=True), entries) == set(entries[2].values())


def test_someone_switched_off_sees_what_anonymous_sees(entries):
    member = officer(entries[1])
    member.is_active = False
    assert seen_by(member, entries) == PUBLIC


def test_a_release_time_is_a_condition_at_reading(entries):
    later = timezone.now() + 2 * HOUR
    found = Dataset.objects.public(now=later).values_list("id", flat=True)
    assert {entries[2][dataset_id] for dataset_id in found} == PUBLIC | {"embargoed"}


def test_a_withdrawn_entry_is_seen_by_nobody_in_public_and_has_a_tombstone():
    gone = dataset(state=State.PUBLISHED)
    Dataset.objects.filter(id=gone.id).update(state=State.WITHDRAWN, withdrawn_at=timezone.now())
    assert not Dataset.objects.public().exists()
    assert list(Dataset.objects.tombstones()) == [gone]


def test_what_is_neither_public_nor_a_tombstone_is_concealed(entries):
    _, agency, _ = entries
    now = timezone.now()
    for visibility in Visibility:
        for published_at in (None, now - 3 * HOUR):
            for release_at in (None, now - 2 * HOUR, now, now + HOUR):
                gone = dataset(agency, visibility=visibility)
                Dataset.objects.filter(id=gone.id).update(
                    state=State.WITHDRAWN, withdrawn_at=now - HOUR, published_at=published_at, release_at=release_at
                )

    every, public, tombstones, concealed = (
        set(found.values_list("id", flat=True))
        for found in (
            Dataset.objects.all(),
            Dataset.objects.public(),
            Dataset.objects.tombstones(),
            Dataset.objects.concealed(),
        )
    )

    assert (len(public), len(tombstones)) == (2, 2)
    assert concealed == every - public - tombstones
