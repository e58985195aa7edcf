"""What the pages of the workplace show besides what Django's admin gives them."""

from typing import Any

from django import template
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from catalogue.officer_home import Home, home_of
from catalogue.word_marks import Piece, shortened, side_by_side
from publishers.models import User

register = template.Library()


@register.simple_tag(takes_context=True)
def officer_home(context: dict[str, Any]) -> Home | None:
    """What needs the signed-in person."""
    user = context["request"].user
    return home_of(user, timezone.now()) if isinstance(user, User) else None


@register.filter
def counted(number: int) -> str:
    """1234 as 1,234."""
    return f"{number:,}"


@register.simple_tag
def marked_before(before: str, after: str, around: int = 0) -> SafeString | str:
    """A text as it was, with the words marked that the one beside it has not.

    `around`: only so many characters about each mark are shown; 0: all.
    """
    return _marked(side_by_side(before, after)[0], around)


@register.simple_tag
def marked_after(before: str, after: str, around: int = 0) -> SafeString | str:
    """A text as it is or would be, with the words marked that the one beside it has not."""
    return _marked(side_by_side(before, after)[1], around)


def _marked(pieces: list[Piece], around: int) -> SafeString | str:
    if not any(piece.text for piece in pieces):
        return "–"
    if around:
        pieces = shortened(pieces, around)
    shown = ((format_html("<mark>{}</mark>", piece.text) if piece.differs else piece.text,) for piece in pieces)
    return linebreaksbr(format_html_join("", "{}", shown))
