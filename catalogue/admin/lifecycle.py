"""Pages of the workplace that move one entry on its way: review, comments, withdrawal."""

from typing import NamedTuple
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from catalogue import queries, series
from catalogue.actions import proposals, workflow
from catalogue.admin.access import by, may, person, their_entry
from catalogue.edit_point import NOWHERE, EditPoint
from catalogue.enums import ProposalState, State
from catalogue.forms.lifecycle import ReviewForm, WithdrawForm
from catalogue.models import Dataset
from catalogue.proposed import WorkingCopy, working_copy
from catalogue.serializers.revisions import FieldChange, snapshot_changes, value_in_words
from catalogue.snapshots import Snapshot
from publishers.permissions import Permission, has_permission


class ProposedField(NamedTuple):
    label: str
    published: str
    proposed: str
    was: str
    """What it said when the change was made, where somebody else has changed it since."""


def urls(site: admin.AdminSite) -> list[URLPattern]:
    return [
        path("<uuid:dataset_id>/review/", site.admin_view(review), name="catalogue_dataset_review"),
        path("<uuid:dataset_id>/withdraw/", site.admin_view(withdraw), name="catalogue_dataset_withdraw"),
    ]


def buttons(request: HttpRequest, dataset: Dataset, copy: WorkingCopy | None) -> list[tuple[str, str]]:
    """(name, label) of what this person may do with the entry where it stands, the likeliest first."""
    may_publish = may(request, Permission.PUBLISH_DATASET, dataset)
    offered: list[tuple[str, str]] = []
    if copy and copy.proposal:
        may_approve = may_publish and has_permission(request.user, Permission.PUBLISH_DATASET, copy.draft.publisher_id)
        if may_approve and copy.proposal.state == ProposalState.WAITING:
            offered += [("approve", "Approve the change"), ("refuse", "Send the change back")]
        offered += [("take_back", "Take the change back")]
    elif dataset.state == State.IN_REVIEW and may_publish:
        offered += [("publish", "Approve and publish"), ("send_back", "Send back")]
    elif dataset.state in {State.DRAFT, State.WITHDRAWN}:
        offered += [("publish", "Publish")] if may_publish else []
        offered += [("submit", "Send for review")]
    return [*offered, ("comment", "Only comment")]


#: Steps that need no word of why.
_SPEAK_FOR_THEMSELVES = {"publish", "submit", "approve", "take_back"}


def review(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """What was said about an entry, the change of it that waits for approval, and the next step."""
    dataset = their_entry(request, dataset_id, Permission.VIEW_UNPUBLISHED)
    may_edit = may(request, Permission.EDIT_DATASET, dataset)
    copy = working_copy(dataset)
    offered = buttons(request, dataset, copy) if may_edit else []
    form = ReviewForm(request.POST or None)
    if request.method == "POST":
        chosen = next((name for name, _ in offered if f"_{name}" in request.POST), None)
        if chosen is None:
            raise PermissionDenied
        if form.is_valid() and (words := form.cleaned_data["comment"].strip() or chosen in _SPEAK_FOR_THEMSELVES):
            try:
                said = _take_step(chosen, dataset, request, words if isinstance(words, str) else "")
            except (workflow.WrongStep, proposals.CannotDecide) as error:
                messages.error(request, str(error))
            else:
                messages.success(request, said)
            return HttpResponseRedirect(reverse("admin:catalogue_dataset_review", args=[dataset.pk]))
        if "comment" not in form.errors:
            form.add_error("comment", "Say something first: what is right, or what it still needs.")
    context = {
        **admin.site.each_context(request),
        "title": f"Review “{dataset.title}”",
        "dataset": dataset,
        "form": form,
        "buttons": offered,
        "notes": dataset.workflow_notes.select_related("person"),
        "waits": dataset.release_at is not None and dataset.release_at > timezone.now(),
        "copy": copy if copy.proposal else None,
        "changes": changes_of(request, copy) if copy.proposal else [],
        "opts": Dataset._meta,
    }
    return TemplateResponse(request, "admin/catalogue/dataset/review.html", context)


def _take_step(step: str, dataset: Dataset, request: HttpRequest, words: str) -> str:
    """Do it, and say what was done."""
    now, who = timezone.now(), by(request)
    match step:
        case "submit":
            workflow.submit(dataset, by=who, now=now, comment=words)
            return f"“{dataset.title}” waits for review."
        case "send_back":
            workflow.send_back(dataset, by=who, now=now, comment=words)
            return f"“{dataset.title}” is a draft again. Those who worked on it are told."
        case "publish":
            workflow.publish(dataset, by=who, now=now, comment=words)
            if dataset.release_at and dataset.release_at > now:
                return f"“{dataset.title}” is approved. It is released on {workflow.in_london(dataset.release_at)}."
            return f"“{dataset.title}” is published."
        case "approve":
            proposals.approve(dataset, seen=_seen(request), by=who, now=now, comment=words)
            return f"The change of “{dataset.title}” is approved, and is now what the entry says."
        case "refuse":
            proposals.send_back(dataset, seen=_seen(request), by=who, now=now, comment=words)
            return "The change is sent back. Those who worked on it are told. The entry stays as it is."
        case "take_back":
            proposals.take_back(dataset, by=who, now=now, comment=words)
            return "The change is taken back. The entry stays as it is."
    workflow.comment(dataset, by=who, now=now, text=words)
    return "Your comment is kept."


def _seen(request: HttpRequest) -> EditPoint:
    """What the person decides on: what the page showed them."""
    return EditPoint.read(request.POST.get("seen", "")) or NOWHERE


def changes_of(request: HttpRequest, copy: WorkingCopy) -> list[ProposedField]:
    """Each field that a proposed change would change, in words."""

    def words(before: Snapshot, after: Snapshot) -> list[FieldChange]:
        return snapshot_changes(
            before,
            after,
            publisher_titles=queries.publisher_titles,
            series_titles=lambda ids: series.titles(ids, request.user),
            for_officials=True,
        )

    proposed = {one.field: one for one in words(copy.published, copy.said)}
    meanwhile = {one.field: one.before or "–" for one in words(copy.base, copy.published)}
    return [
        ProposedField(
            one.label,
            value_in_words(name, one.before),
            value_in_words(name, one.after),
            value_in_words(name, meanwhile.get(name, "")) if name in copy.clashes else "",
        )
        for name in copy.fields
        if (one := proposed.get(name))
    ]


def withdraw(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """Ask for the reason and for what replaces it, then withdraw."""
    dataset = their_entry(request, dataset_id, Permission.WITHDRAW_DATASET)
    form = WithdrawForm(request.POST or None, dataset=dataset, user=person(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        workflow.withdraw(
            dataset,
            reason=reason,
            replaced_by=form.cleaned_data["replaced_by"],
            redirects=form.cleaned_data["redirects"],
            by=by(request, reason),
            now=timezone.now(),
        )
        messages.success(request, f"“{dataset.title}” is withdrawn. Its address now says that it was, and why.")
        return HttpResponseRedirect(reverse("admin:catalogue_dataset_changelist"))
    context = {
        **admin.site.each_context(request),
        "title": f"Withdraw “{dataset.title}”",
        "dataset": dataset,
        "form": form,
        "opts": Dataset._meta,
    }
    return TemplateResponse(request, "admin/catalogue/dataset/withdraw.html", context)
