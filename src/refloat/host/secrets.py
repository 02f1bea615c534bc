"""Turns references to secrets into their values, at the last moment."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path

from refloat.host import process
from refloat.model.errors import SecretProblem, ToolProblem
from refloat.model.secret import Secret, SecretReference

COMMAND_TIMEOUT = 30.0
LARGEST = 64 * 1024


def resolve(reference: SecretReference, folder: Path) -> Secret:
    """Fetch a secret; line ends at its end are not part of it.

    Args:
        reference: where it is kept.
        folder: what a file's path is relative to: the plan's folder.

    Raises:
        SecretProblem: if it is not there, empty, not readable, or readable by everybody.
    """
    fetch = {"env": _from_environment, "file": _from_file, "command": _from_command}
    value = fetch[reference.scheme](reference.target, folder).rstrip("\r\n")
    if not value:
        raise SecretProblem(f"the secret {reference} is empty")
    return Secret(value)


def _from_environment(name: str, _folder: Path) -> str:
    value = os.environ.get(name)
    if value is None:
        raise SecretProblem(
            f"the secret env:{name} is not there",
            hint=f"Set the environment variable {name} before running this command.",
        )
    return value


def _from_file(target: str, folder: Path) -> str:
    path = folder / target
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
            raise SecretProblem(f"the secret file {path} is no small ordinary file")
        content = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SecretProblem(f"the secret file {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SecretProblem(f"the secret file {path} is not UTF-8 text") from error
    if status.st_mode & stat.S_IROTH:
        raise SecretProblem(
            f"the secret file {path} can be read by everybody",
            hint=f"Run: chmod 600 {shlex.quote(str(path))}",
        )
    return content


def _from_command(target: str, folder: Path) -> str:
    try:
        completed = process.run(tuple(shlex.split(target)), timeout=COMMAND_TIMEOUT, folder=folder)
    except ToolProblem as error:
        raise SecretProblem(f"the command of the secret failed: {error.message}") from error
    return completed.output.decode("utf-8", "replace")
