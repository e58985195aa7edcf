"""Which series an entry is part of, written and read through /api/v1."""

from uuid import uuid4

import pytest
from django.conf import settings

from catalogue.enums import DatasetKind, State, Visibility
from catalogue.models import Dataset, Revision
from publishers.enums import Role
from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory, officer
from tests.integration.write.conftest import Caller

pytestmark = pytest.mark.django_db

NO_SUCH = "There is no published series with this address or name: copy the address of its page."


@pytest.fixture
def series(publisher) -> Dataset:
    return dataset(publisher, title="Bus stops, all years", kind=DatasetKind.SERIES)


def said_wrong(response) -> list[str]:
    assert response.status_code == 400, response.content
    return response.json()["errors"]["#/in_series"]


def test_an_entry_joins_a_series_and_leaves_it(editor, client, publisher, series):
    body = {"title": "Bus stops 2026", "publisher": "leeds-city-council", "in_series": str(series.id)}
    made = editor.post("/api/v1/datasets", body)
    assert made.status_code == 201, made.content
    address = made["Location"]
    page = settings.SITE_URL + series.get_absolute_url()
    assert made.json()["in_series"] == {"id": str(series.id), "title": "Bus stops, all years", "url": page}
    editor.post(f"{address}/publish")
    assert client.get(address).json()["in_series"]["id"] == str(series.id)
    listed = client.get("/api/v1/datasets").json()["results"]
    assert {one["title"]: one["in_series"] and one["in_series"]["title"] for one in listed} == {
        "Bus stops 2026": "Bus stops, all years",
        "Bus stops, all years": None,
    }

    read = editor.get(address)
    back = editor.put(address, read.json(), **{"If-Match": read["ETag"]})
    assert (back.status_code, back.json()["in_series"]) == (200, read.json()["in_series"])
    left = editor.patch(address, {"in_series": None}, **{"If-Match": back["ETag"]})
    assert (left.status_code, left.json()["in_series"]) == (200, None)
    snapshots = Revision.objects.filter(dataset=made.json()["id"]).order_by("number").values_list("snapshot", flat=True)
    assert [one["in_series_id"] for one in snapshots] == [str(series.id), str(series.id), None]


def test_what_can_not_be_its_series_is_refused_in_a_sentence(editor, publisher, series):
    entry = dataset(publisher, title="Bus stops 2026")
    own = dataset(publisher, title="Another series", kind=DatasetKind.SERIES)
    hidden = dataset(PublisherFactory(), kind=DatasetKind.SERIES, visibility=Visibility.PUBLISHER)
    draft = dataset(publisher, kind=DatasetKind.SERIES, state=State.DRAFT)
    for member, wish, sentence in (
        (entry, hidden.id, NO_SUCH),
        (entry, uuid4(), NO_SUCH),
        (entry, draft.id, NO_SUCH),
        (
            entry,
            dataset(publisher).id,
            "The entry with this address is no series: give the address of one whose kind is “series”.",
        ),
        (own, own.id, "An entry can’t be part of itself: name another series, or leave this empty."),
        (entry, "all-years", "This is no UUID: give the “id” of the series."),
        (entry, {"title": "All years"}, "Give a text, or an object with “id”."),
    ):
        address = f"/api/v1/datasets/{member.id}"
        refused = editor.patch(
            address, {"in_series": wish if isinstance(wish, dict) else str(wish)}, **{"If-Match": "*"}
        )
        assert said_wrong(refused) == [sentence]
    assert not Dataset.objects.exclude(in_series=None).exists()


def test_a_series_that_the_writer_may_not_see_is_not_told_and_stays(publisher):
    hidden = dataset(PublisherFactory(), title="Secret", kind=DatasetKind.SERIES, visibility=Visibility.PUBLISHER)
    entry = dataset(publisher, title="Bus stops 2026", in_series_id=hidden.id)
    editor = Caller(officer(publisher, Role.EDITOR))
    address = f"/api/v1/datasets/{entry.id}"
    read = editor.get(address)
    assert read.json()["in_series"] is None
    assert "Secret" not in read.content.decode()
    assert str(hidden.id) not in read.content.decode()
    put = editor.put(address, read.json() | {"title": "Bus stops of 2026"}, **{"If-Match": read["ETag"]})
    assert put.status_code == 200, put.content
    entry.refresh_from_db()
    assert (entry.title, entry.in_series_id) == ("Bus stops of 2026", hidden.id)
