"""Web accessible folders, from the listing of a real web server into the catalogue."""

import datetime

import pytest

from catalogue.enums import State
from catalogue.models import Change, Dataset
from harvest.enums import RunState, SourceKind
from harvest.models import Problem, Source
from harvest.sources import ADAPTERS
from harvest.sources.waf import WafAdapter
from tests.factories.harvest import counts, run_now, source
from tests.factories.iso import iso_record
from tests.servers.fake_waf import FakeWaf
from tests.servers.faulty import FaultyServer
from tests.servers.replies import answer, endless, gzip_bomb, hang_up, in_turn, redirect

pytestmark = pytest.mark.django_db

LATER = datetime.timedelta(days=3)


@pytest.fixture
def waf(portal: FaultyServer) -> FakeWaf:
    return FakeWaf(portal, {f"{name}.xml": iso_record(name).encode() for name in "abcdefghijkl"})


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ADAPTERS, SourceKind.WAF, WafAdapter(pauses=(0.01,)))  # type: ignore[arg-type]


def folder(waf: FakeWaf, **fields: object) -> Source:
    return source(waf.url, kind=SourceKind.WAF, **fields)


def problems(run: object) -> list[tuple[str, str, str]]:
    return list(Problem.objects.filter(run=run).values_list("kind", "guid", "value"))


def published() -> int:
    return Dataset.objects.filter(state=State.PUBLISHED).count()


@pytest.mark.parametrize("style", ["apache", "nginx", "iis"])
def test_every_file_of_a_listing_and_of_its_subfolders_becomes_an_entry(waf: FakeWaf, style: str):
    waf.style = style
    waf.files["old/1999/m n.xml"] = iso_record("deep", "Deep down").encode()
    waf.files["readme.txt"] = b"none"

    run = run_now(folder(waf))

    assert (run.state, run.message) == (RunState.COMPLETED, "13 records: 13 new.")
    assert run.expected == 13
    assert Dataset.objects.get(origin_id="deep").title == "Deep down"
    assert not [path for path in waf.files_asked if "readme" in path]


def test_second_harvest_of_the_same_changes_nothing_and_asks_for_no_file(waf: FakeWaf):
    maps = folder(waf)
    run_now(maps)
    changes, asked = Change.objects.count(), len(waf.files_asked)
    waf.clock += LATER

    run = run_now(maps)

    assert (run.state, counts(run)) == (RunState.COMPLETED, {"seen": 12, "unchanged": 12})
    assert Change.objects.count() == changes
    assert len(waf.files_asked) == asked


def test_only_files_that_are_new_or_have_another_date_are_read_again(waf: FakeWaf):
    maps = folder(waf)
    run_now(maps)
    asked = len(waf.files_asked)
    waf.clock += LATER
    waf.files["c.xml"] = iso_record("c", "Another title").encode()
    waf.dates["c.xml"] = waf.clock - datetime.timedelta(days=2, hours=12)
    waf.files["new.xml"] = iso_record("new").encode()

    run = run_now(maps)

    assert counts(run) == {"seen": 2, "updated": 1, "created": 1}
    assert waf.files_asked[asked:] == ["c.xml", "new.xml"]
    assert Dataset.objects.get(origin_id="c").title == "Another title"
    assert published() == 13


def test_a_file_that_was_changed_a_moment_ago_is_read_again_though_its_date_stays(waf: FakeWaf):
    waf.dates["c.xml"] = waf.clock
    maps = folder(waf)
    run_now(maps)
    waf.files["c.xml"] = iso_record("c", "Another title").encode()

    assert counts(run_now(maps)) == {"seen": 1, "updated": 1}


def test_everything_is_read_from_time_to_time(waf: FakeWaf):
    maps = folder(waf)
    run_now(maps)
    waf.clock += datetime.timedelta(days=8)
    waf.files["c.xml"] = iso_record("c", "Another title").encode()  # its date in the listing stays

    assert counts(run_now(maps)) == {"seen": 12, "updated": 1, "unchanged": 11}


def test_a_file_that_is_gone_is_noticed_at_once(waf: FakeWaf):
    maps = folder(waf)
    run_now(maps)
    waf.clock += LATER
    del waf.files["c.xml"]

    run = run_now(maps)

    assert counts(run) == {"seen": 11, "unchanged": 11, "retired": 1}
    assert Dataset.objects.get(origin_id="c").state == State.WITHDRAWN


