"""Whose entry a record becomes: the source's publisher rule, applied to the organisation that the record names."""

from uuid import UUID

from django.db import IntegrityError

from catalogue.drafts import DatasetDraft
from harvest.enums import PublisherRule
from harvest.findings import Finding, warning
from harvest.models import Source
from harvest.normalise.base import Organisation
from publishers.actions import NameTaken, add, slug_from
from publishers.models import Publisher, PublisherName

#: A source that names more unknown organisations than this in one run is more likely broken than right.
MAX_NEW = 2_000

#: Longest chain of parents that is followed.
_MAX_DEPTH = 6


class PublisherChooser:
    """Finds, and where the rule says so makes, the publishers of one source's records. Knows all publishers by name.

    New ones are committed by themselves, before the batch that needs them: a batch that is rolled back leaves
    them standing and this memory true. `may_make` False: look, but make none.
    """

    def __init__(self, source: Source, *, may_make: bool = True) -> None:
        self._source = source
        self._left_to_make = MAX_NEW if may_make and source.publisher_rule == PublisherRule.CREATE else 0
        self._by_name: dict[str, UUID] = {}
        self._mapped: dict[str, UUID] = {}
        self._ids: set[UUID] = set()
        if source.publisher_rule != PublisherRule.FIXED or source.publisher_map:
            self._load()
            for theirs, ours in source.publisher_map.items():
                if found := self._by_name.get(_key(str(ours))):
                    self._mapped[_key(theirs)] = found
        if source.publisher_rule == PublisherRule.FIXED:
            self._by_name.clear()
            self._learn(source.publisher)

    def apply(self, draft: DatasetDraft, organisation: Organisation | None) -> tuple[DatasetDraft, Finding | None]:
        """The draft with its publisher. An organisation that isn't that publisher is kept as the creator."""
        if organisation is None or not organisation.title:
            return draft, None
        found = self._find(organisation)
        finding = None
        if found is None and self._left_to_make > 0:
            found = self._make(organisation)
        elif found is None and self._source.publisher_rule != PublisherRule.FIXED:
            finding = warning(
                "unknown-publisher",
                f"“{organisation.title}” is not a publisher here, so the entry went to {self._source.publisher}."
                " Register the publisher under that name, or correct the name at the source.",
                field="publisher",
                value=organisation.title,
            )
        if found is None:
            creator = draft.creator or organisation.title
            return draft.with_changes(publisher_id=self._source.publisher_id, creator=creator), finding
        return draft.with_changes(publisher_id=found), None

    def _find(self, organisation: Organisation) -> UUID | None:
        for name in (organisation.name, organisation.title):
            if name and (mapped := self._mapped.get(_key(name))):
                return mapped
        if self._source.keeps_uuids and organisation.uuid in self._ids:
            return organisation.uuid
        for name in (organisation.name, organisation.title):
            if name and (found := self._by_name.get(_key(name))):
                return found
        return None

    def _make(self, organisation: Organisation, depth: int = 0) -> UUID:
        parent = None
        if organisation.parent and organisation.parent.title and depth < _MAX_DEPTH:
            parent_id = self._find(organisation.parent) or self._make(organisation.parent, depth + 1)
            parent = Publisher.objects.get(id=parent_id)
        title = organisation.title.strip()[:300]
        stem = slug_from(organisation.name or title)[:190]
        for number in range(1, 100):
            slug = stem if number == 1 else f"{stem}-{number}"
            try:
                kept_id = self._kept_id(organisation)
                publisher = add(slug=slug, title=title, parent=parent, id=kept_id, **organisation.details)
            except (NameTaken, IntegrityError):
                # Somebody else may have made this very publisher a moment ago.
                self._load()
                if found := self._find(organisation):
                    return found
                continue
            self._left_to_make -= 1
            self._learn(publisher)
            return publisher.pk
        return self._source.publisher_id

    def _kept_id(self, organisation: Organisation) -> UUID | None:
        """The body's UUID at a source that keeps its UUIDs, where nobody here has it."""
        return organisation.uuid if self._source.keeps_uuids and organisation.uuid not in self._ids else None

    def _load(self) -> None:
        for slug, title, publisher_id in PublisherName.objects.order_by("created_at", "pk").values_list(
            "slug", "title", "publisher_id"
        ):
            self._by_name |= {_key(name): publisher_id for name in (slug, title) if name}
        for publisher in Publisher.objects.filter(merged_into=None).order_by("created_at", "pk"):
            self._learn(publisher)

    def _learn(self, publisher: Publisher) -> None:
        self._ids.add(publisher.pk)
        for name in (publisher.abbreviation, publisher.title, publisher.slug):
            if name:
                self._by_name[_key(name)] = publisher.pk


def _key(name: str) -> str:
    return " ".join(name.casefold().split())
