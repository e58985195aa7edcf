"""From a link that works to what is known of its file: a real server, a real child process, real rows."""

import datetime
import json

import pytest
import redis
from django.conf import settings
from django.core.files.storage import storages
from django.core.management import call_command
from django.utils import timezone

from catalogue.enums import ChangeKind, State
from catalogue.models import Change, Dataset, LinkCheck
from files.actions import queue, run
from files.actions.alarms import dismiss
from files.enums import AlarmKind, AlarmState, FileState
from files.models import Alarm, ResourceFile, Table
from files.tasks import profile_due_files
from tests.integration.files.conftest import PAYMENTS
from tests.servers import replies

pytestmark = pytest.mark.django_db


def test_a_working_link_is_fetched_and_its_table_told(profiled):
    resource = profiled(PAYMENTS.encode("cp1252"))
    file = resource.file
    assert (file.state, file.format, file.encoding) == (FileState.PREVIEWED, "CSV", "cp1252")
    table = file.tables.get()
    assert (table.rows, table.preamble, table.notes) == (4, ["Payments over £500"], ["Source: finance system"])
    assert [(c["key"], c["type"], c["filled"], c["register"]) for c in table.columns] == [
        ("supplier", "text", 4, ""),
        ("date_paid", "date", 4, ""),
        ("amount", "number", 4, ""),
        ("postcode", "text", 4, "postcode"),
        ("paid", "boolean", 4, ""),
    ]
    amount = table.columns[2]
    assert (amount["min"], amount["max"], sum(amount["histogram"]["counts"])) == (900.0, 12000.0, 3)
    assert table.columns[0]["typical"] == [["Acme Ltd", 2], ["Bell & Sons", 1], ["Crane Hire", 1]]
    assert (table.period_start, table.period_end) == (datetime.date(2024, 4, 1), datetime.date(2024, 5, 2))


def test_headings_feed_search_through_the_change_log(profiled):
    resource = profiled(PAYMENTS)
    assert resource.columns == ["Supplier", "Date paid", "Amount", "Postcode", "Paid"]
    kinds = Change.objects.filter(dataset_id=resource.dataset_id).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == [ChangeKind.CREATED, ChangeKind.FILES]


@pytest.mark.django_db(transaction=True)
def test_a_file_is_looked_into_again_only_when_a_check_saw_it_change(profiled, server):
    resource = profiled("a,b\n1,2\n3,4\n")
    before = Table.objects.get().parquet
    assert run.profile_due(now=timezone.now) == {}
    server.replies["/file.csv"] = replies.file(b"a,b,c\n1,2,3\n4,5,6\n")
    now = timezone.now()
    LinkCheck.objects.filter(resource=resource).update(checked_at=now, changed_at=now)
    assert run.profile_due(now=timezone.now) == {FileState.PREVIEWED: 1}
    after = Table.objects.get()
    assert [column["key"] for column in after.columns] == ["a", "b", "c"]
    assert not storages["files"].exists(before)
    assert storages["files"].exists(after.parquet)


def test_a_file_that_cannot_be_had_is_tried_again_later_and_says_why(published, server):
    resource = published("a,b\n1,2\n")
    server.replies["/file.csv"] = replies.answer(b"", status=500)
    now = timezone.now()
    assert run.profile_due(now=lambda: now) == {FileState.UNREACHABLE: 1}
    file = ResourceFile.objects.get(resource=resource)
    assert file.reason == "The server answered with status 500."
    assert (file.due_at, file.failure_count) == (now + datetime.timedelta(days=1), 1)


def test_two_workers_never_take_the_same_file(published):
    published("a,b\n1,2\n")
    now = timezone.now()
    queue.enqueue(now=now)
    assert queue.claim(now=now) is not None
    assert queue.claim(now=now) is None
    assert queue.claim(now=now + queue.LEASE) is not None


