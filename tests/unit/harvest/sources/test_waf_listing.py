"""Index pages of web servers: which links are files and folders below, and what is said of them."""

import datetime
import re
import time
from pathlib import Path

import pytest

from harvest.sources.waf_listing import Listed, may_have_changed_since, read_listing
from tests.servers.fake_waf import apache, iis, nginx

URL = "https://maps.example.gov.uk/waf/"
WHEN = datetime.datetime(2024, 3, 2, 15, 4, tzinfo=datetime.UTC)
SAMPLES = Path(__file__).resolve().parents[3] / "data" / "harvest" / "waf"


@pytest.mark.parametrize(
    ("page", "stamp"),
    [
        (apache, "2024-03-02 15:04 1.2K"),
        (nginx, "02-Mar-2024 15:04 1234"),
        (iis, "3/2/2024 03:04 PM 1234"),
    ],
)
def test_each_servers_page_gives_files_folders_and_stamps(page, stamp: str):
    names = ["a.xml", "B.XML", "c d.xml", "e.txt", "sub/"]

    found = read_listing(page("/waf/", dict.fromkeys(names, WHEN)), URL)

    assert found.files == [Listed(URL + name, stamp) for name in ("a.xml", "B.XML", "c%20d.xml")]
    assert found.folders == [URL + "sub/"]


def test_lighttpds_page():
    found = read_listing((SAMPLES / "lighttpd.html").read_text(), URL)

    assert found.files == [Listed(URL + "a%20b.xml", "2024-Jan-02 03:04:05 1.2K")]
    assert found.folders == [URL + "old/"]


@pytest.mark.parametrize(
    ("href", "files"),
    [
        ("a.xml", [URL + "a.xml"]),
        ("./a.xml#top", [URL + "a.xml"]),
        ("/waf/sub/a.xml", [URL + "sub/a.xml"]),
        ("https://maps.example.gov.uk/waf/a.xml?v=2&amp;w=3", [URL + "a.xml?v=2&w=3"]),
        ("HTTPS://MAPS.EXAMPLE.GOV.UK/waf/a.xml", [URL + "a.xml"]),
        ("../a.xml", []),
        ("/other/a.xml", []),
        ("https://elsewhere.example/waf/a.xml", []),
        ("https://maps.example.gov.uk:8443/waf/a.xml", []),
        ("//elsewhere.example/waf/a.xml", []),
        ("file:///waf/a.xml", []),
        ("javascript:a.xml", []),
        ("?C=N;O=D", []),
        ("a.xml/", []),
        ("", []),
        ("http://[broken/a.xml", []),
    ],
)
def test_only_xml_files_below_the_folder_count(href: str, files: list[str]):
    assert [listed.url for listed in read_listing(f"<a class=x href='{href}'>x</a>", URL).files] == files


@pytest.mark.parametrize("href", ["../", "/", "/waf/", "./", ".", "?C=N", "sub/?C=N", "https://elsewhere.example/sub/"])
def test_parents_itself_and_other_orders_are_no_subfolders(href: str):
    assert read_listing(f'<a href="{href}">x</a>', URL).folders == []


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("https://maps.example.gov.uk/waf/index.html", "https://maps.example.gov.uk/waf/a.xml"),
        ("https://maps.example.gov.uk/waf", "https://maps.example.gov.uk/waf/a.xml"),
        ("https://maps.example.gov.uk/list.php?folder=7", "https://maps.example.gov.uk/a.xml"),
    ],
)
def test_pages_that_are_no_folder_by_their_address(url: str, file: str):
    page = '<a href="a.xml">a</a><a href="sub/">sub</a><a href="/other/">other</a>'

    found = read_listing(page, url)

    assert [listed.url for listed in found.files] == [file]
    assert found.folders[0] == file.replace("a.xml", "sub/")


def test_a_declared_base_counts_and_comments_do_not():
    page = f'<base href="{URL}deep/"><!-- <a href="no.xml">no</a> --><a href="a.xml">a</a><!-- <a href="b.xml">b</a>'

    assert [listed.url for listed in read_listing(page, URL).files] == [URL + "deep/a.xml", URL + "deep/b.xml"]


def test_each_file_counts_once_and_a_line_without_a_date_is_no_stamp():
    page = '<li><a href="a.xml">A record</a> about 2024</li><li><a href="a.xml">again</a> 2024-01-01 10:00</li>'

    assert read_listing(page, URL).files == [Listed(URL + "a.xml", "")]


def test_hostile_pages_cost_no_time():
    started = time.process_time()
    for page in ("<a href=" * 200_000, "<!--" * 400_000, '<a href="a.xml">' * 50_000, "<a " + " " * 2_000_000):
        read_listing(page, URL)
    assert time.process_time() - started < 60


@pytest.mark.parametrize(
    ("stamp", "may_have"),
    [
        ("2024-03-02 15:04 1K", True),
        ("29-Feb-2024 12:30 1234", True),
        ("2024-02-28 12:00", False),
        ("12-Feb-2024 10:00", False),
        ("2/3/2024 03:04 PM", True),  # 2 March or 3 February
        ("2/1/2024 03:04 PM", False),  # 2 January or 1 February
        ("31-Dec-2024 10:00", True),
        ("", True),
        ("2024-13-41 99:99", True),
    ],
)
def test_when_a_stamp_may_hide_a_later_change(stamp: str, may_have: bool):
    assert may_have_changed_since(stamp, datetime.datetime(2024, 3, 2, 12, tzinfo=datetime.UTC)) is may_have


@pytest.mark.real_data
def test_real_listings_lose_no_file(real_data: Path):
    pages = sorted((real_data / "d_iso" / "waf_listings").glob("*.html"))
    assert len(pages) > 5
    for path in pages:
        page = path.read_text(encoding="utf-8-sig")
        names = {name for name in re.findall(r'href="([^"#?]+\.xml)"', page) if "/" not in name}
        assert {one.url for one in read_listing(page, URL).files} == {URL + name for name in names}, path
