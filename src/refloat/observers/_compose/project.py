"""Compose files as projects: a file, those that it includes, and those whose services it extends.

After https://github.com/compose-spec/compose-spec/blob/main/14-include.md, ``extends`` in
05-services.md, and 13-merge.md for ``compose.override.yaml``: a later file takes away, or replaces,
what its tags ``!reset`` and ``!override`` say, and one that includes others is later than they are.
Which files are merged by ``docker compose -f`` nobody has written down; a tag that speaks of a file
that is not known is refused. Only files in the folder that was given are ever opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from refloat.model.errors import ObservationProblem, RefloatError
from refloat.observers import Outcome
from refloat.observers._compose import merging
from refloat.observers._compose.file import SECTIONS, File, Known, Said
from refloat.observers._compose.merging import Tag, without
from refloat.observers._gathering import UNRENDERED, Gathering, is_template
from refloat.observers._yaml import Node, entries, get, items, text

ELSEWHERE = "observe what 'docker compose config' prints"
_MOST_BASES = 20
_READ = frozenset(
    """
    configs depends_on env_file environment external_links image ipc labels links network_mode
    networks pid secrets volumes volumes_from
    """.split()  # noqa: SIM905 (a list of quoted names would be twice as long)
)
"""What of a service is read; of anything else it does not matter what is taken away."""
_UNKNOWN = f"it changes what another file says, and which one is not known: {ELSEWHERE}"


@dataclass(frozen=True)
class Part:
    """One file that was understood.

    Attributes:
        path: the file.
        root: all of it, as it is written.
        gathering: takes what it says.
        digest: of its bytes.
        tags: what of it has a tag that takes away, or replaces, what another file says.
    """

    path: Path
    root: Node
    gathering: Gathering
    digest: str
    tags: Sequence[Tag] = ()

    def own(self) -> Node:
        """Give the file without what its own tags take away, which was never there."""
        return without(self.root, [one.path for one in self.tags if one.is_reset])

    @property
    def paths(self) -> list[merging.Path]:
        """Give the keys that lead to each tag."""
        return [one.path for one in self.tags]

    def refuse_tags(self) -> None:
        """Refuse the tags that speak of another file; those of a service that extends do not."""
        for one in self.tags:
            service = get(self.root, *one.path[:2])
            if _is_read(one.path) and not (len(one.path) > 2 and "extends" in entries(service)):
                self.gathering.refuse(one.line, _UNKNOWN)


@dataclass(frozen=True)
class _Later:
    """A file whose tags hold against another one.

    Attributes:
        path: which.
        includes: whether it includes the other: it then changes what it names itself, and takes
            away nothing whole.
    """

    path: Path
    includes: bool

    def taken(self, part: Part) -> Iterator[merging.Path]:
        """Give what its tags take away from the other file."""
        for one in part.tags:
            if not self.includes or len(one.path) > 2 or (len(one.path) == 2 and not one.is_reset):
                yield one.path


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
        self._later: dict[Path, Sequence[_Later]] = {}
        self._merged: set[Path] = set()

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
        override = _override(root)
        files = [root, override] if override in self._files else [root]
        found: dict[Path, Sequence[_Later]] = {}
        ahead: list[tuple[list[Path], Sequence[_Later]]] = [(files, ())]
        while ahead:
            merged, above = ahead.pop(0)
            for place, path in enumerate(merged):
                if path in found:
                    continue
                after = merged[place + 1 :]
                found[path] = (*(_Later(one, includes=False) for one in after), *above)
                over = (_Later(path, includes=True), *found[path])
                part = self._try(path)
                if isinstance(part, Part):
                    for group in _included(part.root):
                        named = (self._named(part, node, self._files[root]) for node in group)
                        ahead.append(([one.path for one in named if one is not None], over))
        for path, later in found.items():
            self._later.setdefault(path, later)
            self._merged.update(one.path for one in later)
        return list(found)

    def _taken(self, part: Part) -> list[merging.Path]:
        """Give what the tags of later files take away from a file."""
        found: list[merging.Path] = []
        for one in self._later.get(part.path, ()):
            later = self._try(one.path)
            if isinstance(later, Part) and later.tags:
                found += one.taken(later)
        return found

    def _gather(self, parts: Sequence[Part]) -> None:
        if not parts:
            return
        taken = {part.path: self._taken(part) for part in parts}
        roots = [without(part.own(), taken[part.path]) for part in parts]
        known, root = Known(roots), parts[0].path
        for part, whole in zip(parts, roots, strict=True):
            self._gathered.add(part.path)
            if part.tags and part.path not in self._merged:
                part.refuse_tags()
            bases: dict[str, Sequence[Said]] = {}
            for name, entry in entries(get(whole, "services")).items():
                if "extends" in entries(entry.node):
                    bases[name] = self._bases(part, name, root, taken[part.path])
            File(whole, part.gathering, known).gather(bases)

    def _bases(
        self, part: Part, name: str, root: Path, taken: Sequence[merging.Path]
    ) -> list[Said]:
        """Give what a service extends, the nearest first; what cannot be followed is refused.

        Args:
            part: the file in which the service stands.
            name: the service.
            root: the file of the project that was given.
            taken: what later files take away.
        """
        found: list[Said] = []
        seen: set[tuple[Path, str]] = set()
        taken = [*_of_service(taken, name), *_of_service(part.paths, name)]
        service = get(part.root, "services", name)
        while "extends" in entries(service) and len(found) < _MOST_BASES:
            node = get(service, "extends")
            file = get(node, "file")
            name = text(get(node, "service")) or text(node)
            named = self._named(part, file, self._files[root]) if file.line else part
            if named is None:
                break
            base = get(named.own(), "services", name)
            if is_template(name) or not base.line or (named.path, name) in seen:
                reason = UNRENDERED if is_template(name) else "it extends what is not there"
                part.gathering.refuse(entries(service)["extends"].line, reason)
                break
            seen.add((named.path, name))
            if named.path not in self._files:
                self._roots.setdefault(named.path, root)
            found.append(Said(without(base, taken), named.gathering))
            part, service = named, base
            taken += _of_service(named.paths, name)
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


def _included(root: Node) -> Iterator[list[Node]]:
    """Give the names of included files: each a text, or a mapping with files that are merged."""
    for one in items(get(root, "include")):
        path = get(one, "path") if entries(one) else one
        yield items(path) or [path]


def _of_service(taken: Sequence[merging.Path], name: str) -> list[merging.Path]:
    """Give what is taken away inside of one service, by the keys from there."""
    return [one[2:] for one in taken if one[:2] == ("services", name) and len(one) > 2]


def _is_read(path: merging.Path) -> bool:
    """Say whether anything is read at a place of a file, or below it."""
    if path[0] == "services":
        return len(path) < 3 or path[2] in _READ
    return path[0] in SECTIONS
