"""The files and services behind an entry's links, and how each link answers."""

import random
from dataclasses import dataclass
from enum import StrEnum

from harvest.demo.entries import DemoEntry
from harvest.demo.periods import Period, split
from harvest.demo.profiles import Profile

#: Stands for the server's own address in records; `.invalid` can never resolve if one slips through.
BASE_PLACEHOLDER = "http://demo-sources.invalid"


class Answer(StrEnum):
    """How the demo server answers a request for a file."""

    OK = "ok"
    SLOW = "slow"
    REDIRECT = "redirect"
    #: 403 to HEAD, though GET works.
    HEAD_FORBIDDEN = "head-forbidden"
    #: 405 to HEAD, though GET works.
    HEAD_NOT_ALLOWED = "head-not-allowed"
    #: 429 with Retry-After, always.
    TOO_MANY_REQUESTS = "too-many-requests"
    NOT_FOUND = "not-found"
    GONE = "gone"
    SERVER_ERROR = "server-error"
    #: 200 with a web page that says sorry.
    WRONG_TYPE = "wrong-type"
    RESET = "reset"
    #: The address names a host that does not exist, so no request arrives.
    UNKNOWN_HOST = "unknown-host"


BROKEN_ANSWERS = (
    Answer.NOT_FOUND,
    Answer.GONE,
    Answer.SERVER_ERROR,
    Answer.WRONG_TYPE,
    Answer.RESET,
    Answer.UNKNOWN_HOST,
)
BROKEN_WEIGHTS = (8, 2, 2, 3, 2, 2)
ODD_ANSWERS = (
    Answer.SLOW,
    Answer.REDIRECT,
    Answer.HEAD_FORBIDDEN,
    Answer.HEAD_NOT_ALLOWED,
    Answer.TOO_MANY_REQUESTS,
)
ODD_WEIGHTS = (4, 5, 2, 2, 3)

#: Formats that are an address to ask, not a file to fetch.
SERVICE_FORMATS = frozenset({"wms", "api"})


@dataclass(frozen=True, kw_only=True)
class DemoFile:
    """One link of an entry: what it should hold and how it answers."""

    entry: DemoEntry
    format: str
    period: Period
    #: Rows of data in it.
    rows: int
    #: File name with its ending, or the service's path.
    file_name: str
    #: Says which of several files this is, else empty.
    part_label: str
    answer: Answer

    @property
    def path(self) -> str:
        """Path on the demo server."""
        folder = f"services/{self.format}" if self.format in SERVICE_FORMATS else "files"
        return f"/{self.entry.publisher.slug}/{folder}/{self.file_name}"

    @property
    def url(self) -> str:
        """The address to print in a record, with `BASE_PLACEHOLDER` for the server."""
        if self.answer is Answer.UNKNOWN_HOST:
            return f"http://old-website.{self.entry.publisher.slug}.invalid/downloads/{self.file_name}"
        query = "?service=WMS&request=GetCapabilities" if self.format == "wms" else ""
        return f"{BASE_PLACEHOLDER}{self.path}{query}"

    @property
    def seed(self) -> str:
        """What the contents are drawn from; every format of one table holds the same rows."""
        return f"{self.entry.seed}/{self.period.slug}/{self.entry.is_revised}"


def files_of(entry: DemoEntry, profile: Profile) -> tuple[DemoFile, ...]:
    """Return the entry's links; none when the data is not open or its publisher forgot them."""
    rng = random.Random(f"{entry.seed}/links")
    if not entry.family.formats or rng.random() < profile.no_files_share:
        return ()
    formats = entry.family.formats
    if not profile.describes_files and len(formats) > 1:
        formats = formats[: rng.randint(1, len(formats))]
    parts = split(entry.period, entry.family.parts)
    files = []
    for position, ending in enumerate(formats):
        for part in parts if position == 0 else (entry.period,):
            is_part = len(parts) > 1 and position == 0
            stem = f"{entry.name}-{part.slug}" if is_part else entry.name
            files.append(
                DemoFile(
                    entry=entry,
                    format=ending,
                    period=part,
                    rows=entry.rows // len(parts) if is_part else entry.rows,
                    file_name=stem if ending in SERVICE_FORMATS else f"{stem}.{ending}",
                    part_label=part.label if is_part else "",
                    answer=_draw_answer(rng, profile, entry),
                )
            )
    return tuple(files)


def _draw_answer(rng: random.Random, profile: Profile, entry: DemoEntry) -> Answer:
    lot, broken, odd = (
        rng.random(),
        rng.choices(BROKEN_ANSWERS, BROKEN_WEIGHTS)[0],
        rng.choices(ODD_ANSWERS, ODD_WEIGHTS)[0],
    )
    if lot < profile.broken_link_share:
        # A publisher that revises an entry mends its links.
        return Answer.OK if entry.is_revised else broken
    if lot >= profile.broken_link_share + profile.odd_link_share:
        return Answer.OK
    # A checker rests a whole server that says so, which would leave most of the demo unchecked for a while.
    return Answer.SLOW if odd is Answer.TOO_MANY_REQUESTS and not profile.limits_requests else odd
