"""Nine of the ten criteria: what each asks, and what it says where the answer is no. Pure.

The tenth, whether data is up to date, is in `catalogue.quality.timeliness`. A change in either raises RULES_VERSION.

Text shown to people: a reason is one plain sentence with its evidence, a fix says what to do. How points were shared
out is written down in docs/decisions/0006-quality-score.md.
"""

import datetime
from collections.abc import Sequence

from catalogue.enums import Access, ResourceKind
from catalogue.quality.criterion import Finding, criterion
from catalogue.quality.days import in_words
from catalogue.quality.dimensions import Dimension
from catalogue.quality.facts import NOT_WORKING, WORKING, Contact, DatasetFacts, ResourceFacts
from catalogue.vocabularies.formats import FORMATS

LONG_TITLE = 150
SHORT_DESCRIPTION = 100
ENOUGH_TAGS = 3

_NO_FILES_TO_JUDGE = "This doesn't count: there are no files here that everyone can fetch."


@criterion("title_description", "Title and description in plain words", out_of=10, dimension=Dimension.COMPLETENESS)
def title_description(facts: DatasetFacts, today: datetime.date) -> Finding:
    flaw, fix = _title_flaw(facts)
    if flaw:
        field, points = "title", 0
    else:
        field, points = "description", 4
    if facts.description_length > SHORT_DESCRIPTION and not facts.description_in_capitals:
        if not flaw:
            return Finding(10, "The title and description are long enough to tell what the data is.", field="title")
        return Finding(points + 6, f"{flaw}.", f"{fix}.", field)
    if not facts.description_length:
        lack, mend = "there is no description beyond the title", "say what the data holds and how it was collected"
    elif facts.description_in_capitals:
        lack, mend = "the description is written in capitals", "write the description in ordinary letters"
    else:
        lack = f"the description has only {facts.description_length} characters"
        mend = f"describe what the data holds in more than {SHORT_DESCRIPTION} characters"
    points += 3 if facts.description_length else 0
    reason = f"{flaw}, and {lack}." if flaw else f"{_capital(lack)}."
    return Finding(points, reason, f"{fix}, and {mend}." if flaw else f"{_capital(mend)}.", field)


def _title_flaw(facts: DatasetFacts) -> tuple[str, str]:
    """What is wrong with the title, and what to do about it; both empty where nothing is."""
    if facts.title_in_capitals:
        return "The title is written in capitals", "Write the title in ordinary letters"
    if facts.title_words < 2:
        return "The title is a single word", "Give a title that says what, where and when"
    if facts.title_length > LONG_TITLE:
        return f"The title has {facts.title_length} characters", "Shorten the title and move detail to the description"
    return "", ""


@criterion("licence", "Clear terms of use", out_of=12, dimension=Dimension.COMPLETENESS)
def licence(facts: DatasetFacts, today: datetime.date) -> Finding:
    if facts.access != Access.OPEN:
        if facts.has_access_reason:
            return Finding(12, "It says why the data isn't open.", field="access_reason")
        return Finding(0, "It doesn't say why the data isn't open.", "Say why the data isn't open.", "access_reason")
    if facts.licence_is_open:
        return Finding(12, f"Anyone may use it for any purpose: {facts.licence_title}.", field="licence")
    fix = "Publish it under an open licence, such as the Open Government Licence."
    if facts.licence:
        return Finding(6, f"The licence isn't an open one: {facts.licence_title or facts.licence}.", fix, "licence")
    if facts.has_licence_text:
        reason = "The terms are given in words only, so nobody can filter by them or be sure that they are open."
        return Finding(4, reason, "Choose the licence from the list.", "licence")
    return Finding(0, "There is no licence, so nobody knows whether they may use the data.", fix, "licence")


