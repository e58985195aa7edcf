"""Two people changed one entry at once: what both wanted, and where they want different things. Pure.

Both began from one version, the base. `theirs` is what stands now, `ours` what the second person sends.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from catalogue.drafts import RESOURCE_FIELDS, ResourceDraft
from catalogue.snapshots import LIFE, Snapshot, draft_from, plain_resources


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that the other person changed meanwhile."""

    field: str
    base: Any
    theirs: Any
    ours: Any

    @property
    def clashes(self) -> bool:
        """Whether the second person changed it too, and otherwise."""
        return self.ours not in (self.base, self.theirs)


def differences_of_three(
    fields: Iterable[str], *, base: Mapping[str, Any], theirs: Mapping[str, Any], ours: Mapping[str, Any]
) -> list[Difference]:
    """Every field that the other person changed, of those that the second could have changed."""
    return [
        Difference(field, base.get(field), theirs.get(field), ours.get(field))
        for field in fields
        if base.get(field) != theirs.get(field) and ours.get(field) != theirs.get(field)
    ]


def merged_files(
    *, base: Sequence[ResourceDraft], theirs: Sequence[ResourceDraft], ours: Sequence[ResourceDraft]
) -> tuple[ResourceDraft, ...]:
    """Our files with what the other person did to theirs: added stay, deleted go, changed are as they say.

    A file that both changed, or that one changed and the other deleted, is as we say.
    """
    before, now = _by_id(base), _by_id(theirs)
    kept: list[ResourceDraft] = []
    for file in ours:
        was, stands = before.get(file.id), now.get(file.id)
        if was is None or _says(file) != _says(was):
            kept.append(file)  # ours is new, or changed by us
        elif stands is not None:
            kept.append(stands)
    mine = {file.id for file in ours if file.id}
    kept += [file for file in theirs if file.id not in before and file.id not in mine]
    return tuple(kept)


def rebased(ours: Snapshot, *, base: Snapshot, theirs: Snapshot) -> Snapshot:
    """What an entry that stands as `theirs` would say with what `ours` changes of `base`; files are merged by id.

    Where it stands in its life is as it stands: a change of what an entry says is none of that.
    """
    if base == theirs:
        return {**ours, **{field: theirs[field] for field in LIFE if field in theirs}}
    changed = {field: value for field, value in ours.items() if field not in LIFE and value != base.get(field)}
    if "resources" in changed:
        files = merged_files(
            base=draft_from(base).resources, theirs=draft_from(theirs).resources, ours=draft_from(ours).resources
        )
        changed["resources"] = plain_resources(files)
    return theirs | changed


def _by_id(files: Sequence[ResourceDraft]) -> dict[UUID | None, ResourceDraft]:
    return {file.id: file for file in files if file.id}


def _says(file: ResourceDraft) -> tuple[Any, ...]:
    return tuple(getattr(file, field) for field in RESOURCE_FIELDS)
