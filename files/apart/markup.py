"""XML whose records repeat, and tables of web pages."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from lxml import etree, html

_MAX_SPAN = 200
_MAX_COUNTED = 400_000
#: Never an entity, never another address.
_SAFE: Final = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False, "recover": True}


class Unreadable(Exception):
    """`str(error)` is a sentence that begins with “it”."""


def root_of(path: Path) -> tuple[str, dict[str, str]]:
    """Name and attributes of the outermost element. Raises Unreadable."""
    try:
        for _, element in etree.iterparse(str(path), events=("start",), **_SAFE):
            return _local(element.tag), {_local(name): value for name, value in element.attrib.items()}
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"it is not well-formed XML: {error.msg}.") from error
    raise Unreadable("it holds no element.")


def record_path(path: Path) -> tuple[str, ...] | None:
    """The names that lead to the elements that repeat: those with parts of their own, as high up as they repeat."""
    counts: Counter[tuple[str, ...]] = Counter()
    parts: Counter[tuple[str, ...]] = Counter()
    stack: list[str] = []
    try:
        for number, (event, element) in enumerate(
            etree.iterparse(str(path), events=("start", "end"), remove_comments=True, remove_pis=True, **_SAFE)
        ):
            if event == "start":
                stack.append(_local(element.tag))
                here = tuple(stack)
                counts[here] += 1
                if len(stack) > 1:
                    parts[here[:-1]] += 1
                parts[here] += len(element.attrib)
            else:
                stack.pop()
                _forget(element)
            if number > _MAX_COUNTED:
                break
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"it is not well-formed XML: {error.msg}.") from error
    candidates = [
        (steps, count) for steps, count in counts.items() if count >= 2 and len(steps) > 1 and parts[steps] >= count
    ]
    if not candidates:
        return None
    most = max(count for _, count in candidates)
    # A record has parts; of a record and its repeated parts the record is higher up
    likely = [(steps, count) for steps, count in candidates if count >= max(2, most * 0.05)]
    return min(likely, key=lambda item: (len(item[0]), -item[1] * (parts[item[0]] / item[1] + 1)))[0]


def records_of(path: Path, steps: tuple[str, ...]) -> Iterator[dict[str, str]]:
    stack: list[str] = []
    for event, element in etree.iterparse(
        str(path), events=("start", "end"), remove_comments=True, remove_pis=True, **_SAFE
    ):
        if event == "start":
            stack.append(_local(element.tag))
            continue
        is_record = tuple(stack) == steps
        if is_record:
            yield _flat(element)
        stack.pop()
        if is_record or len(stack) < len(steps):
            _forget(element)


def _flat(element: Any, prefix: str = "", depth: int = 0) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in element.attrib.items():
        found[f"{prefix}{_local(name)}"] = value
    children = [child for child in element if isinstance(child.tag, str)]
    text = " ".join((element.text or "").split())
    if not children:
        if text:
            found[prefix.removesuffix(".") or "text"] = text
        return found
    for child in children:
        name = f"{prefix}{_local(child.tag)}"
        if depth < 6:
            for key, value in _flat(child, f"{name}.", depth + 1).items():
                found[key] = f"{found[key]}; {value}" if key in found and value else value
    return found


def _local(tag: Any) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _forget(element: Any) -> None:
    element.clear(keep_tail=False)
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def html_tables(path: Path) -> Iterator[tuple[str, list[list[str]]]]:
    """(caption, rows) of each table of a web page that has no other table in it, cells that span places repeated."""
    document = _document(path)
    for table in document.iter("table"):
        if table.find(".//table") is not None:
            continue
        rows = _table(table)
        if len(rows) >= 2 and max(map(len, rows)) >= 2:
            caption = table.find("caption")
            yield (" ".join(caption.text_content().split()) if caption is not None else ""), rows


def _document(path: Path) -> Any:
    content = path.read_bytes()
    if not content.strip():
        raise Unreadable("it is empty.")
    try:
        return html.document_fromstring(content, parser=html.HTMLParser(no_network=True, huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("it cannot be read as a web page.") from error


def _table(table: Any) -> list[list[str]]:
    rows: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}
    for line in table.iter("tr"):
        row: list[str] = []

        def hang(row: list[str] = row) -> None:
            while (held := hanging.get(len(row))) is not None:
                left, text = held
                hanging[len(row)] = (left - 1, text)
                if left <= 1:
                    del hanging[len(row)]
                row.append(text)

        for cell in line:
            if cell.tag not in ("td", "th"):
                continue
            hang()
            text = " ".join(cell.text_content().split())
            across, down = _span(cell, "colspan"), _span(cell, "rowspan")
            for _ in range(across):
                if down > 1:
                    hanging[len(row)] = (down - 1, text)
                row.append(text)
        hang()
        rows.append(row)
    return rows


def _span(cell: Any, name: str) -> int:
    text = (cell.get(name) or "1").strip()
    return min(_MAX_SPAN, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) else 1


def spreadsheetml(path: Path) -> Iterator[tuple[str, list[list[str]]]]:
    """The sheets of Excel's XML of 2003."""
    space = "{urn:schemas-microsoft-com:office:spreadsheet}"
    document = etree.parse(str(path), etree.XMLParser(**_SAFE)).getroot()
    for sheet in document.iter(f"{space}Worksheet"):
        rows: list[list[str]] = []
        for line in sheet.iter(f"{space}Row"):
            row: list[str] = []
            for cell in line.iter(f"{space}Cell"):
                place = cell.get(f"{space}Index")
                if place and place.isdigit():
                    row += [""] * min(2_000, int(place) - 1 - len(row))
                data = cell.find(f"{space}Data")
                row.append("".join(data.itertext()) if data is not None else "")
            rows.append(row)
        yield sheet.get(f"{space}Name") or "", rows
