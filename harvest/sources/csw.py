"""OGC catalogue services, CSW 2.0.2: everything that GetRecords gives, page by page.

Docs: `docs/decisions/0011-iso-csw.md` says why no client library does this. `Place.config` may hold, besides what
`iso` has:
- `rows`: records a page, 1 to 500 (50);
- `cql`: a filter in the service's query language (CQL text), as the service understands it;
- `output_schema`: the schema to ask for, where what the capabilities offer doesn't work.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harvest.findings import warning
from harvest.raw_record import RawRecord
from harvest.sources.base import Event, Finished, Limits, Place, SourceFailed, SourceProblem
from harvest.sources.csw_paging import Page, PageEnd, Paging
from harvest.sources.csw_requests import Form, Offer, capabilities_address, forms, offer_of, service_address
from harvest.sources.iso import ignored_parts
from harvest.sources.iso_record import VOLATILE, Records
from harvest.sources.iso_tree import tree
from harvest.sources.iso_web import NoAnswer, Server
from harvest.sources.iso_xml import Document, XmlError
from harvest.sources.opening import is_web_address
from services.http import HttpClient

_ROWS, _MAX_ROWS = 50, 500
_XML = "application/xml, text/xml;q=0.9, */*;q=0.5"


class CswAdapter:
    """`pauses`: seconds before each further try of a service that is overloaded."""

    volatile = VOLATILE

    def __init__(self, *, pauses: Sequence[float] = (2.0, 10.0)) -> None:
        self._pauses = pauses

    def fetch(self, place: Place, *, memory: Mapping[str, Any], limits: Limits) -> Iterator[Event]:
        if not is_web_address(place.url):
            raise SourceFailed(
                "A catalogue service is a web address that begins with https:// or http://; harvest its answers saved"
                " on this machine as “iso”."
            )
        with HttpClient(limits.policy) as client:
            yield from _Service(Server(client, limits, pauses=self._pauses), place).events()


class _Service:
    def __init__(self, server: Server, place: Place) -> None:
        self._server = server
        self._place = place
        self._form = Form(place.url)
        self._is_dublin_core = False
        self._has_bad_bytes = False

    def events(self) -> Iterator[Event]:
        rows = min(max(int(self._place.config.get("rows") or _ROWS), 1), _MAX_ROWS)
        first = self._first_page(rows)
        paging = Paging(lambda start, rows: first.pop() if start == 1 and first else self._page(start, rows), rows)
        yield from paging.events()
        if self._is_dublin_core:
            message = (
                "The service gives its records only in Dublin Core, which says little: licence, contact, area and"
                " dates may be missing. Let it offer ISO 19139 (outputSchema http://www.isotc211.org/2005/gmd)."
            )
            yield SourceProblem(warning("dublin-core-only", message))
        if self._has_bad_bytes:
            message = "Some characters are not of the encoding that the XML declares and were taken for Windows-1252."
            yield SourceProblem(warning("not-utf-8", message))
        yield Finished(is_whole=paging.is_whole)

    def _first_page(self, rows: int) -> list[Page]:
        """The first page, as the only item, in the first way of asking that works. Raises SourceFailed.

        The list is empty where that way works and the page itself has a fault: paging finds out which record has.
        """
        url, offer = self._look()
        config = self._place.config
        ways = list(forms(url, offer, schema=str(config.get("output_schema") or ""), cql=str(config.get("cql") or "")))
        failures: list[SourceFailed] = []
        for number, form in [*((rows, way) for way in ways), *((1, way) for way in ways if rows > 1)]:
            self._form = form
            events: list[RawRecord | SourceProblem | PageEnd] = []
            try:
                events.extend(self._page(1, number))
            except SourceFailed as failure:
                is_away = isinstance(failure, NoAnswer) and failure.is_unreachable and form.url == url
                if failure.is_passing or is_away:
                    raise
                failures.append(failure)
            if events:
                return [iter(events)] if number == rows and isinstance(events[-1], PageEnd) else []
        raise SourceFailed(f"This is no catalogue service that gives us records: check its address. {failures[0]}")

    def _look(self) -> tuple[str, Offer]:
        """The service's address, redirects followed, and what it offers, if it tells. Raises SourceFailed."""
        url = service_address(self._place.url)
        try:
            with self._server.answer(capabilities_address(url), headers={"Accept": _XML}) as answer:
                found = service_address(answer.url)
                document = Document(answer.body, wanted=lambda name, *_: name == "Capabilities")
                for cutting in document.cuttings():
                    return found, offer_of(tree(cutting.raw))
        except NoAnswer as failure:
            if failure.is_unreachable or failure.is_passing:
                raise
        except (XmlError, SourceFailed):
            pass
        # Perhaps it can't describe itself and gives records nevertheless
        return url, Offer()

    def _page(self, start: int, rows: int) -> Page:
        form = self._form
        headers = {"Accept": _XML} | ({"Content-Type": "application/xml"} if form.is_posted else {})
        address, body = form.address(start, rows), form.body(start, rows)
        with self._server.answer(address, data=body, headers=headers) as answer:
            records = Records(answer.body, ignored=ignored_parts(self._place))
            yield from records.found()
            around = records.document.around
        self._has_bad_bytes |= records.document.has_bad_bytes
        self._is_dublin_core |= records.has_dublin_core
        results = around.get("SearchResults")
        if results is None:
            raise SourceFailed("The service's answer to GetRecords is something else than search results.")
        yield PageEnd(_count(results.get("numberOfRecordsMatched")), _count(results.get("nextRecord")))


def _count(text: str | None) -> int | None:
    return int(text) if text and text.strip().isdecimal() and len(text) < 10 else None
