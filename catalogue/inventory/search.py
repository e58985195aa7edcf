"""What signed-in officials find besides what is public, in PostgreSQL: the search engine holds only what is public."""

from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, QuerySet

from catalogue.enums import State
from catalogue.models import Dataset
from catalogue.models.dataset import INTERNAL, INTERNAL_TEXT
from publishers.models import User


def internal_entries(user: User, *, q: str = "", publisher_id: UUID | None = None) -> QuerySet[Dataset]:
    """Entries that are not for the public and that `user` may see: the best matches first, else the newest."""
    entries = Dataset.objects.visible_to(user).filter(INTERNAL, state=State.PUBLISHED)
    if publisher_id:
        entries = entries.filter(publisher_id=publisher_id)
    if not q:
        return entries.order_by("-modified_at", "-id")
    query = SearchQuery(q, config="english", search_type="websearch")
    found = entries.alias(text=INTERNAL_TEXT).filter(text=query).alias(rank=SearchRank(INTERNAL_TEXT, query))
    return found.order_by(F("rank").desc(), "-modified_at", "-id")
