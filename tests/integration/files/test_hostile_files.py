"""Files made to harm, and servers that lie: each costs its cap and no more, and says why."""

import gzip
import io
import json
import resource as system
import struct
import zipfile

import pytest
from django.conf import settings

from files import fetching
from files.looking import look_into
from services.http import HttpError, HttpErrorKind
from tests.servers import replies


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def lying_zip(claimed: int) -> bytes:
    """An archive that says its member is as small as `claimed`."""
    content = bytearray(zipped({"a.csv": b"a,b\n" + b"1,2\n" * 200_000}))
    size = struct.pack("<I", 4 + 4 * 200_000)
    while (at := content.find(size)) >= 0:
        content[at : at + 4] = struct.pack("<I", claimed)
    return bytes(content)


BOMB = gzip.compress(b"0" * 64 * 1024 * 1024)
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "'
    + b"x" * 1000
    + b'">'
    + b"".join(b'<!ENTITY b%d "%s">' % (n, b"&b%s;" % (b"" if n == 0 else b"%d" % (n - 1)) * 10) for n in range(9))
    + b"]><rows><row><n>&b8;</n></row><row><n>&b8;</n></row></rows>"
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE rows [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
    b"<rows><row><n>&b;</n></row><row><n>2</n></row></rows>"
)


def look(tmp_path, body: bytes, name: str):
    path, out = tmp_path / "file", tmp_path / "out"
    path.write_bytes(body)
    out.mkdir()
    before = largest_child()
    looked = look_into(path, name=name, folder=out)
    peak = largest_child()
    # what a fork shares with this process before it becomes another program is counted as the child's
    ours = system.getrusage(system.RUSAGE_SELF).ru_maxrss / 1024
    assert peak <= max(500, before, ours), f"a child held {peak:.0f} MB"
    return looked


def largest_child() -> float:
    """MB held by the largest child that this process ever had: other tests have theirs, such as a browser."""
    return system.getrusage(system.RUSAGE_CHILDREN).ru_maxrss / 1024


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        ("bomb.csv.gz", BOMB, "It unpacks to more than we take, or is made to harm."),
        ("deep.json", b"[" * 100_000, "It is nested too deeply."),
        (
            "nested.zip",
            zipped({"inner.zip": zipped({"a.csv": b"a,b\n1,2\n"})}),
            "It is an archive without a file of data",
        ),
        ("bomb.zip", zipped({"a.csv": b"0" * 64 * 1024 * 1024}), "the archive grows far more than any data does"),
        ("lying.zip", lying_zip(10), "“a.csv”: it is damaged"),
        ("cut.zip", zipped({"a.csv": b"a,b\n1,2\n"})[:60], "archive is damaged"),
        ("zeros.bin", b"\x00" * 5_000_000, "The file is empty."),
        ("cut.parquet", b"PAR1" + b"\x01" * 500 + b"PAR1", "It is damaged"),
        ("cut.gpkg", b"SQLite format 3\x00" + b"\x00" * 52 + b"GPKG" + b"\xff" * 5_000, "It is damaged"),
        ("cut.pdf", b"%PDF-1.7\n" + b"\xff" * 5_000, "It is damaged"),
        ("cut.xlsx", zipped({"[Content_Types].xml": b"<x", "xl/workbook.xml": b"<"}), "It is damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value[-8:-1] else "",  # archives hold the time of day
)
def test_a_file_made_to_harm_says_why_it_has_no_preview(tmp_path, name, body, says):
    looked = look(tmp_path, body, name)
    assert looked.tables == []
    assert says in (looked.crash or looked.reason)


def test_entities_are_neither_blown_up_nor_fetched(tmp_path):
    looked = look(tmp_path, OUTSIDE, "outside.xml")
    assert "root:" not in json.dumps(looked.tables)
    assert [table["rows"] for table in looked.tables] in ([2], [])


def test_laughing_entities_end_without_a_table_of_laughter(tmp_path):
    looked = look(tmp_path, LAUGHS, "laughs.xml")
    assert sum(table["bytes"] for table in looked.tables) < 1_000_000


def test_two_cells_a_world_apart_cost_their_process_and_no_more(tmp_path):
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{main}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
    sheet += '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData></worksheet>'
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    book = f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets>'
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    target = f'<Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/s.xml"/>'
    body = zipped(
        {
            "[Content_Types].xml": b"<Types/>",
            "xl/workbook.xml": f"{book}</workbook>".encode(),
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">{target}</Relationships>'.encode(),
            "xl/worksheets/s.xml": sheet.encode(),
        }
    )
    looked = look(tmp_path, body, "wide.xlsx")
    assert looked.tables == []
    assert looked.crash or looked.reason


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (replies.endless(), HttpErrorKind.TOO_LARGE),
        (replies.gzip_bomb(64 * 1024 * 1024), HttpErrorKind.TOO_LARGE),
        (replies.wrong_length(b"a,b\n", claimed=10_000), HttpErrorKind.PROTOCOL),
    ],
)
def test_a_body_that_never_ends_or_lies_costs_its_cap(server, tmp_path, reply, kind):
    server.replies["/file"] = reply
    target = tmp_path / "file"
    policy = fetching.policy(max_bytes=2 * fetching.MB)
    with pytest.raises(HttpError) as raised:
        fetching.fetch(f"http://{server.address}/file", target, policy=policy, redis_url=settings.REDIS_URL)
    assert raised.value.kind == kind
    assert target.stat().st_size <= 2 * fetching.MB
