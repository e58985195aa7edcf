import base64
import datetime as dt
import hashlib
import json

import pytest
from jinja2 import DictLoader, Environment, TemplateNotFound

from catalogue import jinja
from catalogue.inline_script import GOVUK_INLINE_SCRIPT, GOVUK_INLINE_SCRIPT_HASH


def environment(**templates: str) -> Environment:
    return jinja.environment(loader=DictLoader(templates), autoescape=True)


def test_dates_are_those_of_london() -> None:
    late_on_a_summer_evening = dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)
    assert jinja.date(late_on_a_summer_evening) == "1 July 2026"
    assert jinja.datetime(late_on_a_summer_evening) == "1 July 2026 at 12:30am"
    assert jinja.date(dt.date(2026, 3, 3)) == "3 March 2026"


def test_a_partial_date_is_shown_as_written_and_none_as_nothing() -> None:
    assert [jinja.date("2019"), jinja.date(""), jinja.date(None), jinja.datetime(None)] == ["2019", "", "", ""]


@pytest.mark.parametrize(
    ("hour", "minute", "shown"),
    [(0, 0, "midnight"), (12, 0, "midday"), (9, 0, "9am"), (14, 15, "2:15pm"), (12, 5, "12:05pm"), (0, 1, "12:01am")],
)
def test_times_read_as_people_say_them(hour: int, minute: int, shown: str) -> None:
    when = dt.datetime(2026, 1, 2, hour, minute, tzinfo=dt.UTC)
    assert jinja.datetime(when) == f"2 January 2026 at {shown}"


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (None, ""),
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1 KB"),
        (34_499, "34 KB"),
        (999_600, "1.0 MB"),
        (1_234_567, "1.2 MB"),
        (18_400_000, "18 MB"),
        (2_500_000_000, "2.5 GB"),
        (1_500_000_000_000_000, "1,500 TB"),
    ],
)
def test_sizes_of_files(size: int | None, shown: str) -> None:
    assert jinja.filesize(size) == shown


def test_numbers_and_plurals() -> None:
    assert jinja.number(1234567) == "1,234,567"
    assert jinja.plural(1, "dataset") == "1 dataset"
    assert jinja.plural(1204, "dataset") == "1,204 datasets"
    assert jinja.plural(0, "body", "bodies") == "0 bodies"


def test_search_addresses_are_those_of_the_search_page() -> None:
    assert jinja.search_url() == "/search"
    assert jinja.search_url("air & water", publisher="defra") == "/search?q=air+%26+water&filters%5Bpublisher%5D=defra"


@pytest.mark.parametrize(
    ("current", "last", "links"),
    [
        (1, 1, [1]),
        (1, 2, [1, 2]),
        (2, 5, [1, 2, 3, 4, 5]),
        (1, 9, [1, 2, None, 9]),
        (4, 9, [1, 2, 3, 4, 5, None, 9]),
        (5, 9, [1, None, 4, 5, 6, None, 9]),
        (9, 9, [1, None, 8, 9]),
    ],
)
def test_page_numbers_offered(current: int, last: int, links: list[int | None]) -> None:
    assert jinja.page_links(current, last) == links


def test_json_cannot_end_the_script_element_that_holds_it() -> None:
    value = {"name": "</script><script>alert(1)</script><!--", "publisher": "R&D £"}
    written = environment(t="{{ value|json_ld }}").get_template("t").render(value=value)
    assert not set("<>&") & set(written)
    assert json.loads(written) == value


def test_text_is_escaped_and_markdown_is_sanitised() -> None:
    page = environment(t="{{ title }}|{{ text|markdown }}").get_template("t")
    assert page.render(title="<b>", text="**x**<script>") == "&lt;b&gt;|<p><strong>x</strong></p>"


def test_templates_of_the_admin_are_left_to_the_django_engine() -> None:
    env = environment(**{"admin/base.html": "", "home.html": ""})
    assert "admin/base.html" not in env.list_templates()
    assert env.get_template("home.html").render() == ""
    with pytest.raises(TemplateNotFound):
        env.get_template("admin/base.html")


def test_the_policy_allows_the_one_inline_script_by_its_hash() -> None:
    digest = base64.b64encode(hashlib.sha256(GOVUK_INLINE_SCRIPT.encode()).digest()).decode()
    assert f"'sha256-{digest}'" == GOVUK_INLINE_SCRIPT_HASH
    # As it reaches the page: escaping would change it, and the browser would refuse it.
    assert environment(t="{{ GOVUK_INLINE_SCRIPT }}").get_template("t").render() == GOVUK_INLINE_SCRIPT
