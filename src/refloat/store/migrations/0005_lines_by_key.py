"""Rows of imported lines keep a key and a place, by key: one tree instead of a table and two."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

_SQLITE = (
    "ALTER TABLE store_line RENAME TO store_line_before",
    "CREATE TABLE store_line (segment_id bigint NOT NULL, key BLOB NOT NULL,"
    " place bigint NOT NULL,"
    " PRIMARY KEY (key, segment_id, place)) WITHOUT ROWID",
    "INSERT INTO store_line SELECT segment_id, key, place"
    " FROM store_line_before ORDER BY key, segment_id, place",
    "DROP TABLE store_line_before",
)
_POSTGRESQL = (
    "DROP INDEX line_by_key",
    "ALTER TABLE store_line DROP COLUMN id, DROP COLUMN digest, DROP COLUMN observed_at",
    "ALTER TABLE store_line ADD PRIMARY KEY (key, segment_id, place)",
)


def _change(_: Any, editor: Any) -> None:
    """Change the table where it stands; Django has no word for a table without row numbers."""
    for step in _POSTGRESQL if editor.connection.vendor == "postgresql" else _SQLITE:
        editor.execute(step)


class Migration(migrations.Migration):
    """Changes one table; its rows stay."""

    dependencies = (("store", "0004_imported_lines"),)

    operations = (
        migrations.SeparateDatabaseAndState(
            database_operations=(migrations.RunPython(_change),),
            state_operations=(
                migrations.RemoveIndex("Line", "line_by_key"),
                migrations.RemoveField("Line", "id"),
                migrations.RemoveField("Line", "digest"),
                migrations.RemoveField("Line", "observed_at"),
                migrations.AddField(
                    "Line",
                    "pk",
                    models.CompositePrimaryKey(
                        "key",
                        "segment_id",
                        "place",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ),
        ),
    )
