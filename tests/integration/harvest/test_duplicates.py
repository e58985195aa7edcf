"""One dataset from two sources: found, shown to operators, merged without losing either history."""

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from catalogue.enums import State
from catalogue.models import Dataset, Revision
from harvest.enums import DuplicateReason, DuplicateState
from harvest.models import LikelyDuplicate
from harvest.pipeline import duplicates
from tests.factories.harvest import counts, data_json, record, run_now, serve, source
from tests.factories.publishers import PublisherFactory, UserFactory
from tests.servers.faulty import FaultyServer
from tests.servers.replies import file

pytestmark = pytest.mark.django_db

SAME = "https://data.example.gov.uk/salmon"


def salmon(identifier: str, **fields):
    return record(identifier, "Salmon counts", **fields)


@pytest.fixture
def two(portal: FaultyServer):
    """Two catalogues that both list the salmon counts, each with something of its own."""
    serve(portal, [salmon("s1", landingPage=SAME), record("roads")])
    portal.replies["/other.json"] = file(data_json([salmon("s2", landingPage=f"{SAME}/"), record("bins")]))
    ours = source(portal.url("/data.json"), slug="ours")
    run_now(ours)
    theirs = source(portal.url("/other.json"), slug="theirs")
    run_now(theirs)
    return ours, theirs


def test_what_two_sources_have_in_common_is_found_once(two, capsys: pytest.CaptureFixture[str]):
    call_command("find_duplicates")
    call_command("find_duplicates")

    assert capsys.readouterr().out == "1 pair waits for an operator's word.\n" * 2
    pair = LikelyDuplicate.objects.get()
    assert (pair.first.origin_id, pair.second.origin_id) == ("s1", "s2")
    assert pair.reasons == [DuplicateReason.LANDING_PAGE]


def test_identifiers_and_identical_files_count_too_and_one_source_is_no_duplicate_of_itself(portal: FaultyServer):
    same = {"distribution": [{"downloadURL": "https://data.example.gov.uk/same.csv"}]}
    serve(portal, [record("6f1d1c5e-0b57-4b0e-9d0a-6d6f6d657364"), record("b", **same), record("c", **same)])
    run_now(source(portal.url("/data.json")))
    portal.replies["/other.json"] = file(
        data_json([record("6f1d1c5e-0b57-4b0e-9d0a-6d6f6d657364") | {"distribution": []}, record("d", **same)])
    )
    run_now(source(portal.url("/other.json")))

    duplicates.find(now=timezone.now())

    assert {(pair.first.origin_id, pair.second.origin_id): pair.reasons for pair in LikelyDuplicate.objects.all()} == {
        ("6f1d1c5e-0b57-4b0e-9d0a-6d6f6d657364", "6f1d1c5e-0b57-4b0e-9d0a-6d6f6d657364"): ["identifier"],
        ("b", "d"): ["resources"],
        ("c", "d"): ["resources"],
    }


def test_merging_keeps_both_histories_and_the_address_leads_on(two, client: Client):
    duplicates.find(now=timezone.now())
    pair = LikelyDuplicate.objects.get()
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    assert "Same landing page" in client.get("/admin/harvest/likelyduplicate/").content.decode()

    client.post("/admin/harvest/likelyduplicate/", {"action": "keep_older", "_selected_action": [str(pair.pk)]})

    kept, gone = Dataset.objects.get(origin_id="s1"), Dataset.objects.get(origin_id="s2")
    assert (kept.state, gone.state, gone.replaced_by) == (State.PUBLISHED, State.WITHDRAWN, kept)
    answer = Client().get(gone.get_absolute_url())
    assert (answer.status_code, answer["Location"]) == (302, kept.get_absolute_url())
    assert Revision.objects.filter(dataset=gone).count() == 2
    pair.refresh_from_db()
    assert pair.state == DuplicateState.MERGED
    for each in two:  # the source goes on giving it: it stays merged
        assert counts(run_now(each, forced=True)) == {"seen": 2, "unchanged": 2}
    gone.refresh_from_db()
    assert gone.state == State.WITHDRAWN
    assert duplicates.find(now=timezone.now()) == 0


def test_two_that_are_different_are_not_shown_again(two, client: Client):
    duplicates.find(now=timezone.now())
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    pair = LikelyDuplicate.objects.get()

    client.post("/admin/harvest/likelyduplicate/", {"action": "are_different", "_selected_action": [str(pair.pk)]})

    assert duplicates.find(now=timezone.now()) == 0
    assert LikelyDuplicate.objects.get().state == DuplicateState.DISTINCT
    assert Dataset.objects.filter(state=State.PUBLISHED).count() == 4


def test_pair_that_has_nothing_in_common_any_more_is_dropped(two, portal: FaultyServer):
    duplicates.find(now=timezone.now())
    portal.replies["/other.json"] = file(data_json([salmon("s2"), record("bins")]))
    run_now(two[1])

    assert duplicates.find(now=timezone.now()) == 0
    assert not LikelyDuplicate.objects.exists()


def test_duplicates_are_for_operators(client: Client):
    PublisherFactory()
    client.force_login(UserFactory(is_staff=True))
    assert client.get("/admin/harvest/likelyduplicate/").status_code == 403
