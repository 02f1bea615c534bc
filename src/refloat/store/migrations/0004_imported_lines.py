"""Imported facts get rows: a segment for each import, a line for each of its lines."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds two tables."""

    dependencies = (("store", "0003_log_edge"),)

    operations = (
        migrations.CreateModel(
            name="Segment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField(db_index=True)),
                ("whole", models.BooleanField()),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="segment",
                        to="store.entry",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.BinaryField()),
                ("digest", models.BinaryField()),
                ("observed_at", models.BigIntegerField()),
                ("place", models.BigIntegerField()),
                (
                    "segment",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="lines",
                        to="store.segment",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["key"], name="line_by_key")],
            },
        ),
    )
