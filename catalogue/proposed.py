"""What stands beside published entries and waits for approval, for those who work on them. Reads only.

Whoever may edit an entry but not publish it works on a copy beside it: as it stands, with what is proposed of it. For
everybody else the entry itself is all there is.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from catalogue.drafts import DATASET_FIELDS, RESOURCE_FIELDS, DatasetDraft
from catalogue.edit_point import EditPoint
from catalogue.enums import OPEN_PROPOSAL_STATES, State
from catalogue.merging import rebased
from catalogue.models import Dataset, LinkCheck, Proposal, ProposalEdition, Resource, Revision
from catalogue.snapshots import LIFE, Snapshot, differences, draft_from, snapshot
from publishers.models import User
from publishers.permissions import Permission, publisher_ids_with


@dataclass(frozen=True)
class WorkingCopy:
    """What somebody who edits an entry goes on from. What is worked out of it is worked out once."""

    dataset: Dataset
    published: Snapshot
    """The entry as it stands."""
    said: Snapshot
    """The same with what is proposed, if anything is."""
    proposal: Proposal | None = None
    edition: ProposalEdition | None = None
    base: Snapshot = field(default_factory=dict)
    """The entry as it stood when the change was last worked on."""
    clashes: frozenset[str] = field(default_factory=frozenset)
    """Fields that the proposed change and somebody else have changed since it was made, each otherwise."""

    @property
    def point(self) -> EditPoint:
        return EditPoint(self.dataset.version, self.edition.pk if self.edition else 0)

    @cached_property
    def draft(self) -> DatasetDraft:
        return draft_from(self.said)

    @cached_property
    def fields(self) -> list[str]:
        """Which fields the proposed change would change."""
        return changed_fields(self.published, self.said)

    @cached_property
    def links(self) -> dict[UUID, LinkCheck]:
        """What is known of the links of its files, by the file. One query."""
        return LinkCheck.objects.in_bulk([file.id for file in self.draft.resources if file.id])

    @cached_property
    def files(self) -> list[Resource]:
        """Its files as if they were stored, each with what is known of its link. A form of them fills these rows in."""
        found = []
        for place, file in enumerate(self.draft.resources):
            says = {name: getattr(file, name) for name in RESOURCE_FIELDS}
            row = Resource(id=file.id, dataset=self.dataset, position=place, **says)
            row._state.adding = False
            LinkCheck._meta.get_field("resource").remote_field.set_cached_value(row, self.links.get(row.pk))
            found.append(row)
        return found


def changed_fields(before: Snapshot, after: Snapshot) -> list[str]:
    """Which fields say something else, by name, but for those of the entry's life; in the order of drafts."""
    found = {name for name, _, _ in differences(before, after) if name not in LIFE}
    return sorted(found, key=lambda name: _ORDER.get(name, len(_ORDER)))


_ORDER = {name: place for place, name in enumerate((*DATASET_FIELDS, "name", "visibility", "resources"))}


def is_held(user: User | None, publisher_ids: Collection[UUID], state: str) -> bool:
    """Whether what this person changes in an entry waits for approval: they may edit there, and not publish.

    `publisher_ids`: whose the entry is, and whose it would be. Machines have nobody to ask. Whether somebody may edit
    at all is asked before.
    """
    if user is None or state != State.PUBLISHED:
        return False
    publishable = publisher_ids_with(user, Permission.PUBLISH_DATASET)
    if publishable is None:
        return False
    editable = publisher_ids_with(user, Permission.EDIT_DATASET) or set()
    return any(one in editable and one not in publishable for one in publisher_ids)


def open_proposals(dataset_ids: Iterable[UUID]) -> dict[UUID, tuple[Proposal, ProposalEdition]]:
    """The open proposal of each of these entries that has one, with its latest edition."""
    found = Proposal.objects.filter(dataset_id__in=list(dataset_ids), state__in=OPEN_PROPOSAL_STATES).order_by("id")
    proposals = {proposal.pk: proposal for proposal in found}
    editions = ProposalEdition.objects.filter(proposal_id__in=proposals).select_related("person")
    latest = {edition.proposal_id: edition for edition in editions.order_by("proposal_id", "id")}
    return {proposal.dataset_id: (proposal, latest[key]) for key, proposal in proposals.items()}


