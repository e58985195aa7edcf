"""A web accessible folder on loopback: XML files behind the index pages of Apache, nginx or IIS."""

import asyncio
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from html import escape
from urllib.parse import quote, unquote

from tests.servers.faulty import FaultyServer, Reply, SeenRequest
from tests.servers.replies import answer


@dataclass
class FakeWaf:
    """Serves `files`, by their paths below `prefix`; change them between two harvests.

    `dates`: when a file was last changed; without one it was long ago. `instead` are addresses that answer something
    else. `listings`: index pages written otherwise, by their folder.
    """

    server: FaultyServer
    files: dict[str, bytes] = field(default_factory=dict)
    style: str = "apache"
    prefix: str = "/waf/"
    clock: datetime.datetime = datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.UTC)
    dates: dict[str, datetime.datetime] = field(default_factory=dict)
    instead: dict[str, Reply] = field(default_factory=dict)
    listings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.server.replies["*"] = self._reply()

    @property
    def url(self) -> str:
        return self.server.url(self.prefix)

    @property
    def files_asked(self) -> list[str]:
        """Paths of the XML files that were asked for, in order."""
        paths = [unquote(path).removeprefix(self.prefix) for _, path in self.server.asked]
        return [path for path in paths if path.endswith(".xml")]

    def _reply(self) -> Reply:
        async def reply(request: SeenRequest, writer: asyncio.StreamWriter) -> bool:
            path = unquote(request.path).removeprefix(self.prefix)
            return await self._answer(path)(request, writer)

        return reply

    def _answer(self, path: str) -> Reply:
        if path in self.instead:
            return self.instead[path]
        headers = {"Date": format_datetime(self.clock, usegmt=True)}
        if path in self.files:
            return answer(self.files[path], headers=headers | {"Content-Type": "application/xml"})
        if path in self.listings or path == "" or any(name.startswith(path) for name in self.files):
            page = self.listings.get(path) or self._page(path)
            return answer(page.encode(), headers=headers | {"Content-Type": "text/html"})
        return answer(b"<html><h1>Not Found</h1></html>", status=404, headers={"Content-Type": "text/html"})

    def _page(self, folder: str) -> str:
        below = [name.removeprefix(folder) for name in self.files if name.startswith(folder)]
        names = sorted({name.partition("/")[0] + ("/" if "/" in name else "") for name in below})
        entries = {
            name: self.dates.get(folder + name, datetime.datetime(2020, 1, 2, 3, 4, tzinfo=datetime.UTC))
            for name in names
        }
        return {"apache": apache, "nginx": nginx, "iis": iis}[self.style](f"{self.prefix}{folder}", entries)


def apache(path: str, entries: Mapping[str, datetime.datetime]) -> str:
    """mod_autoindex with fancy indexing in a table."""
    rows = "".join(
        f'<tr><td valign="top"><img src="/icons/text.gif" alt="[TXT]"></td><td><a href="{quote(name)}">{escape(name)}'
        f'</a></td><td align="right">{when:%Y-%m-%d %H:%M}  </td><td align="right">1.2K</td><td>&nbsp;</td></tr>\n'
        for name, when in entries.items()
    )
    return (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n<head>'
        f"<title>Index of {path}</title></head>\n<body><h1>Index of {path}</h1>\n<table>"
        '<tr><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last modified</a></th></tr>\n'
        '<tr><td><a href="/">Parent Directory</a></td><td>&nbsp;</td><td align="right">  - </td></tr>\n'
        f"{rows}</table>\n<address>Apache/2.4 Server</address></body></html>\n"
    )


def nginx(path: str, entries: Mapping[str, datetime.datetime]) -> str:
    """autoindex."""
    lines = "".join(
        f'<a href="{quote(name)}">{escape(name)}</a>{" " * 20}{when:%d-%b-%Y %H:%M}{" " * 15}1234\r\n'
        for name, when in entries.items()
    )
    return (
        f"<html>\r\n<head><title>Index of {path}</title></head>\r\n<body>\r\n<h1>Index of {path}</h1><hr><pre>"
        f'<a href="../">../</a>\r\n{lines}</pre><hr></body>\r\n</html>\r\n'
    )


def iis(path: str, entries: Mapping[str, datetime.datetime]) -> str:
    """Directory browsing: what is said of a file stands before its name, and addresses begin at the root."""
    lines = "".join(
        f" {when.month}/{when.day}/{when.year}  {when:%I:%M %p}"
        f'{"        &lt;dir&gt;" if name.endswith("/") else "         1234"} <A HREF="{path}{quote(name)}">'
        f"{escape(name.rstrip('/'))}</A><br>"
        for name, when in entries.items()
    )
    return (
        f"<html><head><title>127.0.0.1 - {path}</title></head><body><H1>127.0.0.1 - {path}</H1><hr>\r\n\r\n"
        f'<pre><A HREF="/">[To Parent Directory]</A><br><br>{lines}</pre><hr></body></html>'
    )
