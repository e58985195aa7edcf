"""The harvest app's closed lists. This module imports nothing of the project."""

from django.db.models import TextChoices


class SourceKind(TextChoices):
    """What a source speaks. The values are the KINDs of `manage.py harvest`."""

    CKAN = "ckan", "CKAN"
    DATA_JSON = "data-json", "DCAT-US data.json"
    DCAT = "dcat", "DCAT (RDF)"
    ISO = "iso", "ISO 19139 / GEMINI"
    CSW = "csw", "CSW"
    WAF = "waf", "Web accessible folder"
    CSV = "csv", "CSV or spreadsheet"
    SITEMAP = "sitemap", "Sitemap of pages with schema.org datasets"
    JSON_FOLDER = "json-folder", "Folder of JSON files in a Git repository"


class PublisherRule(TextChoices):
    """Whose entries a source's records become."""

    FIXED = "fixed", "All belong to the source's publisher"
    MATCH = "match", "The record's organisation if we know it, else the source's publisher"
    CREATE = "create", "The record's organisation, made if we don't know it"


class Schedule(TextChoices):
    MANUAL = "manual", "Only when asked"
    HOURLY = "hourly", "Every hour"
    DAILY = "daily", "Every day"
    WEEKLY = "weekly", "Every week"
    MONTHLY = "monthly", "Every four weeks"


class RunState(TextChoices):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    QUARANTINED = "quarantined", "Waiting for a person's word"


#: A source has at most one run in these states.
ACTIVE_RUN_STATES = (RunState.QUEUED, RunState.RUNNING)


class Health(TextChoices):
    """How a source is doing."""

    WORKING = "working", "Working"
    PROBLEMS = "problems", "Working, with problems"
    WAITING = "waiting", "Waiting for a decision"
    FAILING = "failing", "Failing"
    OVERDUE = "overdue", "Overdue"
    PAUSED = "paused", "Paused"
    NEW = "new", "Not harvested yet"


class NotifyAbout(TextChoices):
    """What a source's people are told about, once a day at most."""

    PROBLEMS = "problems", "Failures, decisions to make, and records that can't be used"
    FAILURES = "failures", "Failures and decisions to make"
    NOTHING = "nothing", "Nothing"


class DuplicateReason(TextChoices):
    """What two entries have in common."""

    IDENTIFIER = "identifier", "Same identifier"
    LANDING_PAGE = "landing_page", "Same landing page"
    RESOURCES = "resources", "Same files and links"


class DuplicateState(TextChoices):
    """What an operator said of a likely duplicate."""

    OPEN = "open", "To be decided"
    MERGED = "merged", "Merged"
    DISTINCT = "distinct", "Different datasets"


class RecordState(TextChoices):
    CURRENT = "current", "In the catalogue"
    FAILED = "failed", "Could not be used"
    VANISHED = "vanished", "No longer at the source"
    RETIRED = "retired", "Withdrawn: gone from the source"


class Severity(TextChoices):
    ERROR = "error", "Error"
    WARNING = "warning", "Warning"


class Stage(TextChoices):
    """Where a problem was met."""

    GATHER = "gather", "Reading the source"
    RECORD = "record", "Using a record"
