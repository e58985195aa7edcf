"""The publishers app's closed lists. This module imports nothing of the project."""

from django.db.models import TextChoices


class PublisherKind(TextChoices):
    """What sort of body a publisher is."""

    MINISTERIAL_DEPARTMENT = "ministerial-department", "Ministerial department"
    NON_MINISTERIAL_DEPARTMENT = "non-ministerial-department", "Non-ministerial department"
    EXECUTIVE_AGENCY = "executive-agency", "Executive agency"
    NDPB = "ndpb", "Non-departmental public body"
    LOCAL_AUTHORITY = "local-authority", "Local authority"
    DEVOLVED_GOVERNMENT = "devolved-government", "Devolved government"
    PUBLIC_CORPORATION = "public-corporation", "Public corporation"
    NHS_BODY = "nhs-body", "NHS body"
    OTHER = "other", "Other"


class Role(TextChoices):
    """What a member may do for a publisher and every body below it. Each role holds all that the earlier ones do."""

    VIEWER = "viewer", "Viewer"
    EDITOR = "editor", "Editor"
    APPROVER = "approver", "Approver"
    ADMINISTRATOR = "administrator", "Administrator"


class TokenScope(TextChoices):
    """How much of what its owner may do an API token may do. Each scope holds all that the earlier ones do."""

    READ = "read", "Read what I may see, drafts included"
    WRITE = "write", "Also create, change, publish and withdraw entries"
    ADMIN = "admin", "Also manage publishers, members and sources"


class NoticeKind(TextChoices):
    """What people are told about. `publishers.notices` says who, and how often unless they choose otherwise."""

    BROKEN_LINKS = "broken_links", "Links that have broken"
    REVIEW_REQUEST = "review_request", "Entries that wait for my review"
    COMMENT = "comment", "Comments and decisions on entries that I work on"
    HARVEST_PROBLEM = "harvest_problem", "Harvests that failed or found problems"
    OVERDUE = "overdue", "Data that is due an update"
    PERSONAL_DATA = "personal_data", "Files that may hold data about persons"
    WEBHOOK_PAUSED = "webhook_paused", "Webhooks that are paused"


class NoticePace(TextChoices):
    """When somebody wants to be told."""

    AT_ONCE = "at_once", "At once"
    DAILY = "daily", "Once a day"
    WEEKLY = "weekly", "Once a week"
    NEVER = "never", "Never"


class AuditAction(TextChoices):
    """What people do that the audit log keeps."""

    SIGNED_IN = "signed_in", "Signed in"
    SIGNED_OUT = "signed_out", "Signed out"
    SIGN_IN_FAILED = "sign_in_failed", "Failed to sign in"
    SIGN_IN_REFUSED = "sign_in_refused", "Refused after too many attempts"
    IDENTITY_LINKED = "identity_linked", "Linked an account at the sign-in provider"
    IDENTITY_UNLINKED = "identity_unlinked", "Unlinked an account at the sign-in provider"
    ACCOUNT_OPENED = "account_opened", "Opened an account by an allowed mail domain"
    SECOND_STEP_ADDED = "second_step_added", "Set up a second step to sign in"
    SECOND_STEP_REMOVED = "second_step_removed", "Removed a second step to sign in"
    SECOND_STEP_RESET = "second_step_reset", "Reset somebody’s second step to sign in"
    RECOVERY_CODES_MADE = "recovery_codes_made", "Made new recovery codes"
    RECOVERY_CODE_USED = "recovery_code_used", "Signed in with a recovery code"
    PASSWORD_CHANGED = "password_changed", "Changed their password"
    PASSWORD_RESET_ASKED = "password_reset_asked", "Asked for a new password"
    TOKEN_CREATED = "token_created", "Made an API token"
    TOKEN_REVOKED = "token_revoked", "Revoked an API token"
    INVITED = "invited", "Invited somebody"
    INVITATION_ACCEPTED = "invitation_accepted", "Accepted an invitation"
    INVITATION_REVOKED = "invitation_revoked", "Revoked an invitation"
    MEMBER_ADDED = "member_added", "Added a member"
    MEMBER_CHANGED = "member_changed", "Changed a member’s role"
    MEMBER_REMOVED = "member_removed", "Removed a member"
    USER_CHANGED = "user_changed", "Changed a person’s account"
    PUBLISHER_CREATED = "publisher_created", "Created a publisher"
    PUBLISHER_CHANGED = "publisher_changed", "Changed a publisher"
    PUBLISHER_MERGED = "publisher_merged", "Merged a publisher into another"
    PUBLISHER_UNMERGED = "publisher_unmerged", "Undid the merger of a publisher"
    DATASET_CREATED = "dataset_created", "Created an entry"
    DATASET_CHANGED = "dataset_changed", "Changed an entry"
    DATASET_SUBMITTED = "dataset_submitted", "Sent an entry for review"
    DATASET_PUBLISHED = "dataset_published", "Published an entry"
    DATASET_UNPUBLISHED = "dataset_unpublished", "Took an entry back to draft"
    DATASET_WITHDRAWN = "dataset_withdrawn", "Withdrew an entry"
    CHANGE_PROPOSED = "change_proposed", "Proposed a change of an entry"
    CHANGE_APPROVED = "change_approved", "Approved a proposed change"
    CHANGE_REFUSED = "change_refused", "Sent a proposed change back"
    CHANGE_TAKEN_BACK = "change_taken_back", "Took a proposed change back"
    BULK_CHANGED = "bulk_changed", "Changed many entries at once"
    BULK_UNDONE = "bulk_undone", "Undid a change of many entries"
    SOURCE_CREATED = "source_created", "Added a source"
    SOURCE_CHANGED = "source_changed", "Changed a source"
    SOURCE_DELETED = "source_deleted", "Deleted a source"
    WEBHOOK_CREATED = "webhook_created", "Added a webhook"
    WEBHOOK_CHANGED = "webhook_changed", "Changed a webhook"
    WEBHOOK_DELETED = "webhook_deleted", "Deleted a webhook"
    WEBHOOK_SECRET_CHANGED = "webhook_secret_changed", "Changed a webhook’s secret"
    WEBHOOK_PAUSED = "webhook_paused", "Paused a webhook"
    FILE_UPLOADED = "file_uploaded", "Uploaded a file"
