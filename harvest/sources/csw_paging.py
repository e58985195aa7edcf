"""All records of a catalogue service, page by page, though it counts wrongly, changes meanwhile, or can't give one.

`nextRecord` is what services get wrong most: it is one too many, or nought in the middle, or 1 for ever. So we go on
from what was really given, pass over what came before, and use it only where a page has nothing new.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass

from harvest.findings import error, warning
from harvest.raw_record import RawRecord
from harvest.seen import Seen
from harvest.sources.base import Announced, SourceFailed, SourceProblem

#: So many single records may be unreadable before the service counts as broken.
_MAX_UNREADABLE = 5
#: So many pages in a row may hold nothing but what came before, where the service shows a way on.
_MAX_STALE = 3


@dataclass(frozen=True, slots=True)
class PageEnd:
    """What a page said of itself; None where it didn't."""

    matched: int | None
    following: int | None


Page = Iterator[RawRecord | SourceProblem | PageEnd]


@dataclass(slots=True)
class Paging:
    """One walk. `page(start, rows)` gives a page's records and then its `PageEnd`, or raises SourceFailed.

    The fields tell how it went, once `events` has ended.
    """

    page: Callable[[int, int], Page]
    rows: int
    is_whole: bool = True
    given: int = 0
    unreadable: int = 0

    def events(self) -> Iterator[RawRecord | SourceProblem | Announced]:
        """Raises SourceFailed where the service stops giving pages, or gives the same one again and again."""
        seen = Seen()
        start, rows, stale = 1, self.rows, 0
        matched: int | None = None
        may_repeat = False
        while matched is None or start <= matched:
            end, keys = PageEnd(None, None), list[Hashable]()
            before, given = matched, self.given
            try:
                for event in self.page(start, rows):
                    if isinstance(event, PageEnd):
                        end = event
                    elif not isinstance(event, RawRecord) or self._is_new(event, seen, keys):
                        yield event
            except SourceFailed as failure:
                rows = self._smaller(rows, failure)
                may_repeat = True  # part of the page may have come before it broke
                if not rows:
                    yield self._unreadable(start, failure)
                    rows, start = 1, start + 1
                continue
            finally:
                seen.update(keys)
            matched = before if end.matched is None else end.matched
            if before is None and matched is not None:
                yield Announced(matched)
            is_stale = self.given == given and not may_repeat
            stale = stale + 1 if is_stale else 0
            step = self._step(start, len(keys), end, matched, stale=stale)
            if not step:
                break
            # What was deleted since the last page moved later records up, to before this one
            lost = max(0, (before or 0) - (matched or 0))
            may_repeat = lost > 0
            start = max(1, start - lost) if lost else start + step
            rows = min(self.rows, rows * 2)
        if matched is not None and self.given + self.unreadable < matched:
            self.is_whole = False
            yield self._incomplete(matched)

    def _is_new(self, record: RawRecord, seen: Seen, keys: list[Hashable]) -> bool:
        """Whether no earlier page gave the record; one that stands twice on a page is for the pipeline to tell of."""
        key = record.guid, record.content_hash
        keys.append(key)
        is_new = key not in seen
        self.given += is_new
        return is_new

    def _step(self, start: int, got: int, end: PageEnd, matched: int | None, *, stale: int) -> int:
        """How far to go on; 0 at the end. Raises SourceFailed where the service leads us in a circle."""
        ahead = max(0, (end.following or 0) - start)
        if not got:
            # Some services leave out what we may not see: a page may be empty though others follow
            return ahead if stale <= _MAX_STALE else 0
        if matched is None and (end.following == 0 or (stale and not ahead)):
            return 0
        if stale > _MAX_STALE:
            raise SourceFailed(
                f"The service gives the same page again and again: after {self.given:,} records it gave nothing new."
            )
        return max(got, ahead) if stale else got

    def _smaller(self, rows: int, failure: SourceFailed) -> int:
        """How many to ask for instead; 0 to leave this one out. Raises SourceFailed where nothing will help."""
        is_unreachable = getattr(failure, "is_unreachable", False)
        if is_unreachable or self.unreadable >= _MAX_UNREADABLE:
            raise SourceFailed(
                f"The service stopped after {self.given:,} records. {failure}" if self.given else str(failure),
                is_passing=failure.is_passing,
            ) from failure
        return rows // 4 or int(rows > 1)

    def _unreadable(self, position: int, failure: SourceFailed) -> SourceProblem:
        self.is_whole = False
        self.unreadable += 1
        message = (
            f"The service could not give record {position:,} of its list, so it is missing here and nothing was"
            f" retired. {failure}"
        )
        return SourceProblem(error("unreadable-at-source", message), element=f"#{position}")

    def _incomplete(self, matched: int) -> SourceProblem:
        message = (
            f"The service says that it has {matched:,} records and gave {self.given:,}, perhaps because some changed"
            " while they were read. Nothing was retired; the next harvest reads it anew."
        )
        return SourceProblem(warning("incomplete-list", message))
