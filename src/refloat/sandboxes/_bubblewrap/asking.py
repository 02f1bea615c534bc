"""Sends a Python function into a sandbox as text, and takes its answer as JSON."""

from __future__ import annotations

import inspect
import json
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

from refloat.model.errors import IsolationProblem, ToolFailed, ToolMissing, ToolTimeout
from refloat.model.place import CommandResult
from refloat.model.points import Measure

INTERPRETER = "/usr/bin/python3"
ARGUMENTS = (INTERPRETER, "-I", "-S", "-B", "-")

# What the function prints goes to standard error; the answer has the true standard output alone.
_PROGRAM = """\
from __future__ import annotations
import json, os, sys
_answer = os.dup(1)
os.dup2(2, 1)
{source}
_result = {name}(json.loads({arguments!r}))
with os.fdopen(_answer, "w") as _stream:
    json.dump(_result, _stream)
"""


def program(
    function: Callable[[dict[str, Measure]], dict[str, Measure]], arguments: Mapping[str, Measure]
) -> bytes:
    """Make the program that calls a function and writes what it returns.

    Args:
        function: at module level, without decorators, its imports inside it.
        arguments: what JSON can say.

    Raises:
        ToolMissing: if there is no interpreter to run it.
        IsolationProblem: if the function cannot be sent.
    """
    if not Path(INTERPRETER).exists():
        raise ToolMissing(
            f"{INTERPRETER} is missing; checks run with it inside the sandbox",
            hint="Install it: apt-get install python3-minimal.",
        )
    try:
        source = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError) as error:
        raise IsolationProblem(f"{function!r} cannot be sent into a sandbox: {error}") from error
    text = _PROGRAM.format(
        source=source, name=function.__name__, arguments=json.dumps(dict(arguments))
    )
    return text.encode("utf-8")


def answer(name: str, result: CommandResult, timeout: float) -> dict[str, Measure]:
    """Read what a function returned.

    Raises:
        ToolFailed: if it raised, with its last lines.
        ToolTimeout: if it did not return in time.
    """
    if result.exit_code is None:
        raise ToolTimeout(f"{name} did not return within {timeout:.0f} seconds and was stopped")
    if result.exit_code == 0:
        try:
            value = json.loads(result.output)
        except ValueError:
            value = None
        if isinstance(value, dict):
            return value
        raise ToolFailed(f"{name} returned no mapping")
    raise ToolFailed(f"{name} failed: {result.errors.strip() or '(it said nothing)'}")
