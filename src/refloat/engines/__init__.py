"""Engines: one file, one backup tool. This file is the contract, written for whoever adds one.

A module in this folder whose name has no leading underscore is an engine. It ends with
``ADAPTER = YourEngine()``; nothing else in Refloat has to know it. The conformance suite
(``refloat.testing.engine_conformance``) tests it by its being there.

What an implementer owes:

* **Half a stream never becomes a recovery point.** ``Writer.store`` gets the commands that write
  the stream and sees their exit codes *before* the tool may see the end of its input. A recovery
  point exists only once ``Writer.seal`` has put its baseline beside it; ``Reader.points`` lists
  nothing that was not sealed.
* **Whatever the tool's exit code was**, a missing or unreadable source path is ``SourceProblem``.
* ``Reader`` has no verb that writes. A drill is given a ``Reader`` and nothing else; so the type
  checker, not a promise, keeps it read-only. It must take no lock that would hinder a backup and
  must work on a read-only file system.
* The facts come from the repository itself, never from memory.
* Errors: ``RepositoryProblem`` (missing, locked, damaged, wrong password: each with its own
  sentence), ``SourceProblem``, ``ToolMissing``, ``ToolFailed``, ``ToolTimeout``, ``NoRoom``.
  ``permanent`` says whether trying again can help.
* Secrets go to the tool through a pipe or a private file, never by argument.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeAlias, runtime_checkable

from refloat.model.options import Option, Options, Probe
from refloat.model.points import Baseline, Encryption, RecoveryPoint
from refloat.model.secret import Secret

Progress: TypeAlias = Callable[[int, int | None], None]
"""Told bytes done and bytes in all (None while unknown), now and then."""


@dataclass(frozen=True)
class PathContent:
    """Files to store: absolute paths of existing files or folders."""

    paths: tuple[Path, ...]


@dataclass(frozen=True)
class StreamCommand:
    """One program whose standard output is (a part of) a stream.

    Attributes:
        arguments: the program and its arguments; no secret in them.
        environment: variables beside PATH, LANG and HOME; private files' names, no secret.
        user: the account to run it as when Refloat is root; empty for Refloat's own.
    """

    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str = ""


@dataclass(frozen=True)
class StreamContent:
    """A stream to store: the outputs of the commands one after another, kept as one file.

    Attributes:
        commands: run in order, each only when the one before ended with 0.
        file_name: the name it is kept under ("bookings-db.dump").
    """

    commands: tuple[StreamCommand, ...]
    file_name: str


@dataclass(frozen=True)
class RepositoryAccess:
    """A repository with all that is needed to open it.

    Attributes:
        key: its name in the plan.
        options: the engine's options, paths made absolute.
        secrets: the values of the options that are secrets, by option name.
        append_only: whether it is marked append-only.
    """

    key: str
    options: Options
    secrets: Mapping[str, Secret]
    append_only: bool = False


@dataclass(frozen=True)
class Stored:
    """Data that is in the repository and waits for its seal: not a recovery point yet.

    Attributes:
        identity: the engine's name of it.
        bytes: bytes read from the source.
        files: number of files read (1 for a stream).
    """

    identity: str
    bytes: int
    files: int


@dataclass(frozen=True)
class PointDetails:
    """What a seal says of its point beside the baseline."""

    data_set: str
    kind: str
    consistency_time: datetime
    duration: timedelta
    source_version: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Restored:
    """What a restore put down.

    Attributes:
        items: staged path and original absolute path, one pair for each path of the point; for a
            stream, the staged file and the name that it was kept under.
        bytes: bytes written.
    """

    items: tuple[tuple[Path, str], ...]
    bytes: int


@dataclass(frozen=True)
class Sealed:
    """What lies beside a point's data.

    Attributes:
        baseline: what the data contained.
        attachments: the small files that it needs to come back (see ``View.attachments``).
    """

    baseline: Baseline
    attachments: Mapping[str, bytes]


@dataclass(frozen=True)
class Attempt:
    """What came of a try to delete a copy with somebody else's credential.

    Attributes:
        allowed: whether it was deleted; None if that could not be told (no answer, say).
        canary: the engine's name of the object that it was tried on.
        said: what the tool or the store said, in one line, secrets masked.
        left: whether the canary is still there, because Refloat may not remove it either.
    """

    allowed: bool | None
    canary: str
    said: str
    left: bool


@dataclass(frozen=True)
class CanaryLeft:
    """A canary that was still there after the process that wrote it had been killed.

    Attributes:
        canary: the engine's name of it.
        left: whether it is still there, because Refloat may not remove it.
    """

    canary: str
    left: bool


class Reader(Protocol):
    """What a drill may do with a repository: look, and restore elsewhere."""

    def points(self, data_sets: tuple[str, ...] = ()) -> tuple[RecoveryPoint, ...]:
        """List the sealed recovery points, oldest first; of all data sets when none are named.

        Raises:
            RepositoryProblem: if the repository is missing, damaged or refuses the password.
        """

    def sealed(self, point: RecoveryPoint) -> Sealed:
        """Read what was sealed with a point, in one go: its baseline and its attachments.

        Raises:
            RepositoryProblem: if it cannot be read.
        """

    def restore(
        self, point: RecoveryPoint, into: Path, *, timeout: float, progress: Progress | None = None
    ) -> Restored:
        """Restore all of a point into an empty folder of the host.

        What the tool verifies while restoring, it verifies. Owners, modes, times and links are
        restored as far as the operating system lets this process.

        Raises:
            RepositoryProblem: if data is missing or damaged; names what.
            NoRoom: if the disk is full.
            ToolTimeout: if it took too long.
        """


class Writer(Protocol):
    """What a backup may do with a repository."""

    def prepare(self) -> None:
        """Make the repository if there is none. Whether it answers may be left to ``store``."""

    def store(
        self,
        content: PathContent | StreamContent,
        *,
        timeout: float,
        progress: Progress | None = None,
    ) -> Stored:
        """Put data into the repository.

        Raises:
            SourceProblem: a path is missing or unreadable, or a stream's command failed: nothing
                that counts as a recovery point is left behind.
        """

    def seal(
        self,
        stored: Stored,
        details: PointDetails,
        baseline: Baseline,
        attachments: Mapping[str, bytes],
    ) -> RecoveryPoint:
        """Make stored data a recovery point, its baseline and attachments beside it."""

    def apply_retention(self, keep: Mapping[str, Mapping[str, int]]) -> Mapping[str, int]:
        """Remove old points of some data sets by the engine's own policy.

        Called once after all backups to a repository, so that freeing the room is done once.

        Args:
            keep: for each of these data sets how many to keep, by ``last``, ``hourly``, ``daily``,
                ``weekly``, ``monthly`` and ``yearly``; others are left alone.

        Returns:
            How many points of each of these data sets went. A point and its seal go together.

        Raises:
            NotAllowed: always, on a repository marked append-only.
            UsageProblem: if a rule keeps nothing, or is none that the engine knows.
        """


class Engine(Protocol):
    """A backup tool.

    Attributes:
        name: as the plan spells it; the module's name.
        summary: one sentence.
        options: the options of a repository that it keeps.
    """

    name: str
    summary: str
    options: tuple[Option, ...]

    def probe(self) -> Probe:
        """Run the tool to see whether it is there and which version."""

    def reader(self, repository: RepositoryAccess) -> Reader:
        """Open a repository for reading only. Does nothing yet that can fail."""

    def writer(self, repository: RepositoryAccess) -> Writer:
        """Open a repository for backups. Does nothing yet that can fail."""


@runtime_checkable
class Encrypts(Protocol):
    """Optional ability: an engine that can say whether the copies in a repository are encrypted."""

    def encryption(self, repository: RepositoryAccess) -> Encryption:
        """Look, and say what is known; unknown where nothing shows it.

        Raises:
            RepositoryProblem: if the repository is missing or refuses the password.
        """


@runtime_checkable
class Canary(Protocol):
    """Optional ability: an engine that can try whether somebody else could delete copies (R-033).

    It is tried on an object that the engine writes for it and on nothing else, ever: every other
    object is the same afterwards, byte for byte. Only ``allowed=True`` may rest on the canary being
    gone, and only ``allowed=False`` on the canary being there *and* the store having refused.
    """

    def attempt_deletion(
        self, repository: RepositoryAccess, intruder: RepositoryAccess, *, user: str, mark: str
    ) -> Attempt:
        """Write a canary, try to delete it with the other credential, and look whether it is gone.

        Args:
            repository: with Refloat's own rights; they write the canary, look, and clean up.
            intruder: the same repository as somebody else reaches it; it only tries to delete.
            user: the account of this machine to try it as; empty for Refloat's own.
            mark: letters and digits that no other canary has, by which this one is found again.

        Raises:
            RepositoryProblem: if the canary cannot be written or looked for.
            MissingInput: if there is no such account.
            UsageProblem: if it would be Refloat's own right that is tried, though the credentials
                differ: where the account decides, and none is named.
        """

    def remove_canary(self, repository: RepositoryAccess, mark: str) -> CanaryLeft | None:
        """Remove a canary whose writer was killed; where only adding is allowed, only look for it.

        Args:
            repository: with Refloat's own rights.
            mark: what the try was given; no process may be at it any more.

        Returns:
            What was found; None if there is no such canary.

        Raises:
            RepositoryProblem: if the repository does not answer.
        """
