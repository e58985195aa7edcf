"""What becomes of a publisher's belongings when it is merged into another. Reads only; `actions.mergers` does it."""

from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.db.models import Count

from catalogue.enums import State
from catalogue.models import Dataset
from publishers.models import ApiToken, Membership, Publisher, PublisherName
from publishers.models.publisher import ids_under

#: What simply belongs to the other publisher from then on: model → its field. Sources of harvests stand above this
#: app, so all are named rather than imported.
MOVED: Final = {"harvest.Source": "publisher", "catalogue.Webhook": "publisher", "publishers.Invitation": "publisher"}

#: What is moved with a rule of its own (`actions.mergers`), and what stays: a token holds for one publisher, and holds
#: for no entry once that has none; what somebody was told, or is about to import, is of the publisher that was.
MOVED_BY_RULE: Final = frozenset(
    {"publishers.Publisher", "publishers.PublisherName", "publishers.Membership", "catalogue.Dataset"}
)
LEFT: Final = frozenset(
    {
        "publishers.ApiToken",
        "publishers.Merger",
        "publishers.Notice",
        "catalogue.InventoryFile",
        "catalogue.Standing",
    }
)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What merging would do, in numbers and names."""

    entries: dict[str, int]
    """How many entries in each state, by its label."""
    harvested: int
    bodies: list[str]
    """Bodies directly below, which would come below the other."""
    people: list[tuple[str, str]]
    """(person, role) of those who work for it."""
    moved: dict[str, int]
    """How many of what else belongs to it, by what that is called."""
    names: list[str]
    """Names in addresses that would lead to the other publisher."""
    tokens: int
    """Tokens that are for this publisher alone, and would stop working."""

    @property
    def total(self) -> int:
        return sum(self.entries.values())


def forecast(publisher: Publisher) -> Forecast:
    entries = Dataset.objects.filter(publisher=publisher).order_by()
    by_state = dict(entries.values_list("state").annotate(count=Count("id")))
    people = Membership.objects.filter(publisher=publisher).select_related("user").order_by("user__email")
    return Forecast(
        entries={str(state.label): by_state[state] for state in State if by_state.get(state)},
        harvested=entries.exclude(origin_id="").count(),
        bodies=list(publisher.children.order_by("title").values_list("title", flat=True)),
        people=[(str(member.user), str(member.get_role_display())) for member in people],
        moved={name: count for name, count in (_count(label, publisher) for label in MOVED) if count},
        names=sorted(
            {publisher.slug, *PublisherName.objects.filter(publisher=publisher).values_list("slug", flat=True)}
        ),
        tokens=ApiToken.objects.filter(publisher=publisher, revoked_at=None).count(),
    )


def objections(old: Publisher, new: Publisher) -> list[str]:
    """Why these can't be merged as they stand, in sentences that say what to do; empty where they can."""
    found = []
    if old.merged_into_id:
        found.append(f"{old} was merged into {old.merged_into} already.")
    if new.closed_on:
        found.append(f"{new} is closed: choose a body that exists.")
    if new.pk in ids_under([old.pk]):
        found.append(f"{new} is {old} or part of it: give it its new place in the tree first.")
    source = apps.get_model("harvest.Source")
    theirs: Any = set(source._default_manager.filter(publisher=old).values_list("kind", "url"))
    for kind, url in source._default_manager.filter(publisher=new).values_list("kind", "url"):
        if (kind, url) in theirs:
            found.append(f"Both harvest from {url}: switch one of the two sources off and change its address first.")
    return found


def _count(label: str, publisher: Publisher) -> tuple[str, int]:
    model = apps.get_model(label)
    count = model._default_manager.filter(publisher=publisher).count()
    return str(model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural), count
