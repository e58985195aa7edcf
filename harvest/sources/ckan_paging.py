"""All packages of a portal, page by page, though it may change meanwhile, misbehave, or hold a record it can't give.

Pages are ordered by id: a package that is edited meanwhile keeps its place. One that is deleted moves the later ones
up, so where the count has fallen we step back by as much; what was given before is passed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from harvest.findings import error, warning
from harvest.sources.base import Announced, SourceFailed, SourceProblem
from harvest.sources.ckan_documents import Element
from harvest.sources.ckan_portal import Answer, CallFailed, Portal

#: So many single packages may be unreadable before the portal counts as broken.
_MAX_UNREADABLE = 5


@dataclass(slots=True)
class Paging:
    """One walk through `package_search`. The fields tell how it went, once `elements` has ended."""

    portal: Portal
    query: str
    rows: int
    is_whole: bool = True
    given: int = 0
    unreadable: int = 0

    def elements(self) -> Iterator[Element | Announced | SourceProblem]:
        """Raises SourceFailed where the portal stops giving pages, or gives the same one again and again."""
        seen: set[int] = set()
        start, rows, count = 0, self.rows, None
        may_repeat = False
        unreadable: list[SourceProblem] = []
        while count is None or start < count:
            got, fresh, before = 0, 0, count
            try:
                for event in self._page(start, rows):
                    if isinstance(event, Answer):
                        count = event.count
                        continue
                    got += 1
                    key = hash(_key(event))
                    if key not in seen:
                        seen.add(key)
                        fresh += 1
                        self.given += 1
                        yield event
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
            if got and not fresh and not may_repeat:
                raise SourceFailed(
                    f"The portal gives the same page again and again: after {self.given:,} of {count:,} datasets it"
                    " gave nothing new."
                )
            if not got:
                break
            lost = max(0, (before or count) - count)
            # What has moved up stands just before this page now.
            start = max(0, start - lost) if lost else start + got
            may_repeat = lost > 0
            rows = min(self.rows, rows * 2)
        yield from unreadable
        if count is not None and self.given + self.unreadable < count:
            self.is_whole = False
            yield self._incomplete(count)

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
