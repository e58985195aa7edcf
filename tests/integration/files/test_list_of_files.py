"""The officers' list of what was learnt from files."""

import re

import pytest

from files.models import ResourceFile
from tests.factories.publishers import PublisherFactory, officer

pytestmark = pytest.mark.django_db


def test_files_of_no_format_are_filtered_by_a_name_as_well(stored, client):
    publisher = PublisherFactory()
    stored("a,b\n1,2\n", publisher=publisher)
    unknown = stored("a,b\n3,4\n", publisher=publisher)
    ResourceFile.objects.filter(pk=unknown.pk).update(format="")
    client.force_login(officer(publisher))
    page = client.get("/admin/files/resourcefile/").text
    assert re.findall(r'href="\?format=(\w*)"[^>]*>\s*([^<]*?)\s*<', page) == [("", "None found"), ("CSV", "CSV")]
    page = client.get("/admin/files/resourcefile/?_facets=True").text
    assert re.findall(r'href="\?_facets=True&amp;format=(\w*)"[^>]*>\s*([^<]*?)\s*<', page) == [
        ("", "None found (1)"),
        ("CSV", "CSV (1)"),
    ]
