"""CKAN: a portal asked through its Action API, or files of packages as `ckanapi dump datasets` and saved answers are.

`Place.config` may hold, besides what every kind of source has:
- `rows`: packages a page, 1 to 1,000 (100);
- `filter`: a filter of `package_search` (`fq`), as the portal understands it;
- `organizations_filter_include`, `organizations_filter_exclude`, `groups_filter_include`, `groups_filter_exclude`:
  lists of names, as ckanext-harvest has them;
- `full_every_days`: how often everything is read, so that what vanished is noticed (7);
- `organization_details`: true to ask for each organisation's contacts and so on, for publishers that are made of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from harvest.findings import error
from harvest.raw_record import RawRecord
from harvest.sources.base import Announced, Event, Finished, Limits, Place, SourceFailed, SourceProblem
from harvest.sources.ckan_documents import Element
from harvest.sources.ckan_file import packages_in
from harvest.sources.ckan_organisations import OrganisationDetails
from harvest.sources.ckan_paging import Paging
from harvest.sources.ckan_portal import Answer, CallFailed, Portal
from harvest.sources.ckan_record import VOLATILE
from harvest.sources.ckan_selection import Selection, search_filter
from harvest.sources.in_turn import in_turn
from harvest.sources.opening import files_of, is_web_address, open_file, opened
from services.http import HttpClient

_SUFFIXES = tuple(f"{stem}{end}" for stem in (".jsonl", ".ndjson", ".json") for end in ("", ".gz"))

#: Packages that changed this long before the last harvest began are asked for again: clocks and indexes lag.
_OVERLAP = timedelta(hours=1)
_FULL_EVERY_DAYS = 7
_ROWS, _MAX_ROWS = 100, 1_000

#: Names that are held in memory at most, of a portal that can't be searched.
_MAX_NAMES = 1_000_000

#: So many packages in a row that a portal lists and doesn't show mean that something else is wrong.
_MAX_FAILURES = 20


class CkanAdapter:
    """`pauses`: seconds before each further try of a portal that is overloaded."""

    volatile = VOLATILE

    def __init__(self, *, pauses: Sequence[float] = (2.0, 10.0)) -> None:
        self._pauses = pauses

    def fetch(self, place: Place, *, memory: Mapping[str, Any], limits: Limits) -> Iterator[Event]:
        if not is_web_address(place.url):
            yield from self._fetch_files(place, limits)
            return
        with HttpClient(limits.policy) as client:
            portal = Portal(client, place.url, limits, pauses=self._pauses)
            yield from _PortalGather(portal, place, memory).events()

    def _fetch_files(self, place: Place, limits: Limits) -> Iterator[Event]:
        selection = Selection(place.config)

        def read(file: Path) -> Iterator[Event]:
            with opened(open_file(file), max_bytes=limits.max_bytes) as stream:
                yield from packages_in(stream, selection)

        yield from in_turn(files_of(place, suffixes=_SUFFIXES), read)
        yield from selection.about_left_out()
        yield Finished(is_whole=not selection.lost)


class _PortalGather:
    """One gather of one portal: everything, or where the last one is remembered only what changed since."""

    def __init__(self, portal: Portal, place: Place, memory: Mapping[str, Any]) -> None:
        self._portal = portal
        self._config = place.config
        self._selection = Selection(place.config)
        self._filter = search_filter(place.config)
        is_same = memory.get("url") == place.url and memory.get("filter") == self._filter
        self._memory = memory if is_same else {}
        self._url = place.url
        self._refusals: list[CallFailed] = []  # of `package_search`
        self._details = OrganisationDetails(portal) if place.config.get("organization_details") else None

    def events(self) -> Iterator[Event]:
        look = self._look()
        if look is None:
            yield from self._by_list()
            return
        since = self._since(look)
        query = f"{self._filter} metadata_modified:[{since:%Y-%m-%dT%H:%M:%SZ} TO *]".strip() if since else self._filter
        paging = Paging(self._portal, query, min(_setting(self._config, "rows", _ROWS), _MAX_ROWS))
        for event in paging.elements():
            if isinstance(event, Element):
                yield from self._taken(event)
            else:
                yield event
        yield from self._selection.about_left_out()
        is_complete = paging.is_whole and not self._selection.lost
        yield Finished(
            is_whole=is_complete and since is None,
            is_unmodified=is_complete and since is not None and not paging.given,
            memory=self._remembered(look, is_full=since is None) if is_complete else {},
        )

    def _look(self) -> Answer | None:
        """How many packages there are; None where the portal has no `package_search`. Raises SourceFailed."""
        for root in self._portal.roots:
            self._portal.root = root
            try:
                parameters = {"fq": self._filter} if self._filter else {}
                for given, event in enumerate(self._portal.call("package_search", q="*:*", rows=0, **parameters)):
                    if isinstance(event, Answer) and event.count is not None:
                        return event
                    if given >= _MAX_ROWS:
                        raise CallFailed("Asked for the number of its datasets, the portal gave datasets without end.")
            except CallFailed as failure:
                if failure.is_unreachable or failure.is_passing:
                    raise
                self._refusals.append(failure)
        self._portal.root = self._portal.roots[0]
        return None

    def _since(self, look: Answer) -> datetime | None:
        """From when on changes are wanted; None for everything.

        Everything is read once in so many days, and when the portal has fewer packages than before: some are gone.
        """
        try:
            since = datetime.fromisoformat(self._memory["since"])
            full_at = datetime.fromisoformat(self._memory["full_at"])
            count = int(self._memory["count"])
        except (KeyError, TypeError, ValueError):
            return None
        days = timedelta(days=_setting(self._config, "full_every_days", _FULL_EVERY_DAYS))
        if look.date is None or look.count is None or look.count < count or look.date - full_at >= days:
            return None
        return since - _OVERLAP

    def _remembered(self, look: Answer, *, is_full: bool) -> dict[str, Any]:
        if look.date is None:
            return {}
        began = look.date.isoformat()
        full_at = began if is_full else self._memory["full_at"]
        return {"url": self._url, "filter": self._filter, "since": began, "full_at": full_at, "count": look.count}

    def _by_list(self) -> Iterator[Event]:
        """The slow way: `package_list`, then `package_show` for each."""
        names = self._names()
        yield Announced(len(names))
        in_a_row = 0
        for name in names:
            try:
                for event in self._portal.call("package_show", id=name):
                    if isinstance(event, Element):
                        yield from self._taken(event)
                in_a_row = 0
            except CallFailed as failure:
                if failure.status in (403, 404, 410):  # withdrawn since it was listed
                    continue
                in_a_row += 1
                if failure.is_unreachable or in_a_row >= _MAX_FAILURES:
                    raise
                self._selection.lost += 1
                message = f"The portal lists this dataset and could not give it. {failure}"
                yield SourceProblem(error("unreadable-at-source", message, value=name), element=name)
        yield from self._selection.about_left_out()
        yield Finished(is_whole=not self._selection.lost)

    def _names(self) -> list[str]:
        failures = []
        for root in self._portal.roots:
            self._portal.root = root
            try:
                given = (event.value for event in self._portal.call("package_list") if isinstance(event, Element))
                names = list(islice((name for name in given if isinstance(name, str)), _MAX_NAMES + 1))
            except CallFailed as failure:
                failures.append(failure)
            else:
                if len(names) > _MAX_NAMES:
                    raise SourceFailed(
                        f"The portal lists more than {_MAX_NAMES:,} datasets by name: that can't be right."
                    )
                return names
        told = self._refusals[0] if self._refusals else failures[0]
        raise SourceFailed(
            f"{told} Should that last, check the address: it must be a CKAN portal's that is open to everybody.",
            is_passing=told.is_passing,
        )

    def _taken(self, element: Element) -> Iterator[Event]:
        event = self._selection.take(element)
        if isinstance(event, RawRecord) and self._details:
            event = self._details.added_to(event)
        if event is not None:
            yield event


def _setting(config: Mapping[str, Any], name: str, default: int) -> int:
    """A whole number of the operator's. Raises SourceFailed for something else."""
    value = config.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise SourceFailed(f"The source's setting “{name}” must be a whole number from 1; it is {value!r}.")
    return value