def working_copies(datasets: Iterable[Dataset]) -> dict[UUID, WorkingCopy]:
    """The working copy of each of these entries. Four queries, however many."""
    found = {dataset.id: dataset for dataset in datasets}
    files: dict[UUID, list[Resource]] = {key: [] for key in found}
    for file in Resource.objects.filter(dataset_id__in=found).order_by("position", "id"):
        files[file.dataset_id].append(file)
    waiting = open_proposals(found)
    bases = _snapshots({(key, edition.base) for key, (_, edition) in waiting.items()})
    copies = {}
    for key, dataset in found.items():
        published = snapshot_of(dataset, files[key])
        if key not in waiting:
            copies[key] = WorkingCopy(dataset, published, published)
            continue
        proposal, edition = waiting[key]
        base = bases.get((key, edition.base)) or published  # erased since: all that differs counts as proposed
        said = rebased(edition.snapshot, base=base, theirs=published)
        changed = set(changed_fields(base, edition.snapshot)) & set(changed_fields(base, published))
        clashes = frozenset(name for name in changed if edition.snapshot.get(name) != published.get(name))
        copies[key] = WorkingCopy(dataset, published, said, proposal, edition, base, clashes)
    return copies


def working_copy(dataset: Dataset) -> WorkingCopy:
    return working_copies([dataset])[dataset.id]


def copy_for(user: User | None, dataset: Dataset) -> WorkingCopy | None:
    """The copy that this person works on; None where they change the entry itself."""
    return working_copy(dataset) if is_held(user, [dataset.publisher_id], dataset.state) else None


def take_up(dataset: Dataset, copy: WorkingCopy) -> None:
    """Have a row, which is not to be saved, say what this copy of it does: forms and what stands beside them show that.

    Whose it is and its address stay what they are: permissions and links hang on them.
    """
    for name in set(DATASET_FIELDS) - {"publisher_id"}:
        value = getattr(copy.draft, name)
        setattr(dataset, name, list(value) if isinstance(value, tuple) else value)
    dataset.visibility = copy.said["visibility"]
    dataset.working_copy = copy  # type: ignore[attr-defined]  # forms and panels look for it there


def snapshot_of(dataset: Dataset, files: Iterable[Resource]) -> Snapshot:
    """What a stored entry says and where it stands."""
    return snapshot(
        dataset,
        files,
        name=dataset.name,
        state=dataset.state,
        visibility=dataset.visibility,
        release_at=dataset.release_at,
    )


def snapshot_at(dataset_id: UUID, point: EditPoint) -> Snapshot | None:
    """What somebody had before them at this point; None where it was erased or never was."""
    published = _snapshots({(dataset_id, point.version)}).get((dataset_id, point.version))
    if not point.edition or published is None:
        return published
    edition = ProposalEdition.objects.filter(pk=point.edition, proposal__dataset_id=dataset_id).first()
    if edition is None:
        return published
    base = _snapshots({(dataset_id, edition.base)}).get((dataset_id, edition.base)) or published
    return rebased(edition.snapshot, base=base, theirs=published)


def proposal_with_file(resource_id: UUID, publisher_ids: set[UUID] | None) -> UUID | None:
    """The entry whose open proposal adds a file of this id, among those of these publishers (None: of all)."""
    entries = Dataset.objects.filter(proposals__state__in=OPEN_PROPOSAL_STATES)
    if publisher_ids is not None:
        entries = entries.filter(publisher_id__in=publisher_ids)
    named = entries.filter(proposals__editions__snapshot__resources__contains=[{"id": str(resource_id)}])
    return named.order_by("id").values_list("id", flat=True).first()


def _snapshots(wanted: set[tuple[UUID, int]]) -> Mapping[tuple[UUID, int], Snapshot]:
    """What these entries said in these versions."""
    if not wanted:
        return {}
    found = Revision.objects.filter(dataset__in={key for key, _ in wanted}, number__in={n for _, n in wanted})
    rows = found.order_by("dataset", "number").values_list("dataset_id", "number", "snapshot")
    return {(key, number): said for key, number, said in rows if said is not None and (key, number) in wanted}
