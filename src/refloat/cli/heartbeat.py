"""``refloat heartbeat``: writes the instants that the loss of data is measured by."""

from __future__ import annotations

import time
from datetime import timedelta

import click

from refloat.app.backup import Beat, beat
from refloat.app.workspace import Workspace
from refloat.cli.shared import DURATION, after_sweep, as_json, emit, say
from refloat.host.clock import Clock
from refloat.model.errors import UsageProblem

SHORTEST = timedelta(seconds=1)


@click.command("heartbeat")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--every", type=DURATION, help="Go on, once in this time, until stopped.")
@as_json
@after_sweep
def command(
    workspace: Workspace, names: tuple[str, ...], every: timedelta | None, as_json: bool
) -> int:
    """Write the heartbeat into the data sets NAME, or into all that allow it.

    Every backup writes it too. Between backups it makes the measured loss of data finer.
    """
    if every is not None and every < SHORTEST:
        raise UsageProblem("--every takes a second or more")
    clock = Clock()
    while True:
        beats = beat(workspace, clock, names)
        _show(beats, as_json)
        if every is None:
            return 1 if any(one.error for one in beats) else 0
        time.sleep(every.total_seconds())


def _show(beats: tuple[Beat, ...], as_json: bool) -> None:
    if as_json:
        emit(beats)
        return
    for one in beats:
        words = f"✗ {one.error}" if one.error else f"✓ {one.at:%Y-%m-%d %H:%M:%S} UTC"
        say(f"{one.data_set}: {words}")
