"""All packages of a portal, page by page, though it may change meanwhile, misbehave, or hold a record it can't give.

Pages are ordered by id: a package that is edited meanwhile keeps its place. One that is deleted moves the later ones
up. So each page begins with the last package of the one before: where it begins with one that was not given yet, some
slid past us, and we step back a page. What an earlier page gave is passed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from harvest.findings import error, warning
from harvest.seen import Seen
from harvest.sources.base import Announced, SourceFailed, SourceProblem
from harvest.sources.ckan_documents import Element
from harvest.sources.ckan_portal import Answer, CallFailed, Portal

#: So many single packages may be unreadable before the portal counts as broken.
_MAX_UNREADABLE = 5

#: After so many steps back the portal's order is no order: what it gives is taken, and the walk counts as incomplete.
_MAX_STEPS_BACK = 20


@dataclass(slots=True)
class Paging:
    """One walk through `package_search`. The fields tell how it went, once `elements` has ended."""

    portal: Portal
    query: str
    rows: int
    is_whole: bool = True
    given: int = 0
    unreadable: int = 0
    _may_overlap: bool = True
    _steps_back: int = 0

    def elements(self) -> Iterator[Element | Announced | SourceProblem]:
        """Raises SourceFailed where the portal stops giving pages, or gives the same one again and again."""
        seen = Seen()
        start, reached, rows, count = 0, 0, self.rows, None
        may_repeat = False
        unreadable: list[SourceProblem] = []
        while count is None or start < count:
            got, fresh, before, has_slid = 0, 0, count, False
            in_page: set[str | bytes] = set()
            overlap = int(self._may_overlap and start > 0 and rows > 1)
            try:
                for event in self._page(start - overlap, rows + overlap):
                    if isinstance(event, Answer):
                        count = event.count
                        continue
                    got += 1
                    key = _key(event)
                    is_new = seen.add(key)
                    has_slid = has_slid or bool(overlap and got == 1 and is_new)
                    fresh += is_new
                    if is_new or key in in_page:  # a twin: whoever reads them says what to make of it
                        self.given += 1
                        yield event
                    in_page.add(key)
            except CallFailed as failure:
                rows = self._smaller(rows, failure)
                if rows:
                    may_repeat = True  # part of the page may have come before it broke
                    continue
                rows, start, may_repeat = 1, start + 1, True
                unreadable.append(self._unreadable(start, failure))
                continue
            # Only now is it known that it was these packages and not the portal that broke.
            yield from unreadable
            unreadable.clear()
            if count is None:
                raise SourceFailed("The portal doesn't say how many datasets it has: is this CKAN's Action API?")
            if before is None:
                yield Announced(count)
            if got > overlap and not fresh and not may_repeat and start >= reached:
                raise SourceFailed(
                    f"The portal gives the same page again and again: after {self.given:,} of {count:,} datasets it"
                    " gave nothing new."
                )
            if not got:
                break
            if got == overlap and start < count:
                self._may_overlap = False  # a portal that gives one package at a time
                continue
            reached = max(reached, start + got - overlap)
            lost = max(0, (before or count) - count)
            is_back = (has_slid or lost > 0) and self._may_step_back()
            # What has moved up stands just before this page now.
            start = max(0, start - max(lost, rows if has_slid else 0)) if is_back else start + got - overlap
            may_repeat = False
            rows = min(self.rows, rows * 2)
        yield from unreadable
        if count is not None and (self.given + self.unreadable < count or self._steps_back > _MAX_STEPS_BACK):
            self.is_whole = False
            yield self._incomplete(count)

    def _may_step_back(self) -> bool:
        self._steps_back += 1
        return self._steps_back <= _MAX_STEPS_BACK

    def _page(self, start: int, rows: int) -> Iterator[Element | Answer]:
        parameters = {"q": "*:*", "sort": "id asc", "rows": rows, "start": start}
        return self.portal.call("package_search", **parameters, **({"fq": self.query} if self.query else {}))

    def _smaller(self, rows: int, failure: CallFailed) -> int:
        """How many rows to ask for instead; 0 to leave this one out. Raises `failure` where nothing will help."""
        if failure.is_unreachable or self.unreadable >= _MAX_UNREADABLE:
            raise SourceFailed(
                f"The portal stopped after {self.given:,} datasets. {failure}" if self.given else str(failure),
                is_passing=failure.is_passing,
            ) from failure
        return rows // 4 or int(rows > 1)

    def _unreadable(self, position: int, failure: CallFailed) -> SourceProblem:
        self.is_whole = False
        self.unreadable += 1
        message = f"The portal could not give dataset {position:,} of its list, so it is missing here. {failure}"
        return SourceProblem(error("unreadable-at-source", message), element=f"#{position}")

    def _incomplete(self, count: int) -> SourceProblem:
        message = (
            f"The portal says that it has {count:,} datasets and gave {self.given:,}, perhaps because some changed"
            " while they were read. Nothing was retired; the next harvest reads it anew."
        )
        return SourceProblem(warning("incomplete-list", message))


def _key(element: Element) -> str | bytes:
    value = element.value
    return str(value.get("id") or value.get("name") or "") or element.raw if isinstance(value, dict) else element.raw
