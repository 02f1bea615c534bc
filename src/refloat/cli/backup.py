"""``refloat backup``: makes recovery points."""

from __future__ import annotations

import click

from refloat.app.backup import Batch, back_up
from refloat.app.workspace import Workspace
from refloat.cli.progress import BackupDisplay
from refloat.cli.shared import after_sweep, as_json, emit, people, say, seconds, size, table
from refloat.host.clock import Clock


@click.command("backup")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@as_json
@after_sweep
def command(workspace: Workspace, names: tuple[str, ...], as_json: bool) -> int:
    """Back up the components NAME, or all that the services NAME need; everything without a name.

    Each backup yields a recovery point with a baseline of what is in it. Exit code 1 if one failed.
    """
    clock = Clock()
    with BackupDisplay(people) as display:
        batch = back_up(workspace, clock, names, display)
    if as_json:
        emit(_summary(batch))
    else:
        _print(batch)
    return batch.exit_code


def _summary(batch: Batch) -> dict[str, object]:
    return {
        "evidence": batch.entry,
        "results": [
            {
                "data_set": result.data_set,
                "repository": result.repository,
                "succeeded": result.succeeded,
                "point": result.point,
                "error": result.error.message if result.error else None,
                "seconds": round(result.seconds, 3),
                "removed": result.removed,
                "notes": result.notes,
            }
            for result in batch.results
        ],
    }


def _print(batch: Batch) -> None:
    rows = []
    for result in batch.results:
        point = result.point
        if point is None:
            rows.append((result.data_set, "✗ failed", "", "", seconds(result.seconds), ""))
            continue
        rows.append(
            (
                result.data_set,
                "✓ sealed",
                f"{point.consistency_time:%Y-%m-%d %H:%M:%S}",
                size(point.bytes),
                seconds(result.seconds),
                point.engine_version,
            )
        )
    table("", ("data set", "", "true at (UTC)", "size", "took", "kept by"), rows)
    for result in batch.results:
        if result.error is not None:
            say(f"✗ {result.data_set}: {result.error.message}")
            if result.error.hint:
                say(f"  {result.error.hint}")
        for note in result.notes:
            say(f"  {result.data_set}: {note}")
    say(f"Recorded as evidence {batch.entry}.")
