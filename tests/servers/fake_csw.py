"""A catalogue service on loopback: CSW 2.0.2's GetCapabilities and GetRecords, with the mistakes that services make."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from tests.factories.iso import GMD, NAMESPACES
from tests.servers.faulty import FaultyServer, Reply, SeenRequest
from tests.servers.replies import answer

CSW = "http://www.opengis.net/cat/csw/2.0.2"
_TAG = f"{{{CSW}}}"


@dataclass
class Asked:
    """One GetRecords request, however it came."""

    method: str
    start: int
    rows: int
    schema: str
    cql: str
    is_sorted: bool


@dataclass
class FakeCsw:
    """Serves `records` (XML without namespace declarations) at `path`; change the list between two harvests.

    `max_rows`: as many records a page as the service gives at most. `next_record` says what follows a page, given
    its first position, how many it has and how many there are; `counted` how many it says there are. `instead`
    answers a request otherwise. `refuses` are methods that GetRecords doesn't take, `sorts` whether it can sort.
    """

    server: FaultyServer
    records: list[str] = field(default_factory=list)
    path: str = "/csw"
    max_rows: int = 1_000
    next_record: Callable[[int, int, int], int | None] = lambda start, got, count: (
        start + got if start + got <= count else 0
    )
    counted: Callable[[int], int | None] = lambda count: count
    instead: Callable[[Asked], Reply | None] = lambda asked: None
    refuses: frozenset[str] = frozenset()
    sorts: bool = True
    posts_to: str = ""
    schemas: tuple[str, ...] = (GMD, CSW)
    has_capabilities: bool = True
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server.replies[self.path] = self._reply()

    @property
    def url(self) -> str:
        return self.server.url(self.path)

    def _reply(self) -> Reply:
        async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
            return await self._answer(request)(request, writer)

        return reply

    def _answer(self, request: SeenRequest) -> Reply:
        parameters = {name.lower(): value for name, value in parse_qsl(request.path.partition("?")[2])}
        if request.method == "GET" and parameters.get("request") != "GetRecords":
            return self._capabilities() if self.has_capabilities else exception("No capabilities here")
        asked = _posted(request.body) if request.method == "POST" else _in_address(parameters)
        self.asked.append(asked)
        if asked.method in self.refuses:
            return answer(b"Method not allowed", status=405)
        if asked.is_sorted and not self.sorts:
            return exception("Sorting by dc:identifier is not supported", code="InvalidParameterValue")
        return self.instead(asked) or self.page(asked)

    def page(self, asked: Asked) -> Reply:
        """What a service in good order answers, its counting apart."""
        rows = min(asked.rows, self.max_rows)
        given = self.records[asked.start - 1 :][:rows]
        count = len(self.records)
        following = self.next_record(asked.start, len(given), count)
        matched = self.counted(count)
        attributes = f'numberOfRecordsReturned="{len(given)}" elementSet="full"'
        attributes += f' numberOfRecordsMatched="{matched}"' if matched is not None else ""
        attributes += f' nextRecord="{following}"' if following is not None else ""
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?><csw:GetRecordsResponse xmlns:csw="{CSW}" {NAMESPACES}'
            ' version="2.0.2"><csw:SearchStatus timestamp="2024-01-01T00:00:00Z"/>'
            f"<csw:SearchResults {attributes}>{''.join(given)}</csw:SearchResults></csw:GetRecordsResponse>"
        )
        return xml(body)

    def _capabilities(self) -> Reply:
        post = self.posts_to or self.url
        values = "".join(f"<ows:Value>{schema}</ows:Value>" for schema in self.schemas)
        return xml(
            f'<csw:Capabilities xmlns:csw="{CSW}" xmlns:ows="http://www.opengis.net/ows"'
            ' xmlns:xlink="http://www.w3.org/1999/xlink" version="2.0.2"><ows:OperationsMetadata>'
            f'<ows:Operation name="GetRecords"><ows:DCP><ows:HTTP><ows:Get xlink:href="{self.url}"/>'
            f'<ows:Post xlink:href="{post}"/></ows:HTTP></ows:DCP>'
            f'<ows:Parameter name="outputSchema">{values}</ows:Parameter></ows:Operation>'
            "</ows:OperationsMetadata></csw:Capabilities>"
        )


def _posted(body: bytes) -> Asked:
    root = ElementTree.fromstring(body)
    assert root.tag == f"{_TAG}GetRecords", body
    assert root.get("service") == "CSW"
    cql = root.find(f".//{_TAG}CqlText")
    return Asked(
        "POST",
        int(root.get("startPosition", "1")),
        int(root.get("maxRecords", "10")),
        root.get("outputSchema", ""),
        (cql.text or "") if cql is not None else "",
        root.find(".//{http://www.opengis.net/ogc}SortBy") is not None,
    )


def _in_address(parameters: dict[str, str]) -> Asked:
    return Asked(
        "GET",
        int(parameters["startposition"]),
        int(parameters["maxrecords"]),
        parameters["outputschema"],
        parameters.get("constraint", ""),
        "sortby" in parameters,
    )


def xml(body: str) -> Reply:
    return answer(body.encode(), headers={"Content-Type": "application/xml"})


def exception(text: str, *, code: str = "NoApplicableCode") -> Reply:
    """An exception report inside of a 200, as the standard has it."""
    return xml(
        '<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows" version="1.0.0">'
        f'<ows:Exception exceptionCode="{code}"><ows:ExceptionText>{text}</ows:ExceptionText></ows:Exception>'
        "</ows:ExceptionReport>"
    )
