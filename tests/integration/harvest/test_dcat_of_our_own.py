"""Our own catalogue, harvested over HTTP by our own DCAT adapter, is the same catalogue again."""

import pytest
from django.conf import settings

from catalogue.models import Dataset
from catalogue.serializers.dcat import catalogue
from harvest.normalise.dcat import DcatNormaliser
from harvest.raw_record import RawRecord
from harvest.sources.base import Announced, Finished, Limits, Place
from harvest.sources.dcat import DcatAdapter
from services.http import OutboundPolicy
from tests.factories.catalogue import dataset
from tests.factories.publishers import PublisherFactory
from tests.integration.ckan.test_round_trip import BASE, VARIANTS, said

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="session", autouse=True)
def _folder_of_static_files() -> None:
    """A live server is made before any test's own settings, and warns of a folder that only collectstatic makes."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.mark.parametrize("form", ["ttl", "rdf", "jsonld", "nt"])
def test_every_page_together_gives_every_entry_as_it_was(live_server, monkeypatch, form):
    monkeypatch.setattr(settings, "SITE_URL", live_server.url)
    monkeypatch.setattr(catalogue, "PER_PAGE", 4)
    agency = PublisherFactory(title="Rivers Agency", slug="rivers", contact_email="office@rivers.example")
    for number, variant in enumerate(VARIANTS.values()):
        dataset(agency, name=f"entry-{number}", **BASE | variant)

    limits = Limits(OutboundPolicy(allow_hosts=frozenset({live_server.url.partition("//")[2]})), max_bytes=10**7)
    events = list(DcatAdapter().fetch(Place(f"{live_server.url}/catalog.{form}"), memory={}, limits=limits))
    assert [event.expected for event in events if isinstance(event, Announced)] == [len(VARIANTS)]
    assert [event.is_whole for event in events if isinstance(event, Finished)] == [True]
    records = [event for event in events if isinstance(event, RawRecord)]
    assert len(records) == len(VARIANTS)

    for record in records:
        found = DcatNormaliser()(record.body, publisher_id=agency.id)
        entry = Dataset.objects.get(id=found.uuid)
        before = said(entry, entry.resources.all())
        for resource, own in zip(before["resources"], entry.resources.all(), strict=True):
            resource["source_id"] = f"{live_server.url}/dataset/{entry.id}/resource/{own.id}"
        assert said(found.draft, found.draft.resources) == before
        assert (record.guid, found.findings) == (str(entry.id), ())
        assert (found.created_at, found.modified_at) == (entry.created_at, entry.modified_at)
        assert found.organisation is not None
        assert (found.organisation.title, found.organisation.uuid) == ("Rivers Agency", agency.id)
