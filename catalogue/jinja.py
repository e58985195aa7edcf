"""The Jinja environment of the public pages: what a template may call besides what its view gives it."""

import datetime as dt
import json
from collections.abc import Callable
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, TemplateNotFound
from markupsafe import Markup

from catalogue.gazetteer import sheet
from catalogue.inline_script import GOVUK_INLINE_SCRIPT
from catalogue.search_parameters import SearchParameters
from catalogue.text import excerpt, file_name, host_of, markdown_to_html, plain_text, safe_href

LONDON: Final = ZoneInfo("Europe/London")

#: The small map's extent and scale, for its drawing and for the script that draws on it.
SHEET_OF_THE_MAP: Final = {
    "width": sheet.WIDTH,
    "height": sheet.HEIGHT,
    "west": sheet.SHEET.west,
    "north": sheet.SHEET.north,
    "across": sheet.ACROSS,
    "down": sheet.DOWN,
}

#: Folders under `templates/` that hold Django templates, for the admin's engine alone.
DJANGO_TEMPLATE_FOLDERS: Final = ("admin/", "registration/")

# Not strftime's %B, which speaks the language of the machine.
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

# Characters that could end a <script> element or start a comment in it.
_SCRIPT_ESCAPES: Final = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


class PublicTemplates(BaseLoader):
    """Another loader's templates, less those that belong to the Django engine, which then gets its turn."""

    def __init__(self, loader: BaseLoader) -> None:
        self.loader = loader

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        if template.startswith(DJANGO_TEMPLATE_FOLDERS):
            raise TemplateNotFound(template)
        return self.loader.get_source(environment, template)

    def list_templates(self) -> list[str]:
        return [name for name in self.loader.list_templates() if not name.startswith(DJANGO_TEMPLATE_FOLDERS)]


def is_signed_in(request: HttpRequest | None) -> bool:
    """Whether somebody reads the page who has signed in. The session of one who has none is not touched."""
    if not request or settings.SESSION_COOKIE_NAME not in request.COOKIES:  # an error page may have none
        return False
    return request.user.is_authenticated


def environment(*, loader: BaseLoader, **options: Any) -> Environment:
    """Made once, by Django's Jinja2 backend (`OPTIONS["environment"]`), which hands over the loader of `templates/`."""
    env = Environment(
        loader=ChoiceLoader([PublicTemplates(loader), PackageLoader("govuk_frontend_jinja")]),
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )
    env.globals.update(
        static=cache(static),  # the names with their hashes are read once, at the start
        search_url=search_url,
        is_signed_in=is_signed_in,
        page_links=page_links,
        sheet=SHEET_OF_THE_MAP,
        GOVUK_INLINE_SCRIPT=Markup(GOVUK_INLINE_SCRIPT),
    )
    env.filters.update(
        date=date,
        day=day,
        datetime=datetime,
        filesize=filesize,
        latitude=latitude,
        longitude=longitude,
        number=number,
        plural=plural,
        markdown=lambda text: Markup(markdown_to_html(text)),
        plain_text=plain_text,
        excerpt=excerpt,
        href=safe_href,
        file_name=file_name,
        host=host_of,
        json_ld=json_ld,
        in_fours=lambda text: " ".join(text[start : start + 4] for start in range(0, len(text), 4)),
    )
    return env


def date(value: dt.date | dt.datetime | str | None) -> str:
    """`3 March 2026`, as the calendar in London had it. Text (a partial date such as `2019`) is shown as it is."""
    if not value:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dt.datetime):
        value = _in_london(value)
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def day(value: dt.date | None) -> str:
    """`31/3/2026`, as forms take it."""
    return f"{value.day}/{value.month}/{value.year}" if value else ""


def datetime(value: dt.datetime | None) -> str:
    """`3 March 2026 at 2:15pm`, by the clock in London."""
    if value is None:
        return ""
    local = _in_london(value)
    return f"{date(local)} at {_clock(local)}"


def filesize(size: int | None) -> str:
    """`512 bytes`, `34 KB`, `1.2 MB`: in powers of a thousand; empty when the size is not known."""
    if size is None:
        return ""
    if size < 1000:
        return plural(size, "byte")
    amount = float(size)
    for unit in ("KB", "MB", "GB", "TB"):
        amount /= 1000
        if amount < 999.5:
            return f"{amount:.1f} {unit}" if amount < 9.95 and unit != "KB" else f"{amount:.0f} {unit}"
    return f"{amount:,.0f} TB"


def latitude(degrees: float) -> str:
    """`51.5° north`."""
    return f"{abs(degrees):.4g}° {'north' if degrees >= 0 else 'south'}"


def longitude(degrees: float) -> str:
    """`0.13° west`."""
    return f"{abs(degrees):.4g}° {'east' if degrees >= 0 else 'west'}"


def number(value: float | None) -> str:
    """With separators between the thousands."""
    return "" if value is None else f"{value:,}"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 dataset`, `1,204 datasets`; `many` where an s will not do."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def search_url(q: str = "", **filters: str) -> str:
    """The address of a search: `search_url(publisher=slug)`, `search_url(topic=slug)`, `search_url(format="CSV")`."""
    return SearchParameters(q, {name: (value,) for name, value in filters.items()}).url()


def page_links(current: int, last: int) -> list[int | None]:
    """The page numbers a reader is offered: first, last, current and its neighbours; None for a gap."""
    links: list[int | None] = []
    previous = 0
    for page in sorted({1, last, *range(max(1, current - 1), min(last, current + 1) + 1)}):
        if page == previous + 2:
            links.append(page - 1)  # a gap of one page would take no less room than its number
        elif page > previous + 2:
            links.append(None)
        links.append(page)
        previous = page
    return links


def json_ld(value: object) -> Markup:
    """JSON that is safe inside a `<script type="application/ld+json">` element."""
    return Markup(json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_SCRIPT_ESCAPES))


def _in_london(value: dt.datetime) -> dt.datetime:
    return value if value.tzinfo is None else value.astimezone(LONDON)


def _clock(value: dt.datetime) -> str:
    if value.minute == 0 and value.hour in (0, 12):
        return "midday" if value.hour else "midnight"
    hour = value.hour % 12 or 12
    minutes = f":{value.minute:02}" if value.minute else ""
    return f"{hour}{minutes}{'am' if value.hour < 12 else 'pm'}"
