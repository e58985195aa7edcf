"""Where Parquet files and outlines of maps are kept: Django's storage “files”, by default a folder of VAR_DIR."""

import shutil
from pathlib import Path

from django.conf import settings
from django.core.files.storage import Storage, storages


def storage() -> Storage:
    return storages["files"]


def keep(path: Path, name: str) -> str:
    """Put a file there; return the name that it is kept under."""
    with path.open("rb") as file:
        return storage().save(name, file)


def remove(names: list[str]) -> None:
    for name in names:
        storage().delete(name)


def local(name: str) -> Path:
    """Where the file lies on this machine's disk. From a storage elsewhere it is fetched once and kept.

    Raises FileNotFoundError.
    """
    try:
        return Path(storage().path(name))
    except NotImplementedError:
        pass
    copy = settings.VAR_DIR / "files-copies" / name
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        draft = copy.with_suffix(".part")
        with storage().open(name) as source, draft.open("wb") as target:
            shutil.copyfileobj(source, target)
        draft.replace(copy)
    return copy
