"""``refloat evidence``: what was recorded, and that nobody changed it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from refloat.app import evidence
from refloat.app.workspace import Workspace
from refloat.cli.shared import after_sweep, as_json, emit, say, sign, table

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("evidence")
def command() -> None:
    """List, show, export and verify the evidence."""


@command.command("list")
@as_json
@after_sweep
def list_(workspace: Workspace, as_json: bool) -> int:
    """List every entry of the ledger."""
    entries = tuple(evidence.list_entries(workspace))
    if as_json:
        emit(entries)
        return 0
    rows = [
        (str(one.entry), one.recorded_at[:19], one.kind, one.run or one.about, sign(one.says))
        for one in entries
    ]
    table("", ("entry", "recorded (UTC)", "what", "about", "says"), rows)
    return 0


@command.command("show")
@click.argument("number", type=int)
@as_json
@after_sweep
def show(workspace: Workspace, number: int, as_json: bool) -> int:
    """Print the statement of entry NUMBER as it was signed (always JSON)."""
    click.echo(json.dumps(evidence.show_entry(workspace, number), ensure_ascii=False, indent=2))
    return 0


@command.command("export")
@click.option("-o", "--output", "write_to", type=FILE, required=True, help="The file to write.")
@as_json
@after_sweep
def export(workspace: Workspace, write_to: Path, as_json: bool) -> int:
    """Write the whole ledger to one file that an outsider can verify."""
    entries = evidence.export(workspace, write_to)
    key = workspace.state / "ledger" / "key.pub"
    if as_json:
        emit({"file": str(write_to), "entries": entries, "public_key": str(key)})
        return 0
    say(f"{entries} entries written to {write_to}.")
    say(f"Give the public key {key} to whoever verifies it, by another way.")
    say(f"  python -m refloat.ledger.verify {write_to} --key key.pub")
    return 0


@command.command("verify")
@click.argument("file", type=FILE, required=False)
@click.option("--key", "keys", type=FILE, multiple=True, help="A public key that you trust.")
@click.option("--checkpoint", "previous", type=FILE, help="An earlier checkpoint or export.")
@as_json
@after_sweep
def verify(
    workspace: Workspace,
    file: Path | None,
    keys: tuple[Path, ...],
    previous: Path | None,
    as_json: bool,
) -> int:
    """Verify the export FILE with trusted keys, or this installation's own ledger.

    Without --key an export is at most consistent in itself: the key that lies beside the evidence
    is never trusted. Exit code 0 verified, 1 not genuine, 2 could not be verified.
    """
    if file is None:
        report = evidence.verify_own(workspace, previous)
    else:
        report = evidence.verify(file, keys, previous)
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
    else:
        click.echo(report.to_text(), nl=False)
    return report.exit_code
