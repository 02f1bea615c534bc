"""``refloat doctor``: which engines, data sets, sandboxes and checks are present and answering."""

from __future__ import annotations

import click

from refloat.app import doctor
from refloat.cli.shared import as_json, emit, table


@click.command("doctor")
@as_json
def command(as_json: bool) -> int:
    """Say which engines and sandboxes are present and answering, found out by running them.

    Exit code 2 if something is missing; what is only needed to read somebody else's platform is
    named, and may be missing.
    """
    report = doctor.examine()
    if as_json:
        emit(report)
    else:
        rows = [
            (one.room, one.name, "✓ answers" if one.probe.present else "✗ missing", _words(one))
            for one in report.adapters
        ]
        table("", ("kind", "name", "", "version, or what to do"), rows)
    needed = [one for one in report.adapters if one.room != "platform"]
    return 0 if all(one.probe.present for one in needed) else 2


def _words(one: doctor.Examined) -> tuple[str, ...]:
    if one.probe.present:
        return (one.probe.version, *one.probe.limits)
    return one.probe.missing, one.probe.install
