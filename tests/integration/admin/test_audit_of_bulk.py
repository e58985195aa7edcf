"""What the audit log has of changes of many entries, and who reads which of it."""

import csv
import io

import pytest
from django.test import Client

from catalogue.models import Batch
from publishers.enums import Role
from publishers.models import AuditEntry, Publisher
from tests.factories.catalogue import dataset
from tests.factories.clients import signed_in
from tests.factories.publishers import MembershipFactory, PublisherFactory, UserFactory, officer

pytestmark = pytest.mark.django_db

LIST = "/admin/catalogue/dataset/"
LOG = "/admin/publishers/auditentry/"


def in_bulk(client: Client, action: str, entries: list, **values: str) -> Batch:
    chosen = {"action": action, "_selected_action": [str(entry.pk) for entry in entries], **values}
    shown = client.post(LIST, chosen | {"_preview": "1"})
    client.post(LIST, chosen | {"_apply": "1", "versions": shown.context["versions"]})
    return Batch.objects.first()


def lines_of(publisher: Publisher) -> list[tuple[str, str, int]]:
    found = AuditEntry.objects.filter(publisher_id=publisher.pk).order_by("id")
    return [(line.action, line.object_label, line.detail["entries"]) for line in found]


def exported(client: Client) -> list[dict[str, str]]:
    text = b"".join(client.get(f"{LOG}export.csv").streaming_content).decode("utf-8-sig")
    return [line for line in csv.DictReader(io.StringIO(text)) if line["action"] != "Signed in"]


def test_a_change_in_bulk_and_its_undoing_are_told_to_each_publisher_of_its_own_entries() -> None:
    rivers, roads, other = PublisherFactory(), PublisherFactory(), PublisherFactory()
    person = officer(rivers)
    MembershipFactory(user=person, publisher=roads)
    entries = [dataset(rivers), dataset(rivers), dataset(roads)]
    client = signed_in(person)
    batch = in_bulk(client, "edit_selected", entries, set_frequency="on", frequency="monthly")
    client.post(f"/admin/catalogue/batch/{batch.pk}/undo/")
    title = "Set frequency of 3 entries"
    assert lines_of(rivers) == [("bulk_changed", title, 2), ("bulk_undone", title, 2)]
    assert lines_of(roads) == [("bulk_changed", title, 1), ("bulk_undone", title, 1)]
    assert not AuditEntry.objects.filter(action="dataset_changed").exists()  # one line for each publisher says it

    reader = signed_in(officer(roads, Role.ADMINISTRATOR))
    mine = [(line["action"], line["publisher"], line["detail"]) for line in exported(reader)]
    assert mine == [
        ("Undid a change of many entries", roads.title, "{'entries': 1}"),
        ("Changed many entries at once", roads.title, "{'entries': 1}"),
    ]
    assert exported(signed_in(officer(other, Role.ADMINISTRATOR))) == []
    assert len(exported(signed_in(UserFactory(is_staff=True, is_superuser=True)))) == 4


def test_entries_that_are_moved_are_told_of_to_both_publishers() -> None:
    old, new = PublisherFactory(), PublisherFactory(title="Roads Agency")
    person = officer(old)
    MembershipFactory(user=person, publisher=new)
    in_bulk(signed_in(person), "move_selected", [dataset(old)], publisher=str(new.pk))
    assert lines_of(old) == lines_of(new) == [("bulk_changed", "Moved 1 entry to Roads Agency", 1)]


def test_an_entry_that_is_changed_alone_is_told_of_by_the_names_of_its_fields() -> None:
    agency = PublisherFactory()
    entry = dataset(agency, title="Eels", held_in="The cellar")
    client = signed_in(officer(agency))
    client.post(f"{LIST}{entry.pk}/restore/", {"number": "1"})
    assert not AuditEntry.objects.exclude(action="signed_in").exists()  # nothing was changed
    client.post(f"{LIST}{entry.pk}/withdraw/", {"reason": "Gone."})
    line = AuditEntry.objects.exclude(action="signed_in").get()
    assert (line.action, line.object_label, line.detail["fields"]) == ("dataset_withdrawn", "Eels", ["state"])
