"""Data sets: one file, one kind of data. This file is the contract, written for whoever adds one.

An engine stores bytes; a kind of data set knows what they mean: how to see them in one consistent
view, how to describe them, how to put them back and serve them, how to tell what differs. A module
here whose name has no leading underscore is such a kind; it ends with ``ADAPTER = YourKind()``.

What an implementer owes:

* ``open`` gives a *view*: what is backed up and what is described in the baseline are the same
  state of the data, or the baseline says what changed meanwhile.
* The heartbeat is committed before the view opens, so that it is in it.
* A baseline's ``summary`` holds counts and digests only; it enters the evidence. Names of tables
  and files may stand in ``detail``, contents nowhere.
* ``compare`` is pure and names what differs, in a sentence that a tired person understands.
* Nothing is written into the source but the heartbeat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from refloat.engines import PathContent, Restored, StreamContent
from refloat.model.options import Option, Options, Probe
from refloat.model.place import Place, Running
from refloat.model.points import Baseline, RecoveryPoint
from refloat.model.run import CheckResult
from refloat.model.secret import Secret


@dataclass(frozen=True)
class Source:
    """A data set in production.

    Attributes:
        key: the component key.
        options: the kind's options, paths made absolute.
        secrets: the values of the options that are secrets, by option name.
        user: the account that the component runs as; empty for Refloat's own.
        scratch: a private folder for what a backup needs meanwhile (password files, manifests).
        heartbeat: whether the heartbeat may be written.
    """

    key: str
    options: Options
    secrets: Mapping[str, Secret]
    user: str
    scratch: Path
    heartbeat: bool


@dataclass(frozen=True)
class Target:
    """A component that is put back.

    Attributes:
        key: the component key.
        options: the kind's options, paths made absolute (original paths, valid inside the place).
        secrets: the values of the options that are secrets, by option name.
        user: the account that its processes run as in the place.
        timeout: seconds that any one operation may take.
        heartbeat: whether the heartbeat may be written; where not, one that is in the data is an
            old one and tells nothing.
    """

    key: str
    options: Options
    secrets: Mapping[str, Secret]
    user: str
    timeout: float
    heartbeat: bool = True


class View(Protocol):
    """One state of the data, held still while it is read."""

    consistency_time: datetime
    content: PathContent | StreamContent
    source_version: str

    def baseline(self) -> Baseline:
        """Describe the data of this view. Runs beside the engine's reading, in another thread."""

    def attachments(self) -> Mapping[str, bytes]:
        """Small files that the data needs to come back and does not contain (a server's roles)."""

    def settle(self, baseline: Baseline) -> Baseline:
        """When the engine has read all: check the source once more; give the final baseline.

        Raises:
            SourceProblem: if something was not readable, or vanished, while it was read.
        """


class DataSet(Protocol):
    """A kind of data.

    Attributes:
        name: as the plan spells it; the module's name.
        summary: one sentence.
        options: what the plan says of such a data set.
        serves: whether ``serve`` starts a server; False for plain files.
    """

    name: str
    summary: str
    options: tuple[Option, ...]
    serves: bool

    def probe(self) -> Probe:
        """Run the tools that it needs to see whether they are there and which version."""

    def beat(self, source: Source, at: datetime) -> None:
        """Write the heartbeat: a row, an entry or a file that says ``at``.

        Raises:
            SourceProblem: if it cannot be written.
        """

    def open(self, source: Source) -> AbstractContextManager[View]:
        """Check that the source is there and readable, and open a consistent view of it.

        Raises:
            SourceProblem: naming the path or server that is missing or refuses, and why.
        """

    def estimate(self, point: RecoveryPoint) -> int:
        """Say how many bytes of disk a recovery of this point will need, generously."""

    def load(
        self, place: Place, target: Target, restored: Restored, attachments: Mapping[str, bytes]
    ) -> tuple[str, ...]:
        """Put restored bytes where they belong: files to their paths, dumps into a fresh server.

        What it makes must survive its processes: after a crash, ``serve`` starts from it.

        Returns:
            What could not be kept as it was (owners, modes), in sentences.

        Raises:
            ToolFailed, ToolTimeout: with the tool's last lines.
            IsolationProblem: if a path may not be put there.
        """

    def serve(self, place: Place, target: Target) -> Running | None:
        """Start the server that serves the data as the original did; None where there is none."""

    def ready(self, place: Place, target: Target) -> bool:
        """Ask once whether it answers."""

    def inspect(self, place: Place, target: Target, expected: Baseline) -> Baseline:
        """Describe the restored data in the same measures as the baseline that is expected."""

    def compare(self, expected: Baseline, seen: Baseline) -> tuple[CheckResult, ...]:
        """Hold restored data against its baseline: one result for each thing that is compared."""

    def newest(self, place: Place, target: Target) -> datetime | None:
        """Read the newest heartbeat out of the restored data, or, where none may be written, the
        newest record by the ``newest`` option; None if there is neither.
        """


@runtime_checkable
class Prepares(Protocol):
    """Optional ability: a kind that can make its empty server while the bytes are still coming."""

    def prepare(self, place: Place, target: Target) -> None:
        """Make what ``load`` will fill, from the target alone; it must survive its processes.

        Raises:
            ToolFailed, ToolTimeout: with the tool's last lines.
        """


@runtime_checkable
class Drift(Protocol):
    """Optional ability: a kind that can tell damage at the source from ordinary change."""

    def drift(self, previous: Sequence[Baseline], current: Baseline) -> tuple[CheckResult, ...]:
        """Hold a baseline against those of earlier points, oldest first; pure.

        Returns:
            One result for each thing that was compared; none where there is nothing earlier.
        """
