"""Alarms of personal data: the publisher's officers see and settle them; nobody else hears of them."""

import pytest

from files.enums import AlarmState
from files.models import Alarm, ResourceFile
from publishers.enums import NoticeKind, Role
from publishers.models import Notice
from tests.factories.publishers import MembershipFactory, PublisherFactory, UserFactory

pytestmark = pytest.mark.django_db

STAFF = "Office,Contact\n" + "".join(f"Office {n},jo.smith{n}@dept.example\n" for n in range(5))
ALARMS = "/admin/files/alarm/"


@pytest.fixture
def officer():
    publisher = PublisherFactory()
    user = UserFactory(is_staff=True)
    MembershipFactory(user=user, publisher=publisher, role=Role.EDITOR)
    return user


@pytest.fixture
def alarmed(stored, officer):
    return stored(STAFF, publisher=officer.memberships.get().publisher)


def test_the_publishers_officers_are_told_and_the_mail_holds_no_value(alarmed, officer):
    notice = Notice.objects.get(kind=NoticeKind.PERSONAL_DATA)
    assert (notice.user, notice.path) == (officer, ALARMS)
    assert notice.text == "E-mail addresses of persons, in contact: the preview leaves these columns out."


def test_an_officer_sees_and_dismisses_the_alarm(alarmed, officer, client):
    client.force_login(officer)
    assert "E-mail addresses of persons" in client.get(ALARMS).text
    client.post(ALARMS, {"action": "dismiss", "_selected_action": [Alarm.objects.get().pk]})
    alarm = Alarm.objects.get()
    assert (alarm.state, alarm.settled_by) == (AlarmState.DISMISSED, officer)
    assert ResourceFile.objects.get().due_at is not None


def test_officers_of_another_publisher_see_nothing_of_it(alarmed, client):
    other = UserFactory(is_staff=True)
    MembershipFactory(user=other, publisher=PublisherFactory(), role=Role.EDITOR)
    client.force_login(other)
    assert "E-mail addresses of persons" not in client.get(ALARMS).text.partition("result_list")[2]
    client.post(ALARMS, {"action": "dismiss", "_selected_action": [Alarm.objects.get().pk]})
    assert Alarm.objects.get().state == AlarmState.OPEN


def test_no_public_page_or_api_hints_at_the_alarm_or_the_column(alarmed, client):
    page = f"{alarmed.dataset.get_absolute_url()}/datafile/{alarmed.id}/preview"
    for address in (
        page,
        f"{page}?view=columns",
        f"{page}?view=checks",
        page.replace("/preview", "/download.csv"),
        f"/api/v1/resources/{alarmed.id}/rows",
        f"/api/v1/resources/{alarmed.id}/profile",
        alarmed.dataset.get_absolute_url(),
    ):
        answer = client.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert answer.status_code == 200
        for word in (b"Contact<", b'"contact"', b"jo.smith", b"E-mail addresses", b"personal"):
            assert word not in body, (address, word)
