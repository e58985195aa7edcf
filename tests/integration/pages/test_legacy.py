"""data.gov.uk's old addresses."""

import uuid

import pytest

from catalogue.enums import State
from tests.factories.catalogue import csv_file, dataset


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/data/search", "/search"),
        ("/data/search?q=bus+stops", "/search?q=bus+stops"),
        (
            "/data/search?q=x&res_format=.csv&publisher=leeds-city-council",
            "/search?q=x&filters%5Bpublisher%5D=leeds-city-council&filters%5Bformat%5D=CSV",
        ),
        ("/data/search?license_id-is-ogl=true", "/search?filters%5Blicence_code%5D=uk-ogl"),
        ("/data/search?theme-primary=Towns+%26+Cities", "/search?filters%5Btopic%5D=towns-and-cities"),
    ],
)
def test_an_old_search_leads_to_the_same_search(client, old, new):
    response = client.get(old)
    assert (response.status_code, response.url) == (301, new)


@pytest.mark.django_db
def test_a_preview_address_with_an_old_name_leads_to_the_preview(client):
    entry = dataset(resources=(csv_file(),))
    file = f"datafile/{entry.resources.get().id}/preview"
    assert client.get(f"/dataset/{entry.id}/any-old-name/{file}").url == f"{entry.get_absolute_url()}/{file}"


@pytest.mark.django_db
def test_a_preview_of_a_draft_or_of_another_datasets_file_is_not_found(client):
    draft, other = dataset(state=State.DRAFT, resources=(csv_file(),)), dataset()
    file = draft.resources.get().id
    assert client.get(f"/dataset/{draft.id}/x/datafile/{file}/preview").status_code == 404
    assert client.get(f"/dataset/{other.id}/x/datafile/{file}/preview").status_code == 404
    assert client.get(f"/dataset/{other.id}/x/datafile/{uuid.uuid4()}/preview").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "meant"),
    [("/search/?q=a", "/search?q=a"), ("/publishers/", "/publishers"), ("/nowhere/", None)],
)
def test_a_slash_too_many_leads_to_the_page_that_is_meant(client, typed, meant):
    response = client.get(typed)
    assert (response.status_code, getattr(response, "url", None)) == ((301, meant) if meant else (404, None))
