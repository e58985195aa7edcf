from publishers.models.api_token import ApiToken
from publishers.models.audit_entry import AuditEntry
from publishers.models.idempotent_answer import IdempotentAnswer
from publishers.models.invitation import Invitation
from publishers.models.membership import Membership
from publishers.models.merger import Merger
from publishers.models.notice import Notice, NoticeChoice
from publishers.models.publisher import Publisher, PublisherName
from publishers.models.sign_in_failure import SignInFailure
from publishers.models.user import User

__all__ = [
    "ApiToken",
    "AuditEntry",
    "IdempotentAnswer",
    "Invitation",
    "Membership",
    "Merger",
    "Notice",
    "NoticeChoice",
    "Publisher",
    "PublisherName",
    "SignInFailure",
    "User",
]
