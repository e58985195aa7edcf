"""What waits for approval leaves by no way out until it is approved, and then by every one.

The ways out are those of the embargo's test: every address of the site, the dumps, webhooks and the change log.
"""

import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from django.utils import timezone

from catalogue.actions import proposals, webhook_notes, webhooks
from catalogue.actions.amending import amend
from catalogue.actions.entry import By
from catalogue.drafts import INTERNAL_FIELDS, DatasetDraft, ResourceDraft
from catalogue.dumps.formats import FILES
from catalogue.enums import Route, WebhookSubject
from catalogue.models import Change, Dataset, UploadedFile
from catalogue.proposed import working_copy
from publishers.enums import Role
from publishers.models import Publisher
from tests.factories.catalogue import csv_file, dataset
from tests.factories.clients import signed_in
from tests.factories.harvest import source
from tests.factories.publishers import PublisherFactory, officer
from tests.integration.addresses import addresses
from tests.integration.pages.test_no_leaks import answers
from tests.integration.search.test_release import SECRET, dumped, the_machines_go_round
from tests.integration.write.conftest import Caller

pytestmark = pytest.mark.django_db

#: When things were entered, so that no answer of the moment comes into it.
A_MONTH_AGO = timezone.now() - datetime.timedelta(days=30)

SOURCE = "rivers-catalogue"
SALMON = "https://data.example.gov.uk/salmon.csv"


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Any) -> None:
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def agency() -> Publisher:
    publisher = PublisherFactory(title="Rivers Agency", slug="rivers-agency", requires_approval=True)
    source("https://rivers.example/data.json", publisher=publisher, title="Rivers catalogue")
    return publisher


@pytest.fixture
def entry(agency: Publisher) -> Dataset:
    said = {"title": "Salmon counts", "name": "salmon", "tags": ("salmon",), "topic_id": "health"}
    return dataset(agency, **said, resources=(csv_file(SALMON),), now=A_MONTH_AGO)


def secret_in_every_word(said: DatasetDraft) -> DatasetDraft:
    """A change of all that can be said in words, of the file that stands, and one file more."""
    words = dict.fromkeys(
        (
            *("title", "description", "version_label", "version_notes", "creator", "contact_name", "provenance"),
            *("licence_text", "rights", "temporal_text", "service_status", *INTERNAL_FIELDS),
        ),
        f"Salmon {SECRET}",
    )
    links = dict.fromkeys(("landing_page", "contact_url", "endpoint_url"), f"https://{SECRET}.example/")
    file = ResourceDraft(
        id=said.resources[0].id, url=SALMON, format="CSV", title=SECRET, description=SECRET, extras={SECRET: SECRET}
    )
    return said.with_changes(
        **words,
        **links,
        alternative_titles=(SECRET,),
        identifiers=(SECRET,),
        tags=("salmon", SECRET),
        places=("Leeds", SECRET),
        translations={"cy": {"title": SECRET, "description": SECRET}},
        extras={SECRET: SECRET},
        contact_email=f"{SECRET}@rivers.example",
        resources=(file, csv_file(f"https://data.example.gov.uk/{SECRET}.csv", title=SECRET)),
    )


def propose(entry: Dataset, agency: Publisher) -> list[UUID]:
    """An editor's change in words, and a file that they upload; the ids of the files of which nobody knows yet."""
    editor = officer(agency)
    amend(entry.pk, secret_in_every_word, by=By(Route.FORM, user=editor, comment=SECRET), now=timezone.now())
    sent = Caller(editor).post(
        f"/api/v1/datasets/{entry.pk}/files",
        {"file": SimpleUploadedFile(f"{SECRET}.csv", f"{SECRET}\n1\n".encode())},
        Content_Type=MULTIPART_CONTENT,
    )
    assert (sent.status_code, UploadedFile.objects.get().is_held) == (202, True)
    new = [file.id for file in working_copy(entry).draft.resources[1:] if file.id]
    assert str(new[1]) == sent.json()["resource_id"]
    return new


