"""What was said about an entry on its way to publication. For those who work on it, never for the public."""

from django.conf import settings
from django.db import models

from catalogue.enums import WorkflowStep
from catalogue.models.dataset import Dataset


class WorkflowNote(models.Model):
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="workflow_notes")
    step = models.CharField(max_length=20, choices=WorkflowStep)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    person_name = models.CharField(max_length=300, blank=True, help_text="Who it was, should the person be gone.")
    comment = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(step__in=WorkflowStep.values), name="workflow_step_known"),
        ]
        indexes = [models.Index(fields=["dataset", "-at"], name="workflow_of_dataset")]

    def __str__(self) -> str:
        return f"{self.get_step_display()}: {self.dataset_id}"
