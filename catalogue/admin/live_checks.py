"""What the entry form's script asks while somebody fills it in. Everything that it says, saving says too.

Signed-in people only; nothing is stored. Links are looked at through the guarded client, a few a minute for each.
"""

import asyncio
import datetime
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import admin
from django.contrib.postgres.search import SearchQuery
from django.core.exceptions import PermissionDenied
from django.forms import inlineformset_factory
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from catalogue.admin.access import may_ask_outside, person, their_entries
from catalogue.forms import DatasetForm, ResourceForm
from catalogue.forms.dataset import GOOD_TITLE_LENGTH, inherited_contact
from catalogue.forms.files import FilesFormSet
from catalogue.links.outcome import LinkOutcome, Verdict
from catalogue.links.probe import LINK_CHECK_LIMITS, probe
from catalogue.models import Dataset, LinkCheck, Resource
from catalogue.models.dataset import TITLE_WORDS
from catalogue.proposed import copy_for, take_up
from catalogue.quality.outlook import outlook
from catalogue.serializers.quality import AT_ITS_SOURCE, follows_its_source, place_to_mend
from catalogue.vocabularies.formats import format_from
from publishers.models import Publisher
from publishers.permissions import Permission, publisher_ids_with
from services.http import GuardedSession, OutboundPolicy

#: Links that one person may have looked at in a minute.
LINKS_A_MINUTE: Final = 20

#: How long somebody who types is let wait for a server, in seconds.
_PATIENCE: Final = {"connect_timeout": 5, "response_timeout": 8, "total_timeout": 12}


def urls(site: admin.AdminSite) -> list[URLPattern]:
    return [
        path("check/", site.admin_view(require_POST(check)), name="catalogue_dataset_check"),
        path("check-link/", site.admin_view(require_POST(check_link)), name="catalogue_dataset_check_link"),
    ]


def check(request: HttpRequest) -> JsonResponse:
    """The form as it stands → what to say beside its fields, its score, and what would raise that most."""
    if publisher_ids_with(request.user, Permission.EDIT_DATASET) == set():
        raise PermissionDenied
    entry = _entry_of(request)
    copy = copy_for(person(request), entry) if entry else None
    if entry and copy:
        take_up(entry, copy)
    form = DatasetForm(_without_versions(request), instance=entry or Dataset())
    form.user = person(request)
    form.full_clean()
    said = {name: errors[0] for name, errors in form.errors.get_json_data().items()}
    messages = {name: {"text": error["message"], "is_good": False} for name, error in said.items() if name != "__all__"}
    messages |= _about_title(request, str(form.data.get("title", "")), entry, messages)
    publisher = form.cleaned_data.get("publisher") or (entry.publisher if entry else None)
    answer: dict[str, Any] = {"messages": messages}
    if publisher:
        if not form.cleaned_data.get("contact_email"):
            messages.setdefault("contact_email", {"text": inherited_contact(publisher), "is_good": True})
        files = list(entry.resources.all()) if entry and entry.is_harvested else _files_of(request, form.instance)
        links = copy.links if copy else LinkCheck.objects.in_bulk([file.pk for file in files])
        answer["quality"] = _quality(form, files, links, publisher)
    return JsonResponse(answer)


def _files_of(request: HttpRequest, entry: Dataset) -> list[Resource]:
    """The files and links as they stand in the form, those left out that are to go or lead nowhere."""
    files = inlineformset_factory(Dataset, Resource, form=ResourceForm, formset=FilesFormSet, extra=0)(
        request.POST, instance=entry, prefix="resources"
    )
    if not files.management_form.is_valid():
        return []
    files.full_clean()
    given = [form for form in files.forms if form.has_changed() or not form.instance._state.adding]
    kept = [form for form in given if form.cleaned_data.get("url") and not form.cleaned_data.get("DELETE")]
    return [form.instance for form in kept]


def _entry_of(request: HttpRequest) -> Dataset | None:
    """The entry that is being edited, if it is one of theirs."""
    try:
        key = UUID(request.POST.get("entry", ""))
    except ValueError:
        return None
    return their_entries(request, Permission.EDIT_DATASET).select_related("publisher").filter(pk=key).first()


def _without_versions(request: HttpRequest) -> Any:
    """Whether somebody else has saved meanwhile is asked when this person saves."""
    data = request.POST.copy()
    data.pop("read_version", None)
    return data


def _about_title(request: HttpRequest, title: str, entry: Dataset | None, said: dict[str, Any]) -> dict[str, Any]:
    """How long it is, and whether another entry of theirs has it."""
    title = " ".join(title.split())[:500]
    if not title or "title" in said:
        return {}
    words = SearchQuery(title.replace("\x00", ""), config="simple", search_type="phrase")
    alike = their_entries(request).alias(words=TITLE_WORDS).filter(words=words, title__iexact=title)
    twin = (alike.exclude(pk=entry.pk) if entry else alike).first()
    if twin:
        where = reverse("admin:catalogue_dataset_change", args=[twin.pk])
        return {
            "title": {"text": f"{twin.publisher} has an entry of this title already.", "is_good": False, "url": where}
        }
    if len(title) > GOOD_TITLE_LENGTH:
        text = f"{len(title)} characters: more than {GOOD_TITLE_LENGTH} are cut in lists of results."
        return {"title": {"text": text, "is_good": False}}
    return {"title": {"text": f"{len(title)} of {GOOD_TITLE_LENGTH} characters.", "is_good": True}}


def _quality(
    form: DatasetForm, files: list[Resource], links: Mapping[UUID, LinkCheck], publisher: Publisher
) -> dict[str, Any]:
    """What the entry would score if it were saved as it stands."""
    shown: Dataset = form.instance
    found = outlook(shown, files, links, publisher=publisher, now=timezone.now())
    resource_ids = [str(file.pk) for file in files]
    return {
        "score": found.score,
        "band": str(found.band.label),
        "fixes": [
            {
                "text": step.fix,
                "gain": step.gain,
                "after": step.score_after,
                "reason": f"{step.reason}{AT_ITS_SOURCE if follows_its_source(shown, step.field) else ''}",
                "place": place_to_mend(step.field, step.evidence, resource_ids),
            }
            for step in found.steps
        ],
    }


def check_link(request: HttpRequest) -> JsonResponse:
    """POST `url` → whether it works, and what the server says of the file: format, size."""
    if publisher_ids_with(request.user, Permission.EDIT_DATASET) == set():
        raise PermissionDenied
    if not may_ask_outside(request, "links", most=LINKS_A_MINUTE):
        return JsonResponse({"text": "That were many links: the rest are checked after you save.", "state": "unclear"})
    url = request.POST.get("url", "").strip()[:4000]
    if not url.lower().startswith(("http://", "https://")):
        return JsonResponse({"text": "Links that begin with http:// or https:// can be checked.", "state": "unclear"})
    outcome = asyncio.run(_look(url, timezone.now()))
    state = {Verdict.WORKS: "good", Verdict.UNCLEAR: "unclear", Verdict.REFUSES_US: "unclear"}.get(
        outcome.verdict, "bad"
    )
    return JsonResponse(
        {
            "text": outcome.reason,
            "state": state,
            "format": format_from("", media_type=outcome.media_type, url=url),
            "size_bytes": outcome.size if outcome.works else None,
        }
    )


async def _look(url: str, now: datetime.datetime) -> LinkOutcome:
    policy = OutboundPolicy.from_settings(**{**LINK_CHECK_LIMITS, **_PATIENCE})
    async with GuardedSession(policy) as session:
        return await probe(session, url, now=now)