@criterion("contact", "Someone to ask", out_of=8, dimension=Dimension.COMPLETENESS)
def contact(facts: DatasetFacts, today: datetime.date) -> Finding:
    if facts.contact == Contact.OWN:
        return Finding(8, "It says whom to ask about the data.", field="contact_email")
    if facts.contact == Contact.PUBLISHER:
        return Finding(8, "Questions go to the publisher's own contact.", field="contact_email")
    fix = "Give an email address, web page or phone number for questions about the data."
    if facts.contact == Contact.NAME_ONLY:
        return Finding(3, "It names a contact but not how to reach them.", fix, "contact_email")
    return Finding(0, "Neither the entry nor its publisher says whom to ask.", fix, "contact_email")


@criterion("links", "Links work", out_of=20, dimension=Dimension.ACCURACY)
def links(facts: DatasetFacts, today: datetime.date) -> Finding:
    if not facts.offers_files:
        return Finding(None, _NO_FILES_TO_JUDGE, field="resources")
    if not facts.resources:
        return Finding(0, "There is no link to any data.", "Add a link to the data.", "resources")
    broken = [resource for resource in facts.resources if resource.link in NOT_WORKING]
    working = [resource for resource in facts.resources if resource.link in WORKING]
    total = len(broken) + len(working)
    if not total:
        return Finding(None, "No link has been checked with a clear answer yet.", field="resources")
    if not broken:
        last = max((resource.checked for resource in working if resource.checked), default=None)
        which = "The link works" if total == 1 else f"All {total} links work"
        return Finding(20, f"{which}{_checked_on(last)}.", field="resources", evidence=_ids(working))
    named = "; ".join(f"“{resource.label}”{_checked_on(resource.checked)}" for resource in broken[:2])
    more = f" and {len(broken) - 2} more" if len(broken) > 2 else ""
    which = "The only checked link doesn't work" if total == 1 else f"{len(broken)} of {total} links don't work"
    if total > 1 and len(broken) == 1:
        which = f"1 of {total} links doesn't work"
    # Rounded down, so that a single broken link among hundreds still costs a point
    points = 20 * len(working) // total
    fix = "Mend or remove the broken link." if len(broken) == 1 else "Mend or remove the broken links."
    return Finding(points, f"{which}: {named}{more}.", fix, "resources", _ids(broken))


def _ids(resources: Sequence[ResourceFacts]) -> tuple[str, ...]:
    """Of the first few: nobody follows hundreds of links."""
    return tuple(resource.id for resource in resources[:5])


def _checked_on(day: datetime.date | None) -> str:
    return f" (checked on {in_words(day)})" if day else ""


@criterion("formats", "Open format that software can read", out_of=12, dimension=Dimension.VALIDITY)
def formats(facts: DatasetFacts, today: datetime.date) -> Finding:
    if not facts.offers_files:
        return Finding(None, _NO_FILES_TO_JUDGE, field="resources")
    data = [resource for resource in facts.resources if resource.is_data]
    if not data:
        lack = "only supporting documents are listed" if facts.resources else "no data is linked"
        return Finding(0, f"{_capital(lack)}.", "Link to the data itself, as CSV or through an API.", "resources")
    # The best offer counts: a PDF beside a CSV takes nothing away.
    points, reason, best = max(
        ((*_format_worth(resource.format, is_api=resource.kind == ResourceKind.API), resource.id) for resource in data),
        key=lambda worth: worth[0],
    )
    fix = "" if points == 12 else "Offer the data as CSV, or in another open format that software can read."
    if points == 0 and not any(resource.format for resource in data):
        fix = "Say which format each file has."
    return Finding(points, reason, fix, "resources", (best,))


def _format_worth(code: str, *, is_api: bool) -> tuple[int, str]:
    """Points of one format out of 12, and why."""
    if is_api:
        return 12, "Software can get the data through an API."
    known = FORMATS.get(code)
    if known is None:
        return 0, "It isn't known which format the data has."
    if known.is_machine_readable and known.is_open:
        return 12, f"The data comes in {code}, an open format that software can read."
    if known.is_machine_readable:
        return 7, f"The best format is {code}: software can read it, but it belongs to one maker."
    if known.bucket == "ZIP":
        return 3, f"The data comes in {code}, which doesn't tell what is inside."
    if known.stars:
        return 3, f"The best format is {code}, from which software can't pick out the data."
    return 0, f"The best format is {code}, which isn't data."


