"""The catalogue's closed lists. This module imports nothing of the project."""

from django.db.models import TextChoices


class State(TextChoices):
    """Where an entry stands in its life."""

    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    PUBLISHED = "published", "Published"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Visibility(TextChoices):
    """Who may see that the entry exists. Says nothing about who may have the data: that is `Access`."""

    PUBLIC = "public", "Everyone"
    OFFICIALS = "officials", "Signed-in officials"
    PUBLISHER = "publisher", "This publisher only"


class Access(TextChoices):
    """Who may have the data itself."""

    OPEN = "open", "Open"
    RESTRICTED = "restricted", "Restricted"
    INTERNAL = "internal", "Internal to government"
    NOT_RELEASED = "not_released", "Not released"


class DatasetKind(TextChoices):
    """DCAT 3: a dataset, a series of datasets, or a data service (API)."""

    DATASET = "dataset", "Dataset"
    SERIES = "series", "Dataset series"
    SERVICE = "service", "Data service (API)"


class Classification(TextChoices):
    """Security classification, as the UK cross-government metadata exchange model lists it."""

    NOT_APPLICABLE = "not_applicable", "Not applicable"
    OFFICIAL = "official", "Official"
    OFFICIAL_SENSITIVE = "official_sensitive", "Official – sensitive"
    SECRET = "secret", "Secret"
    TOP_SECRET = "top_secret", "Top secret"


class PersonalData(TextChoices):
    """Whether the data is about people who can be told from it, in the words of the UK GDPR. Blank: not said."""

    NONE = "none", "No personal data"
    PERSONAL = "personal", "Personal data"
    SPECIAL_CATEGORY = "special_category", "Special category personal data"


class ServiceStatus(TextChoices):
    """How far along a data service is, as the UK cross-government metadata exchange model lists it."""

    DISCOVERY = "discovery", "Discovery"
    ALPHA = "alpha", "Alpha"
    PRIVATE_BETA = "private_beta", "Private beta"
    PUBLIC_BETA = "public_beta", "Public beta"
    BETA = "beta", "Beta"
    LIVE = "live", "Live"
    DEPRECATED = "deprecated", "Deprecated"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ServiceType(TextChoices):
    """What a data service speaks, as the UK model lists it."""

    REST = "rest", "REST"
    SOAP = "soap", "SOAP"
    EVENT = "event", "Event stream"


class ResourceKind(TextChoices):
    """What a link of a dataset leads to."""

    DATA = "data", "Data"
    DOCUMENT = "document", "Supporting document"
    API = "api", "API"


class Frequency(TextChoices):
    """How often the data is updated: the EU frequency authority table's terms that governments use."""

    CONTINUOUS = "continuous", "Continuously"
    HOURLY = "hourly", "Hourly"
    DAILY = "daily", "Daily"
    TWICE_WEEKLY = "twice_weekly", "Twice a week"
    WEEKLY = "weekly", "Weekly"
    FORTNIGHTLY = "fortnightly", "Every two weeks"
    TWICE_MONTHLY = "twice_monthly", "Twice a month"
    MONTHLY = "monthly", "Monthly"
    BIMONTHLY = "bimonthly", "Every two months"
    QUARTERLY = "quarterly", "Quarterly"
    THREE_TIMES_YEAR = "three_times_year", "Three times a year"
    TWICE_YEARLY = "twice_yearly", "Twice a year"
    ANNUAL = "annual", "Every year"
    BIENNIAL = "biennial", "Every two years"
    TRIENNIAL = "triennial", "Every three years"
    QUADRENNIAL = "quadrennial", "Every four years"
    QUINQUENNIAL = "quinquennial", "Every five years"
    DECENNIAL = "decennial", "Every ten years"
    IRREGULAR = "irregular", "Irregularly"
    AS_NEEDED = "as_needed", "As needed"
    NEVER = "never", "Never (one-off)"
    UNKNOWN = "unknown", "Not known"


class LinkState(TextChoices):
    """What we know of a link."""

    UNCHECKED = "unchecked", "Not checked yet"
    OK = "ok", "Working"
    SUSPECTED = "suspected", "May be broken"
    BROKEN = "broken", "Broken"
    GONE = "gone", "Gone"
    BLOCKED = "blocked", "Refuses our check"
    TOO_BIG = "too_big", "Too big to check"
    UNKNOWN = "unknown", "Could not tell"


