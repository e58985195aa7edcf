"""The series that an entry is part of, in the data officer's form."""

import pytest
from django.conf import settings

from catalogue.enums import DatasetKind, Visibility
from catalogue.models import Dataset
from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory, officer
from tests.integration.admin.test_dataset_form import ADD, change_url, values

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher():
    return PublisherFactory(title="Rivers Agency")


def errors_of(response) -> list[str]:
    return response.context["adminform"].form.errors.get("in_series", [])


def test_an_officer_names_the_series_by_its_address_and_finds_it_there_again(client, publisher):
    series = dataset(publisher, title="Levels, all years", name="levels", kind=DatasetKind.SERIES)
    client.force_login(officer(publisher))
    address = settings.SITE_URL + series.get_absolute_url()
    assert client.post(ADD, values(publisher, title="Levels 2026", in_series=address)).status_code == 302
    entry = Dataset.objects.get(title="Levels 2026")
    assert entry.in_series == series
    assert f'value="{address}"' in client.get(change_url(entry)).content.decode()
    for words, wished in ((address, series), ("", None), ("levels", series), (str(series.id), series)):
        entry.refresh_from_db()
        form = values(publisher, title="Levels 2026", in_series=words, read_version=str(entry.version))
        assert client.post(change_url(entry), form).status_code == 302
        entry.refresh_from_db()
        assert entry.in_series == wished


def test_what_is_no_series_or_hidden_or_the_entry_itself_is_refused(client, publisher):
    hidden = dataset(PublisherFactory(), name="hidden", kind=DatasetKind.SERIES, visibility=Visibility.PUBLISHER)
    own = dataset(publisher, title="Levels", name="levels", kind=DatasetKind.SERIES)
    dataset(publisher, name="one-file")
    client.force_login(officer(publisher))
    no_such = ["There is no published series with this address or name: copy the address of its page."]
    for words, expected in (
        (hidden.name, no_such),
        ("nothing", no_such),
        ("one-file", ["The entry with this address is no series: give the address of one whose kind is “series”."]),
        ("levels", ["An entry can’t be part of itself: name another series, or leave this empty."]),
    ):
        form = values(publisher, title="Levels", kind="series", in_series=words, read_version=str(own.version))
        assert errors_of(client.post(change_url(own), form)) == expected


def test_a_series_that_the_officer_may_not_see_is_not_shown_and_stays(client, publisher):
    hidden = dataset(PublisherFactory(), title="Xyzzyq", kind=DatasetKind.SERIES, visibility=Visibility.PUBLISHER)
    entry = dataset(publisher, title="Levels", in_series_id=hidden.id)
    client.force_login(officer(publisher))
    page = client.get(change_url(entry)).content.decode()
    assert "xyzzyq" not in page.lower()
    assert str(hidden.id) not in page
    form = values(publisher, title="Levels 2026", in_series="", read_version=str(entry.version))
    assert client.post(change_url(entry), form).status_code == 302
    entry.refresh_from_db()
    assert (entry.title, entry.in_series) == ("Levels 2026", hidden)
