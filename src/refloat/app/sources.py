"""Sources of observations: files and folders that people name, each file read by its observer."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

from refloat import registry
from refloat.app import resolve
from refloat.model.errors import MissingInput, ObservationProblem, RefloatError
from refloat.observers import Observer, Outcome, Reading, ReadsFolders, ReadsTogether, Scope

MOST_FILES = 10_000
"""Files of one kind that a folder may hold."""

MOST_LOOKED_AT = 200_000
"""Things of any kind that a folder may hold."""

MOST_BYTES = 128 * 1024 * 1024
"""Bytes that the files of one folder may have together."""


@dataclass(frozen=True)
class Source:
    """One file that was read.

    Attributes:
        name: the file, relative to the plan's folder where it lies in it.
        reading: what it shows.
        realm: within what its names mean one thing: sources of one realm share their names.
    """

    name: str
    reading: Reading
    realm: str


@dataclass(frozen=True)
class NotRead:
    """Something in a folder, or named by a file, that was not read.

    Attributes:
        source: what it is called.
        reason: why.
        is_fault: whether it looked like a source; false for what is never read, such as links.
    """

    source: str
    reason: str
    is_fault: bool


@dataclass(frozen=True)
class Gathered:
    """Everything that was read of one kind.

    Attributes:
        sources: in the order in which they were named; those of a folder in alphabetical order.
        not_read: what was met and is not among them.
        folders: the folders that were named.
    """

    sources: tuple[Source, ...]
    not_read: tuple[NotRead, ...]
    folders: tuple[Path, ...]


def summaries() -> dict[str, str]:
    """Say of every observer in one sentence what it reads."""
    return {name: one.summary for name, one in registry.adapters("observers").items()}


def observer_of(kind: str) -> Observer:
    """Find an observer.

    Raises:
        UsageProblem: if there is none of that name.
    """
    observer: Observer = resolve.adapter("observers", kind, "observer")
    return observer


def name_in(folder: Path, path: Path) -> str:
    """Name a source the same however it is given: links and ``..`` are followed.

    Args:
        folder: what it is named relative to, where it lies in it.
        path: the source.
    """
    whole, folder = path.resolve(), folder.resolve()
    named = whole.relative_to(folder) if whole.is_relative_to(folder) else whole
    return str(named).encode("utf-8", "replace").decode("utf-8")


def _place_in(folder: Path, place: str) -> str:
    """Name what is not read as ``name_in`` names a source; a link has its own name."""
    path = Path(place)
    above, name = name_in(folder, path.parent), path.name.encode("utf-8", "replace").decode()
    return name if above == "." else f"{above}/{name}"


def gather(observer: Observer, paths: Sequence[Path], plan_folder: Path) -> Gathered:
    """Read files, and the files of folders that are of an observer's kind.

    A file that is named itself is followed if it is a link, and must be understood. What stands in
    a folder is read only if it is an ordinary file, and passed over with its reason if it cannot
    be understood.

    Args:
        observer: reads them.
        paths: files and folders; one that is named twice is read once.
        plan_folder: what sources are named relative to.

    Raises:
        MissingInput, ObservationProblem: if a named file cannot be read or understood, a folder
            holds too much, or nothing that can be understood.
    """
    reach = _Reach(observer)
    for path in paths:
        reach.take(path)
    taken: dict[str, Source] = {}
    not_read = [replace(one, source=_place_in(plan_folder, one.source)) for one in reach.not_read]
    for outcome in _outcomes(observer, reach.files):
        name = name_in(plan_folder, outcome.path)
        if isinstance(outcome.result, Reading):
            taken.setdefault(name, Source(name, outcome.result, reach.realm(outcome, name)))
        elif outcome.path in reach.named:
            raise outcome.result
        else:
            reason = str(outcome.result).replace(str(outcome.path), "it")
            not_read.append(NotRead(name, reason, True))
    for folder in reach.folders:
        if not any(path.is_relative_to(folder) for path in reach.read(taken, plan_folder)):
            raise _nothing(folder, observer, not_read)
    return Gathered(tuple(taken.values()), tuple(not_read), tuple(reach.folders))


def _outcomes(observer: Observer, files: Mapping[Path, Path]) -> Iterator[Outcome]:
    if isinstance(observer, ReadsTogether):
        yield from observer.read_together(files)
        return
    for path in files:
        try:
            yield Outcome(path, observer.read(path))
        except RefloatError as error:
            yield Outcome(path, error)


def _nothing(folder: Path, observer: Observer, not_read: Sequence[NotRead]) -> ObservationProblem:
    """Say why a folder shows nothing: an empty reading would say that nothing is there any more."""
    faults = [one for one in not_read if one.is_fault]
    why = "it holds no file of this kind"
    if faults:
        why = f"{faults[0].source}: {faults[0].reason}"
        why += f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    elif not_read:
        why += f"; links and what else is no ordinary file are not read ({len(not_read)} here)"
    return ObservationProblem(
        f"nothing in the folder {folder} can be read as {observer.name}: {why}",
        hint=f"Files of this kind are called {', '.join(_patterns(observer)[:6])}.",
    )


def _patterns(observer: Observer) -> tuple[str, ...]:
    return observer.patterns if isinstance(observer, ReadsFolders) else ()


@dataclass
class _Reach:
    """What is read of everything that was named.

    Attributes:
        observer: reads it.
        files: each file, and the folder out of which nothing is read for it.
        named: the files that were named themselves.
        folders: the folders that were named.
        not_read: what was met and is not read.
    """

    observer: Observer
    files: dict[Path, Path] = field(default_factory=dict)
    named: set[Path] = field(default_factory=set)
    folders: list[Path] = field(default_factory=list)
    not_read: list[NotRead] = field(default_factory=list)

    def take(self, path: Path) -> None:
        """Take a file or a folder that was named."""
        if not path.is_dir():
            resolved = _resolved(path)
            self.named.add(resolved)
            self.files.setdefault(resolved, resolved.parent)
            return
        folder = path.resolve()
        if not isinstance(self.observer, ReadsFolders):
            raise ObservationProblem(
                f"{path} is a folder, and {self.observer.name} reads single files",
                hint="Name the files in it.",
            )
        if folder not in self.folders:
            self.folders.append(folder)
            self._walk(folder, self.observer.patterns)

    def realm(self, outcome: Outcome, name: str) -> str:
        """Say within what the names of a source mean one thing."""
        scope = self.observer.scope if isinstance(self.observer, ReadsFolders) else Scope.FILE
        if scope is Scope.KIND:
            return self.observer.name
        root = outcome.part_of or outcome.path
        within = [one for one in self.folders if root.is_relative_to(one)]
        if scope is Scope.SOURCE and within and root not in self.named:
            return f"{self.observer.name} {within[0]}"
        return f"{self.observer.name} {root}"

    def read(self, taken: Mapping[str, Source], plan_folder: Path) -> Iterable[Path]:
        """Give the files of which a reading was taken."""
        return (path for path in self.files if name_in(plan_folder, path) in taken)

    def _walk(self, folder: Path, patterns: Sequence[str]) -> None:
        """Take the ordinary files of a folder whose names are of the kind; hidden ones are none."""

        def refuse(error: OSError) -> None:
            where = str(error.filename)
            self.not_read.append(NotRead(where, f"it cannot be read: {error.strerror}", True))

        looked_at = files = size = 0
        for inside, folders, names in os.walk(folder, onerror=refuse):
            here = Path(inside)
            looked_at += len(folders) + len(names)
            links = [name for name in folders if (here / name).is_symlink()]
            apart = [*links, *(name for name in folders if f"!{name}" in patterns)]
            folders[:] = sorted(name for name in folders if name[0] != "." and name not in apart)
            self._pass_over(here, links)
            for name in sorted(names):
                path = here / name
                if name[0] == "." or not _is_of(path.relative_to(folder), patterns):
                    continue
                length = self._file(path, folder)
                files, size = files + 1, size + length
            _limit(folder, looked_at, files, size)

    def _file(self, path: Path, folder: Path) -> int:
        """Take a file of a folder if it is an ordinary one; give its size in bytes."""
        try:
            found = path.lstat()
        except OSError as error:
            self.not_read.append(NotRead(str(path), f"it cannot be read: {error.strerror}", True))
            return 0
        if not stat.S_ISREG(found.st_mode):
            self._pass_over(path.parent, [path.name])
            return 0
        self.files.setdefault(path, folder)
        return found.st_size

    def _pass_over(self, folder: Path, names: Iterable[str]) -> None:
        for name in sorted(names):
            if name[0] != ".":
                what = "a link" if (folder / name).is_symlink() else "no ordinary file"
                reason = f"it is {what}, which is not read in a folder"
                self.not_read.append(NotRead(str(folder / name), reason, False))


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its name leads nowhere"
        raise MissingInput(f"the file {path} cannot be read: {why}") from error


def _is_of(inside: Path, patterns: Sequence[str]) -> bool:
    whole = inside.as_posix()
    return any(fnmatchcase(whole if "/" in one else inside.name, one) for one in patterns)


def _limit(folder: Path, looked_at: int, files: int, size: int) -> None:
    """Refuse a folder that holds too much, as soon as that is seen.

    Raises:
        ObservationProblem: if it does.
    """
    too_much = ""
    if looked_at > MOST_LOOKED_AT:
        too_much = f"more than {MOST_LOOKED_AT:,} things"
    elif files > MOST_FILES:
        too_much = f"more than {MOST_FILES:,} files of this kind"
    elif size > MOST_BYTES:
        too_much = f"more than {MOST_BYTES // 2**20} MiB of this kind"
    if too_much:
        raise ObservationProblem(
            f"the folder {folder} holds {too_much}, and nothing of it was read",
            hint="Name a folder further inside, or the files themselves.",
        )