class LinkHealth(TextChoices):
    """How the links of one entry do, taken together."""

    WORKING = "working", "Links work"
    SOME_BROKEN = "some_broken", "Some links are broken"
    ALL_BROKEN = "all_broken", "All links are broken"
    NOT_CHECKED = "not_checked", "Links not checked yet"


class Delivery(TextChoices):
    """How the data of an entry can be had."""

    FILE = "file", "Files to download"
    API = "api", "API"


#: Link states that count as "does not work" wherever links are counted.
BROKEN_LINK_STATES = (LinkState.BROKEN, LinkState.GONE)


class Band(TextChoices):
    """Quality in words. Thresholds live in `catalogue.quality.score`."""

    EXCELLENT = "excellent", "Excellent"
    GOOD = "good", "Good"
    FAIR = "fair", "Fair"
    POOR = "poor", "Poor"


class Route(TextChoices):
    """By which way a change came in."""

    FORM = "form", "Form"
    API = "api", "API"
    CKAN_API = "ckan_api", "CKAN API"
    HARVEST = "harvest", "Harvest"
    IMPORT = "import", "Import"
    COMMAND = "command", "Command"


class ChangeKind(TextChoices):
    """What happened, in the change log."""

    CREATED = "created", "Created"
    UPDATED = "updated", "Updated"
    WITHDRAWN = "withdrawn", "Withdrawn"
    DELETED = "deleted", "Deleted"
    LINKS = "links", "Link state changed"
    QUALITY = "quality", "Quality changed"
    DATA = "data", "Data behind a link changed"
    FILES = "files", "Columns of a file changed"


class CriterionState(TextChoices):
    """How a dataset does on one quality criterion."""

    MET = "met", "Met"
    PARTLY = "partly", "Partly met"
    UNMET = "unmet", "Not met"
    UNKNOWN = "unknown", "Not known"


class WorkflowStep(TextChoices):
    """What was done with an entry on its way to publication."""

    COMMENTED = "commented", "Comment"
    SUBMITTED = "submitted", "Sent for review"
    RETURNED = "returned", "Sent back"
    PUBLISHED = "published", "Published"
    SCHEDULED = "scheduled", "Release scheduled"
    WITHDRAWN = "withdrawn", "Withdrawn"
    PROPOSED = "proposed", "Change proposed"
    APPROVED = "approved", "Change approved"
    REFUSED = "refused", "Change sent back"
    TAKEN_BACK = "taken_back", "Change taken back"


class ProposalState(TextChoices):
    """How it stands with a proposed change of a published entry."""

    WAITING = "waiting", "Waits for approval"
    RETURNED = "returned", "Sent back"
    APPROVED = "approved", "Approved"
    TAKEN_BACK = "taken_back", "Taken back"


#: A proposed change that can still become part of its entry. An entry has one at most.
OPEN_PROPOSAL_STATES = (ProposalState.WAITING, ProposalState.RETURNED)


class BatchKind(TextChoices):
    """How many entries were changed at once."""

    EDIT = "edit", "Fields set"
    REPLACE_URLS = "replace_urls", "Links replaced"
    MOVE = "move", "Moved to another publisher"
    IMPORT = "import", "Imported from a table"
    SUBMIT = "submit", "Sent for review"
    PUBLISH = "publish", "Published"


class RollupScope(TextChoices):
    """Of what quality is counted."""

    WHOLE = "whole", "The whole catalogue"
    PUBLISHER = "publisher", "A publisher"
    FAMILY = "family", "A publisher and the bodies below it"
    TOPIC = "topic", "A topic"
    CELL = "cell", "A publisher's datasets on a topic"


class WebhookSubject(TextChoices):
    """What a webhook follows."""

    PUBLISHER = "publisher", "A publisher and bodies below it"
    DATASET = "dataset", "One dataset"
    SEARCH = "search", "Whatever a search finds"


class DeliveryState(TextChoices):
    """How it stands with one call of a webhook."""

    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    DEAD = "dead", "Given up"


class PauseReason(TextChoices):
    """Why a webhook is called no more, until somebody sees to it. Where its owner has stopped it, none."""

    UNPROVEN = "unproven", "Its address has not answered the challenge so far"
    NO_ANSWER = "no_answer", "Its address has answered with no success for a week"
    GONE = "gone", "Its address answered 410: it wants to hear no more"
    OWNER_CLOSED = "owner_closed", "Its owner’s account is closed"
    OWNER_WITHOUT_ROLE = "owner_without_role", "Its owner works for no publisher any more"
