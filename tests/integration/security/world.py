"""Two publishers, an attacker who works for one, and what the other keeps to itself."""

from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from catalogue.actions import batches, datasets, inventory_import, uploads, webhooks
from catalogue.actions.entry import By, Entry
from catalogue.enums import BatchKind, DatasetKind, Route, State, WebhookSubject
from catalogue.models import InventoryFile
from publishers.actions import invitations, tokens
from publishers.enums import Role, TokenScope
from publishers.models import Membership
from tests.factories.catalogue import csv_file, dataset
from tests.factories.clients import signed_in
from tests.factories.harvest import source
from tests.factories.publishers import PublisherFactory, UserFactory, officer
from tests.integration.write.conftest import Caller

#: In every text that the attacker may not read.
SECRET = "xyzzyq"

#: What an attack must leave as it is, row by row: all that is not the attacker's own.
_GUARDED = (
    *("catalogue.Dataset", "catalogue.Resource", "catalogue.Webhook", "catalogue.Batch", "catalogue.UploadedFile"),
    *("catalogue.InventoryFile", "catalogue.WorkflowNote", "catalogue.DatasetName", "harvest.Source"),
    *("publishers.Membership", "publishers.Publisher", "publishers.Invitation", "publishers.ApiToken"),
    "publishers.User",
)


class World:
    """`a` is the attacker's own publisher, `b` the other; `t` is b's draft, `o` the attacker's own entry."""

    def __init__(self, role: Role) -> None:
        now, by = timezone.now(), By(Route.COMMAND, label="test")
        self.a = PublisherFactory(title="Agency A", slug="agency-a")
        self.b = PublisherFactory(title="Agency B", slug="agency-b")
        self.attacker = officer(self.a, role)
        self.victim = officer(self.b, Role.ADMINISTRATOR)
        self.operator = UserFactory(is_superuser=True)
        file = csv_file(f"https://data.example.gov.uk/{SECRET}.csv", title=f"File {SECRET}")
        hidden: dict[str, Any] = {"description": f"About {SECRET}.", "tags": (SECRET,), "state": State.DRAFT}
        self.t = dataset(self.b, title=f"Plans {SECRET}", name=f"plans-{SECRET}", resources=(file,), **hidden)
        self.s = dataset(self.b, title=f"Series {SECRET}", name=f"series-{SECRET}", kind=DatasetKind.SERIES, **hidden)
        self.public = dataset(self.b, title="Bus stops", name="bus-stops", resources=(csv_file(),))
        self.o = dataset(self.a, title="Ours", name="ours", state=State.DRAFT, resources=(csv_file(),))
        self.r, self.own_r = self.t.resources.get(), self.o.resources.get()
        self.upload, _ = uploads.add_file(self.t, SimpleUploadedFile(f"{SECRET}.csv", b"a,b\n1,2\n"), by=by, now=now)
        self.t.refresh_from_db()
        edited = datasets.draft_of(self.t).with_changes(title=f"Plans of {SECRET}")
        self.batch = batches.apply(
            [Entry(edited, self.t.id)],
            kind=BatchKind.EDIT,
            title=f"Renamed {SECRET}",
            by=By(Route.FORM, user=self.victim),
            now=now,
        )
        self.table = InventoryFile(name=f"{SECRET}.csv", content=b"title\nMore\n", publisher=self.b, person=self.victim)
        inventory_import.keep_upload(self.table, now=now)
        self.hook = webhooks.add(
            owner=self.victim,
            name=f"Hook {SECRET}",
            url=f"https://{SECRET}.example/",
            subject=WebhookSubject.PUBLISHER,
            publisher=self.b,
            now=now,
        )
        webhooks.go_on(self.hook, now=now)
        self.token, self.token_text = tokens.create(
            user=self.victim, name=f"Token {SECRET}", scope=TokenScope.WRITE, now=now
        )
        self.invitation = invitations.invite(
            email=f"{SECRET}@example.gov.uk", publisher=self.b, role=Role.EDITOR, by=self.victim, now=now
        )
        self.source = source(f"https://{SECRET}.example/data.json", publisher=self.b, title=f"Source {SECRET}")
        self.membership = Membership.objects.get(user=self.victim)
        self.browser = signed_in(self.attacker)
        self.script = Caller(self.attacker, scope=TokenScope.ADMIN)
        self.t.refresh_from_db()

    def guarded(self) -> dict[tuple[str, str, str], Any]:
        """Every value that is none of the attacker's business, and who may do what: by model, key and field."""
        return {
            (label, str(row.get("id") or row["name"]), name): value
            for label in _GUARDED
            for row in self._rows(label)
            for name, value in row.items()
        }

    def _rows(self, label: str) -> list[dict[str, Any]]:
        model: Any = apps.get_model(label)
        names = {field.name for field in model._meta.concrete_fields}
        rows = model.objects.order_by("pk")
        if label == "catalogue.Dataset":
            rows = rows.exclude(publisher=self.a) | rows.filter(pk=self.o.pk).exclude(publisher=self.a)
        elif label == "publishers.Publisher":
            rows = rows.exclude(pk=self.a.pk)
        elif label in {"publishers.User", "publishers.Membership"}:
            return list(
                rows.values(*(names & {"id", "user", "publisher", "role", "is_superuser", "is_staff", "is_active"}))
            )
        elif label == "publishers.ApiToken":
            rows = rows.exclude(user=self.attacker)
        elif "publisher" in names:
            rows = rows.exclude(publisher=self.a)
        elif "dataset" in names:
            rows = rows.filter(dataset__publisher=self.b)
        elif label == "catalogue.Batch":
            rows = rows.exclude(person=self.attacker)
        return list(rows.values(*(names - {"last_used_at", "quality_due", "scored_at"})))
