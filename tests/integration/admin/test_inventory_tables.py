"""A department's inventory, out and in as a table: unchanged where nothing changed, row by row where something did."""

import csv
import datetime
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalogue.actions import workflow
from catalogue.actions.entry import By, Entry, Origin
from catalogue.actions.store import upsert_many
from catalogue.drafts import ResourceDraft
from catalogue.enums import Route, State, Visibility
from catalogue.inventory.columns import HEADERS
from catalogue.inventory.export import rows_of
from catalogue.inventory.import_plan import plan_import
from catalogue.inventory.table_file import csv_lines, read_table, write_xlsx
from catalogue.models import Batch, Change, Dataset, Revision
from tests.factories.catalogue import csv_file, dataset, draft
from tests.factories.clients import signed_in
from tests.factories.publishers import PublisherFactory, officer

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 11, 22, 9, 0, tzinfo=datetime.UTC)
UPLOAD = "/admin/catalogue/dataset/import/"

#: Texts that spreadsheets and CSV files like to spoil.
AWKWARD = (
    "=SUM(A1:A9)",
    "'=quoted",
    "+44 20 7946 0000",
    "-1",
    "@home",
    "00012",
    "1/2",
    "TRUE",
    "3E5",
    "Line one\nline two",
    'He said "no", twice; then left',
    "Ŵyneb – “dyfyniad” 🐟",
    "tab\tinside",
    "x" * 32_500,
)


@pytest.fixture
def agency():
    return PublisherFactory(title="Rivers Agency", slug="rivers")


def inventory(agency, count: int) -> None:
    """Entries of every sort: open and not, with many files and none, with dates, areas and awkward texts."""
    entries = []
    for number in range(count):
        files = tuple(
            ResourceDraft(
                url=f"https://rivers.example/{number}/{part}.csv?a=1&b=2",
                title=f"File {part}",
                format="CSV",
                size_bytes=part * 1000 or None,
                modified=datetime.date(2026, 1, 1 + part),
                extras={"kept": part},
            )
            for part in range(number % 4)
        )
        is_open = number % 3 > 0
        made = draft(
            agency,
            title=f"Entry {number}",
            description=AWKWARD[number % len(AWKWARD)],
            tags=(f"tag {number % 7}", "=cmd"),
            topic_id="health" if number % 2 else None,
            licence_id="uk-ogl" if is_open else None,
            access="open" if is_open else "not_released",
            access_reason="" if is_open else "Names people.",
            held_in=AWKWARD[number % 9],
            information_asset_owner="Ada Reader",
            personal_data="" if is_open else "personal",
            classification="official" if number % 5 == 0 else "not_applicable",
            frequency="monthly",
            issued=datetime.date(2020, 2, 29) if number % 2 else None,
            issued_text="Leap day 2020" if number % 2 else "",
            west=-3.5 if number % 6 == 0 else None,
            south=50.0 if number % 6 == 0 else None,
            east=-1.25 if number % 6 == 0 else None,
            north=51.123456789 if number % 6 == 0 else None,
            places=("Leeds; West", "York") if number % 11 == 0 else (),
            translations={"cy": {"title": "Cofnod"}},
            extras={"left": number},
            resources=files,
        )
        visibility = Visibility.PUBLIC if is_open else Visibility.OFFICIALS
        entries.append(Entry(made, state=State.PUBLISHED, visibility=visibility))
    for start in range(0, count, 500):
        upsert_many(entries[start : start + 500], by=By(Route.COMMAND), now=NOW)


def as_csv() -> bytes:
    return "".join(csv_lines(rows_of(Dataset.objects.all()))).encode()


def as_xlsx() -> bytes:
    file = io.BytesIO()
    write_xlsx(rows_of(Dataset.objects.all()), file)
    return file.getvalue()


