"""The workplace's pages about publishers and people."""

from publishers.admin import audit, invitations, publishers, tokens

__all__ = ["audit", "invitations", "publishers", "tokens"]