def test_a_listing_without_dates_is_read_whole_each_time(waf: FakeWaf):
    waf.listings[""] = "".join(f'<li><a href="{name}">A record</a></li>' for name in waf.files)
    maps = folder(waf)
    run_now(maps)
    waf.clock += LATER
    waf.files["c.xml"] = iso_record("c", "Another title").encode()

    assert counts(run_now(maps)) == {"seen": 12, "updated": 1, "unchanged": 11}


def test_record_without_an_identifier_goes_by_its_address(waf: FakeWaf):
    waf.files = {"a b.xml": iso_record(None, "Rivers").encode()}
    maps = folder(waf)

    run = run_now(maps)

    assert problems(run) == [("missing-identifier", f"{waf.url}a%20b.xml", "")]
    assert Dataset.objects.get().origin_id == f"{waf.url}a%20b.xml"
    assert counts(run_now(maps, forced=True)) == {"seen": 1, "unchanged": 1, "problems": 1}


def test_two_files_with_one_identifier_are_told(waf: FakeWaf):
    waf.files["z.xml"] = iso_record("a", "Another").encode()
    waf.files["zz.xml"] = iso_record("b").encode()

    run = run_now(folder(waf))

    assert sorted(kind for kind, _, _ in problems(run)) == ["duplicate-identifier", "listed-twice"]
    assert Dataset.objects.get(origin_id="a").title == "Dataset a"
    assert published() == 12


@pytest.mark.parametrize(
    ("reply", "kind", "told"),
    [
        (
            answer(b"no", status=500),
            "file-unreadable",
            "The server answered with status 500: it met a fault of its own.",
        ),
        (answer(b"no", status=403), "file-unreadable", "The server answered with status 403: it does not let us in."),
        (answer(b"<html>Back soon</html>"), "file-unreadable", "This is a web page instead of metadata"),
        (answer(b""), "file-unreadable", "The XML is empty."),
        (hang_up(), "file-unreadable", "The source could not be read."),
        (gzip_bomb(64 * 1024 * 1024), "file-unreadable", "The source could not be read."),
        (endless(piece=b"words " * 10_000), "file-unreadable", "This is no XML: it begins “words words"),
        (redirect("http://127.0.0.1:9/secret"), "file-unreadable", "The source could not be read."),
    ],
    ids=["500", "403", "web page", "empty", "hang up", "gzip bomb", "endless", "private address"],
)
def test_a_file_that_cannot_be_read_costs_only_itself_and_withdraws_nothing(
    waf: FakeWaf, reply: object, kind: str, told: str
):
    maps = folder(waf)
    run_now(maps)
    waf.instead["c.xml"] = reply  # type: ignore[assignment]
    waf.files["d.xml"] = iso_record("d", "Another title").encode()
    del waf.files["e.xml"]

    run = run_now(maps, forced=True)

    assert run.state == RunState.COMPLETED
    assert [(one[0], one[1]) for one in problems(run)] == [(kind, "c.xml"), ("incomplete-list", "")]
    assert told in Problem.objects.get(run=run, kind=kind).message
    assert counts(run) == {"seen": 11, "updated": 1, "unchanged": 9, "failed": 1, "problems": 2}
    assert published() == 12


def test_after_a_fault_the_next_harvest_heals(waf: FakeWaf):
    maps = folder(waf)
    waf.instead["c.xml"] = in_turn(answer(b"no", status=500), answer(waf.files["c.xml"]))
    assert counts(run_now(maps))["failed"] == 1
    waf.clock += LATER

    run = run_now(maps)

    assert (counts(run), run.failed) == ({"seen": 12, "created": 1, "unchanged": 11}, 0)


def test_a_broken_record_keeps_its_entry_and_lets_others_be_withdrawn(waf: FakeWaf):
    maps = folder(waf)
    run_now(maps)
    waf.files["c.xml"] = waf.files["c.xml"][:-50]
    del waf.files["e.xml"]

    run = run_now(maps, forced=True)

    assert [one[0] for one in problems(run)] == ["broken-xml"]
    assert (run.failed, run.retired) == (1, 1)
    assert Dataset.objects.get(origin_id="c").state == State.PUBLISHED
    assert Dataset.objects.get(origin_id="e").state == State.WITHDRAWN


def test_a_file_that_is_listed_and_gone_is_withdrawn(waf: FakeWaf):
    maps = folder(waf)
    run_now(maps)
    waf.instead["c.xml"] = answer(b"gone", status=404)

    run = run_now(maps, forced=True)

    assert [one[0] for one in problems(run)] == ["listed-not-there"]
    assert run.retired == 1


