"""The store of uploaded files, whichever it is: what it raises is told apart in one place."""

import logging
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import default_storage

logger = logging.getLogger(__name__)


class StoreUnavailable(Exception):
    """The store does not answer, or does not do what it is asked. Nothing has changed."""


def keep(file: File, name: str) -> str:
    """Store a file; return the name that it is stored under. Raises `StoreUnavailable`."""
    try:
        return default_storage.save(name, file)
    except _errors() as error:
        logger.error("The store of uploaded files took no file: %s", error)
        raise StoreUnavailable from error


def open_held(name: str, start: int = 0, end: int | None = None) -> IO[Any]:
    """The file to read from, standing at `start`; what comes from `end` on need not be there.

    A store at a distance is asked for just that part, and now: what fails, fails before an answer has begun.
    Raises `FileNotFoundError`, `StoreUnavailable`.
    """
    bucket = getattr(default_storage, "bucket", None)
    try:
        if bucket is None:
            file = default_storage.open(name)
            file.seek(start)
            return file
        asked = {"Range": f"bytes={start}-{'' if end is None else end - 1}"} if start or end is not None else {}
        part: IO[Any] = bucket.Object(name).get(**asked)["Body"]
        return part
    except FileNotFoundError:
        raise
    except _errors() as error:
        if _is_missing(error):
            raise FileNotFoundError(name) from error
        logger.error("The store of uploaded files gave no file: %s", error)
        raise StoreUnavailable from error


def _is_missing(error: BaseException) -> bool:
    """Whether an S3 store says that it has no such file."""
    said = getattr(error, "response", {}).get("Error", {})
    return said.get("Code") in {"NoSuchKey", "404"}


def forget(name: str) -> None:
    """Delete what was stored in vain. A store that does not answer keeps it, which harms nobody."""
    try:
        default_storage.delete(name)
    except _errors() as error:
        logger.error("%s is left over in the store of uploaded files: %s", name, error)


def _errors() -> tuple[type[Exception], ...]:
    """What stores raise: the operating system's errors, and those of S3 clients, where one is installed."""
    try:
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        return (OSError,)
    return OSError, Boto3Error, BotoCoreError, ClientError
