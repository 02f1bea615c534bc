"""``refloat points``: what could be restored, as the repositories themselves tell."""

from __future__ import annotations

from datetime import datetime

import click

from refloat.app.points import Listing, list_points
from refloat.app.workspace import Workspace
from refloat.cli.shared import INSTANT, after_sweep, as_json, emit, say, seconds, size, table
from refloat.host.clock import Clock


@click.command("points")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--at", type=INSTANT, help="Choose common points for this instant, not for now.")
@as_json
@after_sweep
def command(
    workspace: Workspace, names: tuple[str, ...], at: datetime | None, as_json: bool
) -> int:
    """List recovery points of the components and services NAME, or of the whole plan.

    For a service, also its common recovery point: one point for each data set, closest to one
    instant, and the skew between them.
    """
    listing = list_points(workspace, Clock(), names, at)
    if as_json:
        emit(listing)
        return 0
    rows = [
        (
            point.data_set,
            f"{point.consistency_time:%Y-%m-%d %H:%M:%S}",
            size(point.bytes),
            seconds(point.duration.total_seconds()),
            point.repository,
            point.identity[:12],
            point.engine_version,
        )
        for point in listing.points
    ]
    columns = ("data set", "true at (UTC)", "size", "took", "repository", "point", "kept by")
    table("", columns, rows)
    _print_common(listing)
    return 0


def _print_common(listing: Listing) -> None:
    for service, common in listing.common.items():
        if common.missing:
            say(f"{service}: no common recovery point; missing: {', '.join(common.missing)}")
        elif common.at is not None:
            say(
                f"{service}: common recovery point {common.at:%Y-%m-%d %H:%M:%S} UTC,"
                f" skew {seconds(common.skew.total_seconds())}"
            )
