"""What files seem to cover is said by their entry once its publisher says so, and not before."""

import datetime

import pytest

from catalogue.models import Dataset, Revision
from publishers.enums import Role
from tests.factories.publishers import MembershipFactory, PublisherFactory, UserFactory

pytestmark = pytest.mark.django_db

POPULATION = "Area code,Area,Day,Latitude,Longitude\n" + "".join(
    f"E0900000{n},Area {n},2024-03-0{n},51.{n},-0.{n}\n" for n in range(1, 9)
)


@pytest.fixture
def officer():
    user = UserFactory(is_staff=True)
    MembershipFactory(user=user, publisher=PublisherFactory(), role=Role.EDITOR)
    return user


@pytest.fixture
def entry(stored, officer):
    return stored(POPULATION, publisher=officer.memberships.get().publisher).dataset


def test_one_press_writes_what_the_files_cover_into_the_entry_with_a_revision(entry, officer, client):
    client.force_login(officer)
    form = f"/admin/catalogue/dataset/{entry.id}/change/"
    page = client.get(form).text
    assert "1 March 2024 to 8 March 2024, by “Day”." in page
    assert "England." in page
    answer = client.post(f"/admin/files/resourcefile/coverage/{entry.id}/")
    assert (answer.status_code, answer["Location"]) == (302, form)
    now = Dataset.objects.get(id=entry.id)
    assert (now.temporal_start, now.temporal_end) == (datetime.date(2024, 3, 1), datetime.date(2024, 3, 8))
    assert (now.places, now.west, now.south, now.east, now.north) == (["England"], -0.8, 51.1, -0.1, 51.8)
    last = Revision.objects.filter(dataset=entry).latest("number")
    assert (last.number, last.actor, last.comment) == (2, officer, "What its files cover")
    assert "What the files seem to cover" not in client.get(form).text


def test_what_the_entry_says_itself_stays(stored, officer, client):
    said = {"temporal_text": "Spring", "places": ("Leeds",)}
    entry = stored(POPULATION, publisher=officer.memberships.get().publisher, **said).dataset
    client.force_login(officer)
    client.post("/admin/files/resourcefile/", {"action": "take_over", "_selected_action": [entry.resources.get().id]})
    now = Dataset.objects.get(id=entry.id)
    assert (now.temporal_text, now.temporal_start, now.places, now.west) == ("Spring", None, ["Leeds"], None)
    assert Revision.objects.filter(dataset=entry).count() == 1


def test_officers_of_another_publisher_cannot_press(entry, client):
    other = UserFactory(is_staff=True)
    MembershipFactory(user=other, publisher=PublisherFactory(), role=Role.EDITOR)
    client.force_login(other)
    assert client.post(f"/admin/files/resourcefile/coverage/{entry.id}/").status_code == 404
    assert Dataset.objects.get(id=entry.id).temporal_start is None
