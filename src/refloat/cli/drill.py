"""``refloat drill``: brings a service back in isolation, and proves it."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

import click

from refloat.app.drill import DrillRequest, DrillResult, drill, drilled
from refloat.app.workspace import Workspace
from refloat.cli.progress import DrillDisplay
from refloat.cli.shared import (
    DURATION,
    INSTANT,
    after_sweep,
    as_json,
    people,
    say,
    seconds,
    sign,
    table,
)
from refloat.host.clock import Clock
from refloat.model.codec import to_json
from refloat.model.errors import Interrupted, UsageProblem
from refloat.model.place import Teardown
from refloat.model.run import DrillRecord, Measurement


@click.command("drill")
@click.argument("service", required=False)
@click.option("--latest", is_flag=True, help="As if the loss happened now (the default).")
@click.option("--at", type=INSTANT, help="As if the loss happened at this time.")
@click.option("--random", "window", type=DURATION, help="At a random time of the last DURATION.")
@click.option("--resume", metavar="RUN", help="Go on with an interrupted run, by its name.")
@click.option("--keep", is_flag=True, help="Leave the restored data behind.")
@as_json
@after_sweep
def command(
    workspace: Workspace,
    service: str | None,
    latest: bool,
    at: datetime | None,
    window: timedelta | None,
    resume: str | None,
    keep: bool,
    as_json: bool,
) -> int:
    """Bring SERVICE back from its backups, in isolation and in dependency order, and prove it.

    Restores one recovery point of each data set into a sandbox without network, starts every
    component, compares restored data with what was backed up, does what a user does, measures the
    time it took and the data that was lost, removes everything, and records the evidence.

    Exit code 0 proven, 1 failed, 2 unproven, 130 after Ctrl-C (which is recorded too).
    """
    if sum((latest, at is not None, window is not None, resume is not None)) > 1:
        raise UsageProblem("choose one of --latest, --at, --random and --resume")
    if resume is not None:
        service = drilled(workspace, resume, service)
    if service is None:
        raise UsageProblem("name the service to drill")
    request = DrillRequest(service, at=at, window=window, resume=resume, keep=keep)
    clock = Clock()
    ear = Ear()
    with DrillDisplay(people) as display:
        result = drill(workspace, clock, request, display, ear.listening)
    ear.close()
    if as_json:
        click.echo(json.dumps(as_result(result), ensure_ascii=False, indent=2))
    else:
        _print(result)
    return Interrupted.exit_code if result.interrupted else result.record.exit_code


def as_result(result: DrillResult) -> dict[str, Any]:
    """Give the drill as ``--json`` prints it: its record, and where its evidence is."""
    record: dict[str, Any] = to_json(result.record)
    common = result.record.common_recovery_point
    record["common_recovery_point"]["skew_seconds"] = common.skew.total_seconds()
    record["evidence"] = {
        "entry": result.entry,
        "test_result_entry": result.test_result_entry,
        "root": result.root,
    }
    if record["teardown"] is None:  # nothing was opened, so nothing is left
        record["teardown"] = to_json(Teardown(clean=True))
    record["interrupted"] = result.interrupted
    if result.kept:
        record["kept"] = result.kept
    return record


class Ear:
    """Hears Ctrl-C and SIGTERM: raises ``KeyboardInterrupt`` once, and only while it listens.

    Nothing disturbs the taking down and the recording, however often somebody asks.
    """

    def __init__(self) -> None:
        self._open = False
        self._asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._hear)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Raise ``KeyboardInterrupt`` in this block when somebody asks, or has asked before."""
        self._open = not self._asked
        try:
            if self._asked:
                raise KeyboardInterrupt
            yield
        except KeyboardInterrupt:
            say("Stopping: taking everything down, then recording it.")
            raise
        finally:
            self._open = False

    def close(self) -> None:
        """Hear nothing more, up to the very end: the exit code tells already that somebody asked.

        Python itself lets go of handlers before a process has ended, but not of being deaf.
        """
        if self._asked:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
        if self._open:
            self._open = False
            raise KeyboardInterrupt


def _print(result: DrillResult) -> None:
    record = result.record
    _print_checks(record)
    rows = [
        ("recovery time (RTO)", *_measured(record.rto)),
        ("loss of data (RPO)", *_measured(record.rpo)),
    ]
    table("", ("", "measured", "objective", "", "approved"), rows)
    say(f"{record.service_name}: {sign(record.verdict)}", style="bold")
    for reason in record.reasons:
        say(f"  - {reason}")
    for words in (*record.degraded, *record.notes):
        say(f"  · {words}")
    if record.teardown is not None:
        say(f"  {_teardown(record)}")
    say(f"Run {record.run}, recorded as evidence {result.entry}.")
    if result.kept:
        say(f"The restored data was left in {result.kept}; refloat clean removes it.")


def _print_checks(record: DrillRecord) -> None:
    rows = [
        (check.component or record.service_name, check.name, sign(check.outcome), check.seen)
        for check in record.checks
    ]
    if rows:
        table("", ("of", "check", "", "seen"), rows)


def _measured(measured: Measurement) -> tuple[str, str, str, str]:
    met = {True: "✓ met", False: "✗ exceeded", None: "? not known"}[measured.met]
    approved = "✓ yes" if measured.approved else "? no"
    return seconds(measured.measured_seconds), seconds(measured.target_seconds), met, approved


def _teardown(record: DrillRecord) -> str:
    teardown = record.teardown
    assert teardown is not None, "only asked where there is one"
    if teardown.kept:
        return "Taken down; nothing runs any more, and the restored data was kept as asked."
    if teardown.clean:
        return "Taken down; nothing is left."
    left = ", ".join((*teardown.processes, *teardown.mounts, *teardown.folders))
    return f"Taken down; still there: {left}"
