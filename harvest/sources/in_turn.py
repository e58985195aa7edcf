"""Files of a folder, one after the other: what one of them gives before it fails is kept, and the others are read."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from harvest.findings import error
from harvest.sources.base import Event, SourceFailed, SourceProblem

#: Files that can't be read, by name, in a run's message.
_NAMED = 5


def in_turn(
    files: Sequence[Path],
    read: Callable[[Path], Iterator[Event]],
    *,
    label: Callable[[Path], str] = lambda file: file.name,
) -> Iterator[Event]:
    """What `read` gives of each file; `label` is a file's name in messages.

    Raises SourceFailed at the end where one of them could not be read to its end, and at once where it is the only one.
    """
    unread: list[str] = []
    for file in files:
        try:
            yield from read(file)
        except SourceFailed as failure:
            if len(files) == 1:
                raise
            unread.append(label(file))
            yield SourceProblem(error("file-unreadable", f"{label(file)}: {failure}", value=label(file)))
    if unread:
        raise SourceFailed(
            f"{len(unread)} of {len(files)} files could not be read to their end: {', '.join(unread[:_NAMED])}"
            f"{' …' if len(unread) > _NAMED else ''}. The problems of this run say why."
        )
