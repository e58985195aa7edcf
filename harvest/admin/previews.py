"""What a harvest would make of a source, with the settings in its form, saved or not: the first records and what is
wrong with them. Nothing is written.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from catalogue.enums import Access, DatasetKind, Frequency
from catalogue.models import Licence, Topic
from harvest.findings import Finding
from harvest.models import Source
from harvest.pipeline.preview import Preview, preview
from harvest.pipeline.reading import Reading
from publishers.models import Publisher

#: A person waits for it, and a process of the website with them: `manage.py harvest --dry-run` reads everything.
MAX_RECORDS: Final = 1_000
MAX_SECONDS: Final = 20
#: Of problems of one kind so many are shown.
EXAMPLES: Final = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """A record as it would appear. `facts`: pairs of what is said and what it says."""

    reading: Reading
    facts: list[tuple[str, str]]

    @property
    def becomes(self) -> str:
        known = self.reading.compared.known
        return "Changed entry" if known and known.dataset_id else "New entry"


@dataclass(slots=True)
class Kind:
    """Problems of one kind: how many, and the first of them, each with the identity of its record."""

    first: Finding
    count: int = 0
    examples: list[tuple[str, Finding]] = field(default_factory=list)


def preview_for_form(source: Source) -> dict[str, Any]:
    """What the template needs to show a preview of this source."""
    found = preview(source, max_records=MAX_RECORDS, max_seconds=MAX_SECONDS)
    limits = {"max_records": MAX_RECORDS, "max_seconds": MAX_SECONDS}
    return {"found": found, "records": _shown(found), "problems": _by_kind(found.problems), **limits}


def _by_kind(problems: list[tuple[str, Finding]]) -> list[Kind]:
    """Errors first, then by how many there are."""
    kinds: dict[tuple[str, str], Kind] = {}
    for guid, finding in problems:
        kind = kinds.setdefault((finding.kind, finding.field), Kind(finding))
        kind.count += 1
        if len(kind.examples) < EXAMPLES:
            kind.examples.append((guid, finding))
    return sorted(kinds.values(), key=lambda kind: (not kind.first.is_error, -kind.count))


def _shown(found: Preview) -> list[Shown]:
    drafts = [reading.draft for reading in found.readings if reading.draft]
    publishers = Publisher.objects.in_bulk({draft.publisher_id for draft in drafts})
    licences = Licence.objects.in_bulk({draft.licence_id for draft in drafts if draft.licence_id})
    topics = Topic.objects.in_bulk({draft.topic_id for draft in drafts if draft.topic_id})
    shown = []
    for reading in found.readings:
        draft = reading.draft
        assert draft is not None
        organisation = reading.normalised.organisation if reading.normalised else None
        ours = publishers.get(draft.publisher_id)
        publisher = str(ours) if ours else f"{organisation.title if organisation else ''} (will be registered)"
        licence = str(licences[draft.licence_id]) if draft.licence_id in licences else draft.licence_text
        said = [
            ("Publisher", publisher),
            ("Kind", DatasetKind(draft.kind).label if draft.kind != DatasetKind.DATASET else ""),
            ("Licence", licence),
            ("Access", Access(draft.access).label if draft.access != Access.OPEN else ""),
            ("Topic", str(topics[draft.topic_id]) if draft.topic_id in topics else ""),
            ("Tags", ", ".join(draft.tags)),
            ("Updated", ", ".join(filter(None, [draft.modified_text, _frequency(draft.frequency)]))),
            ("Places", ", ".join(draft.places)),
            ("Contact", draft.contact_email or draft.contact_name or draft.contact_url),
            ("Identifier", reading.guid),
        ]
        shown.append(Shown(reading, [(label, text) for label, text in said if text]))
    return shown


def _frequency(code: str) -> str:
    return Frequency(code).label.lower() if code != Frequency.UNKNOWN else ""
