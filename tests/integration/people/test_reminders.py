"""Publishers' people hear once of links that broke and of data that is due an update, in a digest and not a flood."""

import datetime

import pytest
from django.test import Client

from catalogue.actions import reminders
from catalogue.actions.changes import record
from catalogue.actions.quality import rescore
from catalogue.enums import ChangeKind, Frequency, LinkState
from catalogue.models import Dataset, LinkCheck
from publishers.actions.notices import send_due
from publishers.enums import NoticeKind, Role
from publishers.models import Notice, Publisher, User
from tests.factories.catalogue import csv_file, dataset
from tests.factories.publishers import PublisherFactory, officer

pytestmark = pytest.mark.django_db

TUESDAY = datetime.datetime(2026, 3, 3, 6, 10, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def rivers() -> Publisher:
    return PublisherFactory(slug="rivers", title="Rivers Agency")


@pytest.fixture
def editor(rivers: Publisher) -> User:
    return officer(rivers, Role.EDITOR)


def breaks(entry: Dataset, *, at: datetime.datetime) -> None:
    """As the link checker leaves it."""
    links = LinkCheck.objects.filter(resource__dataset=entry)
    links.update(state=LinkState.BROKEN, failing_since=at - datetime.timedelta(hours=2), checked_at=at)
    record([entry.id], ChangeKind.LINKS, now=at)
    rescore([entry.id], now=at)


def told() -> list[tuple[str, str, str, str]]:
    return list(Notice.objects.order_by("id").values_list("kind", "subject", "text", "path"))


def test_links_that_broke_are_told_once_for_each_publisher(rivers: Publisher, editor: User):
    other = PublisherFactory(title="Roads Agency")
    officer(other, Role.EDITOR)
    entries = [dataset(rivers, title=f"Salmon {n}", resources=(csv_file(),)) for n in range(1, 8)]
    roads = dataset(other, title="Potholes", resources=(csv_file(),))
    for entry in [*entries, roads]:
        breaks(entry, at=TUESDAY - datetime.timedelta(hours=5))

    assert reminders.remind(now=TUESDAY) == 2
    assert told() == [
        (
            NoticeKind.BROKEN_LINKS,
            "Rivers Agency: links of 7 entries have broken",
            "Salmon 1\nSalmon 2\nSalmon 3\nSalmon 4\nSalmon 5\nand 2 more",
            "/admin/catalogue/dataset/?needs=links&publisher=rivers",
        ),
        (
            NoticeKind.BROKEN_LINKS,
            "Roads Agency: links of 1 entry have broken",
            "Potholes",
            f"/admin/catalogue/dataset/?needs=links&publisher={other.slug}",
        ),
    ]
    assert reminders.remind(now=TUESDAY + DAY) == 0

    breaks(roads, at=TUESDAY + 1.5 * DAY)
    assert reminders.remind(now=TUESDAY + 2 * DAY) == 1
    assert reminders.remind(now=TUESDAY + 3 * DAY) == 0


def test_link_that_recovered_before_the_night_is_not_told(rivers: Publisher, editor: User):
    entry = dataset(rivers, resources=(csv_file(),))
    breaks(entry, at=TUESDAY - datetime.timedelta(hours=5))
    LinkCheck.objects.update(state=LinkState.OK, failing_since=None)
    rescore([entry.id], now=TUESDAY)

    assert reminders.remind(now=TUESDAY) == 0


def test_data_that_becomes_overdue_is_told_once(rivers: Publisher, editor: User):
    """Monthly data of 1 February is due on 3 March, and late from a week after that."""
    dataset(rivers, title="Flows", frequency=Frequency.MONTHLY, modified=datetime.date(2026, 2, 1))
    days = [TUESDAY + n * DAY for n in range(20)]

    counts = [reminders.remind(now=day) for day in days]

    assert sum(counts) == 1
    late = days[counts.index(1)].date()
    assert datetime.date(2026, 3, 8) <= late <= datetime.date(2026, 3, 13)
    assert told() == [
        (
            NoticeKind.OVERDUE,
            "Rivers Agency: the data of 1 entry is due an update",
            "Flows",
            "/admin/catalogue/dataset/?needs=overdue&publisher=rivers",
        )
    ]


def test_one_mail_on_monday_tells_of_both_and_the_page_of_notices_too(
    rivers: Publisher, editor: User, mailoutbox: list
):
    entry = dataset(
        rivers, title="Flows", resources=(csv_file(),), frequency=Frequency.MONTHLY, modified=datetime.date(2026, 1, 20)
    )
    breaks(entry, at=TUESDAY - datetime.timedelta(hours=5))

    assert reminders.remind(now=TUESDAY) == 2
    send_due(now=TUESDAY + datetime.timedelta(hours=2))
    assert mailoutbox == []  # weekly, unless they choose otherwise
    send_due(now=TUESDAY + 6 * DAY + datetime.timedelta(hours=2))
    send_due(now=TUESDAY + 7 * DAY)

    (mail,) = mailoutbox
    assert mail.to == [editor.email]
    assert "Rivers Agency: links of 1 entry have broken" in mail.body
    assert "Rivers Agency: the data of 1 entry is due an update" in mail.body
    client = Client()
    client.force_login(editor)
    page = client.get("/notices").content.decode()
    assert 'href="/admin/catalogue/dataset/?needs=links&amp;publisher=rivers"' in page
    assert "Rivers Agency: links of 1 entry have broken" in page