def test_a_thousand_rows_go_out_and_in_unchanged(agency):
    inventory(agency, 572)
    user = officer(agency)
    for table in (as_csv(), as_xlsx()):
        rows = list(read_table(table))
        assert len(rows) == 1 + 1_001
        plan = plan_import(rows, user=user, publisher=agency)
        assert [(one.row, one.changes, one.problems) for one in plan.entries if one.action != "unchanged"] == []
        assert (plan.count("unchanged"), plan.unknown_columns) == (572, [])


def test_an_officer_uploads_sees_what_would_happen_does_it_and_undoes_it(agency):
    person = officer(agency)
    client = signed_in(person)
    inventory(agency, 12)
    before = as_csv()
    rows = list(csv.reader(io.StringIO(before.decode("utf-8-sig"), newline="")))
    place = {name: number for number, name in enumerate(HEADERS)}
    first = next(row for row in rows if row[place["title"]] == "Entry 5")
    first[place["title"]], first[place["tags"]] = "Entry five", "eels; elvers"
    third = next(row for row in rows if row[place["title"]] == "Entry 6")
    third[place["access"]], third[place["west"]] = "secret", "200"
    new = [""] * len(HEADERS)
    new[place["title"]], new[place["identifier"]], new[place["url"]] = (
        "Newts",
        "RA-77",
        "https://rivers.example/newts.csv",
    )
    further = [""] * len(HEADERS)
    further[place["url"]], further[place["resource_title"]] = "https://rivers.example/newts.xlsx", "Newts again"
    out = io.StringIO(newline="")
    csv.writer(out).writerows([*rows, new, further])

    file = SimpleUploadedFile("ours.csv", out.getvalue().encode(), content_type="text/csv")
    answer = client.post(UPLOAD, {"file": file, "publisher": str(agency.id)})
    page = client.get(answer.url).content.decode()
    assert "<strong>1</strong> new" in page
    assert "<strong>1</strong> changed" in page
    assert "<strong>10</strong> unchanged" in page
    assert "access “secret”: this is none of open, restricted, internal, not_released." in page
    assert "west “200”: give degrees from -180 to 180." in page
    assert "<del>Entry 5</del> <ins>Entry five</ins>" in page
    assert Dataset.objects.count() == 12

    done = client.post(answer.url)
    batch = Batch.objects.get()
    assert (done.url, batch.title) == (f"/admin/catalogue/batch/{batch.pk}/change/", "Imported 2 entries from ours.csv")
    newts = Dataset.objects.get(title="Newts")
    assert (newts.state, newts.identifiers, newts.publisher) == (State.DRAFT, ["RA-77"], agency)
    assert [file.format for file in newts.resources.all()] == ["CSV", "XLSX"]
    changed = Dataset.objects.get(title="Entry five")
    assert changed.tags == ["eels", "elvers"]
    assert changed.extras == {"left": 5}
    assert Revision.objects.get(dataset=changed, number=2).actor == person
    assert Change.objects.filter(dataset_id=changed.id).count() == 2

    assert client.get(f"/admin/catalogue/batch/{batch.pk}/change/").status_code == 200
    client.post(f"/admin/catalogue/batch/{batch.pk}/undo/")
    changed.refresh_from_db()
    newts.refresh_from_db()
    assert (changed.title, changed.tags, newts.state) == ("Entry 5", ["tag 5", "=cmd"], State.WITHDRAWN)


def plan_of(agency, text: str, user=None):
    return plan_import(read_table(text.encode()), user=user or officer(agency), publisher=agency)


def test_a_table_of_ones_own_making_needs_only_titles(agency):
    plan = plan_of(agency, "Our inventory\n\nTitle *;Held in;Colour\nEels;Shed 7;blue\n;Shed 8;red\n")
    assert plan.unknown_columns == ["Colour"]
    assert [(one.row, one.action, one.title) for one in plan.entries] == [(4, "new", "Eels"), (5, "problem", "")]
    assert plan.entries[0].draft.held_in == "Shed 7"
    assert [str(problem) for problem in plan.entries[1].problems] == ["There is no title: every new entry needs one."]


