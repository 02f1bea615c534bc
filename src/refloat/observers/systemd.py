"""Reads systemd units: from unit files, from ``systemctl cat``, and from ``systemctl show``.

After systemd.unit(5), systemd.syntax(7) and systemctl(1)
(https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html). What stands in
``After=`` and ``Before=`` is order alone, and no need. What ``WantedBy=`` says holds only of units
that are enabled, which no file says. Commands and environment are never looked at, and files of
settings never opened.

Podman's units (Quadlets: ``*.container``, ``*.pod``, ``*.kube``, ``*.volume``, ``*.network`` …) are
read here too, and not by an observer of their own: systemd makes services of them that plain units,
timers and mounts need and are needed by, and names mean one thing among what one observer reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from refloat.model.errors import ObservationProblem, RefloatError
from refloat.model.options import Option, Probe
from refloat.observers import Outcome, Reading, Scope
from refloat.observers._gathering import Gathering, digest_of
from refloat.observers._source import decode, read_bytes
from refloat.observers._systemd import quadlets
from refloat.observers._systemd.needing import Around, Needs, mounts_of
from refloat.observers._systemd.units import (
    EMPTY,
    KINDS,
    NEEDS,
    PATHS,
    QUADLET,
    QUADLETS,
    UNIT,
    Unit,
    is_of_networkd,
    units_of,
)

_WRITTEN = ("ReadWritePaths", "BindPaths")
"""Paths to which a unit may write (systemd.exec(5)); what stands before one says more of it."""
_FILES = ("EnvironmentFile", "EnvironmentFiles")
"""Files of settings, as a unit's file and as ``systemctl show`` calls them; never opened."""
_RUNTIME = "%t/containers"
"""Podman's folder in memory, which every service that it makes asks for."""
LARGEST = 4 * 1024 * 1024
"""Bytes of one file at most: all units of a machine, as ``systemctl show`` prints them, have two
or three million."""

_NO_DISK = frozenset(
    (
        "autofs",
        "binfmt_misc",
        "bpf",
        "cgroup",
        "cgroup2",
        "configfs",
        "debugfs",
        "devpts",
        "devtmpfs",
        "efivarfs",
        "fusectl",
        "hugetlbfs",
        "mqueue",
        "proc",
        "pstore",
        "ramfs",
        "securityfs",
        "sysfs",
        "tmpfs",
        "tracefs",
    )
)
"""Types of mounts that keep nothing: the kernel makes them, or they are in memory (proc(5))."""

_TOO_LARGE = "Save fewer units at a time: systemctl cat 'web*' > units.txt"


class Systemd:
    """Reads units."""

    name = "systemd"
    summary = (
        "Reads systemd units, and Podman's (Quadlets): a unit file, or what systemctl cat or"
        " systemctl show prints of many; what they need, when timers start them, and where data"
        " lies."
    )
    options: tuple[Option, ...] = ()
    patterns = tuple(
        f"*.{kind}{more}" for more in ("", ".d/*.conf") for kind in (*KINDS, *QUADLETS)
    )
    scope = Scope.SOURCE

    def probe(self) -> Probe:
        """Say that it needs nothing: systemd itself is never asked."""
        return Probe(True, "reads text; systemd itself is not needed")

    def read(self, path: Path) -> Reading:
        """Read one file.

        Raises:
            MissingInput: if it is not there, or cannot be opened.
            ObservationProblem: if it is no small ordinary file, or holds no unit.
        """
        source = _understood(path)
        return source.reading(_around([source]))

    def read_together(self, files: Mapping[Path, Path]) -> Iterator[Outcome]:
        """Read several files, each knowing the mounts and names of all in the folder given."""
        read = {path: _tried(path) for path in files}
        by_folder: dict[Path, list[_Source]] = {}
        for path, found in read.items():
            if isinstance(found, _Source):
                by_folder.setdefault(files[path], []).append(found)
        around = {folder: _around(some) for folder, some in by_folder.items()}
        for path, found in read.items():
            if isinstance(found, RefloatError):
                yield Outcome(path, found)
                continue
            try:
                yield Outcome(path, found.reading(around[files[path]]))
            except ObservationProblem as error:
                yield Outcome(path, error)