def test_an_overloaded_server_is_asked_again(waf: FakeWaf):
    waf.instead["c.xml"] = in_turn(answer(b"", status=503), answer(waf.files["c.xml"]))

    assert counts(run_now(folder(waf))) == {"seen": 12, "created": 12}


def test_a_subfolder_that_cannot_be_read_withdraws_nothing(waf: FakeWaf):
    waf.files["sub/m.xml"] = iso_record("m").encode()
    maps = folder(waf)
    run_now(maps)
    waf.instead["sub/"] = answer(b"<html>Forbidden</html>", status=403)

    run = run_now(maps)

    assert [one[0] for one in problems(run)] == ["folder-unreadable", "incomplete-list"]
    assert (run.state, run.retired, published()) == (RunState.COMPLETED, 0, 13)


def test_a_subfolder_that_answers_with_an_error_page_withdraws_nothing(waf: FakeWaf):
    waf.files["sub/m.xml"] = iso_record("m").encode()
    maps = folder(waf)
    run_now(maps)
    waf.listings["sub/"] = "<html><h1>Internal error</h1></html>"

    run = run_now(maps, forced=True)

    assert [one[0] for one in problems(run)] == ["folder-unreadable", "incomplete-list"]
    assert published() == 13


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("", "This is no web accessible folder that lists XML files: the page has no links."),
        (
            "<html><a href='/'>Home</a> We are closed.</html>",
            "This is no web accessible folder that lists XML files: the page has no link to one. Nothing was changed.",
        ),
        (
            '<?xml version="1.0"?><gmd:MD_Metadata/>',
            "This is no web accessible folder that lists XML files: it is an XML document. Harvest a single document"
            " as “iso”.",
        ),
    ],
    ids=["empty", "notice", "record"],
)
def test_what_is_no_listing_fails_with_a_sentence_and_withdraws_nothing(waf: FakeWaf, page: str, message: str):
    maps = folder(waf)
    run_now(maps)
    waf.instead[""] = answer(page.encode())

    run = run_now(maps)

    assert (run.state, run.message, published()) == (RunState.FAILED, message, 12)


def test_a_server_that_fails_all_the_time_fails_the_run(waf: FakeWaf):
    maps = folder(waf)
    run_now(maps)
    waf.files |= {f"x{number}.xml": b"" for number in range(30)}
    waf.instead = {name: answer(b"", status=500) for name in waf.files}

    run = run_now(maps)

    assert run.state == RunState.FAILED
    assert run.message.startswith("The server answered with status 500: it met a fault of its own.")
    assert published() == 12


def test_folders_that_list_each_other_end(waf: FakeWaf):
    waf.listings["loop/"] = '<a href="../">up</a> <a href="loop/">loop</a> <a href="/waf/loop/">self</a>'
    for depth in range(1, 30):
        waf.listings["loop/" * depth] = waf.listings["loop/"]
    waf.listings[""] = FakeWaf(waf.server, waf.files)._page("") + '<a href="loop/">loop</a>'
    waf.server.replies["*"] = waf._reply()

    run = run_now(folder(waf))

    assert counts(run) == {"seen": 12, "created": 12}
    assert len([path for _, path in waf.server.asked if path.endswith("loop/")]) == 5


def test_subfolders_may_be_left_out(waf: FakeWaf):
    waf.files["sub/m.xml"] = iso_record("m").encode()

    run = run_now(folder(waf, config={"depth": 0}))

    assert run.seen == 12
    assert not [path for _, path in waf.server.asked if "sub" in path]


def test_the_limit_counts_for_all_files_together(waf: FakeWaf):
    maps = folder(waf)
    run_now(maps)
    maps.max_bytes = 6_000
    maps.save()

    run = run_now(maps, forced=True)

    assert (run.state, run.message) == (
        RunState.FAILED,
        "The source is larger than 6,000 bytes, which is the limit set for it."
        f" The {run.seen} records that were read are kept; nothing was retired.",
    )
    assert 0 < run.unchanged == run.seen < 12


def test_path_on_this_machine_is_no_web_accessible_folder():
    run = run_now(source("/etc", kind=SourceKind.WAF))

    assert (run.state, run.message) == (
        RunState.FAILED,
        "A web accessible folder is a web address that begins with https:// or http://; harvest a folder on this"
        " machine as “iso”.",
    )
