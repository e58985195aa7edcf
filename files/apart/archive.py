"""Archives: what is in them, and the few members that are worth opening. Nested archives are named, never opened."""

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

MAX_LISTED: Final = 2_000
MAX_OPENED: Final = 12
#: Bytes that all opened members may have together, whatever the archive says of itself.
MAX_UNPACKED: Final = 512 * 1024**2
#: A member that grows to more than this many times its size is a trap.
_MAX_RATIO = 400
_RATIO_APPLIES_FROM = 16 * 1024**2

_WORTH: tuple[str, ...] = (
    ".csv",
    ".tsv",
    ".txt",
    ".tab",
    ".xlsx",
    ".xls",
    ".xlsm",
    ".ods",
    ".json",
    ".geojson",
    ".xml",
    ".kml",
)
_WORTH += (".parquet", ".gpkg", ".jsonl", ".ndjson", ".dbf", ".gpx", ".gml", ".html", ".htm", ".dat", ".asc")
_BESIDE = ("__macosx/", ".ds_store", "thumbs.db", "licence", "license", "readme")


class Unreadable(Exception):
    """`str(error)` is a sentence that begins with “it”."""


def members(path: Path, code: str) -> list[dict[str, Any]]:
    """[{"name", "size"}] as the archive says. Raises Unreadable."""
    try:
        if code == "TAR":
            with tarfile.open(path, "r:*") as archive:
                found = []
                for member in archive:
                    if member.isfile():
                        found.append({"name": _clean(member.name), "size": member.size})
                    if len(found) >= MAX_LISTED:
                        break
                return found
        with zipfile.ZipFile(path) as packed:
            infos = [info for info in packed.infolist() if not info.is_dir()]
            return [{"name": _clean(info.filename), "size": info.file_size} for info in infos[:MAX_LISTED]]
    except (zipfile.BadZipFile, tarfile.TarError, OSError, EOFError, ValueError, NotImplementedError) as error:
        raise Unreadable("the archive is damaged.") from error


def _clean(name: str) -> str:
    return "".join(character if character.isprintable() else "�" for character in name)[:300]


def opened(path: Path, code: str, folder: Path) -> Iterator[tuple[str, Path | None, str]]:
    """(name, file, "") of the members worth opening; (name, None, why) for one that can't be."""
    left = MAX_UNPACKED
    for name, size, source in _worth(path, code):
        target = folder / f"member-{len(list(folder.iterdir()))}"
        try:
            with source() as stream, target.open("wb") as file:
                written = 0
                while piece := stream.read(1 << 18):
                    written += len(piece)
                    if written > left:
                        raise Unreadable("the archive unpacks to more than we take.")
                    if size and written > _RATIO_APPLIES_FROM and written > _MAX_RATIO * size:
                        raise Unreadable("the archive grows far more than any data does: it is made to harm.")
                    file.write(piece)
        except Unreadable as error:
            target.unlink(missing_ok=True)
            yield name, None, str(error)
            return
        except (zipfile.BadZipFile, tarfile.TarError, RuntimeError, NotImplementedError, zlib.error, OSError) as error:
            target.unlink(missing_ok=True)
            is_locked = isinstance(error, RuntimeError) and "password" in str(error).lower()
            why = "it is protected by a password." if is_locked else "it is damaged, or packed in a way of its own."
            yield name, None, why
            continue
        left -= written
        yield name, target, ""
        target.unlink(missing_ok=True)


def _worth(path: Path, code: str) -> Iterator[tuple[str, int, Any]]:
    """(name, packed size, how to open it): files of data first, and of those the first dozen."""
    if code == "TAR":
        with tarfile.open(path, "r:*") as archive:
            chosen = [m for m in archive.getmembers()[:MAX_LISTED] if m.isfile() and _is_worth(m.name)]
            for member in chosen[:MAX_OPENED]:
                yield member.name, member.size, lambda member=member: archive.extractfile(member)
        return
    with zipfile.ZipFile(path) as packed:
        infos = [info for info in packed.infolist()[:MAX_LISTED] if not info.is_dir() and _is_worth(info.filename)]
        for info in infos[:MAX_OPENED]:
            yield info.filename, info.compress_size, lambda info=info: packed.open(info)


def _is_worth(name: str) -> bool:
    lowered = name.lower()
    has_ending = "." in lowered.rpartition("/")[2]
    return (lowered.endswith(_WORTH) or not has_ending) and not any(word in lowered for word in _BESIDE)


def unpacked(path: Path, folder: Path) -> Path:
    """What is in a gzip, bzip2 or xz file. Raises Unreadable."""
    with path.open("rb") as file:
        start = file.read(6)
    opener: Any = gzip.open if start[:2] == b"\x1f\x8b" else bz2.open if start[:3] == b"BZh" else lzma.open
    target = folder / "unpacked"
    size = path.stat().st_size
    try:
        with opener(path, "rb") as stream, target.open("wb") as file:
            written = 0
            while piece := stream.read(1 << 18):
                written += len(piece)
                if written > MAX_UNPACKED or (written > _RATIO_APPLIES_FROM and written > _MAX_RATIO * size):
                    raise Unreadable("it unpacks to more than we take, or is made to harm.")
                file.write(piece)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise Unreadable("the archive is damaged.") from error
    return target