def test_rows_below_an_entry_that_name_no_title_are_its_further_files(agency):
    table = "title,url\nEels,https://rivers.example/1.csv\n,https://rivers.example/2.csv\n"
    (plan,) = plan_of(agency, table).entries
    assert [file.url for file in plan.draft.resources] == [
        "https://rivers.example/1.csv",
        "https://rivers.example/2.csv",
    ]


def test_a_row_with_a_known_identifier_is_that_entry_however_often_it_is_uploaded(agency):
    made = dataset(agency, title="Eels", identifiers=("RA-1",))
    plan = plan_of(agency, "identifier,title\nRA-1,Eels\nRA-2,Newts\n")
    assert [(one.dataset_id, one.action) for one in plan.entries] == [(made.id, "unchanged"), (None, "new")]


FAULTY = """Inventory of 2026

title,licence,url,resource_format,frequency
Eels,uk-ogl,,CSV,annual
Newts,"open, I think",https://rivers.example/newts.csv,,annual
Otters,uk-ogl,https://rivers.example/otters.csv,,now and then
,,https://rivers.example/otters-2.csv,,
Voles,uk-ogl,,CSV,annual
Mink,uk-ogl,,,annual
Beavers,uk-ogl,,,annual
"""


def test_what_is_wrong_with_many_rows_is_said_once_with_what_stands_there(agency):
    plan = plan_of(agency, FAULTY)
    assert [(kind.column, kind.rows, list(kind.cells)) for kind in plan.kinds_of_problem] == [
        ("url", [4, 8], []),
        ("licence", [5], ["open, I think"]),
        ("frequency", [6], ["now and then"]),
    ]
    assert plan.kinds_of_problem[0].text == (
        "a file needs its address. Give it, or empty what else is said of the file (resource_format)."
    )


def downloaded(answer) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_faulty_table_is_given_back_with_what_is_wrong_and_what_was_left_out_stays_at_hand(agency):
    dataset(agency, title="mink")
    person = officer(agency)
    client = signed_in(person)
    file = SimpleUploadedFile("Our list.csv", FAULTY.encode())
    preview = client.post(UPLOAD, {"file": file, "publisher": str(agency.id)}).url
    header, *rows = downloaded(client.get(f"{preview}rows.csv"))
    assert header[:4] == ["what would happen", "what is wrong", "what would change", "title"]
    assert [(row[0], row[3]) for row in rows] == [
        ("left out", "Eels"),
        ("left out", "Newts"),
        ("left out", "Otters"),
        ("", ""),
        ("left out", "Voles"),
        ("left out: its title is there already", "Mink"),
        ("new entry", "Beavers"),
    ]
    assert rows[1][1] == (
        "licence “open, I think”: this is no licence that we know: write its code or its address, such as uk-ogl."
    )

    client.post(preview)
    batch = Batch.objects.get()
    assert sorted(Dataset.objects.values_list("title", flat=True)) == ["Beavers", "mink"]
    assert f"{preview}rows.csv" in client.get(f"/admin/catalogue/batch/{batch.pk}/change/").content.decode()
    header, *left = downloaded(client.get(f"{preview}rows.csv"))
    assert left == rows[:-1]
    assert signed_in(officer(agency)).get(f"{preview}rows.csv").status_code == 404

    # Mended, it goes in again as it is: the columns that were added say nothing
    mended = [[cell.replace("now and then", "annual") for cell in row] for row in [header, *left]]
    out = io.StringIO(newline="")
    csv.writer(out).writerows(mended)
    plan = plan_of(agency, out.getvalue(), user=person)
    assert plan.unknown_columns == []
    assert [one.title for one in plan.entries if one.action == "new"] == ["Otters"]
    assert len(next(one for one in plan.entries if one.title == "Otters").draft.resources) == 2


