"""Whatever stands in the database, no page runs it: every text of every row holds an attack."""

import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.db.models import CharField, Field, TextField
from django.test import Client
from django.utils import timezone

from catalogue.actions import datasets
from catalogue.actions.entry import By, Origin
from catalogue.drafts import DATASET_FIELDS
from catalogue.enums import LinkState, ResourceKind, Route
from catalogue.inline_script import GOVUK_INLINE_SCRIPT
from catalogue.models import Dataset, Licence, LinkCheck, Resource, Topic
from harvest.enums import Severity
from harvest.models import Problem, Run, Source
from publishers.models import Publisher
from tests.factories.catalogue import csv_file, dataset
from tests.factories.harvest import source
from tests.factories.publishers import PublisherFactory
from tests.integration.addresses import addresses

pytestmark = pytest.mark.django_db

#: Breaks out of attributes, elements, comments and scripts. `x-q` must never become an element.
ATTACK = "\"'></title></script></textarea><x-q onload=alert(1)>-->{{7*7}}{%x%}]]>&#x3C;x-q>😀‮مرحبا"
IN_LINK = "https://rivers.example/\"><x-q/onload=alert(1)>?a=<x-q>&b='x"
SCRIPT_LINK = "javascript:alert(document.domain)//https://rivers.example/"
PROSE = (
    "# Salmon\n\n<script>alert(1)</script><x-q onclick=alert(1)>[link](javascript:alert(1)) "
    "<a href='data:text/html,x'><img src=x onerror=alert(1)><svg onload=alert(1)><style>*{display:none}</style>"
    "<iframe src=//evil.example></iframe></div></main></body></html><!-- <plaintext> "
    "<form action=//evil.example><input>\n\n| a |\n|---|\n| <x-q> |\n" + ATTACK
)

VOID = {"meta", "link", "input", "br", "hr", "img", "path", "rect", "circle", "wbr"}
LINKS = {"href", "src", "action", "formaction", "data", "poster", "srcset", "cite", "background"}


def attack_on(field: Field) -> str:
    """As much of an attack as the column holds."""
    text = SCRIPT_LINK if field.name.endswith(("url", "page", "homepage")) else ATTACK
    return text[: field.max_length] if field.max_length else PROSE


def attacked(model: type, *, besides: set[str]) -> dict[str, str]:
    """Column → attack, for every column of text that takes any."""
    return {
        field.name: attack_on(field)
        for field in model._meta.get_fields()
        if isinstance(field, CharField | TextField) and not field.choices and field.name not in besides
    }


@pytest.fixture
def entry(index) -> Dataset:
    publisher = PublisherFactory(slug="rivers")
    made = dataset(
        publisher,
        title="Salmon",
        name="salmon",
        topic_id="health",
        licence_id="uk-ogl",
        resources=(csv_file(), csv_file("https://rivers.example/notes.pdf", kind=ResourceKind.DOCUMENT)),
        origin=Origin(id="guid-salmon", url="https://rivers.example/"),
    )
    texts = {name: text for name, text in attacked(Dataset, besides={"name"}).items() if name in DATASET_FIELDS}
    draft = datasets.draft_of(made).with_changes(
        **texts,
        tags=(ATTACK[:100], "salmon"),
        identifiers=(ATTACK, IN_LINK),
        conforms_to=(SCRIPT_LINK, IN_LINK, ATTACK),
        places=(ATTACK,),
        languages=("<x-q>", "en"),
        translations={"<x-q>": {"title": ATTACK, "description": PROSE}},
        extras={ATTACK: ATTACK, "list": [ATTACK], "object": {"<x-q>": [ATTACK]}, "salmon": IN_LINK},
    )
    datasets.edit(made.id, draft, by=By(Route.HARVEST, label=ATTACK, comment=ATTACK), now=timezone.now())
    Dataset.objects.update(**attacked(Dataset, besides={"name", "id", "contact_url"}), contact_url=IN_LINK)
    Publisher.objects.update(**attacked(Publisher, besides={"slug", "id"}))
    Resource.objects.update(**attacked(Resource, besides={"id", "url"}), url=IN_LINK)
    LinkCheck.objects.update(**attacked(LinkCheck, besides=set()), state=LinkState.BROKEN, failing_since=timezone.now())
    Topic.objects.filter(slug="health").update(title=ATTACK[:100], description=ATTACK)
    Licence.objects.filter(code="uk-ogl").update(title=ATTACK, url=SCRIPT_LINK)
    catalogue = source(IN_LINK, publisher=publisher, title="Rivers")
    Source.objects.update(**attacked(Source, besides={"slug", "id", "url"}))
    run = Run.objects.create(source=catalogue, state="failed", created_at=timezone.now(), message=PROSE, problems=1)
    Problem.objects.create(run=run, severity=Severity.ERROR, **attacked(Problem, besides={"kind"}), kind="bad-link")
    index()
    made.refresh_from_db()
    return made


