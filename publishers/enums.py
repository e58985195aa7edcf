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
