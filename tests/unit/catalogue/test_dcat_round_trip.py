"""What we write in RDF, our own adapter reads back the same: whatever an entry says, in every form."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from catalogue.drafts import DatasetDraft
from catalogue.rdf.writers import FORMS, written
from catalogue.serializers.dcat.catalogue import catalogue_node, entry_nodes
from catalogue.serializers.entries import Entry, Series
from harvest.apart.rdf import Reading
from harvest.apart.rdf_records import Records
from harvest.normalise.dcat import DcatNormaliser
from harvest.pipeline.validate import validate
from tests.unit.catalogue.generated import ADDRESS, DAY, MADE, PUBLISHER, SITE, SOME, drafts, entry_of


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
@settings(max_examples=15, phases=[Phase.explicit, Phase.generate])  # to shrink so large an entry takes minutes
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


IN_LANGUAGES = st.builds(
    lambda text, code: {"@value": text, "@language": code}, SOME, st.sampled_from(["en", "cy", "de"])
)
TEXTS = st.one_of(SOME, IN_LANGUAGES)
NAMED = st.one_of(TEXTS, ADDRESS.map(lambda url: {"@id": url}), TEXTS.map(lambda text: {"skos:prefLabel": [text]}))
DATES = st.one_of(DAY.map(lambda day: {"@value": day.isoformat(), "@type": "xsd:date"}), st.just("spring 2024"), SOME)
PERIODS = DATES.map(lambda one: {"dcat:startDate": [one]})
#: What catalogues of other makes say of an entry and of its files, well or badly; some in words that nobody knows.
FOREIGN = {
    **dict.fromkeys(("dct:title", "dct:description", "dct:alternative", "dcat:keyword"), TEXTS),
    **dict.fromkeys(("dcat:version", "adms:versionNotes", "foaf:weather"), TEXTS),
    **dict.fromkeys(("dct:subject", "dcat:theme", "dct:publisher", "dct:creator", "dcat:contactPoint"), NAMED),
    **dict.fromkeys(("dct:language", "dcat:landingPage", "dct:conformsTo", "dct:provenance", "dct:license"), NAMED),
    **dict.fromkeys(("dct:rights", "dct:accessRights", "dct:accrualPeriodicity", "dct:spatial", "dct:relation"), NAMED),
    **dict.fromkeys(("adms:identifier", "dcat:endpointURL", "dcat:inSeries", "https://unheard.of/term"), NAMED),
    "dct:issued": DATES,
    "dct:modified": DATES,
    "dct:temporal": PERIODS,
    "dct:identifier": SOME,
}
OF_FILES = {
    **dict.fromkeys(("dct:title", "dct:description", "foaf:weather"), TEXTS),
    **dict.fromkeys(("dcat:accessURL", "dcat:downloadURL", "dct:format", "dcat:mediaType", "dct:license"), NAMED),
    "dcat:byteSize": SOME,
    "dct:issued": DATES,
}


def said(words: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    lists = {name: st.lists(values, min_size=1, max_size=2) for name, values in words.items()}
    return st.fixed_dictionaries({}, optional=lists)


@st.composite
def foreign_drafts(draw: st.DrawFn) -> DatasetDraft:
    """What our adapter makes of an entry of another make, as it is stored."""
    kind = draw(st.sampled_from(["dcat:Dataset", "dcat:DatasetSeries", "dcat:DataService"]))
    files = draw(st.lists(said(OF_FILES), max_size=2))
    body = {"@id": "https://elsewhere.example/1", "@type": [kind], **draw(said(FOREIGN)), "dcat:distribution": files}
    draft, _ = validate(DcatNormaliser()(body, publisher_id=PUBLISHER.id).draft)
    assume(draft is not None)
    assert draft is not None
    resources = tuple(replace(one, id=draw(st.uuids())) for one in draft.resources)
    return draft.with_changes(resources=resources, name=draft.name or "an-entry")


@settings(max_examples=30, phases=[Phase.explicit, Phase.generate])
@given(draft=foreign_drafts())
def test_what_came_from_a_foreign_catalogue_comes_back_as_it_was_stored(tmp_path_factory, draft):
    entry = entry_of(draft)
    path = tmp_path_factory.getbasetemp() / "foreign.ttl"
    path.write_text("".join(written(entry_nodes([entry], SITE), "ttl")), encoding="utf-8", newline="")
    [found] = read_back(path)
    assert differences(found.draft, expected(draft, entry)) == {}
