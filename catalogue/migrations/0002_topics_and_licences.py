"""The fourteen topics and the licences we know, from `catalogue.vocabularies`.

Run again it brings the rows to what the tables then say; a later change of the tables needs a migration that does the same.
"""

from django.db import migrations

#: Licences that British publishers use, in the order of a form's list; the others follow by title.
FIRST = ["uk-ogl", "CC-BY-4.0", "cc-zero", "odc-odbl", "other-open", "other-closed"]


def fill(apps, schema_editor):
    from catalogue.vocabularies.licences import LICENCES
    from catalogue.vocabularies.topics import TOPICS

    topic, licence = apps.get_model("catalogue", "Topic"), apps.get_model("catalogue", "Licence")
    for row in TOPICS:
        values = {"title": row.title, "description": row.description, "position": row.position}
        topic.objects.update_or_create(slug=row.slug, defaults=values)
    for row in LICENCES.values():
        position = FIRST.index(row.code) if row.code in FIRST else 100
        values = {"title": row.title, "url": row.url, "is_open": row.is_open, "position": position}
        licence.objects.update_or_create(code=row.code, defaults=values)


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
