"""Whose entry a record becomes: the source's publisher rule, applied to the organisation that the record names."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction

from catalogue.drafts import DatasetDraft
from harvest.enums import PublisherRule
from harvest.findings import Finding, warning
from harvest.models import Source
from harvest.normalise.base import Organisation
from publishers.actions import add_many, slug_from, taken_slugs
from publishers.models import Publisher, PublisherName

#: A source that names more unknown organisations than this in one run is more likely broken than right.
MAX_NEW = 2_000

#: Longest chain of parents that is followed.
_MAX_DEPTH = 6

#: Advisory lock of whoever makes publishers of organisations: two processes of one run meet the same ones.
_LOCK = 0x646F6D71

#: Organisations of one name that become publishers of their own: `trust`, `trust-2` and so on.
_NUMBERS = 100

#: How often it is tried again where a person took a slug between our look and our write.
_TRIES = 3


class PublisherChooser:
    """Finds, and where the rule says so makes, the publishers of one source's records. Knows all publishers by name.

    New ones are committed by themselves (`meet`), before the batch that needs them: a batch that is rolled back leaves
    them standing and this memory true. `may_make` False: make none, but give those to be made ids that nobody has.
    """

    def __init__(self, source: Source, *, may_make: bool = True) -> None:
        self._source = source
        makes = source.publisher_rule == PublisherRule.CREATE
        self._left_to_make = MAX_NEW if makes and may_make else 0
        self._only_imagines = makes and not may_make
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

    def meet(self, organisations: Iterable[Organisation]) -> None:
        """Where the rule says so, make publishers of those of a batch's organisations that are none yet."""
        if self._left_to_make <= 0:
            return
        unknown = [each for each in organisations if each.title and self._find(each) is None]
        for attempt in range(1, _TRIES + 1):
            try:
                self._make_all(unknown)
            except IntegrityError:
                if attempt == _TRIES:
                    raise
                self._load()
            else:
                return

    def apply(self, draft: DatasetDraft, organisation: Organisation | None) -> tuple[DatasetDraft, Finding | None]:
        """The draft with its publisher. An organisation that isn't that publisher is kept as the creator."""
        if organisation is None or not organisation.title:
            return draft, None
        found = self._find(organisation)
        if found is None and self._only_imagines:
            found = self._by_name[_key(organisation.title)] = uuid4()
        finding = None
        if found is None and self._source.publisher_rule != PublisherRule.FIXED:
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

    def _make_all(self, unknown: list[Organisation]) -> None:
        """Publishers of these organisations, and of those above them, in one transaction."""
        if not unknown:
            return
        made: list[Publisher] = []
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            taken = self._look_again(unknown)
            for organisation in unknown:
                if self._find(organisation) is None and self._left_to_make > len(made):
                    self._prepare(organisation, made, taken)
            add_many(made)
        self._left_to_make -= len(made)

    def _look_again(self, organisations: Iterable[Organisation]) -> set[str]:
        """Learn of those that another process has made since we looked; which of their slugs are taken."""
        taken = taken_slugs({_stem(above) for organisation in organisations for above in _upwards(organisation)})
        if taken:
            present = Publisher.objects.filter(names__slug__in=taken, merged_into=None)
            for publisher in present.distinct().order_by("created_at", "pk"):
                self._learn(publisher)
        return taken

    def _prepare(
        self, organisation: Organisation, made: list[Publisher], taken: set[str], depth: int = 0
    ) -> UUID | None:
        """Put the organisation among the publishers to make, after the one above it. None where no slug is free."""
        parent_id = None
        if organisation.parent and organisation.parent.title and depth < _MAX_DEPTH:
            parent_id = self._find(organisation.parent) or self._prepare(organisation.parent, made, taken, depth + 1)
        slug = _stem(organisation)
        if slug in taken:
            numbered = [f"{slug}-{number}" for number in range(2, _NUMBERS)]
            taken |= taken_slugs(numbered)
            slug = next((each for each in numbered if each not in taken), "")
        if not slug:
            return None
        taken.add(slug)
        publisher = Publisher(
            id=self._kept_id(organisation) or uuid4(),
            slug=slug,
            title=organisation.title.strip()[:300],
            parent_id=parent_id,
            **organisation.details,
        )
        made.append(publisher)
        self._learn(publisher)
        return publisher.pk

    def _kept_id(self, organisation: Organisation) -> UUID | None:
        """The body's UUID at a source that keeps its UUIDs, where nobody here has it."""
        return organisation.uuid if self._source.keeps_uuids and organisation.uuid not in self._ids else None

    def _load(self) -> None:
        self._by_name.clear()
        self._ids.clear()
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


def _stem(organisation: Organisation) -> str:
    """What its slug is made from."""
    return slug_from(organisation.name or organisation.title.strip()[:300])[:190]


def _upwards(organisation: Organisation) -> Iterable[Organisation]:
    above: Organisation | None = organisation
    for _ in range(_MAX_DEPTH + 1):
        if above is None or not above.title:
            return
        yield above
        above = above.parent
