"""Compose files as projects: a file, those that it includes, and those whose services it extends.

After https://github.com/compose-spec/compose-spec/blob/main/14-include.md, ``extends`` in
05-services.md, and 13-merge.md for ``compose.override.yaml``. Only files in the folder that was
given are ever opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from refloat.model.errors import ObservationProblem, RefloatError
from refloat.observers import Outcome
from refloat.observers._compose.file import File, Known, Said
from refloat.observers._gathering import UNRENDERED, Gathering, is_template
from refloat.observers._yaml import Node, entries, get, items, text

ELSEWHERE = "observe what 'docker compose config' prints"
_MOST_BASES = 20


@dataclass(frozen=True)
class Part:
    """One file that was understood.

    Attributes:
        path: the file.
        root: all of it.
        gathering: takes what it says.
        digest: of its bytes.
    """

    path: Path
    root: Node
    gathering: Gathering
    digest: str


class Projects:
    """Files that are read together.

    Args:
        files: each file, and the folder out of which nothing is read for it.
        understand: reads one file.
    """

    def __init__(self, files: Mapping[Path, Path], understand: Callable[[Path], Part]) -> None:
        self._files = files
        self._understand = understand
        self._tried: dict[Path, Part | RefloatError] = {}
        self._roots: dict[Path, Path] = {}
        self._gathered: set[Path] = set()

    def outcomes(self) -> Iterator[Outcome]:
        """Give what each file shows, and what those show that were read beside."""
        alone = {path: one for path in self._files for one in self._alone(path)}
        members = {path: self._members(path) for path in self._files if path not in alone}
        for path, some in members.items():
            for one in some:
                if one != path and path not in self._roots:
                    self._roots.setdefault(one, path)
        for path, some in members.items():
            if path not in self._roots:
                self._gather([part for one in some if isinstance(part := self._try(one), Part)])
        for path in [one for one in self._tried if one in alone and one not in self._gathered]:
            part = self._try(path)  # another file extends a service of it
            self._gather([part] if isinstance(part, Part) else [])
        for path in dict.fromkeys((*self._files, *self._tried)):
            if path in self._tried:
                yield from self._outcome(path, self._tried[path])
            else:
                yield alone[path]

    def _alone(self, path: Path) -> Iterator[Outcome]:
        """Give what a file shows that names no other: most do not, and need not be kept."""
        part = self._try(path)
        if isinstance(part, Part) and not self._has_others(part):
            self._gather([part])
            yield from self._outcome(path, part)
            self._gathered.discard(path)
            del self._tried[path]

    def _has_others(self, part: Part) -> bool:
        """Say whether a file and another belong together, as far as this one says."""
        base = part.path.with_name(part.path.name.replace(".override.", "."))
        return (
            base != part.path
            or _override(part.path) in self._files
            or "include" in entries(part.root)
            or any(
                "extends" in entries(one.node)
                for one in entries(get(part.root, "services")).values()
            )
        )

    def _outcome(self, path: Path, found: Part | RefloatError) -> Iterator[Outcome]:
        is_given, root = path in self._files, self._roots.get(path)
        if isinstance(found, RefloatError):
            if is_given:
                yield Outcome(path, found, root)
            return  # of others it is said where they are named
        try:
            reading = found.gathering.reading_of(found.digest)
        except ObservationProblem as error:
            yield Outcome(path, error, root)
            return
        if is_given or reading.observations:
            yield Outcome(path, reading, root)

    def _try(self, path: Path) -> Part | RefloatError:
        if path not in self._tried:
            try:
                self._tried[path] = self._understand(path)
            except RefloatError as error:
                self._tried[path] = error
        return self._tried[path]

    def _members(self, root: Path) -> list[Path]:
        """Give a file, all that it includes, and what is merged with it by its name."""
        found, ahead = {root: None}, [root]
        override = _override(root)
        if override in self._files:
            ahead.append(override)
            found[override] = None
        while ahead:
            part = self._try(ahead.pop(0))
            if not isinstance(part, Part):
                continue
            for node in _included(part.root):
                named = self._named(part, node, self._files[root])
                if named is not None and named.path not in found:
                    found[named.path] = None
                    ahead.append(named.path)
        return list(found)

    def _gather(self, parts: Sequence[Part]) -> None:
        if not parts:
            return
        known, root = Known([part.root for part in parts]), parts[0].path
        for part in parts:
            self._gathered.add(part.path)
            bases: dict[str, Sequence[Said]] = {}
            for name, entry in entries(get(part.root, "services")).items():
                if "extends" in entries(entry.node):
                    bases[name] = self._bases(part, entry.node, root)
            File(part.root, part.gathering, known).gather(bases)

    def _bases(self, part: Part, service: Node, root: Path) -> list[Said]:
        """Give what a service extends, the nearest first; what cannot be followed is refused."""
        found: list[Said] = []
        seen: set[tuple[Path, str]] = set()
        while "extends" in entries(service) and len(found) < _MOST_BASES:
            node = get(service, "extends")
            file = get(node, "file")
            name = text(get(node, "service")) or text(node)
            named = self._named(part, file, self._files[root]) if file.line else part
            if named is None:
                break
            base = get(named.root, "services", name)
            if is_template(name) or not base.line or (named.path, name) in seen:
                reason = UNRENDERED if is_template(name) else "it extends what is not there"
                part.gathering.refuse(entries(service)["extends"].line, reason)
                break
            seen.add((named.path, name))
            if named.path not in self._files:
                self._roots.setdefault(named.path, root)
            found.append(Said(base, named.gathering))
            part, service = named, base
        return found

    def _named(self, part: Part, node: Node, folder: Path) -> Part | None:
        """Give the file that a text names; refuse its line where it may or can not be read."""
        name = text(node)
        reason = ""
        if is_template(name):
            reason = UNRENDERED
        elif not name or "://" in name or "\0" in name or name.startswith(("oci:", "git@")):
            reason = f"it names no file of this folder: {ELSEWHERE}"
        if reason:
            part.gathering.refuse(node.line, reason)
            return None
        path = (part.path.parent / name).resolve()
        if not path.is_relative_to(folder.resolve()):
            reason = f"it names a file outside of the folder that was given: {ELSEWHERE}"
            part.gathering.refuse(node.line, reason)
            return None
        found = self._try(path)
        if isinstance(found, Part):
            return found
        part.gathering.refuse(node.line, "the file that it names is not there, or no Compose file")
        return None


def _override(path: Path) -> Path:
    """Name the file that is merged with another one by its name."""
    return path.with_name(f"{path.stem}.override{path.suffix}")


def _included(root: Node) -> Iterator[Node]:
    """Give the names of included files: texts, or mappings with one path or several."""
    for one in items(get(root, "include")):
        path = get(one, "path") if entries(one) else one
        yield from items(path) or [path]
