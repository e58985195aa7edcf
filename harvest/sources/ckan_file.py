"""The packages of one file, and a plain sentence where a file holds none."""

from collections.abc import Iterator, Sequence

from harvest.findings import warning
from harvest.raw_record import RawRecord
from harvest.sources.base import SourceFailed, SourceProblem
from harvest.sources.ckan_documents import BrokenLine, PackageFile
from harvest.sources.ckan_selection import Selection
from harvest.sources.json_stream import JsonError, Readable
from harvest.sources.web_page import web_page


def packages_in(stream: Readable, selection: Selection) -> Iterator[RawRecord | SourceProblem]:
    """The packages of one file. What is none is told, but where nothing at all is one the file is no such file."""
    packages = PackageFile(stream)
    before = selection.given + selection.left_out
    problems: list[SourceProblem] = []
    last_line_broken = False
    try:
        for element in packages.elements():
            if isinstance(element, BrokenLine):
                last_line_broken = element.is_last
                problems.append(selection.broken_line(element))
                continue
            event = selection.take(element)
            if isinstance(event, SourceProblem):
                problems.append(event)
            elif event is not None:
                yield event
            if problems and selection.given + selection.left_out > before:
                yield from problems
                problems.clear()
    except JsonError as broken:
        yield from problems if selection.given > before else ()
        raise SourceFailed(_why(packages, broken, selection.given - before)) from broken
    if selection.given + selection.left_out == before and (problems or packages.complaint or not packages.found_list):
        raise SourceFailed(_no_packages(packages, selection, problems))
    yield from problems
    if last_line_broken:
        raise SourceFailed("The source is incomplete: its last line stops in the middle.")
    if packages.has_bad_bytes:
        yield SourceProblem(
            warning("not-utf-8", "Some characters are not UTF-8 and were replaced: save the file as UTF-8.")
        )


def _why(packages: PackageFile, broken: JsonError, given: int) -> str:
    if not given and packages.start.startswith("<"):
        return f"The source is {web_page(packages.start)} instead of JSON."
    if not given and not broken.is_truncated:
        return f"The source is not JSON that can be read. It {broken}"
    return f"The source is incomplete: its JSON {broken}"


def _no_packages(packages: PackageFile, selection: Selection, problems: Sequence[SourceProblem]) -> str:
    if packages.complaint:
        return f"The source is a portal's refusal instead of packages. It says: “{packages.complaint}”."
    if selection.names_only:
        return (
            f"The source only lists {selection.names_only:,} names and describes no dataset:"
            " give what `package_search` or `package_show` answers, or what `ckanapi dump datasets --all` writes."
        )
    if problems:
        return f"Nothing in the source is a CKAN dataset. Of the first element: {problems[0].finding.message}"
    return "The source's JSON holds no list of CKAN packages."
