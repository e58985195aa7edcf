"""Taking files in: checked, stored under a name of our own, and linked from the entry that they belong to."""

import datetime
import hashlib
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile as Incoming
from django.db import transaction

from catalogue.actions import amending, held_files, held_links, virus_scans
from catalogue.actions.entry import By, Stored
from catalogue.drafts import DatasetDraft, ResourceDraft
from catalogue.file_names import UNKNOWN, media_type_of, safe_file_name
from catalogue.models import Dataset, UploadedFile
from catalogue.vocabularies.formats import format_from
from publishers.actions import audit
from publishers.enums import AuditAction


class FileRefused(Exception):
    """The file can't be taken; the message says why, in words for whoever sent it."""


def add_file(
    dataset: Dataset, incoming: Incoming, *, by: By, now: datetime.datetime, about: ResourceDraft | None = None
) -> tuple[UploadedFile, Stored]:
    """Take a file in as a new resource of an entry; `about` says what else is known of it.

    Raises `FileRefused`.
    """
    resource_id = uuid4()
    return _take(
        dataset,
        incoming,
        resource_id,
        lambda draft, linked: amending.with_resource(draft, linked(about or ResourceDraft(url=""))),
        by=by,
        now=now,
    )


def replace_file(
    dataset: Dataset, resource_id: UUID, incoming: Incoming, *, by: By, now: datetime.datetime
) -> tuple[UploadedFile, Stored]:
    """Take a file in as the next version of what a resource leads to; earlier versions are kept.

    Raises `FileRefused`, `NoSuchResource`.
    """

    def change(draft: DatasetDraft, linked: Callable[[ResourceDraft], ResourceDraft]) -> DatasetDraft:
        own = next((resource for resource in draft.resources if resource.id == resource_id), None)
        if own is None:
            raise amending.NoSuchResource
        return amending.with_resource_replaced(draft, linked(own))

    return _take(dataset, incoming, resource_id, change, by=by, now=now)


def _take(
    dataset: Dataset,
    incoming: Incoming,
    resource_id: UUID,
    change: Callable[[DatasetDraft, Callable[[ResourceDraft], ResourceDraft]], DatasetDraft],
    *,
    by: By,
    now: datetime.datetime,
) -> tuple[UploadedFile, Stored]:
    most = settings.UPLOAD_MAX_BYTES
    size = incoming.size or 0
    if size > most:
        raise FileRefused(f"The file is larger than {most // 10**6:,} MB, the most that is taken here.")
    if not size:
        raise FileRefused("The file is empty.")
    name = safe_file_name(incoming.name or "file")
    digest = _sha256(incoming)
    scanned = _scan(incoming)
    # A name that nobody chose: nothing that was sent becomes a path
    try:
        stored_as = held_files.keep(File(incoming), f"uploads/{dataset.id}/{uuid4()}")
    except held_files.StoreUnavailable as error:
        raise FileRefused("The store for files does not answer, so nothing was taken. Try again later.") from error
    try:
        with transaction.atomic():
            media_type = media_type_of(name)

            def linked(resource: ResourceDraft) -> ResourceDraft:
                url = f"{settings.SITE_URL}/dataset/{dataset.id}/download/{resource_id}/{name}"
                return replace(
                    resource,
                    id=resource_id,
                    url=url,
                    title=resource.title or name,
                    format=format_from("", url=url) or resource.format,
                    media_type="" if media_type == UNKNOWN else media_type,
                    size_bytes=size,
                    checksum=f"sha256:{digest}",
                    modified=now.date(),
                )

            stored = amending.amend(dataset.id, lambda draft: change(draft, linked), by=by, now=now)
            last = UploadedFile.objects.filter(resource_id=resource_id).order_by("-number").first()
            kept = UploadedFile.objects.create(
                is_held=stored.is_held,
                dataset=dataset,
                resource_id=resource_id,
                number=last.number + 1 if last else 1,
                file_name=name,
                stored_as=stored_as,
                media_type=media_type,
                size_bytes=size,
                sha256=digest,
                scanned=scanned,
                uploaded_by=by.user,
                uploaded_at=now,
            )
            if not stored.is_held:
                held_links.note_held([resource_id], now)
            audit.record(
                AuditAction.FILE_UPLOADED,
                who=audit.Who(by.user, label=by.label),
                now=now,
                publisher=dataset.publisher,
                object_id=kept.id,
                object_label=f"{kept}: {dataset.title}",
                detail={"sha256": digest, "size": size},
            )
    except BaseException:
        held_files.forget(stored_as)
        raise
    return kept, stored


def approve_files(draft: DatasetDraft, *, dataset_id: UUID, now: datetime.datetime) -> None:
    """Files that came with a change of an entry which says now what `draft` says are for its readers, too."""
    waiting = UploadedFile.objects.filter(dataset_id=dataset_id, is_held=True).order_by("number")
    says = {file.id: file.checksum for file in draft.resources if file.id}
    stand = [file for file in waiting if says.get(file.resource_id) == f"sha256:{file.sha256}"]
    for file in stand:
        versions = UploadedFile.objects.filter(resource_id=file.resource_id)
        latest = versions.order_by("-number").values_list("number", flat=True)[0]
        # The latest is what its link gives, whatever came in while this one waited
        versions.filter(pk=file.pk).update(is_held=False, number=latest + (latest != file.number))
    held_links.note_held([file.resource_id for file in stand], now)


def _sha256(incoming: Incoming) -> str:
    digest = hashlib.sha256()
    for piece in incoming.chunks():
        digest.update(piece)
    incoming.seek(0)
    return digest.hexdigest()


def _scan(incoming: Incoming) -> bool:
    """Whether the operator's virus scanner has looked at the file. Raises `FileRefused` but for a clean file."""
    try:
        return virus_scans.scan(incoming.chunks())
    except virus_scans.Found as error:
        raise FileRefused("The virus scanner found something in this file, so it is not taken.") from error
    except virus_scans.NotScanned as error:
        raise FileRefused(f"{error}, so it is not taken. Try again later.") from error
    finally:
        incoming.seek(0)
