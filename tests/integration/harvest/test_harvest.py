"""A source's way into the catalogue: what is stored, counted, told and withdrawn."""

import pytest

from catalogue.enums import State
from catalogue.models import Change, Dataset, Licence, Resource, Revision
from harvest.enums import PublisherRule, RecordState, RunState
from harvest.models import Problem, Record
from publishers.models import Publisher
from tests.factories.harvest import counts, data_json, record, run_now, serve, source
from tests.factories.publishers import PublisherFactory
from tests.servers.faulty import FaultyServer
from tests.servers.replies import answer, file

pytestmark = pytest.mark.django_db


def ten(**fields: object) -> list[dict[str, object]]:
    return [record(f"r{number}", **fields) for number in range(10)]


def test_first_harvest_publishes_every_record_with_its_provenance(portal: FaultyServer):
    serve(portal, ten())
    publisher = PublisherFactory(title="Ministry of Maps")
    maps = source(portal.url("/data.json"), publisher=publisher, title="Maps")

    run = run_now(maps)

    assert (run.state, run.message) == (RunState.COMPLETED, "10 records: 10 new.")
    assert counts(run) == {"seen": 10, "created": 10}
    assert run.gathered_at is not None
    assert run.finished_at is not None
    dataset = Dataset.objects.get(origin_id="r3")
    assert (dataset.title, dataset.state, dataset.publisher) == ("Dataset r3", State.PUBLISHED, publisher)
    assert (dataset.origin_url, dataset.origin_title) == (portal.url("/data.json"), "Maps")
    assert [resource.url for resource in dataset.resources.all()] == ["https://data.example.gov.uk/r3.csv"]
    assert Revision.objects.get(dataset=dataset).actor_label == "Maps"
    assert Record.objects.get(guid="r3").dataset == dataset


def test_second_harvest_of_the_same_changes_nothing(portal: FaultyServer):
    serve(portal, ten())
    maps = source(portal.url("/data.json"))
    run_now(maps)
    before = list(Dataset.objects.order_by("id").values("id", "name", "version", "modified_at"))
    changes, seen_at = Change.objects.count(), Dataset.objects.get(origin_id="r1").last_seen_at

    run = run_now(maps)

    assert counts(run) == {"seen": 10, "unchanged": 10}
    assert list(Dataset.objects.order_by("id").values("id", "name", "version", "modified_at")) == before
    assert Change.objects.count() == changes
    assert Dataset.objects.get(origin_id="r1").last_seen_at > seen_at


def test_changed_record_becomes_a_revision_of_the_same_dataset(portal: FaultyServer):
    serve(portal, ten())
    maps = source(portal.url("/data.json"))
    run_now(maps)
    before = Dataset.objects.get(origin_id="r4")
    serve(portal, [*ten()[:4], record("r4", "A better title"), *ten()[5:]])

    run = run_now(maps)

    assert counts(run) == {"seen": 10, "updated": 1, "unchanged": 9}
    after = Dataset.objects.get(origin_id="r4")
    assert (after.id, after.name, after.title, after.version) == (before.id, before.name, "A better title", 2)


def test_key_order_alone_is_no_change(portal: FaultyServer):
    serve(portal, [record("a")])
    maps = source(portal.url("/data.json"))
    run_now(maps)
    serve(portal, [dict(reversed(record("a").items()))])

    assert counts(run_now(maps)) == {"seen": 1, "unchanged": 1}


def test_few_vanished_records_are_withdrawn_with_the_reason_and_come_back(portal: FaultyServer):
    serve(portal, ten())
    maps = source(portal.url("/data.json"), title="Maps", retire_share=0)
    run_now(maps)
    serve(portal, ten()[:8])

    run = run_now(maps)

    assert counts(run) == {"seen": 8, "unchanged": 8, "retired": 2}
    gone = Dataset.objects.get(origin_id="r9")
    assert gone.state == State.WITHDRAWN
    assert gone.withdrawn_reason.startswith("No longer listed by Maps since ")
    assert Record.objects.get(guid="r9").state == RecordState.RETIRED

    serve(portal, ten())
    run = run_now(maps)

    assert counts(run) == {"seen": 10, "unchanged": 8, "updated": 2}
    gone.refresh_from_db()
    assert (gone.state, gone.withdrawn_reason, gone.version) == (State.PUBLISHED, "", 3)


def test_vanishing_of_everything_from_a_small_source_waits_for_a_person(portal: FaultyServer):
    serve(portal, ten())
    maps = source(portal.url("/data.json"))
    run_now(maps)
    serve(portal, [])

    run = run_now(maps)

    assert run.state == RunState.QUARANTINED
    assert Dataset.objects.filter(state=State.PUBLISHED).count() == 10


