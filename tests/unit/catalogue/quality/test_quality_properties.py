"""What holds for every entry whatever it says: bounds, exact promises, round trips, no unannounced change."""

import datetime
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalogue.enums import Access, Band, CriterionState, DatasetKind, Frequency, LinkState, ResourceKind
from catalogue.quality.facts import Contact, DatasetFacts, ResourceFacts
from catalogue.quality.score import RULES, Result, Score, band_of, fix_first, score

days = st.dates(datetime.date(1990, 1, 1), datetime.date(2040, 12, 31))
instants = st.datetimes(datetime.datetime(2000, 1, 1), datetime.datetime(2040, 1, 1), timezones=st.just(datetime.UTC))
format_codes = st.sampled_from(["", "CSV", "XLS", "PDF", "ZIP", "HTML", "WMS", "not a code"])

resources = st.builds(
    ResourceFacts,
    id=st.uuids().map(str),
    label=st.text(max_size=20),
    kind=st.sampled_from(ResourceKind).map(str),
    format=format_codes,
    is_described=st.booleans(),
    updated=st.none() | days,
    link=st.sampled_from(LinkState).map(str),
    checked=st.none() | days,
    served=st.sampled_from(["", "CSV", "HTML"]),
)

entries = st.builds(
    DatasetFacts,
    kind=st.sampled_from(DatasetKind).map(str),
    access=st.sampled_from(Access).map(str),
    has_access_reason=st.booleans(),
    title_length=st.integers(1, 500),
    title_words=st.integers(0, 40),
    title_in_capitals=st.booleans(),
    description_length=st.integers(0, 1000),
    description_in_capitals=st.booleans(),
    licence=st.sampled_from(["", "uk-ogl", "other-closed"]),
    licence_title=st.sampled_from(["", "Open Government Licence"]),
    licence_is_open=st.booleans(),
    has_licence_text=st.booleans(),
    contact=st.sampled_from(Contact).map(str),
    has_topic=st.booleans(),
    tag_count=st.integers(0, 6),
    frequency=st.sampled_from(Frequency).map(str),
    issued=st.none() | days,
    modified=st.none() | days,
    has_period=st.booleans(),
    has_period_text=st.booleans(),
    has_area=st.booleans(),
    resources=st.lists(resources, max_size=6).map(tuple),
)


def each_resource(facts: DatasetFacts, **values: object) -> DatasetFacts:
    return replace(facts, resources=tuple(replace(resource, **values) for resource in facts.resources))


#: What a publisher would do about each criterion, and nothing else with it.
MENDS: dict[str, Callable[[DatasetFacts, datetime.date], DatasetFacts]] = {
    "title_description": lambda facts, today: replace(
        facts,
        title_length=40,
        title_words=6,
        title_in_capitals=False,
        description_length=300,
        description_in_capitals=False,
    ),
    "licence": lambda facts, today: replace(
        facts, licence="uk-ogl", licence_is_open=True, licence_title="OGL", has_access_reason=True
    ),
    "contact": lambda facts, today: replace(facts, contact=Contact.OWN),
    "links": lambda facts, today: each_resource(facts, link=LinkState.OK),
    "formats": lambda facts, today: each_resource(facts, format="CSV"),
    "up_to_date": lambda facts, today: replace(
        facts, modified=today, frequency=Frequency.ANNUAL if facts.frequency == Frequency.UNKNOWN else facts.frequency
    ),
    "topic_tags": lambda facts, today: replace(facts, has_topic=True, tag_count=5),
    "coverage": lambda facts, today: replace(facts, has_period=True, has_area=True),
    "files_described": lambda facts, today: each_resource(facts, is_described=True),
    "dates": lambda facts, today: replace(
        facts, issued=facts.issued or facts.modified or today, modified=facts.modified or facts.issued or today
    ),
    "consistent": lambda facts, today: each_resource(
        replace(facts, issued=min(filter(None, (facts.issued, facts.modified)), default=None)), served=""
    ),
}


def by_key(scored: Score) -> dict[str, Result]:
    return {result.key: result for result in scored.results}


def outlook(scored: Score) -> tuple[int, Band, tuple[Result, ...]]:
    return scored.score, scored.band, scored.results


def test_there_are_eleven_criteria_worth_105_points() -> None:
    assert len(RULES) == 11
    assert sum(rule.out_of for rule in RULES) == 105
    assert len({rule.key for rule in RULES}) == 11
    assert set(MENDS) == {rule.key for rule in RULES}