def test_links_that_no_check_touched_lately_are_come_by_in_turn(published, monkeypatch):
    monkeypatch.setattr(queue, "_STEP", 2)
    resources = sorted((published("a,b\n1,2\n", f"{number}.csv") for number in range(5)), key=lambda one: one.id)
    long_ago = timezone.now() - datetime.timedelta(days=9)
    LinkCheck.objects.update(checked_at=long_ago)
    now = timezone.now()
    assert [queue.enqueue(now=now) for _ in range(4)] == [2, 2, 1, 0]
    file = ResourceFile.objects.get(resource=resources[3])
    ResourceFile.objects.filter(resource=file.resource).update(url="https://elsewhere.example/old.csv", due_at=None)
    assert queue.enqueue(now=now) == 0
    next_day = now + datetime.timedelta(days=1)
    assert [queue.enqueue(now=next_day) for _ in range(4)] == [0, 1, 0, 0]
    LinkCheck.objects.filter(resource=resources[0]).update(checked_at=next_day)
    ResourceFile.objects.filter(resource=resources[0]).delete()
    assert queue.enqueue(now=next_day) == 1


def test_files_of_a_withdrawn_entry_leave_the_queue_and_come_back_with_it(published):
    resource = published("a,b\n1,2\n")
    now = timezone.now()
    queue.enqueue(now=now)
    Dataset.objects.filter(id=resource.dataset_id).update(state=State.WITHDRAWN, withdrawn_at=now)
    assert queue.claim(now=now) is None
    assert ResourceFile.objects.get(resource=resource).due_at is None
    assert queue.enqueue(now=now) == 0
    Dataset.objects.filter(id=resource.dataset_id).update(state=State.PUBLISHED, withdrawn_at=None)
    LinkCheck.objects.filter(resource=resource).update(checked_at=now)
    assert queue.enqueue(now=now) == 1
    assert queue.claim(now=now) == ResourceFile.objects.get(resource=resource)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_looked_into_files_asks_for_another_turn_in_the_queue_of_files(published):
    published("a,b\n1,2\n3,4\n")
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        broker.delete("files")
        profile_due_files()
        assert [json.loads(message)["headers"]["task"] for message in broker.lrange("files", 0, -1)] == [
            "files.tasks.profile_due_files"
        ]
        broker.delete("files")
        profile_due_files()
        assert broker.llen("files") == 0


def test_personal_data_raises_an_alarm_and_is_kept_out_of_everything(profiled):
    rows = "".join(f"Person {n},AB{n}23456C,0{n}/01/1980,{n}\n" for n in range(1, 7))
    resource = profiled("Full name,NI number,Date of birth,Score\n" + rows)
    alarms = {alarm.kind: (alarm.columns, alarm.count) for alarm in Alarm.objects.all()}
    assert alarms == {
        AlarmKind.NATIONAL_INSURANCE: (["ni_number"], 6),
        AlarmKind.BIRTH_DATE: (["full_name", "date_of_birth"], 6),
    }
    table = resource.file.tables.get()
    assert [column["key"] for column in table.columns] == ["score"]
    assert resource.columns == ["Score"]
    with storages["files"].open(table.parquet) as stored:
        kept = stored.read()
    assert b"AB123456C" not in kept
    assert b"Person" not in kept


def test_what_the_publisher_means_to_publish_is_shown_after_all(profiled, django_user_model):
    rows = "".join(f"Office {n},jo.smith{n}@dept.example\n" for n in range(5))
    resource = profiled("Office,Contact\n" + rows)
    assert resource.columns == ["Office"]
    user = django_user_model.objects.create(email="officer@dept.example")
    assert dismiss(list(Alarm.objects.all()), by=user, now=timezone.now()) == 1
    run.profile_due(now=timezone.now)
    resource.refresh_from_db()
    assert resource.columns == ["Office", "Contact"]
    assert Alarm.objects.get().state == AlarmState.DISMISSED


def test_the_command_profiles_a_folder_of_local_files(tmp_path, capsys):
    (tmp_path / "one.csv").write_text("a,b\n1,2\n3,4\n")
    (tmp_path / "two.txt").write_text("Only a sentence, and no more.")
    call_command("profile_files", path=tmp_path)
    assert ResourceFile.objects.count() == 0
    out = capsys.readouterr().out
    assert "one.csv: delimited text, 1 tables" in out
    assert "It is text without rows and columns." in out
