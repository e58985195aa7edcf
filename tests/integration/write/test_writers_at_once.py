"""Ten people and programs who write to one dataset at the same moment, by every way there is: nobody's work is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from catalogue.actions import proposals
from catalogue.actions.entry import By
from catalogue.enums import Route
from catalogue.models import Dataset, ProposalEdition, Resource, Revision
from catalogue.proposed import working_copy
from publishers.enums import Role
from publishers.models import Publisher
from tests.factories.catalogue import dataset
from tests.factories.clients import signed_in
from tests.factories.publishers import PublisherFactory, officer
from tests.integration.admin.test_dataset_form import change_url, values
from tests.integration.write.conftest import Caller

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 10


def address(number: int) -> str:
    return f"https://agency.example/{number}.csv"


def by_form(entry: Dataset, publisher: Publisher, number: int) -> Callable[[], int]:
    """Saves what it began from version 1; whoever is shown what others changed saves again, as the page asks."""
    client = signed_in(officer(publisher))
    posted: dict[str, Any] = values(
        publisher,
        title=entry.title,
        name=entry.name,
        read_version="1",
        base_version="1",
        **{
            "resources-TOTAL_FORMS": "1",
            "resources-0-title": f"By the form {number}",
            "resources-0-url": address(number),
            "resources-0-kind": "data",
        },
    )

    def write() -> int:
        answer = client.post(change_url(entry), posted)
        while answer.status_code == 200:
            assert "Nothing is lost" in answer.content.decode()
            answer = client.post(change_url(entry), posted | {"read_version": str(answer.context["conflict"].current)})
        return answer.status_code

    return write


def by_api(entry: Dataset, publisher: Publisher, number: int) -> Callable[[], int]:
    caller = Caller(officer(publisher))
    body = {"url": address(number), "title": f"By the API {number}"}
    return lambda: caller.post(f"/api/v1/datasets/{entry.pk}/resources", body).status_code


def by_ckan(entry: Dataset, publisher: Publisher, number: int) -> Callable[[], int]:
    caller = Caller(officer(publisher))
    body = {"package_id": str(entry.pk), "url": address(number), "name": f"By CKAN {number}"}
    return lambda: caller.post("/api/3/action/resource_create", body).status_code


@pytest.mark.parametrize("needs_approval", [False, True])
def test_ten_writers_by_form_api_and_ckan_lose_nothing(needs_approval: bool) -> None:
    """In the entry itself, or in what waits beside it for approval."""
    publisher = PublisherFactory(requires_approval=needs_approval)
    entry = dataset(publisher, title="Bus stops", name="bus-stops")
    ways = [by_form, by_api, by_ckan]
    writes = [ways[number % 3](entry, publisher, number) for number in range(WRITERS)]
    start = Barrier(WRITERS)

    def run(write: Callable[[], int]) -> int:
        try:
            start.wait()
            return write()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WRITERS) as pool:
        answers = list(pool.map(run, writes))
    added = 202 if needs_approval else 201
    assert answers == [(302, added, 200)[number % 3] for number in range(WRITERS)]
    if needs_approval:
        assert (Dataset.objects.get().version, Resource.objects.count()) == (1, 0)
        editions = ProposalEdition.objects.order_by("number").values_list("number", flat=True)
        assert list(editions) == list(range(1, WRITERS + 1))
        approver = By(Route.FORM, user=officer(publisher, Role.APPROVER))
        proposals.approve(entry, seen=working_copy(entry).point, by=approver, now=timezone.now())
    found = Resource.objects.filter(dataset=entry).order_by("position")
    assert {file.url for file in found} == {address(number) for number in range(WRITERS)}
    assert [file.position for file in found] == list(range(WRITERS))
    revisions = Revision.objects.filter(dataset=entry).order_by("number").values_list("number", flat=True)
    assert list(revisions) == ([1, 2] if needs_approval else list(range(1, WRITERS + 2)))
