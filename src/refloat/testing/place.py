"""A place without walls: the contract of ``Place`` kept on the host itself, for tests only."""

from __future__ import annotations

import inspect
import json
import os
import pwd
import shutil
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

from refloat.host import process
from refloat.model.errors import IsolationProblem, ToolFailed, ToolMissing, ToolTimeout
from refloat.model.place import CommandResult
from refloat.model.points import Measure

_MARK = "refloat-answer:"
_PROGRAM = """from __future__ import annotations
import json as _json
{source}
_given = _json.loads({arguments!r})
print({mark!r} + _json.dumps({name}(_given)))
"""


class UnconfinedRunning:
    """A program that was started on the host and goes on."""

    def __init__(self, name: str, child: process.Child) -> None:
        self.name = name
        self._child = child

    def alive(self) -> bool:
        """Whether it still runs."""
        return self._child.alive()

    def last_words(self) -> str:
        """Give the last lines that it wrote to standard error."""
        return self._child.last_words()

    def stop(self, timeout: float) -> None:
        """Ask it to end, wait, then kill it. Safe to call twice."""
        self._child.stop(timeout)


class UnconfinedPlace:
    """Keeps the contract of ``Place`` by running everything on the host, behind no wall at all.

    Original paths are paths of the host here, and must lie below ``root``; so a test hands out
    paths such as ``place.path("documents")``.

    Args:
        root: an existing folder, which is the caller's to remove.
        prefix: a program and arguments that ``run`` and ``ask`` put before what they run (such as
            ``prlimit``).

    """

    def __init__(self, root: Path, *, prefix: tuple[str, ...] = ()) -> None:
        self._prefix = prefix
        self.root = root.resolve()
        self.root.chmod(0o755)
        self._running: list[UnconfinedRunning] = []
        self._gone = False

    def path(self, name: str) -> str:
        """Give the original absolute path of something in this place."""
        return str(self.root / name)

    def staging(self, name: str) -> Path:
        """Give an empty private folder; the same one for the same name."""
        folder = self.root / ".staging" / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def adopt(self, staged: Path, original: str, *, user: str) -> tuple[str, ...]:
        """Move something from staging to its path below the root; nothing of it is lost.

        Raises:
            IsolationProblem: if the path is not below the root, or something stands there.

        """
        target = self._below(original)
        if target.exists() or target.is_symlink():
            raise IsolationProblem(f"something stands at {original} already")
        target.parent.mkdir(parents=True, exist_ok=True)
        os.rename(staged, target)
        return ()

    def make_folder(self, path: str, *, user: str, mode: int = 0o700) -> None:
        """Make a folder and its missing parents.

        Raises:
            IsolationProblem: if the path is not below the root.

        """
        target = self._below(path)
        target.mkdir(parents=True, exist_ok=True)
        target.chmod(mode)
        _give(target, user)

    def write(self, path: str, content: bytes, *, user: str, mode: int = 0o600) -> None:
        """Write a file.

        Raises:
            IsolationProblem: if the path is not below the root.

        """
        target = self._below(path)
        target.write_bytes(content)
        target.chmod(mode)
        _give(target, user)

    def run(
        self,
        arguments: tuple[str, ...],
        *,
        user: str,
        timeout: float,
        environment: Mapping[str, str] | None = None,
        standard_input: bytes = b"",
        folder: str = "/",
        output_limit: int = 16 * 1024 * 1024,
    ) -> CommandResult:
        """Run a program to its end.

        Raises:
            IsolationProblem: after ``close``.

        """
        self._require()
        try:
            completed = process.run(
                (*self._prefix, *arguments),
                timeout=timeout,
                environment=environment,
                standard_input=standard_input,
                folder=Path(folder),
                user=user,
                check=False,
            )
        except ToolTimeout as late:
            return CommandResult(arguments, None, b"", late.message, timeout)
        except ToolMissing as missing:
            return CommandResult(arguments, 127, b"", missing.message, 0.0)
        output = completed.output[:output_limit]
        return CommandResult(
            arguments, completed.exit_code, output, completed.errors, completed.seconds
        )

    def start(
        self,
        name: str,
        arguments: tuple[str, ...],
        *,
        user: str,
        environment: Mapping[str, str] | None = None,
        folder: str = "/",
    ) -> UnconfinedRunning:
        """Start a program that goes on; ``close`` ends it.

        Raises:
            IsolationProblem: after ``close``.

        """
        self._require()
        child = process.start(
            arguments,
            environment=environment,
            folder=Path(folder),
            user=user,
        )
        running = UnconfinedRunning(name, child)
        self._running.append(running)
        return running

    def ask(
        self,
        function: Callable[[dict[str, Measure]], dict[str, Measure]],
        arguments: Mapping[str, Measure],
        *,
        user: str,
        timeout: float,
    ) -> dict[str, Measure]:
        """Send a function's source to an interpreter of its own, and give what it returns.

        Raises:
            ToolFailed: if it raised.
            ToolTimeout: if it did not return in time.
            IsolationProblem: after ``close``.

        """
        program = _PROGRAM.format(
            source=textwrap.dedent(inspect.getsource(function)),
            arguments=json.dumps(arguments),
            mark=_MARK,
            name=function.__name__,
        )
        result = self.run(
            ("/usr/bin/python3", "-I", "-S", "-"),
            user=user,
            timeout=timeout,
            standard_input=program.encode(),
        )
        if result.exit_code is None:
            raise ToolTimeout(f"{function.__name__} did not return within {timeout:g} seconds")
        if result.exit_code != 0:
            raise ToolFailed(f"{function.__name__} failed in the place: {result.errors}")
        last = result.output.decode().rpartition(_MARK)[2]
        answer: dict[str, Measure] = json.loads(last)
        return answer

    def close(self) -> None:
        """End every program that was started; from then on the place is gone."""
        for running in self._running:
            running.stop(5)
        self._gone = True

    def _require(self) -> None:
        if self._gone:
            raise IsolationProblem("the place is gone")

    def _below(self, path: str) -> Path:
        target = Path(path)
        if not target.is_absolute() or ".." in target.parts:
            raise IsolationProblem(f"{path} is no absolute path")
        if not target.is_relative_to(self.root):
            raise IsolationProblem(f"{path} is not below {self.root}")
        return target


def _give(target: Path, user: str) -> None:
    if user and os.geteuid() == 0:
        account = pwd.getpwnam(user)
        shutil.chown(target, account.pw_uid, account.pw_gid)
