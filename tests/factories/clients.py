"""Browsers of people who have signed in."""

from django.test import Client

from publishers.models import User


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
