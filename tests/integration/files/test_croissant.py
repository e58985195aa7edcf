"""A dataset's tables and columns as Croissant, for files that were looked into."""

import pytest

from catalogue.enums import State
from catalogue.models import Dataset
from files.models import ResourceFile

pytestmark = pytest.mark.django_db


def test_columns_are_told_with_their_types(client, stored):
    resource = stored("Place,Count,Share,When\nAvon,12,0.5,2026-01-02\nTyne,7,0.25,2026-02-03\n", title="Fish")
    ResourceFile.objects.update(digest="ab" * 32)
    found = client.get(f"/dataset/{resource.dataset_id}.croissant.json").json()
    assert (found["name"], found["conformsTo"]) == ("Fish", "http://mlcommons.org/croissant/1.0")
    [file] = found["distribution"]
    assert (file["@id"], file["contentUrl"], file["sha256"]) == (str(resource.id), resource.url, "ab" * 32)
    [records] = found["recordSet"]
    assert [(field["name"], field["dataType"]) for field in records["field"]] == [
        ("Place", "sc:Text"),
        ("Count", "sc:Integer"),
        ("Share", "sc:Float"),
        ("When", "sc:Date"),
    ]
    assert {field["source"]["fileObject"]["@id"] for field in records["field"]} == {file["@id"]}
    Dataset.objects.update(state=State.DRAFT)
    assert client.get(f"/dataset/{resource.dataset_id}.croissant.json").status_code == 404
