"""What we write in RDF, our own adapter reads back the same: whatever an entry says, in every form."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from catalogue.drafts import DatasetDraft
from catalogue.rdf.writers import FORMS, written
from catalogue.serializers.dcat.catalogue import catalogue_node, entry_nodes
from catalogue.serializers.entries import Entry, Series
from harvest.apart.rdf import Reading
from harvest.apart.rdf_records import Records
from harvest.normalise.dcat import DcatNormaliser
from tests.unit.catalogue.generated import MADE, PUBLISHER, SITE, drafts, entry_of


def read_back(path: Path) -> list[Any]:
    with Reading(path, declared="", base="https://reader.example/").graph() as graph:
        return [DcatNormaliser()(body, publisher_id=PUBLISHER.id) for body in Records(graph)]


def expected(draft: DatasetDraft, entry: Entry) -> DatasetDraft:
    """A copy's files are known by their addresses here."""
    address = f"{SITE}/dataset/{entry.dataset.id}/resource"
    resources = tuple(replace(one, id=None, source_id=f"{address}/{one.id}") for one in draft.resources)
    return draft.with_changes(resources=resources)


def differences(found: Any, wished: Any) -> dict[str, Any]:
    """What differs, field by field."""
    pairs = {field.name: (getattr(found, field.name), getattr(wished, field.name)) for field in fields(wished)}
    differing = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    if "resources" in differing and len(found.resources) == len(wished.resources):
        differing["resources"] = [*map(differences, found.resources, wished.resources)]
    return differing


@pytest.mark.parametrize("form", FORMS)
def test_a_series_told_with_its_member_is_no_entry_of_its_own(tmp_path, form):
    series = Series(UUID(int=9), "All counts", "Every year's.")
    member = entry_of(DatasetDraft(title="Counts of 2026", publisher_id=PUBLISHER.id))._replace(series=series)
    path = tmp_path / f"one.{form}"
    path.write_text("".join(written(entry_nodes([member], SITE), form)), encoding="utf-8", newline="")
    assert [one.draft.title for one in read_back(path)] == ["Counts of 2026"]
    assert str(series.id) in path.read_text(encoding="utf-8")
    whole = entry_of(DatasetDraft(title="All counts", publisher_id=PUBLISHER.id, kind="series", description="Long."))
    told = member._replace(series=Series(whole.dataset.id, "All counts", "Long."))
    path.write_text("".join(written(entry_nodes([told, whole], SITE), form)), encoding="utf-8", newline="")
    assert sorted(one.draft.title for one in read_back(path)) == ["All counts", "Counts of 2026"]


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, phases=[Phase.explicit, Phase.generate])  # to shrink so large an entry takes minutes
@given(drafts=st.lists(drafts(), min_size=1, max_size=3))
def test_any_entries_come_back_as_they_were(tmp_path_factory, form, drafts):
    entries = [entry_of(draft) for draft in drafts]
    path = tmp_path_factory.getbasetemp() / f"catalogue.{form}"
    nodes = [catalogue_node(SITE, modified=MADE), *entry_nodes(entries, SITE)]
    path.write_text("".join(written(nodes, form)), encoding="utf-8", newline="")
    found = {one.uuid: one for one in read_back(path)}
    assert set(found) == {entry.dataset.id for entry in entries}
    for draft, entry in zip(drafts, entries, strict=True):
        one = found[entry.dataset.id]
        assert differences(one.draft, expected(draft, entry)) == {}
        assert (one.created_at, one.modified_at, one.findings) == (MADE, MADE, ())
        assert one.organisation is not None
        assert (one.organisation.title, one.organisation.uuid) == ("Rivers Agency", PUBLISHER.id)
