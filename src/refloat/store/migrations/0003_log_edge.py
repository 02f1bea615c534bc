"""Each log gets the edge of its tree, to be read on from; a log without one is read anew."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds two columns."""

    dependencies = (("store", "0002_entry_digest"),)

    operations = (
        migrations.AddField("log", "length", models.BigIntegerField(default=0)),
        migrations.AddField("log", "edge", models.TextField(default="")),
    )
