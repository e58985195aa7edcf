"""Whom to ask about a dataset: its own contact, else its publisher's. The rule stands here alone."""

from dataclasses import dataclass

from catalogue.models import Dataset
from publishers.models import Publisher


@dataclass(frozen=True, slots=True)
class Contact:
    name: str = ""
    email: str = ""
    phone: str = ""
    url: str = ""

    @property
    def is_reachable(self) -> bool:
        """Whether it says how to reach anybody, rather than only who that is."""
        return bool(self.email or self.phone or self.url)


def _contact(holder: Dataset | Publisher, prefix: str) -> Contact | None:
    found = Contact(*(getattr(holder, f"{prefix}_{field}") for field in ("name", "email", "phone", "url")))
    return found if found.is_reachable else None


def contact_of(dataset: Dataset) -> Contact | None:
    """For questions about the data."""
    return _contact(dataset, "contact") or _contact(dataset.publisher, "contact")


def foi_contact_of(dataset: Dataset) -> Contact | None:
    """For requests under the Freedom of Information Act."""
    return _contact(dataset, "foi") or _contact(dataset.publisher, "foi")


def publisher_contacts(publisher: Publisher) -> tuple[Contact | None, Contact | None]:
    """A publisher's own contact and its freedom of information contact."""
    return _contact(publisher, "contact"), _contact(publisher, "foi")
