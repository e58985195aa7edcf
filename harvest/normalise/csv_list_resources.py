"""The files and links of a dataset in an inventory → our resources. Pure."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from catalogue.drafts import ResourceDraft
from catalogue.enums import ResourceKind
from catalogue.plain import clean_text
from catalogue.vocabularies.formats import format_from
from catalogue.web_addresses import clean_url, url_key
from harvest.normalise.csv_list_cells import Cell, Cells
from harvest.normalise.data_json_resources import API_FORMATS

_SIZE = re.compile(r"([\d,.]+)\s*([a-z]*)", re.IGNORECASE)
_UNITS = {
    "": 1, "b": 1, "byte": 1, "bytes": 1,
    "k": 1_000, "kb": 1_000, "kib": 1_024, "m": 1_000_000, "mb": 1_000_000, "mib": 1_048_576,
    "g": 1_000_000_000, "gb": 1_000_000_000, "gib": 1_073_741_824, "tb": 1_000_000_000_000,
}  # fmt: skip


def resources_by_row(cells: Cells, *, has_own_dates: bool) -> list[list[ResourceDraft]]:
    """`has_own_dates`: the rows' dates are those of their files."""
    return [list(_of_row(cells, place, has_own_dates=has_own_dates)) for place in range(len(cells.rows))]


def with_extras(by_row: list[list[ResourceDraft]], own: list[dict[str, Any]]) -> tuple[ResourceDraft, ...]:
    """All of them, each once; the first of each row with what else that row alone says."""
    found: list[ResourceDraft] = []
    for resources, extras in zip(by_row, own, strict=True):
        if resources and extras:
            resources = [replace(resources[0], extras={**resources[0].extras, **extras}), *resources[1:]]
        found += resources
    return tuple(_once(found))


def _of_row(cells: Cells, place: int, *, has_own_dates: bool) -> Iterator[ResourceDraft]:
    about = _About(cells, place, has_own_dates=has_own_dates)
    for cell in about.urls():
        for written in cells.addresses(cell):
            url = clean_url(written)
            if url is None:
                cells.warn("bad-link", "This is no web address, so it was left out: begin it with https://.", cell)
                cells.keep(cell)
                continue
            yield about.resource(url, cell)
    for link, kind in (("document", ResourceKind.DOCUMENT), ("api", ResourceKind.API)):
        for cell in cells.of_row(place, "", link=link):
            urls = [url for text in cells.addresses(cell) if (url := clean_url(text))]
            if not urls:
                cells.keep(cell)
            for url in urls:
                code = format_from("", url=url)
                title = cell.header if kind == ResourceKind.DOCUMENT else ""
                yield ResourceDraft(url=url, kind=kind, title=title[:200], format=code)


class _About:
    """What one row says of its files."""

    def __init__(self, cells: Cells, place: int, *, has_own_dates: bool) -> None:
        self._cells = cells
        self._place = place
        self._has_own_dates = has_own_dates

    def urls(self) -> list[Cell]:
        cells = self._cells.of_row(self._place, "url")
        # Some templates know a file only by an identifier which is its address.
        if not any(clean_url(text) for cell in cells for text in self._cells.addresses(cell)):
            identifiers = [cell for cell in self._cells.of_row(self._place, "resource_id") if clean_url(cell.text)]
            return identifiers or cells
        return cells

    def resource(self, url: str, at: Cell) -> ResourceDraft:
        format_text = clean_text(self._text("resource_format", at), max_length=200)
        media_type = clean_text(self._text("resource_media_type", at), max_length=200)
        code = format_from(format_text, media_type=media_type, url=url)
        issued, _ = self._cells.date(self._cell("resource_issued", at) or self._of_file("issued"))
        modified, _ = self._cells.date(self._cell("resource_modified", at) or self._of_file("modified"))
        licence = self._text("resource_licence", at)
        label = self._cells.words(at) if at.text.startswith("=") and clean_url(self._cells.words(at)) is None else ""
        return ResourceDraft(
            url=url,
            source_id=clean_text(self._text("resource_id", at), max_length=500),
            kind=ResourceKind.API if code in API_FORMATS else ResourceKind.DATA,
            title=clean_text(self._text("resource_title", at) or label, max_length=500),
            description=clean_text(self._text("resource_description", at), max_length=20_000, keep_lines=True),
            format=code,
            format_text=format_text,
            media_type=media_type,
            size_bytes=self._size(at),
            issued=issued,
            modified=modified,
            extras={"licence": licence} if licence else {},
        )

    def _cell(self, name: str, at: Cell) -> Cell | None:
        """The cell that goes with `url_2` is that of `…_2`, else the one without a number."""
        cells = self._cells.of_row(self._place, name)
        same = [cell for cell in cells if cell.number == at.number]
        return next(iter(same or [cell for cell in cells if not cell.number]), None)

    def _text(self, name: str, at: Cell) -> str:
        cell = self._cell(name, at)
        return self._cells.words(cell) if cell else ""

    def _of_file(self, name: str) -> Cell | None:
        return next(iter(self._cells.of_row(self._place, name)), None) if self._has_own_dates else None

    def _size(self, at: Cell) -> int | None:
        cell = self._cell("resource_size", at)
        found = _SIZE.fullmatch(cell.text.strip()) if cell else None
        unit = (found[2] or self._text("resource_size_unit", at)).strip().casefold() if found else ""
        if cell and (found is None or unit not in _UNITS):
            self._cells.warn("bad-size", "This is no size: write a number of bytes, or as 2.5 MB.", cell)
            return None
        try:
            return int(float(found[1].replace(",", "")) * _UNITS[unit]) if found else None
        except (ValueError, OverflowError):
            return None


def _once(resources: list[ResourceDraft]) -> Iterator[ResourceDraft]:
    seen: set[tuple[str, str]] = set()
    addresses: set[str] = set()
    for resource in resources:
        address = url_key(resource.url)
        if (address, resource.title) in seen or (not resource.title and address in addresses):
            continue
        seen.add((address, resource.title))
        addresses.add(address)
        yield resource