def where_files_are(entry: Dataset, file: UUID) -> list[str]:
    """Every address that names a file, about this one."""
    return [one for one in addresses(entry, source=SOURCE, file=file) if str(file) in one]


def test_nothing_of_a_change_leaves_before_it_is_approved_and_all_of_it_after(
    agency: Publisher, entry: Dataset
) -> None:
    readers = {
        "anybody": Client(),
        "somebody else's approver": signed_in(officer(PublisherFactory(), Role.APPROVER)),
    }
    usual, nobodys = addresses(entry, source=SOURCE), uuid4()
    the_machines_go_round(A_MONTH_AGO)
    before = {who: answers(client, usual) for who, client in readers.items()}
    changes = Change.objects.count()

    new = propose(entry, agency)
    the_machines_go_round(A_MONTH_AGO)
    for who, client in readers.items():
        after = answers(client, usual)
        assert [address for address in usual if after[address] != before[who][address]] == [], who
        # And its new files are as files that there never were
        never = {
            said.text.replace(str(nobodys), "") for said in answers(client, where_files_are(entry, nobodys)).values()
        }
        for key in new:
            said = answers(client, where_files_are(entry, key))
            told = {address: one for address, one in said.items() if one.text.replace(str(key), "") not in never}
            assert (len(said) > 15, told) == (True, {}), who
    assert Change.objects.count() == changes

    proposals.approve(entry, seen=None, by=By(Route.FORM, user=officer(agency, Role.APPROVER)), now=timezone.now())
    the_machines_go_round(timezone.now())
    told = {address for address, answer in answers(Client(), usual).items() if SECRET in answer.text}
    page = f"/dataset/{entry.id}"
    assert {
        f"{page}/salmon",
        f"{page}.ttl",
        f"{page}.jsonld",
        f"{page}.dcat-us.json",
        "/api/v1/datasets",
        f"/api/v1/datasets/{entry.id}",
        "/search?q=salmon",
        "/search.atom?q=salmon",
        "/search.csv",
        "/search.json?q=salmon&area=england",
        "/api/v1/search",
        "/api/v1/suggest?q=salm",
        "/publisher/rivers-agency",
        "/feeds/catalogue.atom",
        "/feeds/publisher/rivers-agency.atom",
        f"/feeds/dataset/{entry.id}.atom",
        "/data.json",
        "/dcat-us-3.json",
        "/catalog.ttl",
        "/catalog.ttl?page=all",
        f"/api/3/action/package_show?id={entry.id}",
        "/api/3/action/package_search?q=salmon&rows=100&facet.field=[%22organization%22,%22tags%22]",
        "/api/3/action/tag_list",
    } <= told
    assert Client().get(f"/api/v1/resources/{new[1]}").status_code == 200


def test_a_dump_has_what_is_approved_and_nothing_that_waits(agency: Publisher, entry: Dataset) -> None:
    propose(entry, agency)
    assert dumped(SECRET) == set()
    proposals.approve(entry, seen=None, by=By(Route.FORM, user=officer(agency, Role.APPROVER)), now=timezone.now())
    assert dumped(SECRET) == {file.name for file in FILES}


def test_a_webhook_calls_when_a_change_is_approved_and_not_when_it_is_proposed(
    agency: Publisher, entry: Dataset
) -> None:
    the_machines_go_round(timezone.now())
    to = {"url": "https://hooks.example/", "owner": officer(agency), "now": timezone.now()}
    for hook in (
        webhooks.add(name="publisher", subject=WebhookSubject.PUBLISHER, publisher=agency, **to),
        webhooks.add(name="search", subject=WebhookSubject.SEARCH, search=f"/search?q={SECRET}", **to),
    ):
        webhooks.go_on(hook, now=timezone.now())
    propose(entry, agency)
    the_machines_go_round(timezone.now())
    assert webhook_notes.note_changes(now=timezone.now()) == 0
    proposals.approve(entry, seen=None, by=By(Route.FORM, user=officer(agency, Role.APPROVER)), now=timezone.now())
    the_machines_go_round(timezone.now())
    assert webhook_notes.note_changes(now=timezone.now()) == 2
