"""What a drill may do with a restic repository: list, read the seals, restore elsewhere."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from refloat.engines import Progress, RepositoryAccess, Restored, Sealed
from refloat.engines._restic import command
from refloat.engines._restic.beside import SealReader
from refloat.engines._restic.command import Location, ReadVerb
from refloat.engines._restic.errors import problem
from refloat.engines._restic.points import (
    DATA_TAG,
    SEAL_TAG,
    Snapshot,
    join,
    parse_snapshots,
)
from refloat.model.errors import RefloatError, RepositoryProblem, StateProblem
from refloat.model.points import RecoveryPoint


class ResticReader:
    """A restic repository, opened for reading only; see ``refloat.engines.Reader``.

    Args:
        access: the repository, with what is needed to open it.

    """

    def __init__(self, access: RepositoryAccess) -> None:
        self._location = Location(access)
        self._seals = SealReader(self._location)

    def points(self, data_sets: tuple[str, ...] = ()) -> tuple[RecoveryPoint, ...]:
        """List the sealed recovery points; see the contract.

        A snapshot whose record is damaged hides no other: in a disaster one damaged record must
        not stand in the way of the rest. It is an error when nothing else is left to come back
        from; and a retention, which every backup runs, refuses to go on over it.
        """
        listed = list_snapshots(self._location)
        self._seals.learn(listed.snapshots)
        points = join(listed.snapshots, self._location.key, data_sets)
        if not points:
            listed.require_whole()
        return points

    def sealed(self, point: RecoveryPoint) -> Sealed:
        """Read what was sealed with a point; see the contract."""
        return self._seals.read(point)

    def restore(
        self, point: RecoveryPoint, into: Path, *, timeout: float, progress: Progress | None = None
    ) -> Restored:
        """Restore all of a point into an empty folder; see the contract.

        restic checks each blob against its SHA-256 as it restores; ``--verify`` would read
        everything once more, and so does the comparison with the baseline that follows, which
        also sees what never reached the repository. So it is left out.
        """
        if any(into.iterdir()):
            raise StateProblem(f"{into} is not empty; a restore never deletes what is in its way")
        report = _RestoreReport(progress, point.bytes)
        as_json = ("--json",) if command.version().numbers >= command.JSON_RESTORE else ()
        command.read(
            self._location,
            ReadVerb.RESTORE,
            (*as_json, "--target", str(into), point.identity),
            timeout=timeout,
            on_output=report.take,
        )
        items = tuple((into / path.lstrip("/"), path) for path in point.paths)
        for staged, original in items:
            if not os.path.lexists(staged):
                raise RepositoryProblem(
                    f"{self._location.where}: the recovery point {point.identity[:12]} of"
                    f" {point.data_set} does not hold {original}, which its seal names"
                )
        written = sum(_file_sizes(into))
        report.tell(written)
        return Restored(items, written)


@dataclass(frozen=True)
class Listing:
    """What a repository lists.

    Attributes:
        snapshots: those that could be read.
        damaged: the error that tells of those that could not; None if there are none.
    """

    snapshots: tuple[Snapshot, ...]
    damaged: RefloatError | None

    def require_whole(self) -> None:
        """See that every snapshot could be read.

        Raises:
            RepositoryProblem: if one could not.
        """
        if self.damaged is not None:
            raise self.damaged


def list_snapshots(location: Location, *tags: str) -> Listing:
    """Ask a repository for its snapshots.

    Args:
        location: the repository.
        tags: only snapshots that carry one of these; all of Refloat's own if none are given.

    Raises:
        RepositoryProblem: if it does not answer, or not as restic does.

    """
    wanted = [part for tag in tags or (DATA_TAG, SEAL_TAG) for part in ("--tag", tag)]
    completed = command.read(location, ReadVerb.SNAPSHOTS, ("--json", *wanted))
    damaged = None
    if "could not load snapshot" in completed.errors:
        damaged = problem(location.where, 1, completed.errors)
    try:
        return Listing(parse_snapshots(completed.output), damaged)
    except ValueError as error:
        raise RepositoryProblem(
            f"{location.where}: {error}",
            hint="refloat doctor shows whether restic is the real one.",
        ) from error


class _RestoreReport:
    """Passes on how far a restore is, as restic 0.17 and later tell it."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._total = total

    def tell(self, done: int) -> None:
        if self._progress is not None:
            self._progress(done, self._total)

    def take(self, line: bytes) -> None:
        if self._progress is None or not line.startswith(b"{"):
            return
        try:
            done = json.loads(line).get("bytes_restored")
        except ValueError:
            return
        if isinstance(done, int):
            self.tell(done)


def _file_sizes(folder: Path) -> Iterator[int]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _file_sizes(Path(entry.path))
            else:
                found = entry.stat(follow_symlinks=False)
                yield found.st_size if stat.S_ISREG(found.st_mode) else 0
