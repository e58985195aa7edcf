"""How many public datasets have each value of a field that the search index doesn't count as CKAN does: kept a while.

The index knows no extras, no places as they are written and no languages. The database needs seconds to count them at
290,000 entries: so nobody waits for it but the first who ever asks. What was asked for within a day is counted anew
every four minutes in the background.
"""

import hashlib
from collections.abc import Callable
from typing import Final

from django.core.cache import cache

Counter = Callable[[], dict[str, int]]

#: For how long counts may be given, in seconds: longer than the background takes, shorter than anybody minds.
_KEPT: Final = 600
_ASKED: Final = "ckan-facets-asked"
_PART: Final = "ckan-facet-part-"
_DAY: Final = 86_400
#: Fields counted in the background; anybody may ask for any extra.
_MOST_FIELDS: Final = 20
#: The commonest values are kept apart: a page of facets shows fifty, and a field may have a hundred thousand.
_TOP: Final = 1_000


def of_everything(field: str, count: Counter, *, most: int | None) -> dict[str, int]:
    """The counts, at most ten minutes old: at least the `most` commonest, or all where that is None."""
    is_top = most is not None and most <= _TOP
    kept: dict[str, int] | None = cache.get(_key(field, is_top=is_top))
    _note_asked(field)
    if kept is not None:
        return kept
    return _counted(field, count)


def of_part(part: str, field: str, count: Counter) -> dict[str, int]:
    """The counts of what a query finds, told by `part`, at most ten minutes old. Nothing refreshes them."""
    key = f"{_PART}{hashlib.sha256(f'{field} {part}'.encode()).hexdigest()}"
    kept: dict[str, int] | None = cache.get(key)
    if kept is None:
        kept = count()
        cache.set(key, kept, _KEPT)
    return kept


def refresh(counter_of: Callable[[str], Counter]) -> int:
    """Count every field anew that was asked for within a day; return how many."""
    fields: list[str] = cache.get(_ASKED) or []
    for field in fields:
        _counted(field, counter_of(field))
    return len(fields)


def _counted(field: str, count: Counter) -> dict[str, int]:
    counts = count()
    top = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_TOP])
    cache.set_many({_key(field, is_top=True): top, _key(field, is_top=False): counts}, _KEPT)
    return counts


def _note_asked(field: str) -> None:
    """Two who write at once lose one of two names, which is asked for again."""
    asked: list[str] = cache.get(_ASKED) or []
    if field not in asked and len(asked) < _MOST_FIELDS:
        cache.set(_ASKED, [*asked, field], _DAY)


def _key(field: str, *, is_top: bool) -> str:
    name = hashlib.sha256(field.encode()).hexdigest()
    return f"ckan-facet-{'top' if is_top else 'all'}-{name}"
