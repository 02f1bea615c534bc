"""``refloat``: finds the command, turns errors into sentences and exit codes.

Exit codes: 0 proven or fine, 1 failed, 2 unproven or could not run, 64 and up as in sysexits.h
(see ``refloat.model.errors``), 130 after Ctrl-C.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

import click

from refloat import __version__
from refloat.cli.commands import COMMANDS
from refloat.model.errors import Interrupted, RefloatError, UsageProblem


class LazyGroup(click.Group):
    """A group that imports a command when it is called, and not to list it."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Name the commands."""
        return sorted(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """Import a command; None if there is none of that name."""
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"refloat.cli.{COMMANDS[name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in sorted(COMMANDS.items())])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--plan", "plan", metavar="FILE", help="The plan (REFLOAT_PLAN; ./refloat.yaml).")
@click.option(
    "--state", "state", metavar="FOLDER", help="State (REFLOAT_STATE; .refloat by the plan)."
)
@click.version_option(__version__, "--version", message="refloat %(version)s")
@click.pass_context
def refloat(context: click.Context, plan: str | None, state: str | None) -> None:
    """Prove that a business can come back.

    Exit codes: 0 proven or fine, 1 failed, 2 unproven or could not run, 64 and up: usage and
    environment, 130 after Ctrl-C.
    """
    context.obj = (plan, state)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        code = refloat.main(args=given, prog_name="refloat", standalone_mode=False)
    except click.exceptions.Abort:
        code = _tell(Interrupted("stopped by Ctrl-C"), given)
    except click.ClickException as error:
        code = _tell(UsageProblem(_usage(error)), given)
    except KeyboardInterrupt:
        code = _tell(Interrupted("stopped by Ctrl-C"), given)
    except BrokenPipeError:
        code = 0
        sys.stderr.close()
    except RefloatError as error:
        code = _tell(error, given)
    sys.exit(code if isinstance(code, int) else 0)


def _usage(error: click.ClickException) -> str:
    where = (
        error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "refloat"
    )
    return f"{error.format_message()} Try '{where} --help'."


def _tell(error: RefloatError, given: list[str]) -> int:
    """Say what went wrong: a sentence for people, and JSON where JSON was asked for."""
    click.echo(f"refloat: {error}", err=True)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)
    if "--json" in given:
        click.echo(json.dumps({"error": _as_json(error)}, ensure_ascii=False))
    return error.exit_code


def _as_json(error: RefloatError) -> dict[str, Any]:
    return {
        "code": error.code,
        "message": str(error),
        "hint": error.hint,
        "exit_code": error.exit_code,
        "permanent": error.permanent,
    }
