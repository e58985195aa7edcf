"""People are told once, when they chose to be, and never in a flood."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from publishers.actions.mail import unsubscribe_path, unsubscribing
from publishers.actions.notices import choose, notify, send_due
from publishers.enums import NoticeKind, NoticePace, Role
from publishers.models import Membership, Notice
from publishers.notices import digest_due
from tests.factories.publishers import PublisherFactory, UserFactory, officer

LONDON = ZoneInfo("Europe/London")
#: A Wednesday.
NOON = datetime.datetime(2026, 3, 4, 12, 0, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("pace", "now", "due"),
    [
        (NoticePace.AT_ONCE, NOON, True),
        (NoticePace.NEVER, NOON + datetime.timedelta(days=30), False),
        (NoticePace.DAILY, NOON.replace(hour=23), False),
        (NoticePace.DAILY, datetime.datetime(2026, 3, 5, 6, 59, tzinfo=LONDON), False),
        (NoticePace.DAILY, datetime.datetime(2026, 3, 5, 7, 0, tzinfo=LONDON), True),
        (NoticePace.WEEKLY, datetime.datetime(2026, 3, 5, 7, 0, tzinfo=LONDON), False),
        (NoticePace.WEEKLY, datetime.datetime(2026, 3, 9, 7, 0, tzinfo=LONDON), True),
        (NoticePace.WEEKLY, datetime.datetime(2026, 3, 11, 15, 0, tzinfo=LONDON), True),
    ],
)
def test_digests_go_out_at_seven_the_weekly_ones_on_mondays(pace, now, due):
    assert digest_due(pace, oldest=NOON, now=now) is due


@pytest.mark.django_db
def test_those_above_in_the_tree_are_told_and_those_of_another_body_are_not():
    department = PublisherFactory()
    agency = PublisherFactory(parent=department)
    own, above = officer(agency), officer(department)
    officer(PublisherFactory())
    officer(agency, Role.VIEWER)
    assert notify(NoticeKind.BROKEN_LINKS, publisher=agency, subject="A link broke", now=NOON) == 2
    assert {notice.user for notice in Notice.objects.all()} == {own, above}


@pytest.mark.django_db
def test_what_waits_is_not_said_twice_and_is_mailed_once(mailoutbox):
    person = officer(PublisherFactory(title="Agency"))
    publisher = person.memberships.get().publisher
    for _ in range(5):
        notify(
            NoticeKind.REVIEW_REQUEST,
            publisher=publisher,
            subject="“Bus stops” waits",
            path="/admin/x",
            key="bus",
            now=NOON,
        )
    assert (send_due(now=NOON), send_due(now=NOON)) == (1, 0)
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([person.email], "“Bus stops” waits")
    assert mail.body.count("* “Bus stops” waits (Agency)\n  http://127.0.0.1:8000/admin/x") == 1
    assert f"http://127.0.0.1:8000{unsubscribe_path(person, NoticeKind.REVIEW_REQUEST)}" in mail.body


@pytest.mark.django_db
def test_a_digest_holds_all_kinds_that_are_due_and_leaves_the_others(mailoutbox):
    publisher = PublisherFactory()
    person = officer(publisher, Role.ADMINISTRATOR)
    for number in range(60):
        notify(NoticeKind.HARVEST_PROBLEM, publisher=publisher, subject=f"Source {number} failed", now=NOON)
    notify(NoticeKind.BROKEN_LINKS, publisher=publisher, subject="A link broke", now=NOON)
    assert send_due(now=NOON) == 0
    assert send_due(now=datetime.datetime(2026, 3, 5, 7, 1, tzinfo=LONDON)) == 1
    (mail,) = mailoutbox
    assert mail.subject == "60 things about your data"
    assert "… and 10 more" in mail.body
    assert "A link broke" not in mail.body
    assert Notice.objects.filter(user=person, sent_at=None).count() == 1


@pytest.mark.django_db
def test_one_who_wants_none_gets_none_not_even_what_waits(mailoutbox):
    publisher = PublisherFactory()
    person = officer(publisher)
    notify(NoticeKind.OVERDUE, publisher=publisher, subject="Overdue", now=NOON)
    choose(person, NoticeKind.OVERDUE, NoticePace.NEVER)
    assert notify(NoticeKind.OVERDUE, publisher=publisher, subject="Overdue", now=NOON) == 0
    assert send_due(now=NOON + datetime.timedelta(days=30)) == 0
    assert mailoutbox == []


@pytest.mark.django_db
def test_a_mail_that_cannot_be_sent_is_sent_later(mailoutbox, settings):
    notify(NoticeKind.COMMENT, publisher=None, to=[UserFactory()], subject="A comment", now=NOON)
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        1,
    )
    assert send_due(now=NOON) == 0
    settings.EMAIL_BACKEND = working
    assert send_due(now=NOON) == 1
    assert [mail.subject for mail in mailoutbox] == ["A comment"]


@pytest.mark.django_db
def test_an_address_to_unsubscribe_is_good_for_one_person_and_kind():
    person = UserFactory()
    signed = unsubscribe_path(person, NoticeKind.OVERDUE).rpartition("/")[2]
    assert unsubscribing(signed) == (person, NoticeKind.OVERDUE)
    assert unsubscribing(signed[:-1] + ("A" if signed[-1] != "A" else "B")) is None
    assert unsubscribing("nonsense") is None


@pytest.mark.django_db
def test_whoever_lost_their_role_hears_no_more_not_even_what_waits(mailoutbox):
    """What waits may name drafts."""
    rivers, roads = PublisherFactory(title="Rivers"), PublisherFactory(title="Roads", parent=PublisherFactory())
    gone = officer(rivers, Role.EDITOR)
    membership = Membership.objects.create(user=gone, publisher=roads.parent, role=Role.EDITOR)
    for publisher in (rivers, roads):
        notify(NoticeKind.COMMENT, publisher=publisher, subject=f"On a draft of {publisher.title}", now=NOON)
    Membership.objects.filter(user=gone, publisher=rivers).delete()
    assert send_due(now=NOON + datetime.timedelta(days=1)) == 1
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([gone.email], "On a draft of Roads")
    notify(NoticeKind.COMMENT, publisher=roads, subject="Another of Roads", now=NOON)
    membership.delete()
    assert send_due(now=NOON + datetime.timedelta(days=1)) == 0
    assert not Notice.objects.filter(sent_at=None).exists()
