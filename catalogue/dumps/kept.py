"""The dump that is kept: its manifest, and whether it may still be served. Read by pages, written by the action.

A copy must not outlive a withdrawal. Within minutes of one, a new copy is made (`catalogue.tasks.dump_if_due`); until
then the old one is served, but never for longer than `GRACE` after an entry that it holds was withdrawn or hidden.
"""

import datetime
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.db.models import Exists, Min, OuterRef, Q

from catalogue.models import Change, Dataset

#: How long a copy may be served after an entry in it ceased to be public.
GRACE: Final = datetime.timedelta(hours=1)
#: How old a copy grows before the next is made.
MAX_AGE: Final = datetime.timedelta(hours=24)

_MANIFEST: Final = "manifest.json"
#: For how many seconds an answer about withdrawals holds.
_LOOK_AGAIN: Final = 30


@dataclass(frozen=True, slots=True)
class KeptFile:
    name: str
    title: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`position`: the change log's when the walk began; what changed later may or may not be in the files."""

    folder: str
    made_at: datetime.datetime
    position: int
    datasets: int
    files: tuple[KeptFile, ...]

    def file(self, name: str) -> KeptFile | None:
        return next((file for file in self.files if file.name == name), None)

    def path(self, file: KeptFile) -> Path:
        return root() / self.folder / file.name

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"made_at": self.made_at.isoformat()}


def root() -> Path:
    return Path(settings.VAR_DIR) / "dumps"


def read_manifest() -> Manifest | None:
    """The newest whole dump; None where there is none."""
    try:
        found = json.loads((root() / _MANIFEST).read_text(encoding="utf-8"))
        files = tuple(KeptFile(**file) for file in found.pop("files"))
        made_at = datetime.datetime.fromisoformat(found.pop("made_at"))
        return Manifest(made_at=made_at, files=files, **found)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_manifest(manifest: Manifest) -> None:
    """From now on this is the dump that is served."""
    waiting = root() / f"{_MANIFEST}.new"
    waiting.write_text(json.dumps(manifest.as_json(), indent=2), encoding="utf-8")
    waiting.replace(root() / _MANIFEST)


def first_withdrawal(manifest: Manifest, now: datetime.datetime) -> datetime.datetime | None:
    """When the first of the entries that changed since the dump ceased to be public; None where all still are."""
    key = f"dump-withdrawal-{manifest.folder}"
    found: tuple[datetime.datetime | None] | None = cache.get(key)
    if found is None:
        later = Change.objects.filter(Q(position__gt=manifest.position) | Q(position=None))
        public = Dataset.objects.public(now).filter(id=OuterRef("dataset_id"))
        # Drafts that never were anything else are in no dump: whoever works on one sets nothing going
        drafts = Dataset.objects.filter(id=OuterRef("dataset_id"), published_at=None)
        found = (later.filter(~Exists(public), ~Exists(drafts)).aggregate(at=Min("at"))["at"],)
        cache.set(key, found, _LOOK_AGAIN)
    return found[0]


def servable(now: datetime.datetime) -> Manifest | None:
    """The newest dump, if it may be served."""
    manifest = read_manifest()
    if manifest is None:
        return None
    withdrawn_at = first_withdrawal(manifest, now)
    return None if withdrawn_at and withdrawn_at + GRACE < now else manifest


def is_due(now: datetime.datetime) -> bool:
    """Whether a new dump should be made: there is none, it is a day old, or an entry in it was withdrawn."""
    manifest = read_manifest()
    return manifest is None or manifest.made_at + MAX_AGE < now or first_withdrawal(manifest, now) is not None