def test_record_without_title_is_told_and_tried_again_each_time(portal: FaultyServer):
    serve(portal, [record("good"), record("bad") | {"title": "  "}])
    maps = source(portal.url("/data.json"))

    assert counts(run_now(maps)) == {"seen": 2, "created": 1, "failed": 1, "problems": 1}
    run = run_now(maps)

    assert counts(run) == {"seen": 2, "unchanged": 1, "failed": 1, "problems": 1}
    problem = Problem.objects.get(run=run)
    assert (problem.guid, problem.kind, problem.severity, problem.message) == (
        "bad",
        "missing-title",
        "error",
        "The record has no title: give it one.",
    )
    assert Record.objects.get(guid="bad").state == RecordState.FAILED


def test_record_that_turns_bad_keeps_its_entry_as_it_was(portal: FaultyServer):
    serve(portal, [record("a", "Sound")])
    maps = source(portal.url("/data.json"))
    run_now(maps)
    serve(portal, [record("a") | {"title": ""}])

    run = run_now(maps)

    assert counts(run) == {"seen": 1, "failed": 1, "problems": 1}
    dataset = Dataset.objects.get(origin_id="a")
    assert (dataset.title, dataset.state) == ("Sound", State.PUBLISHED)


def test_record_that_failed_and_is_gone_takes_its_entry_with_it_all_the_same(portal: FaultyServer):
    serve(portal, [record("a", "Sound"), record("b")])
    maps = source(portal.url("/data.json"))
    run_now(maps)
    serve(portal, [record("a") | {"title": ""}, record("b")])
    run_now(maps)
    serve(portal, [record("b")])

    run = run_now(maps)

    assert counts(run) == {"seen": 1, "unchanged": 1, "retired": 1}
    assert Dataset.objects.get(origin_id="a").state == State.WITHDRAWN


def test_record_with_thousands_of_files_is_kept_whole(portal: FaultyServer):
    files = [{"downloadURL": f"https://data.example.gov.uk/{number}.csv", "format": "CSV"} for number in range(2_500)]
    serve(portal, [record("a", distribution=files)])

    run = run_now(source(portal.url("/data.json")))

    assert counts(run) == {"seen": 1, "created": 1}
    assert Resource.objects.filter(dataset__origin_id="a").count() == 2_500


def test_elements_of_wrong_types_are_problems_and_spoil_no_other(portal: FaultyServer):
    serve(portal, [record("a"), "see our website", None, 7, [], record("b", distribution="none", keyword={"x": 1})])

    run = run_now(source(portal.url("/data.json")))

    assert counts(run) == {"seen": 6, "created": 2, "failed": 4, "problems": 5}
    told = Problem.objects.filter(run=run, kind="not-an-object").values_list("guid", "message").first()
    assert told == ("#2", "Element 2 should be an object with a title and so on; it is text.")


def test_of_two_different_records_with_one_identifier_the_first_counts(portal: FaultyServer):
    serve(portal, [record("a", "First"), record("b"), record("a", "Second")])
    maps = source(portal.url("/data.json"))

    for expected in (
        {"seen": 3, "created": 2, "failed": 1, "problems": 1},
        {"seen": 3, "unchanged": 2, "failed": 1, "problems": 1},
    ):
        run = run_now(maps)
        assert counts(run) == expected
    problem = Problem.objects.get(run=run)
    assert (problem.guid, problem.kind, problem.value) == ("a", "duplicate-identifier", "Second")
    assert Dataset.objects.get(origin_id="a").title == "First"


def test_record_listed_twice_in_the_same_words_is_only_a_warning(portal: FaultyServer):
    serve(portal, [record("a"), record("b"), record("a")])

    run = run_now(source(portal.url("/data.json")))

    assert counts(run) == {"seen": 2, "created": 2, "problems": 1}
    assert Problem.objects.get(run=run).kind == "listed-twice"


def test_two_sources_with_the_same_identifiers_do_not_touch_each_other(portal: FaultyServer):
    portal.replies["/one"] = file(data_json([record("a", "Of one")]))
    portal.replies["/two"] = file(data_json([record("a", "Of two")]))
    one, two = source(portal.url("/one")), source(portal.url("/two"))

    run_now(one)
    run_now(two)
    run_now(one)

    assert sorted(Dataset.objects.values_list("title", "version")) == [("Of one", 1), ("Of two", 1)]


