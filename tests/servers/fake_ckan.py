"""A CKAN portal on loopback: the Action API that harvesters ask, over packages in a list, with faults on demand."""

import asyncio
import datetime
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

from tests.servers.faulty import FaultyServer, Reply, SeenRequest
from tests.servers.replies import answer

Parameters = dict[str, str]
#: What the portal answers instead, or None where it answers as it should.
Fault = Callable[[str, Parameters], Reply | None]

_CLAUSE = re.compile(r'(?P<not>-?)(?P<field>organization|groups):"(?P<name>[^"]*)"')
_SINCE = re.compile(r"metadata_modified:\[(?P<since>\S+)Z TO \*\]")


@dataclass
class FakeCkan:
    """Serves `packages` at the server's `prefix`; change the list and the `clock` between two harvests.

    `max_rows`: as many packages a page as the portal gives at most. `asked` holds every call, in order.
    """

    server: FaultyServer
    packages: list[dict[str, Any]] = field(default_factory=list)
    organizations: dict[str, dict[str, Any]] = field(default_factory=dict)
    prefix: str = ""
    max_rows: int = 1_000
    is_sorted: bool = True
    clock: datetime.datetime | None = datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.UTC)
    faults: list[Fault] = field(default_factory=list)
    asked: list[tuple[str, Parameters]] = field(default_factory=list)
    before: Callable[[str, Parameters], None] = lambda action, parameters: None

    def __post_init__(self) -> None:
        for action in ("package_search", "package_list", "package_show", "organization_show"):
            self.server.replies[f"{self.prefix}/api/3/action/{action}"] = self._reply(action)
        self.server.replies["*"] = web_page(status=404)

    @property
    def url(self) -> str:
        return self.server.url(self.prefix or "/")

    def calls(self, action: str) -> list[Parameters]:
        return [parameters for asked, parameters in self.asked if asked == action]

    def _reply(self, action: str) -> Reply:
        async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
            parameters = dict(parse_qsl(request.path.partition("?")[2]))
            self.asked.append((action, parameters))
            self.before(action, parameters)
            for fault in self.faults:
                if instead := fault(action, parameters):
                    return await instead(request, writer)
            return await self.answer_to(action, parameters)(request, writer)

        return reply

    def answer_to(self, action: str, parameters: Parameters) -> Reply:
        """What a portal in good order answers."""
        match action:
            case "package_search":
                return self.success(self._search(parameters))
            case "package_list":
                return self.success([package["name"] for package in self._public()])
            case "package_show":
                wanted = parameters["id"]
                found = [p for p in self.packages if wanted in (p.get("id"), p.get("name"))]
            case _:
                found = [self.organizations[parameters["id"]]] if parameters["id"] in self.organizations else []
        return self.success(found[0]) if found else failure("Not found", status=404, kind="Not Found Error")

    def success(self, result: Any) -> Reply:
        body = {"help": f"{self.url}/api/3/action/help_show", "success": True, "result": result}
        headers = {"Content-Type": "application/json;charset=utf-8"}
        if self.clock:
            headers["Date"] = format_datetime(self.clock, usegmt=True)
        return answer(json.dumps(body).encode(), headers=headers)

    def _public(self) -> list[dict[str, Any]]:
        return [p for p in self.packages if not p.get("private") and p.get("state", "active") == "active"]

    def _search(self, parameters: Parameters) -> dict[str, Any]:
        found = [package for package in self._public() if _matches(package, parameters.get("fq", ""))]
        if self.is_sorted:
            found.sort(key=lambda package: package["id"])
        start = int(parameters.get("start", 0))
        rows = min(int(parameters.get("rows", 10)), self.max_rows)
        return {"count": len(found), "sort": "id asc", "facets": {}, "results": found[start : start + rows]}


def _matches(package: dict[str, Any], query: str) -> bool:
    since = _SINCE.search(query)
    if since and package["metadata_modified"] < since["since"]:
        return False
    wanted: dict[str, set[str]] = {}
    for clause in _CLAUSE.finditer(query):
        names = {package["organization"]["name"]} if clause["field"] == "organization" else _groups(package)
        if clause["not"] and clause["name"] in names:
            return False
        if not clause["not"]:
            wanted.setdefault(clause["field"], set()).add(clause["name"])
    has = {"organization": {package["organization"]["name"]}, "groups": _groups(package)}
    return all(has[field] & names for field, names in wanted.items())


def _groups(package: dict[str, Any]) -> set[str]:
    return {group["name"] for group in package.get("groups", [])}


def package(number: int, **fields: Any) -> dict[str, Any]:
    """A sound package; its id grows with its number."""
    return {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "name": f"package-{number}",
        "title": f"Package {number}",
        "notes": "What there is to know about it.",
        "license_id": "uk-ogl",
        "state": "active",
        "private": False,
        "type": "dataset",
        "metadata_created": "2020-01-01T00:00:00.000001",
        "metadata_modified": "2020-02-02T10:00:00.123456",
        "organization": {
            "id": "00000000-0000-4000-9000-000000000001",
            "name": "ministry-of-maps",
            "title": "Ministry of Maps",
            "type": "organization",
            "is_organization": True,
        },
        "resources": [
            {
                "id": f"00000000-0000-4000-a000-{number:012}",
                "name": "The file",
                "format": "CSV",
                "url": f"https://data.example.gov.uk/{number}.csv",
            }
        ],
        "tags": [{"name": "maps", "display_name": "maps", "state": "active"}],
        "groups": [],
        "extras": [],
    } | fields


def failure(message: str, *, status: int = 200, kind: str = "Search Error") -> Reply:
    """The API's own way to say no; some portals say it with status 200."""
    body = {"help": "", "success": False, "error": {"__type": kind, "message": message}}
    return answer(json.dumps(body).encode(), status=status, headers={"Content-Type": "application/json"})


def web_page(*, status: int = 200) -> Reply:
    page = b"<!DOCTYPE html><html><title>Down for maintenance</title><body>Come back later.</body></html>"
    return answer(page, status=status, headers={"Content-Type": "text/html"})


def on_page(start: int, reply: Reply) -> Fault:
    """The page that begins there is always this one, however few rows are asked for."""
    return lambda action, parameters: reply if parameters.get("start") == str(start) else None


def from_page(start: int, reply: Reply) -> Fault:
    """This page and every one after it."""
    return lambda action, parameters: reply if int(parameters.get("start", -1)) >= start else None


def on_action(action: str, reply: Reply) -> Fault:
    return lambda asked, parameters: reply if asked == action else None


def once(fault: Fault) -> Fault:
    """The fault happens one time only."""
    happened: list[bool] = []

    def first(action: str, parameters: Parameters) -> Reply | None:
        reply = None if happened else fault(action, parameters)
        if reply:
            happened.append(True)
        return reply

    return first
