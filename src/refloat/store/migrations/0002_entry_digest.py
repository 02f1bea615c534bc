"""Every entry gets a digest of its text; the index is emptied, and catches up by itself."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def forget_everything(apps: Any, schema_editor: Any) -> None:
    """Remove all rows that the ledger can give again."""
    alias = schema_editor.connection.alias
    apps.get_model("store", "Log").objects.using(alias).all().delete()


class Migration(migrations.Migration):
    """Adds the column to an empty table."""

    dependencies = (("store", "0001_initial"),)

    operations = (
        migrations.RunPython(forget_everything, migrations.RunPython.noop),
        migrations.AddField("entry", "digest", models.TextField(), preserve_default=False),
    )
