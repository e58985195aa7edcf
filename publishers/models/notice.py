"""What people are told by mail, and how often they want to be."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from publishers.enums import NoticeKind, NoticePace
from publishers.models.publisher import Publisher


class Notice(models.Model):
    """One thing that one person is told once: at once, or in their next digest."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=30, choices=NoticeKind)
    publisher = models.ForeignKey(Publisher, null=True, blank=True, on_delete=models.CASCADE, related_name="notices")
    subject = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    path = models.CharField(max_length=500, blank=True, help_text="Where to see it, from “/” on.")
    key = models.CharField(max_length=200, blank=True, help_text="Two notices of one key that wait say it once.")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notice_kind_known"),
            models.UniqueConstraint(
                fields=["user", "kind", "key"],
                condition=Q(sent_at=None) & ~Q(key=""),
                name="notice_waits_once",
            ),
        ]
        indexes = [models.Index(fields=["user", "kind"], name="notice_waiting", condition=Q(sent_at=None))]

    def __str__(self) -> str:
        return self.subject


class NoticeChoice(models.Model):
    """How often somebody wants to be told about one kind. Without a row it is as `publishers.notices` says."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choices")
    kind = models.CharField(max_length=30, choices=NoticeKind)
    pace = models.CharField(max_length=20, choices=NoticePace)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="notice_choice_once"),
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notice_choice_kind_known"),
            models.CheckConstraint(condition=Q(pace__in=NoticePace.values), name="notice_choice_pace_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_kind_display()}: {self.get_pace_display()}"