def test_identities_are_the_same_whenever_a_source_is_harvested(portal: FaultyServer):
    serve(portal, ten())
    maps = source(portal.url("/data.json"))
    run_now(maps)
    before = set(Dataset.objects.values_list("id", flat=True))
    Record.objects.all().delete()

    run_now(maps)

    assert set(Dataset.objects.values_list("id", flat=True)) == before


def test_source_that_keeps_its_uuids_gives_them_where_they_are_free(portal: FaultyServer):
    own, taken = "0b1d41a4-5f6e-4f8b-9c33-0d1f1f0d7a11", "1b1d41a4-5f6e-4f8b-9c33-0d1f1f0d7a12"
    portal.replies["/other"] = file(data_json([record(taken, "There first")]))
    run_now(source(portal.url("/other"), keeps_uuids=True))
    serve(portal, [record(own, "Mine"), record(taken, "Second to come")])

    run_now(source(portal.url("/data.json"), keeps_uuids=True))

    ids = {dataset.title: str(dataset.id) for dataset in Dataset.objects.all()}
    assert ids["Mine"] == own
    assert ids["There first"] == taken
    assert ids["Second to come"] != taken


def test_organisations_become_publishers_where_the_source_says_so(portal: FaultyServer):
    ministry = PublisherFactory(slug="ministry-of-maps", title="Ministry of Maps")
    team = {"name": "Survey Team", "subOrganizationOf": {"name": "ministry of  maps"}}
    serve(portal, [record("a", publisher=team), record("b", publisher={"name": "MINISTRY OF MAPS"})])

    run_now(source(portal.url("/data.json"), publisher_rule=PublisherRule.CREATE))

    made = Publisher.objects.get(slug="survey-team")
    assert (made.title, made.parent) == ("Survey Team", ministry)
    assert Dataset.objects.get(origin_id="a").publisher == made
    assert Dataset.objects.get(origin_id="b").publisher == ministry


def test_unknown_organisation_under_the_match_rule_is_told_and_kept_as_creator(portal: FaultyServer):
    serve(portal, [record("a", publisher={"name": "Survey Team"})])
    maps = source(portal.url("/data.json"), publisher_rule=PublisherRule.MATCH)

    run = run_now(maps)

    dataset = Dataset.objects.get(origin_id="a")
    assert (dataset.publisher, dataset.creator) == (maps.publisher, "Survey Team")
    assert Problem.objects.get(run=run).kind == "unknown-publisher"


def test_more_than_the_limit_is_not_read_and_nothing_is_withdrawn(portal: FaultyServer):
    serve(portal, ten())
    maps = source(portal.url("/data.json"))
    run_now(maps)
    serve(portal, ten()[5:])

    run = run_now(maps, max_records=2)

    assert run.state == RunState.COMPLETED
    assert counts(run) == {"seen": 2, "unchanged": 2}


def test_source_that_says_unmodified_is_believed(portal: FaultyServer):
    body = data_json(ten())
    portal.replies["/data.json"] = file(body, headers={"ETag": '"v1"'})
    maps = source(portal.url("/data.json"))
    run_now(maps)
    portal.replies["/data.json"] = answer(b"", status=304)

    run = run_now(maps)

    assert portal.requests[-1].headers["if-none-match"] == '"v1"'
    assert counts(run) == {"seen": 10, "unchanged": 10}
    assert run_now(maps, forced=True).state == RunState.FAILED  # a forced run doesn't ask, so 304 is no answer


def test_record_that_cannot_be_stored_is_told_and_its_batch_is_not_lost(portal: FaultyServer):
    """A licence that the vocabulary knows and the database lacks stands for whatever nobody thought of."""
    Licence.objects.filter(code="CC-BY-4.0").delete()
    odd = record("odd", license="https://creativecommons.org/licenses/by/4.0/")
    serve(portal, [*ten(), odd, *[record(f"s{number}") for number in range(10)]])

    run = run_now(source(portal.url("/data.json")))

    assert (run.state, counts(run)) == (
        RunState.COMPLETED,
        {"seen": 21, "created": 20, "failed": 1, "problems": 1},
    )
    assert list(Problem.objects.values_list("guid", "kind")) == [("odd", "not-stored")]
    assert Record.objects.get(guid="odd").state == RecordState.FAILED


def test_identity_of_any_length_and_script_is_kept_apart(portal: FaultyServer):
    long = "".join(chr(0x1F300 + number % 700) for number in range(3_000))
    serve(portal, [record(long + "1", "One"), record(long + "2", "Two")])
    maps = source(portal.url("/data.json"))

    assert counts(run_now(maps)) == {"seen": 2, "created": 2}
    assert counts(run_now(maps)) == {"seen": 2, "unchanged": 2}
