"""What the demo's links hold: small real files in each format, made with the standard library alone."""

import csv
import html
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from harvest.demo.columns import Cell, draw_rows
from harvest.demo.links import DemoFile
from harvest.demo.metadata import FORMAT_NAMES
from harvest.demo.publishers import ASHBY

#: A fixed time for files in archives, so that the same entry gives the same bytes.
ARCHIVE_TIME = (2026, 10, 31, 9, 0, 0)
PDF_ROWS_PER_PAGE = 48

Table = tuple[list[str], list[list[Cell]]]


def media_type(file: DemoFile) -> str:
    """Return the Content-Type of the file's format."""
    if file.format == "wms":
        return "text/xml; charset=utf-8"
    name = FORMAT_NAMES[file.format][0]
    return f"{name}; charset={_encoding(file)}" if name.startswith("text/") else name


def render(file: DemoFile) -> bytes:
    """Return the contents of a file, or the answer of a service."""
    return WRITERS[file.format](file, table_of(file))


def table_of(file: DemoFile) -> Table:
    """Return the header and rows that every format of the file tells."""
    entry = file.entry
    rows = draw_rows(
        entry.family.columns,
        place=entry.place,
        period=file.period,
        publisher=entry.publisher.title,
        seed=file.seed,
        count=file.rows,
    )
    return list(entry.family.columns), list(rows)


def _encoding(file: DemoFile) -> str:
    # The sloppy publisher still saves from an old spreadsheet.
    return "windows-1252" if file.entry.publisher.slug == ASHBY else "utf-8"


def _csv(file: DemoFile, table: Table) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(_lines(table))
    return text.getvalue().encode(_encoding(file))


def _json(file: DemoFile, table: Table) -> bytes:
    records = [dict(zip(table[0], row, strict=True)) for row in table[1]]
    return json.dumps(records, ensure_ascii=False, indent=1).encode()


def _api(file: DemoFile, table: Table) -> bytes:
    records = [dict(zip(table[0], row, strict=True)) for row in table[1][:20]]
    return json.dumps({"count": len(table[1]), "results": records}, ensure_ascii=False, indent=1).encode()


def _geojson(file: DemoFile, table: Table) -> bytes:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [properties.pop("longitude"), properties.pop("latitude")]},
            "properties": properties,
        }
        for properties in _objects(table)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def _kml(file: DemoFile, table: Table) -> bytes:
    marks = "\n".join(
        f"<Placemark><name>{escape(str(row[table[0][0]]))}</name>"
        f"<Point><coordinates>{row['longitude']},{row['latitude']}</coordinates></Point></Placemark>"
        for row in _objects(table)
    )
    return _xml_document(
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>{escape(_title(file))}</name>\n{marks}\n</Document></kml>'
    )


def _xml(file: DemoFile, table: Table) -> bytes:
    rows = "\n".join(
        "<row>" + "".join(f"<{name}>{escape(str(cell))}</{name}>" for name, cell in row.items()) + "</row>"
        for row in _objects(table)
    )
    return _xml_document(f"<rows title={quoteattr(_title(file))}>\n{rows}\n</rows>")


def _html(file: DemoFile, table: Table) -> bytes:
    header = "".join(f"<th scope='col'>{html.escape(name)}</th>" for name in table[0])
    rows = "\n".join(
        "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in table[1]
    )
    title = html.escape(_title(file))
    return (
        f"<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>{title}</title></head>\n"
        f"<body><h1>{title}</h1>\n<table><thead><tr>{header}</tr></thead>\n<tbody>{rows}</tbody></table></body></html>\n"
    ).encode(_encoding(file), "xmlcharrefreplace")


def _wms(file: DemoFile, table: Table) -> bytes:
    west, south, east, north = file.entry.place.bbox
    box = f'minx="{west}" miny="{south}" maxx="{east}" maxy="{north}"'
    return _xml_document(
        '<WMS_Capabilities version="1.3.0" xmlns="http://www.opengis.net/wms"><Service><Name>WMS</Name>'
        f"<Title>{escape(_title(file))}</Title></Service><Capability><Layer><Name>{escape(file.entry.name)}</Name>"
        f'<Title>{escape(_title(file))}</Title><CRS>CRS:84</CRS><BoundingBox CRS="CRS:84" {box}/>'
        "</Layer></Capability></WMS_Capabilities>"
    )


def _zip(file: DemoFile, table: Table) -> bytes:
    note = f"{_title(file)}\n{len(table[1])} rows. Published by {file.entry.publisher.title}.\n"
    return _archive({f"{file.entry.name}.csv": _csv(file, table), "README.txt": note.encode()})


def _xlsx(file: DemoFile, table: Table) -> bytes:
    """A workbook of one sheet, with text written inline so that no table of shared strings is needed."""
    rows = "".join("<row>" + "".join(_xlsx_cell(cell) for cell in row) + "</row>" for row in _lines(table))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    content = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return _archive(
        {
            "[Content_Types].xml": _xml_document(
                f'<Types xmlns="{package}/content-types">'
                '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                f'<Override PartName="/xl/workbook.xml" ContentType="{content}.sheet.main+xml"/>'
                f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{content}.worksheet+xml"/></Types>'
            ),
            "_rels/.rels": _xml_document(
                f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
                f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
            ),
            "xl/workbook.xml": _xml_document(
                f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
                '<sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>'
            ),
            "xl/_rels/workbook.xml.rels": _xml_document(
                f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
                f'Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
            ),
            "xl/worksheets/sheet1.xml": _xml_document(
                f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
            ),
        }
    )


def _xlsx_cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
    return f"<c><v>{cell}</v></c>"


def _pdf(file: DemoFile, table: Table) -> bytes:
    """Plain pages of text in a font that every reader has."""
    lines = [" | ".join(str(cell) for cell in row)[:110] for row in _lines(table)]
    pages = [lines[start : start + PDF_ROWS_PER_PAGE] for start in range(0, len(lines), PDF_ROWS_PER_PAGE)]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        shown = [_pdf_line(_title(file), size=14), *(_pdf_line(line, size=8) for line in page)]
        text = b"BT 50 800 Td 15 TL\n" + b"\n".join(shown) + b"\nET"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            + f"/Contents {5 + 2 * number} 0 R >>".encode()
        )
        objects.append(f"<< /Length {len(text)} >>\nstream\n".encode() + text + b"\nendstream")
    body = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    entries = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    return (
        body
        + (
            f"xref\n0 {size}\n0000000000 65535 f \n{entries}trailer\n<< /Size {size} /Root 1 0 R >>\n"
            f"startxref\n{len(body)}\n%%EOF\n"
        ).encode()
    )


def _pdf_line(text: str, *, size: int) -> bytes:
    safe = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("cp1252", "replace")
    return f"/F1 {size} Tf (".encode() + safe + b") Tj T*"


def _lines(table: Table) -> list[list[Cell]]:
    return [list(table[0]), *table[1]]


def _objects(table: Table) -> list[dict[str, Any]]:
    return [dict(zip(table[0], row, strict=True)) for row in table[1]]


def _title(file: DemoFile) -> str:
    return file.entry.title.strip()


def _xml_document(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'.encode()


def _archive(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, ARCHIVE_TIME), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


WRITERS: dict[str, Callable[[DemoFile, Table], bytes]] = {
    "csv": _csv,
    "json": _json,
    "geojson": _geojson,
    "kml": _kml,
    "xml": _xml,
    "html": _html,
    "xlsx": _xlsx,
    "pdf": _pdf,
    "zip": _zip,
    "wms": _wms,
    "api": _api,
}