@given(entries, instants)
def test_score_and_points_stay_within_bounds(facts: DatasetFacts, now: datetime.datetime) -> None:
    scored = score(facts, now=now)
    assert 0 <= scored.score <= 100
    for result in scored.results:
        assert 0 <= result.points <= result.out_of
        assert 0 <= result.gain <= 100 - scored.score


@given(entries, instants)
def test_every_result_explains_itself(facts: DatasetFacts, now: datetime.datetime) -> None:
    for result in score(facts, now=now).results:
        assert result.reason.endswith(".")
        assert result.reason[0].isupper() or result.reason[0].isdigit()
        assert result.field
        assert bool(result.fix) == (result.state in (CriterionState.PARTLY, CriterionState.UNMET))
        assert (result.gain > 0) == bool(result.fix)


@given(entries, instants, st.sampled_from([rule.key for rule in RULES]))
def test_meeting_a_criterion_never_lowers_the_score(facts: DatasetFacts, now: datetime.datetime, key: str) -> None:
    before = score(facts, now=now)
    after = score(MENDS[key](facts, now.date()), now=now)
    assert after.score >= before.score or by_key(before)[key].state == CriterionState.UNKNOWN


@given(entries, instants, st.sampled_from(sorted(set(MENDS) - {"formats", "up_to_date", "dates", "consistent"})))
def test_the_promised_gain_is_what_mending_brings(facts: DatasetFacts, now: datetime.datetime, key: str) -> None:
    before = score(facts, now=now)
    after = score(MENDS[key](facts, now.date()), now=now)
    if by_key(after)[key].state == CriterionState.MET and by_key(before)[key].state != CriterionState.UNKNOWN:
        others = [result for result in before.results if result.key != key]
        assert [result.points for result in others] == [r.points for r in after.results if r.key != key]
        assert after.score == before.score + by_key(before)[key].gain


@given(entries, instants)
def test_updating_the_data_brings_at_least_its_promised_gain(facts: DatasetFacts, now: datetime.datetime) -> None:
    """At least: a date of update may be the one that was missing for the criterion "dates" too."""
    assume(facts.issued is None or facts.issued <= now.date())  # or the dates would contradict each other
    before = score(facts, now=now)
    promised = by_key(before)["up_to_date"].gain
    assert score(MENDS["up_to_date"](facts, now.date()), now=now).score >= before.score + promised


@given(entries, instants)
def test_mending_everything_that_can_be_judged_gives_full_marks(facts: DatasetFacts, now: datetime.datetime) -> None:
    data = ResourceFacts(id="1", format="CSV", is_described=True, link=LinkState.OK)
    mended = facts if facts.resources and any(r.is_data for r in facts.resources) else replace(facts, resources=(data,))
    for mend in MENDS.values():
        mended = mend(mended, now.date())
    assert score(mended, now=now).score == 100
    assert fix_first(score(mended, now=now).results) == []


@given(entries, instants)
def test_what_to_fix_first_is_what_gains_most(facts: DatasetFacts, now: datetime.datetime) -> None:
    results = score(facts, now=now).results
    gains = [result.gain for result in fix_first(results)]
    assert gains == sorted((result.gain for result in results if result.fix), reverse=True)


@given(entries)
def test_facts_survive_being_stored(facts: DatasetFacts) -> None:
    assert DatasetFacts.from_json(json.loads(json.dumps(facts.to_json()))) == facts


@given(entries, instants)
def test_results_survive_being_stored(facts: DatasetFacts, now: datetime.datetime) -> None:
    for result in score(facts, now=now).results:
        assert Result.from_json(json.loads(json.dumps(result.to_json()))) == result


@given(entries, instants, st.data())
def test_time_alone_changes_nothing_before_the_announced_instant(
    facts: DatasetFacts, now: datetime.datetime, data: st.DataObject
) -> None:
    scored = score(facts, now=now)
    assert scored.due_at is None or scored.due_at > now
    horizon = (scored.due_at or now + datetime.timedelta(days=365 * 40)) - datetime.timedelta(seconds=1)
    seconds = data.draw(st.integers(0, int((horizon - now).total_seconds())))
    assert outlook(score(facts, now=now + datetime.timedelta(seconds=seconds))) == outlook(scored)


@pytest.mark.parametrize(
    ("points", "band"), [(84, Band.GOOD), (85, Band.EXCELLENT), (65, Band.GOOD), (64, Band.FAIR), (40, Band.FAIR)]
)
def test_bands_begin_where_they_say(points: int, band: Band) -> None:
    assert band_of(points) is band
