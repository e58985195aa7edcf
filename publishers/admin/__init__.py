"""The workplace's pages about publishers and people."""

from publishers.admin import audit, invitations, people, publishers, tokens

__all__ = ["audit", "invitations", "people", "publishers", "tokens"]
