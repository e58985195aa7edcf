"""Secrets of webhooks are encrypted. A process of the version before, beside this one, signs wrongly until it is
replaced; who refuses such a call is called again a minute later."""

import catalogue.models.sealed_text
import django.contrib.postgres.fields
from django.db import migrations, models


def seal(apps, schema_editor):
    webhook_model = apps.get_model("catalogue", "Webhook")
    for webhook in webhook_model.objects.all():
        webhook.save(update_fields=["secret"])  # the field seals what it stores


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0019_past_identifiers"),
    ]

    operations = [
        migrations.AddField(
            model_name="webhook",
            name="finds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(),
                blank=True,
                editable=False,
                help_text="Entries that its search found when last looked at, so that it can tell of those that leave it.",
                null=True,
                size=None,
            ),
        ),
        migrations.AlterField(
            model_name="webhook",
            name="secret",
            field=catalogue.models.sealed_text.SealedTextField(
                editable=False, help_text="Signs what we send. Stands encrypted in the database."
            ),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