@dataclass(frozen=True)
class _Source:
    """One file: its units, what of it was refused, and the digest of its bytes."""

    units: Sequence[Unit]
    gathering: Gathering
    digest: str

    def reading(self, around: Around) -> Reading:
        """Give what it shows.

        Args:
            around: what is known of all units that are read together.
        """
        for unit in self.units:
            if not is_of_networkd(unit):
                _gather(Needs(unit, self.gathering, around))
        return self.gathering.reading_of(self.digest)


def _tried(path: Path) -> _Source | RefloatError:
    try:
        return _understood(path)
    except RefloatError as error:
        return error


def _understood(path: Path) -> _Source:
    content = read_bytes(path, LARGEST, _TOO_LARGE)
    gathering = Gathering(path, _TOO_LARGE)
    units = units_of(decode(path, content), path, gathering)
    if not any(unit.settings or quadlets.kind_of(unit) in EMPTY for unit in units):
        raise ObservationProblem(
            f"{path} holds no systemd unit",
            hint="A unit's file is named for it (web.service). Many together: systemctl cat"
            " 'web*' > units.txt",
        )
    return _Source(units, gathering, digest_of(content))


def _around(sources: Iterable[_Source]) -> Around:
    units = [unit for one in sources for unit in one.units]
    return Around(mounts_of(units), quadlets.names_of(units))


def _gather(needs: Needs) -> None:
    unit, gathering = needs.unit, needs.gathering
    kind, quadlet = unit.name.rpartition(".")[2], quadlets.kind_of(unit)
    when = ", ".join(value for _, value in unit.settings.get("OnCalendar", ()))
    about, owner, version = f"{kind}, starts {when}" if when else kind, unit.last("X-Owner"), ""
    keeps = kind == "mount" and unit.last("Type") not in _NO_DISK
    if quadlet:
        about, owner, version = quadlets.about(unit, quadlet)
        keeps = quadlets.keeps_data(unit, quadlet)
    name = needs.component
    if not gathering.see(
        name, "", unit.line, about, owner=owner, version=version, holds_data=keeps
    ):
        return
    _waited_for(needs, is_podmans=kind in QUADLETS)
    _uses(needs)
    if quadlet:
        quadlets.gather(needs, quadlet)
    if kind in ("timer", "socket", "path", "automount"):
        _started(needs, kind)
    for line, word in unit.words("What") if kind == "mount" and keeps else ():
        needs.need(word, line, "mounts", keeps=True)


def _waited_for(needs: Needs, *, is_podmans: bool) -> None:
    """Say which units it needs; those of Podman may name each other's files."""
    for key in NEEDS:
        for line, word in needs.unit.words(key):
            if is_podmans and QUADLET.fullmatch(word):
                needs.need(quadlets.component_of(word), line, key)
            elif "%" in word or UNIT.fullmatch(word) or word == "-.mount":
                needs.need(word, line, key)
            else:
                needs.gathering.refuse(line, "a word in it is no name of a unit")


def _uses(needs: Needs) -> None:
    """Say which folders, files and credentials a unit uses."""
    unit = needs.unit
    for key in PATHS:
        for line, word in unit.words(key):
            if word != _RUNTIME:
                needs.path(word, line, key, is_written=False)
    for key in _WRITTEN:
        for line, word in unit.words(key):
            needs.path(word.lstrip("-+").partition(":")[0], line, key, is_written=True)
    for key in _FILES:
        needs.settings(key)
    for line, word in unit.words("StateDirectory"):
        needs.need(f"/var/lib/{word.partition(':')[0]}", line, "StateDirectory", keeps=True)
    for key in ("LoadCredential", "LoadCredentialEncrypted"):
        for line, word in unit.words(key):
            needs.need(f"credential/{word.partition(':')[0]}", line, "credential")


def _started(needs: Needs, kind: str) -> None:
    """Say what a unit starts: what it names, or else the service of its own name."""
    unit = needs.unit
    key = "Service" if kind == "socket" else "Unit"
    named = list(unit.words(key)) if kind != "automount" else []
    ending = ".mount" if kind == "automount" else ".service"
    for line, word in named or [(unit.line, unit.name.removesuffix(f".{kind}") + ending)]:
        needs.need(word, line, "starts")


ADAPTER = Systemd()
