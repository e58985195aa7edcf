"""What every public template must keep to, whatever it shows."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template import engines
from jinja2 import TemplateSyntaxError

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = [path for path in sorted((ROOT / "templates").rglob("*.html")) if "admin" not in path.parts]
#: Pieces of pages, and folders of them, are named with an underscore.
PAGES = [path for path in TEMPLATES if "/_" not in f"/{path.relative_to(ROOT / 'templates')}"]
STATIC_CALL = re.compile(r"static\('([^']+)'\)")
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", re.IGNORECASE)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT / "templates"))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_compiles(path: Path) -> None:
    try:
        engines["jinja2"].env.get_template(name_of(path))
    except TemplateSyntaxError as error:
        pytest.fail(f"{error.filename}:{error.lineno}: {error.message}")


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_has_nothing_that_the_content_security_policy_refuses(path: Path) -> None:
    assert INLINE.findall(path.read_text()) == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_names_itself(path: Path) -> None:
    """In its own words, or in those of the page that it is a kind of."""
    text = path.read_text()
    is_named = "{% block title %}" in text
    while (above := re.search(r'{% extends "([^"]+)" %}', text)) and above[1] != "_layout/base.html":
        text = (ROOT / "templates" / above[1]).read_text()
        is_named = is_named or "{% block title %}" in text
    assert '{% extends "_layout/base.html" %}' in text
    assert path.name == "home.html" or is_named


def test_every_static_file_that_templates_ask_for_is_there() -> None:
    asked = {name for path in TEMPLATES for name in STATIC_CALL.findall(path.read_text())}
    assert asked
    assert {name for name in asked if not (ROOT / "static" / name).is_file()} == set()


def test_the_vendored_stylesheet_has_no_restricted_font_and_no_crest() -> None:
    [stylesheet] = (ROOT / "static/vendor").glob("govuk-frontend-*/govuk-frontend.min.css")
    css = stylesheet.read_text().lower()
    assert [word for word in ("@font-face", "gds transport", "crest", "crown", "url(") if word in css] == []


class Elements(HTMLParser):
    """The elements of a page: (tag, attributes)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("code", [400, 403, 404, 410, 500])
def test_an_error_page_needs_no_context(code: int) -> None:
    page = Elements(engines["jinja2"].env.get_template(f"errors/{code}.html").render())
    assert [attrs.get("id") for tag, attrs in page.found if tag == "main"] == ["main-content"]
    assert [tag for tag, _ in page.found].count("h1") == 1
    skip_links = [attrs["href"] for tag, attrs in page.found if attrs.get("class") == "govuk-skip-link"]
    assert skip_links == ["#main-content"]
