"""Browsers of people who have signed in."""

from django.contrib.auth.models import AnonymousUser
from django.test import Client

from publishers.models import User


def signed_in(user: User | AnonymousUser) -> Client:
    """A browser in which this person has signed in; nobody has where it is anybody's."""
    client = Client()
    if isinstance(user, User):
        client.force_login(user)
    return client
