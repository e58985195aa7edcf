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


def open_held(name: str) -> IO[Any]:
    """The file to read from, its beginning at hand. Raises `FileNotFoundError`, `StoreUnavailable`."""
    try:
        file = default_storage.open(name)
        file.seek(0)  # stores at a distance fetch it now: what fails, fails before an answer has begun
    except FileNotFoundError:
        raise
    except _errors() as error:
        logger.error("The store of uploaded files gave no file: %s", error)
        raise StoreUnavailable from error
    return file


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