@criterion("topic_tags", "Topic and tags", out_of=8, dimension=Dimension.COMPLETENESS)
def topic_tags(facts: DatasetFacts, today: datetime.date) -> Finding:
    points = (4 if facts.has_topic else 0) + (4 if facts.tag_count >= ENOUGH_TAGS else 2 if facts.tag_count else 0)
    topic = "a topic" if facts.has_topic else "no topic"
    tags = f"{facts.tag_count} {'tag' if facts.tag_count == 1 else 'tags'}" if facts.tag_count else "no tags"
    wanted = [] if facts.has_topic else ["choose a topic"]
    if facts.tag_count < ENOUGH_TAGS:
        wanted.append(f"add at least {ENOUGH_TAGS} tags with words that people search for")
    fix = f"{_capital(' and '.join(wanted))}." if wanted else ""
    joint = "but" if facts.has_topic != bool(facts.tag_count) else "and"
    return Finding(points, f"It has {topic} {joint} {tags}.", fix, "tags" if facts.has_topic else "topic")


@criterion("coverage", "Period and area covered", out_of=8, dimension=Dimension.COMPLETENESS)
def coverage(facts: DatasetFacts, today: datetime.date) -> Finding:
    period_points = 4 if facts.has_period else 2 if facts.has_period_text else 0
    wanted = []
    if not facts.has_period:
        wanted.append("say from which date to which the data reaches")
    if not facts.has_area:
        wanted.append("name the area it covers")
    period = "the period as dates" if facts.has_period else "the period in words" if facts.has_period_text else ""
    area = "the area" if facts.has_area else ""
    given = " and ".join(part for part in (period, area) if part)
    reason = f"It gives {given} that the data covers." if given else "It gives neither the period nor the area covered."
    if given and not (period and area):
        reason = f"It gives {given} that the data covers, but not the {'area' if period else 'period'}."
    fix = f"{_capital(' and '.join(wanted))}." if wanted else ""
    return Finding(period_points + 4 * facts.has_area, reason, fix, "places" if facts.has_period else "temporal_start")


@criterion("files_described", "Files described", out_of=5, dimension=Dimension.COMPLETENESS)
def files_described(facts: DatasetFacts, today: datetime.date) -> Finding:
    if not facts.offers_files:
        return Finding(None, _NO_FILES_TO_JUDGE, field="resources")
    total = len(facts.resources)
    if not total:
        return Finding(0, "No file is listed.", "List the files, and say in a few words what each holds.", "resources")
    bare = [resource for resource in facts.resources if not resource.is_described]
    if not bare:
        return Finding(5, "Each file has words that tell what it holds.", field="resources")
    points = 5 * (total - len(bare)) // total
    reason = f"{len(bare)} of {total} files {'has' if len(bare) == 1 else 'have'} no telling title or description."
    fix = "Give each file a title of more than one word, or a description."
    return Finding(points, reason, fix, "resources", _ids(bare))


@criterion("dates", "Dates given", out_of=5, dimension=Dimension.COMPLETENESS)
def dates(facts: DatasetFacts, today: datetime.date) -> Finding:
    if not facts.is_released:
        return Finding(None, "This doesn't count: the data isn't released.", field="issued")
    if facts.issued and facts.modified:
        return Finding(5, "It says when the data was first released and when it was last updated.", field="issued")
    if facts.modified:
        reason = "It says when the data was last updated, but not when it was first released."
        return Finding(3, reason, "Give the date of first release.", "issued")
    fix = "Give the date of the last update."
    if facts.issued:
        reason = "It says when the data was first released, but not when it was last updated."
        return Finding(3, reason, fix, "modified")
    return Finding(0, "No date is given.", "Give the dates of first release and last update.", "issued")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
