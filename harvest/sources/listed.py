"""Documents that a source lists, each with a stamp that changes when it does (a date, a hash): which to read this time,
and how to go on where one of them can't be read.

`Place.config` may hold `full_every_days`: how often every document is read, whether its stamp changed or not (7).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from harvest.findings import warning
from harvest.raw_record import RawRecord
from harvest.sources.base import Event, Finished, Place, SourceFailed, SourceProblem
from harvest.sources.iso import Troubles
from harvest.sources.iso_web import NoAnswer

_FULL_EVERY_DAYS = 7
#: Documents whose stamps are remembered.
_MAX_REMEMBERED = 50_000
#: So many documents in a row that the server lists and can't give mean that something else is wrong.
_MAX_FAILURES = 20
#: Listed a moment ago and gone, or not for us: no fault of the list.
_GONE = (404, 410)


def to_read(
    place: Place, memory: Mapping[str, Any], stamps: Mapping[str, str], *, began: datetime | None
) -> list[str] | None:
    """The documents, by name, that are new or were changed; None where every one must be read.

    That is so from time to time, where the list gives no stamps, and where a document is gone: only a whole gather can
    tell which record went with it. `began`: the server's clock when it was asked for the list.
    """
    known = memory.get("files")
    if memory.get("url") != place.url or not isinstance(known, dict) or began is None:
        return None
    days = timedelta(days=float(place.config.get("full_every_days") or _FULL_EVERY_DAYS))
    if began - datetime.fromisoformat(memory["full_at"]) >= days or not any(known.values()):
        return None
    if known.keys() - stamps.keys():
        return None
    return [name for name, stamp in stamps.items() if not stamp or known.get(name) != stamp]


def finished(
    place: Place,
    memory: Mapping[str, Any],
    stamps: Mapping[str, str],
    *,
    began: datetime | None,
    is_complete: bool,
    is_full: bool,
    is_idle: bool,
) -> Finished:
    """How a look ends, and what `to_read` wants to be told next time: nothing, where it was not complete.

    `is_full`: every document was read, not only the changed ones. `is_idle`: none was to be read.
    """
    remembered: dict[str, Any] = {}
    if is_complete and began is not None and len(stamps) <= _MAX_REMEMBERED:
        full_at = began.isoformat() if is_full else memory["full_at"]
        remembered = {"url": place.url, "full_at": full_at, "files": dict(stamps)}
    return Finished(
        is_whole=is_complete and is_full, is_unmodified=is_complete and is_idle and not is_full, memory=remembered
    )


def read_each(
    names: Iterable[str], read: Callable[[str], Iterator[Event]], troubles: Troubles, *, label: Callable[[str], str]
) -> Iterator[Event]:
    """What `read` gives of each document. One that can't be read costs itself; `label` is its name in messages.

    Raises SourceFailed where the server is out of reach, or fails too often.
    """
    in_a_row = 0
    for name in names:
        try:
            for event in read(name):
                troubles.given += isinstance(event, RawRecord)
                yield event
            in_a_row = 0
        except NoAnswer as failure:
            in_a_row += 1
            if failure.is_unreachable or in_a_row >= _MAX_FAILURES:
                raise
            if failure.status in _GONE:
                message = f"It is listed, but there is nothing at its address. {failure}"
                yield SourceProblem(warning("listed-not-there", message, value=name))
            else:
                yield troubles.about(failure, label(name))
        except SourceFailed as failure:
            in_a_row = 0
            yield troubles.about(failure, label(name))
