"""A place to restore to, and what may be done there: put, run, reach.

Engines, data sets and checks are given a ``Place`` and never know which sandbox it is. Paths given
to a place are the *original* absolute paths, as the component's own configuration knows them; only
``staging`` gives a path of the host.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from refloat.model.points import Measure


@dataclass(frozen=True)
class CommandResult:
    """How a program ended in a place.

    Attributes:
        arguments: what was run.
        exit_code: its exit code; negative for the signal that ended it; None when it was stopped
            because its time was up.
        output: what it wrote to standard output, as bytes, cut at the limit that was asked for.
        errors: the last lines of its standard error, secrets masked.
        seconds: how long it took.
    """

    arguments: tuple[str, ...]
    exit_code: int | None
    output: bytes
    errors: str
    seconds: float

    @property
    def succeeded(self) -> bool:
        """Whether it ended by itself with exit code 0."""
        return self.exit_code == 0


class Running(Protocol):
    """A program that was started in a place and goes on."""

    name: str

    def alive(self) -> bool:
        """Whether it still runs."""

    def last_words(self) -> str:
        """The last lines that it wrote, secrets masked, for a message."""

    def stop(self, timeout: float) -> None:
        """Ask it to end (SIGTERM), wait ``timeout`` seconds, then kill it. Safe to call twice."""


class Place(Protocol):
    """Where a component is put back. Thread-safe: components are recovered side by side."""

    def staging(self, name: str) -> Path:
        """Give an empty private folder of the host, on the place's own file system.

        An engine restores into it; nothing that runs in the place can see it. Calling again with
        the same name gives the same folder as it was left.
        """

    def adopt(self, staged: Path, original: str, *, user: str) -> tuple[str, ...]:
        """Move a restored file or folder from staging to its original absolute path in the place.

        Owners and modes are kept where the place can; where it cannot, all belongs to ``user``.

        Returns:
            What could not be kept, in sentences (empty when owners and modes are as restored).

        Raises:
            IsolationProblem: if the path may not be put there (``/usr``, ``/proc``, …), or
                something stands there already.
        """

    def make_folder(self, path: str, *, user: str, mode: int = 0o700) -> None:
        """Make a folder and its missing parents, owned by ``user``; fine if it is there."""

    def write(self, path: str, content: bytes, *, user: str, mode: int = 0o600) -> None:
        """Write a file, owned by ``user``; its folder must exist."""

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
        """Run a program to its end. A program's failure is a result; it raises nothing for it.

        Raises:
            IsolationProblem: if the place is gone.
        """

    def start(
        self,
        name: str,
        arguments: tuple[str, ...],
        *,
        user: str,
        environment: Mapping[str, str] | None = None,
        folder: str = "/",
    ) -> Running:
        """Start a program that goes on in the foreground of its own session."""

    def ask(
        self,
        function: Callable[[dict[str, Measure]], dict[str, Measure]],
        arguments: Mapping[str, Measure],
        *,
        user: str,
        timeout: float,
    ) -> dict[str, Measure]:
        """Run a Python function inside the place and give back what it returns.

        The function's source is sent; so it must stand alone: module level, no decorators, its
        imports inside it and from the standard library only, JSON in and JSON out.

        Raises:
            ToolFailed: if it raised, with its last lines.
            ToolTimeout: if it did not return in time.
        """


@dataclass(frozen=True)
class PlaceFacts:
    """What a sandbox was, for the evidence.

    Attributes:
        sandbox: the adapter's name.
        version: its tools' versions.
        namespaces: which namespaces were new ("mount", "pid", "ipc", "uts", "network", "user").
        limits: resource limits in force ("memory": "4 GiB").
        not_had: what was not to be had, in sentences.
    """

    sandbox: str
    version: str
    namespaces: tuple[str, ...]
    limits: Mapping[str, str] = field(default_factory=dict)
    not_had: tuple[str, ...] = ()


@dataclass(frozen=True)
class Teardown:
    """What was left after a place was taken down.

    Attributes:
        clean: whether nothing is left.
        processes: processes of the place that still run, described.
        mounts: mounts that are still there.
        folders: folders that are still there.
        seconds: how long it took.
        kept: whether folders were kept on request.
    """

    clean: bool
    processes: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    seconds: float = 0.0
    kept: bool = False
