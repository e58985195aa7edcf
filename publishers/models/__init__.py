from publishers.models.membership import Membership
from publishers.models.publisher import Publisher, PublisherName
from publishers.models.user import User

__all__ = ["Membership", "Publisher", "PublisherName", "User"]
