"""The quality that the entry form shows is that of what it holds: before saving, and beside what is published."""

import re

import pytest
from django.utils import timezone

from catalogue.actions.amending import amend
from catalogue.actions.entry import By
from catalogue.enums import Route, Visibility
from catalogue.models import Dataset
from publishers.enums import Role
from tests.factories.catalogue import csv_file, dataset
from tests.factories.clients import signed_in
from tests.factories.publishers import PublisherFactory, officer
from tests.integration.admin.test_dataset_form import change_url, values

pytestmark = pytest.mark.django_db

CHECK = "/admin/catalogue/dataset/check/"

#: What raises the score of an entry that says nothing.
BETTER = {
    "description": "Levels of every river of the north, measured each quarter of an hour by 400 gauges since 1998. "
    * 2,
    "tags": ("rivers", "levels", "floods"),
    "licence_id": "uk-ogl",
    "contact_email": "rivers@rivers.example",
}


@pytest.fixture
def agency():
    return PublisherFactory(title="Rivers Agency", requires_approval=True)


@pytest.fixture
def editor(agency):
    return officer(agency)


def shown(page) -> tuple[int, str]:
    """The score in the panel, and all that the panel says."""
    panel = re.search(r'<div id="live-quality">(.*?)</div>(.*?)</div>', page.content.decode(), re.DOTALL)
    assert panel
    return int(re.findall(r"<strong>(\d+)</strong>", panel[1])[0]), re.sub(r"<[^>]+>", " ", "".join(panel.groups()))


def posted(page) -> dict[str, str]:
    """What a browser would send of the form that a page shows."""
    form = page.context["adminform"].form
    sent = {
        field.html_name: "" if field.value() is None else str(field.value())
        for field in form
        if field.name not in {"languages", "tags", "places"}
    }
    sent |= {name: ", ".join(form[name].value() or ()) for name in ("tags", "places")}
    for formset in page.context["inline_admin_formsets"]:
        for one in [formset.formset.management_form, *formset.formset.forms]:
            sent |= {field.html_name: "" if field.value() is None else str(field.value()) for field in one}
    return sent


def test_an_editors_form_scores_the_change_that_waits_and_says_what_is_published(agency, editor):
    entry = dataset(agency, title="River levels of the north")
    published = entry.quality.score
    file = csv_file("https://rivers.example/levels.csv", title="Levels of 2026")
    amend(
        entry.pk,
        lambda said: said.with_changes(**BETTER, resources=(file,)),
        by=By(Route.API, user=editor),
        now=timezone.now(),
    )
    score, words = shown(signed_in(editor).get(change_url(entry)))
    assert score > published
    assert f"With the change that waits for approval. As it is published it has {published} of 100." in words
    assert "Choose a licence" not in words
    approver = signed_in(officer(agency, Role.APPROVER))
    score_of_entry, words = shown(approver.get(change_url(entry)))
    assert score_of_entry == published
    assert "With the change that waits" not in words
    # And approved, it has just that
    approver.post(
        f"/admin/catalogue/dataset/{entry.pk}/review/",
        {"_approve": "1", "seen": str(signed_in(editor).get(change_url(entry)).context["copy"].point)},
    )
    assert Dataset.objects.get().quality.score == score


def test_the_form_of_a_change_that_waits_reads_its_links_once_however_many_files_it_has(
    agency, editor, django_assert_max_num_queries
):
    entry = dataset(agency, title="River levels of the north", resources=(csv_file(),))
    client, readings = signed_in(editor), []
    for number in range(2):
        files = [csv_file(f"https://rivers.example/{number}-{part}.csv") for part in range(1 + number)]
        amend(
            entry.pk,
            lambda said, files=files: said.with_changes(resources=(*said.resources, *files)),
            by=By(Route.API, user=editor),
            now=timezone.now(),
        )
        with django_assert_max_num_queries(21) as asked:
            page = client.get(change_url(entry))
        links = sum('FROM "catalogue_linkcheck"' in one["sql"] for one in asked)
        readings.append((len(page.context["copy"].files), links))
    assert readings == [(2, 1), (4, 1)]


def test_what_the_script_asks_is_answered_with_the_score_of_what_the_form_holds(agency, editor):
    entry = dataset(agency, title="River levels of the north", resources=(csv_file(),))
    file = csv_file("https://rivers.example/levels.csv", title="Levels of 2026")
    amend(
        entry.pk,
        lambda said: said.with_changes(**BETTER, rights="Free for all.", resources=(*said.resources, file)),
        by=By(Route.API, user=editor),
        now=timezone.now(),
    )
    client = signed_in(editor)
    page = client.get(change_url(entry))
    sent = posted(page) | {"entry": str(entry.pk)}
    assert sent["resources-1-url"] == "https://rivers.example/levels.csv"
    assert client.post(CHECK, sent).json()["quality"]["score"] == shown(page)[0]
    worse = client.post(CHECK, sent | {"resources-1-DELETE": "on", "licence": "", "description": ""}).json()
    assert worse["quality"]["score"] < shown(page)[0]
    assert {"id_licence", "id_description"} <= {fix["place"] for fix in worse["quality"]["fixes"]}


def test_a_form_whose_files_somebody_else_removed_meanwhile_is_checked_all_the_same(agency):
    entry = dataset(agency, title="River levels", resources=(csv_file(), csv_file("https://rivers.example/2.csv")))
    client = signed_in(officer(agency, Role.APPROVER))
    page = client.get(change_url(entry))
    entry.resources.last().delete()
    answer = client.post(CHECK, posted(page) | {"entry": str(entry.pk)})
    assert (answer.status_code, "quality" in answer.json()) == (200, True)


def test_a_series_that_only_officials_see_is_known_to_them_while_they_type(agency, editor):
    dataset(agency, title="Rivers", kind="series", name="rivers", visibility=Visibility.OFFICIALS)
    wanted = values(agency, title="River levels", in_series="rivers", entry="")
    assert "in_series" not in signed_in(editor).post(CHECK, wanted).json()["messages"]
