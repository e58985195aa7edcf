"""The quality of an entry as somebody edits it: what it would score if it were saved, or approved, as it stands."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from catalogue.enums import Band
from catalogue.models import Dataset, LinkCheck, Resource
from catalogue.quality.days import day_of
from catalogue.quality.measure import facts_of
from catalogue.quality.plan import Step, plan
from catalogue.quality.score import score
from publishers.models import Publisher


@dataclass(frozen=True, slots=True)
class Outlook:
    score: int
    """0 to 100."""
    band: Band
    steps: list[Step]
    """The way to full marks, step by step."""


def outlook(
    dataset: Dataset,
    files: Sequence[Resource],
    links: Mapping[UUID, LinkCheck],
    *,
    publisher: Publisher,
    now: datetime.datetime,
) -> Outlook:
    """`dataset` and `files` are rows as they would be, stored or not; `links`: what is known of the files' links."""
    facts = facts_of(dataset, files, links, publisher, dataset.licence)
    scored = score(facts, now=now)
    return Outlook(scored.score, scored.band, plan(facts, day_of(now)))
