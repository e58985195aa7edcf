"""What a search looks through: what anybody may see; with a token also what its owner may see and asks for by flags."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q, QuerySet
from django.utils import timezone

from catalogue.api.ckan.arguments import Arguments
from catalogue.api.ckan.packages import public
from catalogue.enums import State, Visibility
from catalogue.models import Dataset
from catalogue.models.dataset import INTERNAL_TEXT
from catalogue.models.visibility import released
from publishers.models import User

#: CKAN's flags and what each adds: what is published but not for everybody, what isn't yet, what is withdrawn.
_FLAGS: Final = {
    "include_private": (State.PUBLISHED,),
    "include_drafts": (State.DRAFT, State.IN_REVIEW),
    "include_deleted": (State.WITHDRAWN,),
}
#: Entries with words that are not public, at most: they are found one by one.
_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Looked:
    """`hidden`: those of the datasets that not everybody may see; None where there are none."""

    with_hidden: QuerySet[Dataset] | None = None
    hidden: QuerySet[Dataset] | None = None

    @property
    def datasets(self) -> QuerySet[Dataset]:
        return public() if self.with_hidden is None else self.with_hidden

    @property
    def is_public(self) -> bool:
        return self.hidden is None

    def hidden_with(self, words: str, *, in_title: bool = False) -> list[UUID]:
        """Those that have every word and are not public: the search index holds none of them."""
        if self.hidden is None:
            return []
        text = SearchVector("title", config="english") if in_title else INTERNAL_TEXT
        query = SearchQuery(words, config="english", search_type="websearch")
        found = self.hidden.alias(text=text).filter(text=query).order_by("-modified_at", "-id")
        return list(found.values_list("id", flat=True)[:_MOST])


def looked_through(arguments: Arguments) -> Looked:
    """What the call's flags and its token make of it."""
    states = [state for flag, meant in _FLAGS.items() if arguments.flag(flag) for state in meant]
    if not isinstance(arguments.user, User) or not states:
        return Looked()
    visible = Dataset.objects.visible_to(arguments.user)
    is_public = released(timezone.now()) & Q(state=State.PUBLISHED, visibility=Visibility.PUBLIC)
    return Looked(visible.filter(is_public | Q(state__in=states)), visible.filter(~is_public, state__in=states))