def test_a_table_uploaded_twice_makes_everything_twice_only_if_somebody_says_so(agency):
    dataset(agency, title="Eels")
    gone = dataset(agency, title="Newts")
    workflow.withdraw(gone, reason="Too old.", by=By(Route.COMMAND), now=NOW)
    client = signed_in(officer(agency))
    twice = ["Eels", "Eels", "Newts", "Newts", "Newts"]
    for ticked, titles in (({}, ["Eels", "Newts", "Newts"]), ({"with_twins": "on"}, twice)):
        file = SimpleUploadedFile("a.csv", b"title\nEELS\nNewts\n")
        preview = client.post(UPLOAD, {"file": file, "publisher": str(agency.id)}).url
        client.post(preview, ticked)
        assert sorted(title.capitalize() for title in Dataset.objects.values_list("title", flat=True)) == titles


def test_what_others_changed_meanwhile_is_not_overwritten_unseen(agency):
    made = dataset(agency, title="Eels")
    plan = plan_of(agency, f"id,version,title\n{made.id},7,Elvers\n")
    assert plan.entries[0].action == "problem"
    assert str(plan.entries[0].problems[0]) == (
        "Row 2, version “7”: the entry was changed since this table was downloaded. Download it again, or empty this "
        "cell to put the table over it."
    )
    assert plan_of(agency, f"id,version,title\n{made.id},,Elvers\n").entries[0].action == "changed"


def test_nobody_changes_the_entries_of_others_by_a_table(agency):
    elsewhere = PublisherFactory()
    theirs, hidden = dataset(elsewhere, title="Theirs"), dataset(elsewhere, title="Hidden", state=State.DRAFT)
    plan = plan_of(agency, f"id,title\n{theirs.id},Ours\n{hidden.id},Ours\nnonsense,Ours\n")
    assert [str(one.problems[0]) for one in plan.entries] == [
        f"You may not edit the entries of {elsewhere}.",
        f"Row 3, id “{hidden.id}”: you can see no entry with this id. Leave the cell empty for a new entry.",
        "Row 4, id “nonsense”: you can see no entry with this id. Leave the cell empty for a new entry.",
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"colour,size\nred,3\n", "No row is a header that we know"),
        (b"title\n", "a header and nothing below it"),
        (b"PK\x03\x04 no workbook", "The spreadsheet is damaged, or is none"),
    ],
)
def test_a_table_that_cannot_be_read_is_answered_with_what_to_do(agency, content, words):
    client = signed_in(officer(agency))
    file = SimpleUploadedFile("ours.csv", content)
    answer = client.post(UPLOAD, {"file": file, "publisher": str(agency.id)}, follow=True)
    page = answer.content.decode()
    assert words in page
    assert Dataset.objects.count() == 0


def test_an_upload_is_its_owners_alone_and_for_publishers_of_theirs(agency):
    client, other = signed_in(officer(agency)), signed_in(officer(agency))
    answer = client.post(UPLOAD, {"file": SimpleUploadedFile("a.csv", b"title\nEels\n"), "publisher": str(agency.id)})
    assert other.get(answer.url, follow=True).status_code == 404
    refused = client.post(
        UPLOAD, {"file": SimpleUploadedFile("a.csv", b"title\nEels\n"), "publisher": str(PublisherFactory().id)}
    )
    assert "Select a valid choice" in refused.content.decode()


def test_files_of_a_harvested_entry_are_not_changed_by_a_table_but_its_words_are(agency):
    made = dataset(agency, title="Eels", origin=Origin(id="g1", url="https://x.example"), resources=(csv_file(),))
    file = made.resources.get()
    plan = plan_of(agency, f"id,title,resource_id,url\n{made.id},Elvers,{file.id},https://x.example/new.csv\n")
    assert [str(problem) for problem in plan.entries[0].problems] == [
        "Its files follow the source that it is harvested from: mend them there."
    ]
    assert (
        plan_of(agency, f"id,title,resource_id,url\n{made.id},Elvers,{file.id},{file.url}\n").entries[0].action
        == "changed"
    )
