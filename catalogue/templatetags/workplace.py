"""What the pages of the workplace show besides what Django's admin gives them."""

from typing import Any

from django import template
from django.utils import timezone

from catalogue.officer_home import Home, home_of
from publishers.models import User

register = template.Library()


@register.simple_tag(takes_context=True)
def officer_home(context: dict[str, Any]) -> Home | None:
    """What needs the signed-in person."""
    user = context["request"].user
    return home_of(user, timezone.now()) if isinstance(user, User) else None
