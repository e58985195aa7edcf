"""Asking the operator's virus scanner about a file."""

import datetime
import logging
import shlex
import subprocess
from collections.abc import Iterable
from tempfile import NamedTemporaryFile
from typing import Final

from django.conf import settings
from django.db import transaction

from catalogue.actions import held_links
from catalogue.actions.held_files import StoreUnavailable, open_held
from catalogue.actions.quality import rescore
from catalogue.models import UploadedFile
from publishers.actions.notices import notify
from publishers.enums import NoticeKind

logger = logging.getLogger(__name__)

#: Seconds that the virus scanner may take for one file.
_TIMEOUT: Final = 300


class Found(Exception):
    """The scanner found something in the file."""


class NotScanned(Exception):
    """The scanner did not answer, or could not look at the file. The message says which."""


def scan(pieces: Iterable[bytes]) -> bool:
    """Whether the operator's scanner has looked at a file and found nothing; False where there is none.

    The command is given the file's path. It ends with 0 for a clean file and with 1 for one that is not, as clamdscan
    does. Raises `Found`, `NotScanned`.
    """
    if not settings.VIRUS_SCAN_COMMAND:
        return False
    with NamedTemporaryFile(prefix="domesday-scan-") as copy:
        for piece in pieces:
            copy.write(piece)
        copy.flush()
        try:
            done = subprocess.run(
                [*shlex.split(settings.VIRUS_SCAN_COMMAND), copy.name],
                capture_output=True,
                timeout=_TIMEOUT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotScanned("The virus scanner does not answer") from error
    if done.returncode == 1:
        raise Found
    if done.returncode:
        raise NotScanned("The virus scanner could not look at this file")
    return True


def is_served(file: UploadedFile) -> bool:
    """Whether a file may be given out: where there is a scanner, only once it has looked at it."""
    return file.scanned or not settings.VIRUS_SCAN_COMMAND


def scan_waiting(*, now: datetime.datetime) -> int:
    """Scan the files that came before there was a scanner; return how many were found clean.

    A file in which something was found is looked at again only by another scanner: by another command. Its link counts
    as broken, and those who work on its entry are told.
    """
    clean, scanner = 0, settings.VIRUS_SCAN_COMMAND[:500]
    waiting = UploadedFile.objects.filter(scanned=False).exclude(found_by=scanner).order_by("uploaded_at", "id")
    waiting = waiting.select_related("dataset__publisher")
    for file in waiting.iterator() if settings.VIRUS_SCAN_COMMAND else []:
        try:
            with open_held(file.stored_as) as stream:
                scan(iter(lambda: stream.read(1 << 16), b""))  # read within this round
        except Found:
            _note_found(file, scanner, now=now)
            logger.error("The virus scanner found something in %s (%s): it is not given out.", file, file.pk)
        except (NotScanned, StoreUnavailable, FileNotFoundError) as error:
            logger.warning("%s (%s) could not be scanned: %s", file, file.pk, error)
        else:
            clean += UploadedFile.objects.filter(pk=file.pk).update(scanned=True, found_by="")
            if file.found_by and _is_what_its_link_gives(file):
                held_links.note_held([file.resource_id], now)
                rescore([file.dataset_id], now=now)
    return clean


def _note_found(file: UploadedFile, scanner: str, *, now: datetime.datetime) -> None:
    with transaction.atomic():
        UploadedFile.objects.filter(pk=file.pk).update(found_by=scanner)
        notify(
            NoticeKind.BROKEN_LINKS,
            publisher=file.dataset.publisher,
            subject=f"A file of “{file.dataset.title}” is not given out: a virus scanner found something in it",
            text=f"{file}. Upload a new version of it, or remove it from the entry.",
            path=f"/admin/catalogue/uploadedfile/{file.pk}/change/",
            key=str(file.pk),
            now=now,
        )
    if _is_what_its_link_gives(file):
        held_links.note_not_given_out(file.resource_id, now)
        rescore([file.dataset_id], now=now)


def _is_what_its_link_gives(file: UploadedFile) -> bool:
    versions = UploadedFile.objects.filter(resource_id=file.resource_id, is_held=False).order_by("-number")
    return versions.values_list("pk", flat=True).first() == file.pk
