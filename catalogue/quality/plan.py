"""What to mend first: a way from here to full marks, step by step, with what each step brings. Pure.

A step is tried out on the facts before it is promised: whatever else it changes (a link that is added has a format too;
a date makes the data fresh) is counted, and the steps after it are worked out from there. So whoever takes the steps in
their order sees the score rise by just the points that were promised.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from catalogue.enums import Access, Frequency, LinkState
from catalogue.quality.consistency import WEB_PAGE, dates_are_reversed
from catalogue.quality.facts import NOT_WORKING, Contact, DatasetFacts, ResourceFacts
from catalogue.quality.rules import ENOUGH_TAGS, LONG_TITLE, SHORT_DESCRIPTION
from catalogue.quality.score import CRITERIA, RULES, hundredths, points_of
from catalogue.quality.timeliness import timeliness

Remedy = Callable[[DatasetFacts, datetime.date], DatasetFacts]

#: A file as the advice asks for: what an added link is taken to be, once it was checked.
_ADDED = ResourceFacts(label="the added file", format="CSV", is_described=True, link=LinkState.OK, served="CSV")

#: More steps than criteria are never needed but where one step undoes a part of another.
_MOST_STEPS: Final = 2 * len(RULES)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and what it brings once those before it are done."""

    key: str
    title: str
    fix: str
    reason: str
    field: str
    evidence: tuple[str, ...]
    gain: int
    """By how much the score rises."""
    score_after: int
    """The score that is then reached."""


def plan(facts: DatasetFacts, today: datetime.date) -> list[Step]:
    """Steps to full marks, at each turn the one with the greatest gain; of equal ones in the order of the criteria."""
    steps: list[Step] = []
    current = hundredths(*points_of(facts, today))
    for _ in range(_MOST_STEPS):
        best: tuple[int, str, DatasetFacts] | None = None
        for rule in RULES:
            found = rule.judge(facts, today)
            if found.points is None or found.points >= rule.out_of:
                continue
            mended = _REMEDIES[rule.key](facts, today)
            reached = hundredths(*points_of(mended, today))
            if best is None or reached > best[0]:
                best = reached, rule.key, mended
        if best is None:
            break
        reached, key, mended = best
        rule = CRITERIA[key]
        found = rule.judge(facts, today)
        steps.append(
            Step(
                key=key,
                title=rule.title,
                fix=found.fix,
                reason=found.reason,
                field=found.field,
                evidence=found.evidence,
                gain=reached - current,
                score_after=reached,
            )
        )
        facts, current = mended, reached
    return steps


def _title_description(facts: DatasetFacts, today: datetime.date) -> DatasetFacts:
    return replace(
        facts,
        title_words=max(facts.title_words, 2),
        title_length=min(facts.title_length, LONG_TITLE),
        title_in_capitals=False,
        description_length=max(facts.description_length, SHORT_DESCRIPTION + 1),
        description_in_capitals=False,
    )


def _licence(facts: DatasetFacts, today: datetime.date) -> DatasetFacts:
    if facts.access != Access.OPEN:
        return replace(facts, has_access_reason=True)
    return replace(facts, licence="uk-ogl", licence_title="UK Open Government Licence", licence_is_open=True)


def _contact(facts: DatasetFacts, today: datetime.date) -> DatasetFacts:
    return replace(facts, contact=Contact.OWN)


def _with_a_file(facts: DatasetFacts) -> DatasetFacts:
    return replace(facts, resources=(*facts.resources, _ADDED))


def _links(facts: DatasetFacts, today: datetime.date) -> DatasetFacts:
    if not facts.resources:
        return _with_a_file(facts)
    mended = (
        replace(each, link=LinkState.OK, served=each.format) if each.link in NOT_WORKING else each
        for each in facts.resources
    )
    return replace(facts, resources=tuple(mended))


def _formats(facts: DatasetFacts, today: datetime.date) -> DatasetFacts:
    data = [resource for resource in facts.resources if resource.is_data]
    if not data or any(resource.format for resource in data):
        return _with_a_file(facts)
    named = (replace(each, format=each.served or "CSV") if each.is_data else each for each in facts.resources)
    return replace(facts, resources=tuple(named))


def _up_to_date(facts: DatasetFacts, today: datetime.date) -> DatasetFacts:
    stands = timeliness(facts, today)
    if stands.updated is not None and facts.frequency == Frequency.UNKNOWN:
        return replace(facts, frequency=Frequency.IRREGULAR)
    frequency = Frequency.IRREGULAR if facts.frequency == Frequency.UNKNOWN else facts.frequency
    return replace(facts, modified=today, frequency=frequency)


def _topic_tags(facts: DatasetFacts, today: datetime.date) -> DatasetFacts:
    return replace(facts, has_topic=True, tag_count=max(facts.tag_count, ENOUGH_TAGS))


def _coverage(facts: DatasetFacts, today: datetime.date) -> DatasetFacts:
    return replace(facts, has_period=True, has_area=True)


def _files_described(facts: DatasetFacts, today: datetime.date) -> DatasetFacts:
    if not facts.resources:
        return _with_a_file(facts)
    return replace(facts, resources=tuple(replace(resource, is_described=True) for resource in facts.resources))


def _dates(facts: DatasetFacts, today: datetime.date) -> DatasetFacts:
    """The dates that the entry lacks: of the last update the latest that is known, of first release the same."""
    known = [day for day in (timeliness(facts, today).updated, facts.issued) if day and day <= today]
    modified = facts.modified or max(known, default=today)
    return replace(facts, modified=modified, issued=facts.issued or modified)


def _consistent(facts: DatasetFacts, today: datetime.date) -> DatasetFacts:
    # Linked to the file itself: the server then sends what the entry announces
    mended = (replace(each, served=each.format) if each.served == WEB_PAGE else each for each in facts.resources)
    issued = facts.modified if dates_are_reversed(facts) else facts.issued
    return replace(facts, issued=issued, resources=tuple(mended))


_REMEDIES: Final[dict[str, Remedy]] = {
    "title_description": _title_description,
    "licence": _licence,
    "contact": _contact,
    "links": _links,
    "formats": _formats,
    "up_to_date": _up_to_date,
    "topic_tags": _topic_tags,
    "coverage": _coverage,
    "files_described": _files_described,
    "dates": _dates,
    "consistent": _consistent,
}
