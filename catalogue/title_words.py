"""Finding entries in the workplace by words of their titles, through an index."""

import re

from django.contrib.postgres.search import SearchQuery

#: More words than these are not asked for.
_MOST_WORDS = 12


def title_query(text: str) -> SearchQuery | None:
    """To be compared with `TITLE_WORDS`: every word of the text begins a word of the title. None: no word is in it."""
    words = re.findall(r"\w+", text.replace("\x00", ""))[:_MOST_WORDS]
    if not words:
        return None
    return SearchQuery(" & ".join(f"{word}:*" for word in words), config="simple", search_type="raw")
