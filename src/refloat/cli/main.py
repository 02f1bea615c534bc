"""``refloat``: finds the command, turns errors into sentences and exit codes.

Exit codes: 0 proven or fine, 1 failed, 2 unproven or could not run, 64 and up as in sysexits.h
(see ``refloat.model.errors``), 130 after Ctrl-C, 141 when whoever read the output went away.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import io
import json
import os
import sys
from typing import Any

import click

from refloat import __version__
from refloat.cli.commands import COMMANDS
from refloat.cli.plain import plain
from refloat.model.errors import (
    Interrupted,
    NoRoom,
    NotAllowed,
    RefloatError,
    StateProblem,
    UsageProblem,
)

EXIT_READER_GONE = 141
"""As a shell shows a program that SIGPIPE ended: never 0, which would read as proven."""


class ReaderGone(Exception):
    """Whoever read the output went away."""


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

    def invoke(self, context: click.Context) -> Any:
        """Run the command.

        Raises:
            ReaderGone: for a pipe that nobody reads; Click would end with 1, which reads as failed.
        """
        try:
            return super().invoke(context)
        except BrokenPipeError as error:
            raise ReaderGone from error

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in sorted(COMMANDS.items())])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--plan", "plan", metavar="PATH", help="A file, or a folder (REFLOAT_PLAN; ./refloat.yaml)."
)
@click.option(
    "--state", "state", metavar="FOLDER", help="State (REFLOAT_STATE; .refloat by the plan)."
)
@click.version_option(__version__, "--version", message="refloat %(version)s")
@click.pass_context
def refloat(context: click.Context, plan: str | None, state: str | None) -> None:
    """Prove that a business can come back.

    Exit codes: 0 proven or fine, 1 failed, 2 unproven or could not run, 64 and up: usage and
    environment, 130 after Ctrl-C, 141 when whoever read the output went away.
    """
    context.obj = (plan, state)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # no terminal is too poor for a message
    try:
        code = _run(given)
    except (ReaderGone, BrokenPipeError):
        code = EXIT_READER_GONE
        _mute()
    except OSError as error:
        code = _tell(_refused(error), given)
        _mute()
    sys.exit(code)


def _run(given: list[str]) -> int:
    try:
        code = refloat.main(args=given, prog_name="refloat", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()  # a full disk under it is told here, not after the last word
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return UsageProblem.exit_code
    except click.ClickException as error:
        return _tell(UsageProblem(_usage(error)), given)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _tell(Interrupted("stopped by Ctrl-C"), given)
    except RefloatError as error:
        return _tell(error, given)
    return code if isinstance(code, int) else 0


def _refused(error: OSError) -> RefloatError:
    """Say in words what the operating system refused."""
    what = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    if isinstance(error, PermissionError):
        return NotAllowed(
            f"this account may not do that: {what}",
            hint="Run Refloat as the account that made its state, or name another with --state.",
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NoRoom(f"the disk is full: {what}", hint="Free some space and do it again.")
    return StateProblem(f"the operating system refused: {what}")


def _mute() -> None:
    """Let nothing more be written: what could not be written would be told again at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(nowhere, number)


def _usage(error: click.ClickException) -> str:
    where = (
        error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "refloat"
    )
    return f"{error.format_message()} Try '{where} --help'."


def _tell(error: RefloatError, given: list[str]) -> int:
    """Say what went wrong: a sentence for people, and JSON where JSON was asked for."""
    with contextlib.suppress(OSError):  # where nobody can be told, the exit code still tells
        click.echo("refloat: " + "\n".join(map(plain, error.lines)), err=True)
        if error.hint:
            click.echo(f"  {plain(error.hint)}", err=True)
    with contextlib.suppress(OSError):
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
