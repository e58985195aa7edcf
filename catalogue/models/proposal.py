"""A change of a published entry that waits beside it for somebody who may publish. Only those who work on it see it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalogue.enums import OPEN_PROPOSAL_STATES, ProposalState, Route
from catalogue.models.batch import Batch
from catalogue.models.dataset import Dataset


class Proposal(models.Model):
    """Everybody whose changes of an entry need approval works on the same one, so an entry has one open at most."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="proposals")
    state = models.CharField(max_length=20, choices=ProposalState, default=ProposalState.WAITING)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField("last changed")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-changed_at", "-id"]
        verbose_name, verbose_name_plural = "proposed change", "proposed changes"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ProposalState.values), name="proposal_state_known"),
            models.UniqueConstraint(
                fields=["dataset"], condition=Q(state__in=OPEN_PROPOSAL_STATES), name="proposal_open_once"
            ),
        ]
        indexes = [models.Index(fields=["state", "-changed_at"], name="proposal_by_state")]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.dataset_id}"


class ProposalEdition(models.Model):
    """What a proposed change says the entry should say, each time that somebody worked on it; the latest counts."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="editions")
    number = models.PositiveIntegerField()
    base = models.PositiveIntegerField(help_text="The version of the entry that it is a change of.")
    snapshot = models.JSONField(help_text="The entry as it would be.")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    person_name = models.CharField(max_length=300, blank=True, help_text="Who it was, should the person be gone.")
    route = models.CharField(max_length=20, choices=Route)
    comment = models.CharField(max_length=500, blank=True)
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.SET_NULL, related_name="editions")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["proposal", "number"], name="proposal_edition_once")]

    def __str__(self) -> str:
        return f"Edition {self.number} of proposal {self.proposal_id}"