class Page(HTMLParser):
    """What a browser would make of a page, and everything in it that shouldn't be."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[Any] = []
        self.open: list[str] = []
        self.scripts: list[str] = []
        self.ids: list[str] = []
        self.feed(text)
        self.close()
        self.wrong += [("never closed", tag) for tag in self.open]
        self.wrong += [("id twice", name) for name in {name for name in self.ids if self.ids.count(name) > 1}]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        if "-" in tag or tag in {"style", "iframe", "object", "embed", "base", "img", "plaintext", "template"}:
            self.wrong.append(("element", tag, attrs))
        for name, value in attrs:
            if name.startswith("on") or name in {"style", "srcdoc"}:
                self.wrong.append(("attribute", tag, name, value))
            if name in LINKS and urlsplit((value or "").strip()).scheme not in {"", "http", "https", "ftp", "mailto"}:
                self.wrong.append(("link", tag, name, value))
            if name == "id":
                self.ids.append(value or "")
        if tag == "script":
            self.scripts.append("")
            kind = dict(attrs)
            if kind.get("type") not in {None, "module", "application/ld+json"} or "//" in kind.get("src", ""):
                self.wrong.append(("script", attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.wrong.append(("closed out of turn", tag, self.open[-3:]))
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data

    def handle_comment(self, data: str) -> None:
        self.wrong.append(("comment", data))


def pages(entry: Dataset) -> dict[str, str]:
    """Every page of the site about this entry, redirects followed."""
    found = {}
    for address in addresses(entry, source=Source.objects.get().slug):
        response = Client().get(address, follow=True)
        is_public = not response.redirect_chain or not response.redirect_chain[-1][0].startswith("/admin/")
        if is_public and response["Content-Type"].startswith("text/html"):
            found[address] = response.content.decode()
    return found


def test_no_page_runs_what_stands_in_the_database(entry):
    wrong = {address: Page(html).wrong for address, html in pages(entry).items()}
    assert {address: found for address, found in wrong.items() if found} == {}
    assert len(wrong) > 15


def test_the_attack_is_shown_as_text(entry):
    """Or the test above would prove nothing."""
    shown = pages(entry)
    for address in (
        "/",
        "/search?q=salmon",
        "/topics",
        "/publishers",
        "/publisher/rivers",
        "/quality/publishers",
        "/harvest",
    ):
        assert "&lt;x-q onload=alert(1)&gt;" in shown[address], address
    detail = shown[f"/dataset/{entry.id}/salmon"]
    assert detail.count("&lt;x-q onload=alert(1)&gt;") > 10
    assert "<h3>Salmon</h3>" in detail


def test_scripts_are_our_own_and_structured_data_says_what_the_entry_says(entry):
    page = Page(pages(entry)[f"/dataset/{entry.id}/salmon"])
    module, inline = page.scripts[0], page.scripts[-1]
    assert (module, inline) == ("", GOVUK_INLINE_SCRIPT)
    [structured] = filter(None, page.scripts[1:-1])  # those of files of our own have no text
    assert not re.search(r"[<>&]", structured)
    data = json.loads(structured)
    assert data["name"] == entry.title
    assert data["publisher"]["name"] == entry.publisher.title
    assert "license" not in data


def test_admin_pages_run_nothing_either(entry, admin_client):
    for address in (
        f"/admin/catalogue/dataset/{entry.id}/change/",
        "/admin/catalogue/dataset/",
        f"/admin/catalogue/dataset/{entry.id}/withdraw/",
        f"/admin/publishers/publisher/{entry.publisher_id}/change/",
        "/admin/publishers/publisher/",
        f"/inventory?publisher={entry.publisher.slug}",
        f"/dataset/{entry.id}/{entry.name}",
    ):
        response = admin_client.get(address)
        assert response.status_code == 200, address
        assert "<x-q" not in response.content.decode(), address


def test_site_maps_are_well_formed(entry):
    for address in ("/sitemap.xml", "/sitemap-1.xml"):
        ElementTree.fromstring(b"".join(Client().get(address)))


def test_a_withdrawn_entry_runs_nothing_either(entry):
    datasets.withdraw(entry, reason=PROSE, by=By(Route.COMMAND), now=timezone.now())
    assert Page(Client().get(f"/dataset/{entry.id}/salmon").content.decode()).wrong == []


@pytest.mark.parametrize(
    "description",
    [
        "word " * 13_000,
        "x" * 65_000,
        "[" * 65_000,
        "<b>" * 20_000,
        "> " * 30_000,
        "| a " * 15_000 + "\n" + "|---" * 15_000,
        "&" * 65_000,
        "\n" * 65_000,
        "* " * 30_000,
        "‮" * 60_000,
    ],
    ids=["words", "one word", "brackets", "tags", "quotes", "table", "ampersands", "lines", "bullets", "overrides"],
)
def test_a_description_of_65_000_characters_is_shown(index, description):
    made = dataset(title="Long", name="long", description=description)
    index()
    for address in (made.get_absolute_url(), "/search", f"/api/v1/datasets/{made.id}"):
        response = Client().get(address)
        assert response.status_code == 200
        assert "Long" in response.content.decode()
