"""States and kinds of what is learnt from files."""

from django.db.models import TextChoices


class FileState(TextChoices):
    """How far we are with a file."""

    WAITING = "waiting", "Not looked into yet"
    PREVIEWED = "previewed", "Can be previewed"
    NO_TABLE = "no_table", "Has no table to preview"
    FAILED = "failed", "Could not be read"
    UNREACHABLE = "unreachable", "Could not be fetched"


class AlarmKind(TextChoices):
    """What in a column looks like data about persons."""

    NATIONAL_INSURANCE = "national-insurance", "National Insurance numbers"
    EMAIL = "email", "E-mail addresses of persons"
    BIRTH_DATE = "birth-date", "Names with dates of birth"


class AlarmState(TextChoices):
    OPEN = "open", "To be looked at"
    DISMISSED = "dismissed", "Meant to be published"
    GONE = "gone", "No longer in the file"


class ReportKind(TextChoices):
    """What a file was checked against."""

    COMMON_SENSE = "common-sense", "Tidy table"
    TABLE_SCHEMA = "table-schema", "Table Schema"
    JSON_SCHEMA = "json-schema", "JSON Schema"
    XSD = "xsd", "XML Schema"
    OCDS = "ocds", "Open Contracting Data Standard"
